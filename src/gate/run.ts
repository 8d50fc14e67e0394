import { definitionsOf } from '../build-files/definitions.js';
import { readOnBuildTriggers } from '../build-files/dockerfile/onbuild-triggers.js';
import { type ImageUse, placeOf } from '../build-files/image-use.js';
import { readRepository } from '../build-files/read.js';
import type { ReadingOptions } from '../build-files/reading.js';
import { indexReading } from '../build-files/reading-index.js';
import type { RepositoryTree, TreeError } from '../build-files/repository-tree.js';
import { LOCK_PATH, type Lock, readLock } from '../enforce/lock/lock.js';
import { lockAnswers } from '../enforce/lock/lock-answers.js';
import { type Collectors, startCollection } from '../evidence/collect.js';
import { optionalField } from '../lib/collections.js';
import { ok, type Result } from '../lib/result.js';
import { sideBySide } from '../lib/side-by-side.js';
import { version } from '../lib/version.js';
import { keepYoungSpace } from '../lib/young-space.js';
import { announcements, profileToday } from '../policy/phases.js';
import { formatProblem } from '../policy/problem.js';
import { unusedParts } from '../policy/unused.js';
import { applyWaivers } from '../policy/waivers.js';
import type { ImageSource } from '../registry/image-source.js';
import { findingsOf } from '../reports/findings.js';
import type { Finding, Report } from '../reports/report.js';
import { distinctImages, noticesOf, runFacts } from '../reports/run-facts.js';
import { snapshotsOf } from '../reports/snapshots.js';
import { answersOfChange, answersOfFile } from '../rules/evaluate.js';
import { rules } from '../rules/index.js';
import { coverageOf } from './coverage.js';
import { startDeadline, treeUntil } from './deadline.js';
import { evaluateReference, type ReferenceEvaluation } from './evaluate-reference.js';
import { findingChanges } from './finding-changes.js';
import { baseChanges } from './image-diff.js';
import { evaluateNewerTag } from './newer-tag.js';
import { withOpenReferences } from './open-references.js';
import { type RunContext, type RunInput, startRun } from './run-context.js';
import { verdictOf } from './verdict.js';

/** The input of a run, which depends on neither GitHub nor the command line. */
export interface GateInput extends RunInput {
  readonly tree: RepositoryTree;
  readonly reading: ReadingOptions;
  readonly source: ImageSource;
  readonly collectors: Collectors;
  /** Uses that no file of the repository has: images that a build pulls by its options, such as the SBOM scanner. */
  readonly included?: readonly ImageUse[];
  /** References without a digest have to be in the lock, with the digest that they name. */
  readonly locked?: boolean;
  /** The policy is the evaluated repository's own, so that a part of it that matches nothing there is worth a notice. */
  readonly policyIsOwn?: boolean;
  /** Is called with how many references have been evaluated, of how many. */
  readonly evaluated?: (done: number, of: number) => void;
  /** Findings and sentences that arose before the gate: a broken policy on the base branch, a missing permission. */
  readonly preliminary: { readonly findings: readonly Finding[]; readonly notices: readonly string[] };
}

/** ONBUILD triggers of a remote base may name bases that have triggers of their own; BuildKit has no bound, we do. */
const MAX_ONBUILD_DEPTH = 3;

/** References that are evaluated at a time: more than registries serve at once, and few enough to hold in memory. */
const LANES = 128;

/**
 * Evaluates a repository: build files → uses → images → evidence → answers → verdict. Fails only where the repository's
 * content can't be listed; everything else that goes wrong is an answer in the report.
 */
