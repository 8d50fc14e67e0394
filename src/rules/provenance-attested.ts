import { z } from 'zod';
import {
  type AttestedProvenance,
  describeProvenance,
  type ImageProvenance,
} from '../attestations/provenance/provenance.js';
import { normalizeBuilder, readSourceUri } from '../attestations/provenance/source-uri.js';
import type { Evidence } from '../evidence/evidence.js';
import { capital, plural } from '../lib/text.js';
import { identityMatches } from '../policy/identity.js';
import type { ProvenanceRequirement } from '../policy/policy.js';
import { stricter } from '../policy/strictness.js';
import { type AttestationSubject, lackingAttestation, unpublished } from './lacking-attestation.js';
import type { ImageRule, RuleResult } from './rule.js';

const options = z.strictObject({
  'min-level': stricter(z.int().min(0).max(3), 'higher').describe(
    "The SLSA build level required if the allow entry's `provenance` sets no `min-level`.",
  ),
  unpublished: unpublished(),
});
type Options = z.infer<typeof options>;

export const provenanceAttested: ImageRule<Options> = {
  id: 'provenance-attested',
  title: 'Signed provenance says where the image was built, and from what',
  question: 'Did an allowed builder make this digest from an allowed source?',
  why: [
    'A signature shows who published an image, provenance shows how it came to be: which builder ran, from which commit.',
    "An image that a stolen key or a maintainer's laptop made can't show provenance of the organization's builder.",
    'The level is evaluated from what the signature proves, not from what the document claims of itself: 1 provenance that',
    "names its builder, 2 signed by a hosted build platform, 3 built where the build itself can't write its provenance.",
  ].join(' '),
  fix: [
    'Build on an image with signed provenance, or attest it where you build the image, on GitHub with one step:',
    '',
    '```yaml',
    '- uses: actions/attest-build-provenance@v3',
    '  with: { subject-name: registry.example.com/base, subject-digest: "sha256:…", push-to-registry: true }',
    '```',
    '',
    'and say in the allow entry which builder and source count:',
    '',
    '```yaml',
    'allow:',
    '  - image: registry.example.com/base/**',
    '    provenance: { builder: "https://github.com/acme/**", source: https://github.com/acme/images, min-level: 2 }',
    '```',
    '',
    'Some publishers sign their images and attest no provenance. Where the catalog knows that, the finding says so, with',
    'the source, and is a warning at most in hardened (`unpublished`). It fails in strict; a waiver accepts it until the',
    'date of the next review:',
    '',
    '```yaml',
    'waivers:',
    '  - rule: provenance-attested',
    '    image: gcr.io/distroless/*',
    '    reason: the publisher attests none',
    '    owner: "@acme/platform"',
    '    expires: 2027-04-30',
    '```',
  ].join('\n'),
  subject: 'image',
  roles: ['final', 'build', 'copy', 'run'],
  evidence: ['image', 'provenance'],
  ages: false,
  options,
  presets: {
    baseline: { level: 'note', options: { 'min-level': 1, unpublished: 'note' } },
    hardened: { level: 'error', options: { 'min-level': 1, unpublished: 'warning' } },
    'hardened-build': { level: 'off', options: { 'min-level': 1, unpublished: 'warning' } },
    strict: { level: 'error', options: { 'min-level': 2, unpublished: 'error' } },
  },
  controls: {
    'SR-3': 'Builder and source of the image are those that the policy requires.',
    'SR-4': 'Signed provenance says how, where and from what the image was built.',
    'SA-10': 'Provenance ties the image to a revision of its source.',
    'KSI-SCR-MIT': 'An image that was not built where its publisher builds is detected.',
    'KSI-SVC-VRI': 'The signature of provenance is verified with cryptography.',
    'CIS 4.12': 'Provenance counts only if its signature is verified, unless the allow entry accepts unsigned ones.',
  },
  securitySeverity: 6,
  evaluate: (subject, chosen) => evaluate(subject.evidence.provenance, subject, chosen),
};

const WANTED = {
  rule: 'provenance-attested',
  published: 'provenance',
  name: 'signed provenance',
  absentFix: 'Build on an image whose publisher attests provenance, or attest it with actions/attest-build-provenance.',
  unsupportedFix: 'Ask the publisher for SLSA provenance v0.2 or v1.',
} as const;

