import type { Report } from '../reports/report.js';
import { rules } from '../rules/index.js';
import { FRAMEWORK_TITLES, type Framework, LEFT_TO_OPERATOR, OUT_OF_SIGHT, requirementsOf } from './frameworks.js';
import { type ImageFacts, imageFactsOf } from './image-facts.js';
import { type Observation, observationsOf } from './observations.js';
import { type Requirement, type RequirementSource, SOURCES } from './requirements.js';

/** A requirement, why rules give evidence toward it, and what they observed. */
export interface RequirementEvidence {
  readonly requirement: Requirement;
  readonly source: RequirementSource;
  readonly rules: readonly { readonly rule: string; readonly because: string }[];
  /** By uuid. */
  readonly observed: readonly string[];
  /** By uuid: what could not be observed. */
  readonly notObserved: readonly string[];
}

/** Evidence toward the requirements of a framework, from one run. It says nothing of whether they are met. */
export interface ComplianceEvidence {
  readonly framework: Framework;
  readonly title: string;
  /** What was evaluated: a repository and a commit, or a working tree. */
  readonly evaluated: string;
  /** ISO 8601, UTC. */
  readonly collected: string;
  readonly tool: Report['tool'];
  readonly policy: Report['policy'];
  readonly verdict: Report['verdict'];
  readonly requirements: readonly RequirementEvidence[];
  readonly observations: readonly Observation[];
  readonly images: readonly ImageFacts[];
  readonly waivers: Report['waivers'];
  /** Limits that were passed, so that not everything was evaluated. */
  readonly limits: Report['limits'];
  /** Build files that the run was configured to leave out, so that nothing is known of their images. */
  readonly leftOut: readonly { readonly path: string; readonly reason: string }[];
  /** Further sentences that the run reports about itself. */
  readonly notices: Report['notices'];
  readonly outOfSight: readonly string[];
  readonly leftToOperator: readonly string[];
}

/** Lays out what a run found by the requirements of a framework. `collected` is the run's time, `evaluated` what it evaluated. */
export function complianceEvidence(
  report: Report,
  framework: Framework,
  { collected, evaluated }: { readonly collected: Date; readonly evaluated: string },
): ComplianceEvidence {
  const observations = observationsOf(report);
  return {
    framework,
    title: `Evidence toward ${FRAMEWORK_TITLES[framework]}: base images`,
    evaluated,
    collected: collected.toISOString(),
    tool: report.tool,
    policy: report.policy,
    verdict: report.verdict,
    requirements: requirementsOf(framework).map((requirement) => evidenceToward(requirement, observations)),
    observations,
    images: imageFactsOf(report),
    waivers: report.waivers,
    limits: report.limits,
    leftOut: report.files.flatMap(({ path, status, reason }) =>
      status === 'skipped' ? [{ path, reason: reason ?? 'it was not selected' }] : [],
    ),
    notices: report.notices,
    outOfSight: OUT_OF_SIGHT,
    leftToOperator: LEFT_TO_OPERATOR[framework],
  };
}

function evidenceToward(requirement: Requirement, observations: readonly Observation[]): RequirementEvidence {
  const toward = rules.flatMap(({ id, controls }) => {
    const because = controls[requirement.id];
    return because === undefined ? [] : [{ rule: id, because }];
  });
  const about = observations.filter((observation) => toward.some(({ rule }) => rule === observation.rule));
  return {
    requirement,
    source: SOURCES[requirement.set],
    rules: toward,
    observed: about.filter(wasObserved).map(({ uuid }) => uuid),
    notObserved: about.filter((observation) => !wasObserved(observation)).map(({ uuid }) => uuid),
  };
}

/** Whether an answer rests on something that was evaluated, for better or worse. */
export function wasObserved({ outcome }: Observation): boolean {
  return outcome === 'pass' || outcome === 'fail';
}
