import { REQUIREMENTS, type Requirement, type RequirementSet } from './requirements.js';

export const FRAMEWORKS = ['nist-800-53', 'fedramp', 'govramp'] as const;
export type Framework = (typeof FRAMEWORKS)[number];

/** What a framework's evidence is laid out by. FedRAMP and GovRAMP build on NIST's controls and benchmarks like CIS's. */
const SETS: Readonly<Record<Framework, readonly RequirementSet[]>> = {
  'nist-800-53': ['nist-800-53'],
  fedramp: ['fedramp-containers', 'fedramp-20x', 'nist-800-53', 'cis-docker'],
  govramp: ['govramp', 'nist-800-53', 'cis-docker'],
};

export const FRAMEWORK_TITLES: Readonly<Record<Framework, string>> = {
  'nist-800-53': 'NIST SP 800-53 revision 5',
  fedramp: 'FedRAMP',
  govramp: 'GovRAMP',
};

/** The requirements of a framework, its own set first. */
export function requirementsOf(framework: Framework): readonly Requirement[] {
  return SETS[framework].flatMap((set) => REQUIREMENTS.filter((requirement) => requirement.set === set));
}

/** What build files and base images can't show, so that its evidence must come from elsewhere. */
export const OUT_OF_SIGHT: readonly string[] = [
  'The running system: processes, services, network, and what was really deployed.',
  'Host security modules and kernels (AppArmor, SELinux, seccomp), and the privileges that containers are started with.',
  'The host, container runtime and orchestrator (CIS Docker Benchmark, sections 1 to 3 and 5 to 7).',
  'The images that are built: what the build files add to their bases, and the application itself.',
  'Who may push to registries and merge changes, and how keys are stored.',
  'Times of remediation in production, and plans of action and milestones.',
];

/** What a framework requires that only the operator can say. */
export const LEFT_TO_OPERATOR: Readonly<Record<Framework, readonly string[]>> = {
  'nist-800-53': ['The baseline, its tailoring and its parameters (organization-defined values).'],
  fedramp: [
    "The class of the service (A to D), and for each vulnerability its potential adverse impact and exploitability, by which FedRAMP's vulnerability detection and response standard sets the days to fix it.",
    'The baseline, its tailoring and its parameters (organization-defined values).',
  ],
  govramp: ['The impact level, and the date on which each vulnerability was found in production.'],
};