function evaluate(
  evidence: Evidence<ImageProvenance> | undefined,
  subject: AttestationSubject,
  chosen: Options,
): RuleResult {
  if (evidence?.status !== 'present') return lackingAttestation(evidence, WANTED, subject, chosen.unpublished);
  const { verifiedBy } = subject;
  const { all, counts, problems } = evidence.value;
  const details = [...all.flatMap(linesOf), ...problems];
  const [first] = all;
  if (!counts) {
    return {
      outcome: 'fail',
      message: `The provenance at ${first.place} is unsigned.`,
      fix: 'Attest it with a signature, or accept unsigned provenance with `attestations: { unsigned: allow }` in the allow entry.',
      details,
    };
  }
  const minLevel = verifiedBy?.provenance?.minLevel ?? chosen['min-level'];
  const evaluated = all.map((attested) => ({ attested, faults: faultsOf(attested, verifiedBy?.provenance, minLevel) }));
  const good = evaluated.find(({ faults }) => faults.length === 0);
  if (good !== undefined)
    return { outcome: 'pass', message: `${capital(describeProvenance(good.attested))}.`, details };
  const best = evaluated.reduce((least, next) => (next.faults.length < least.faults.length ? next : least));
  return {
    outcome: 'fail',
    message: `Its provenance does not meet the policy: ${best.faults.join('; ')}.`,
    fix: 'Build on an image from the builder and source of the allow entry, or change `provenance` there.',
    details,
  };
}

/** What keeps one provenance from counting; empty where it does. */
function faultsOf(
  { provenance, level, conflicts, certifiedSource }: AttestedProvenance,
  requirement: ProvenanceRequirement | undefined,
  minLevel: number,
): readonly string[] {
  const faults = [...conflicts];
  const { builder, source } = provenance;
  if (requirement?.builder !== undefined) {
    if (builder === undefined) faults.push(`it names no builder, and ${requirement.builder} is required`);
    else if (!identityMatches(requirement.builder, normalizeBuilder(builder))) {
      faults.push(`its builder is ${builder}, not ${requirement.builder}`);
    }
  }
  if (requirement?.source !== undefined) {
    if (source === undefined) faults.push(`it names no source, and ${requirement.source} is required`);
    else if (!matchesSource(requirement.source, source.repository)) {
      faults.push(`its source is ${source.repository}, not ${requirement.source}`);
    }
    // A job writes what it likes into its provenance. For which repository it ran, its certificate proves.
    if (certifiedSource !== undefined && !matchesSource(requirement.source, certifiedSource)) {
      faults.push(`the signer's certificate is for ${certifiedSource}, not ${requirement.source}`);
    }
  }
  if (level.level < minLevel) {
    faults.push(
      `its build level is ${level.level}, and ${minLevel} is required (${level.reasoning.at(-1) ?? 'nothing shows more'})`,
    );
  }
  return faults;
}

/** A policy may write the repository as git does; both sides are brought to one form. */
function matchesSource(pattern: string, repository: string): boolean {
  const wanted = inOneCase(pattern.includes('*') ? pattern : readSourceUri(pattern).repository);
  return identityMatches(pattern, repository) || identityMatches(wanted, inOneCase(repository));
}

/** GitHub's owners and repositories are the same in any case. */
function inOneCase(repository: string): string {
  return /^https:\/\/github\.com\//i.test(repository) ? repository.toLowerCase() : repository;
}

function linesOf(attested: AttestedProvenance): readonly string[] {
  const { provenance, level, conflicts, place, predicateType, signedAt } = attested;
  const { buildType, startedOn, finishedOn, invocation, parameters, materialCount, source } = provenance;
  const times = [startedOn, finishedOn].filter((time) => time !== undefined).join(' to ');
  return [
    `${place}: ${describeProvenance(attested)}${signedAt === undefined ? '' : ` at ${signedAt}`} (${predicateType})`,
    `build type ${buildType}${times === '' ? '' : `, ${times}`}, ${plural(materialCount, 'material')}`,
    ...(source === undefined ? [] : [`source as in ${source.from}`]),
    ...(invocation === undefined ? [] : [`run ${invocation}`]),
    ...(parameters.length === 0 ? [] : [`parameters ${parameters.map(({ name }) => name).join(', ')}`]),
    ...level.reasoning,
    ...conflicts,
  ];
}