export async function runGate(input: GateInput): Promise<Result<Report, TreeError>> {
  keepYoungSpace();
  const deadline = startDeadline(input.settings);
  const tree = treeUntil(input.tree, deadline);
  const read = await readRepository(tree, input.reading);
  if (!read.ok) return read;
  const lock = await readLock(tree);
  const run = startRun(
    { ...input, lock: lock.ok ? lock.value : null },
    indexReading(read.value),
    startCollection({ ...input, deadline }),
  );
  const found = withOpenReferences([...read.value.uses, ...(input.included ?? [])], input);
  const first = await evaluateAll(found, run, input.evaluated, 0);
  const evaluated = await sideBySide(first, LANES, (evaluation) => evaluateNewerTag(evaluation, run));
  const answers = [
    ...read.value.files.flatMap((file) => answersOfFile(rules, file, input.policy)),
    ...evaluated.flatMap((evaluation) => evaluation.answers),
    ...(input.locked === true ? evaluated.flatMap(({ use, images }) => lockAnswers(use, images, lock)) : []),
    ...answersOfChange(rules, input.policy, input.change),
  ];
  const uses = evaluated.map((evaluation) => evaluation.use);
  const changes = input.change === null ? {} : { baseChanges: await baseChanges(evaluated, run) };
  const unused = await unusedNotices(uses, tree, input);
  const waived = applyWaivers(input.policy, answers, uses, input.settings.now);
  const images = distinctImages(evaluated.flatMap((evaluation) => evaluation.images));
  const { trustedRoot, feeds, limits, notes } = runFacts(images);
  const { snapshots, notices: aged } = snapshotsOf(images, input.catalog, input.settings.now);
  const findings = [
    ...input.preliminary.findings,
    ...findingsOf({ answers: waived.answers, uses, waivers: waived.waivers, policy: input.policy }),
  ];
  const compared = await findingChanges({ uses, answers: waived.answers, findings }, input, run);
  deadline.time.end();
  return ok({
    tool: { version, catalog: input.catalog.version, feeds, snapshots, ...optionalField('trustedRoot', trustedRoot) },
    // A policy that can't be applied is no answer of a rule, and counts like one.
    verdict: verdictOf([...waived.answers, ...input.preliminary.findings]),
    coverage: coverageOf(uses, waived.answers, images),
    policy: {
      source: input.policy.source,
      profile: profileToday(input.policy),
      allowlistEnforced: input.policy.allow.length > 0,
    },
    files: read.value.files,
    definitions: definitionsOf(read.value),
    stages: read.value.stages,
    uses,
    images,
    ...optionalField('base', input.change?.base),
    ...changes,
    ...(compared === null ? {} : { findingChanges: compared }),
    answers: waived.answers,
    findings,
    waivers: waived.waivers,
    limits,
    notices: [
      ...input.preliminary.notices,
      ...announcements(input.policy, input.settings.now),
      ...noticesOf(input.policy, read.value),
      ...unused,
      ...lockNotices(lock),
      ...notes,
      ...aged,
    ],
  });
}

/** What the policy names without effect; nothing where only a part of the repository is read, or its files can't be listed. */
async function unusedNotices(
  uses: readonly ImageUse[],
  tree: RepositoryTree,
  { policy, policyIsOwn = false, reading, change }: GateInput,
): Promise<readonly string[]> {
  if (!policyIsOwn || reading.only !== undefined) return [];
  const entries = await tree.entries();
  if (!entries.ok) return [];
  const paths = entries.value.map(({ path }) => path);
  return unusedParts(policy, { uses: [...uses, ...(change?.baseUses ?? [])], paths }).map(formatProblem);
}

function lockNotices(lock: Result<Lock | null, string>): readonly string[] {
  return lock.ok ? [] : [`The lock ${LOCK_PATH} could not be read, so nothing is compared with it: ${lock.error}.`];
}

/** Evaluates uses side by side, and then the uses that the ONBUILD triggers of their images add. */
export async function evaluateAll(
  uses: readonly ImageUse[],
  run: RunContext,
  progress: GateInput['evaluated'],
  depth: number,
): Promise<readonly ReferenceEvaluation[]> {
  let done = 0;
  progress?.(done, uses.length);
  const evaluated = await sideBySide(uses, LANES, async (use) => {
    const evaluation = await evaluateReference(use, run);
    progress?.(++done, uses.length);
    return evaluation;
  });
  const triggered = evaluated.flatMap(({ use, onBuild }) =>
    onBuild.length > 0 ? readOnBuildTriggers(onBuild, use, run.reading.stages) : [],
  );
  const known = new Set(uses.map(({ id }) => id));
  const added = triggered.filter(({ id }) => !known.has(id));
  if (added.length === 0) return evaluated;
  if (depth === MAX_ONBUILD_DEPTH) return [...evaluated, ...added.map(beyondDepth)];
  return [...evaluated, ...(await evaluateAll(added, run, progress, depth + 1))];
}

/** A use that was found but not evaluated, which can't be a pass. */
function beyondDepth(use: ImageUse): ReferenceEvaluation {
  const reason = `ONBUILD triggers nest deeper than ${MAX_ONBUILD_DEPTH} images, so this one was not evaluated`;
  return {
    use: { ...use, unresolved: reason },
    answers: [
      {
        rule: 'known-reference',
        use: use.id,
        location: placeOf(use),
        outcome: 'indeterminate',
        level: 'error',
        cause: 'limit',
        message: `${reason}.`,
        fix: 'Build on an image whose ONBUILD triggers name no other image.',
      },
    ],
    images: [],
    onBuild: [],
  };
}
