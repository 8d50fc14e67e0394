import { z } from 'zod';
import { type ImageUse, isRun } from '../build-files/image-use.js';
import { indexReading } from '../build-files/reading-index.js';
import { type Collectors, startCollection } from '../evidence/collect.js';
import { coverageOf } from '../gate/coverage.js';
import { startDeadline } from '../gate/deadline.js';
import type { ReferenceEvaluation } from '../gate/evaluate-reference.js';
import { withOpenReferences } from '../gate/open-references.js';
import { evaluateAll } from '../gate/run.js';
import { type RunInput, startRun } from '../gate/run-context.js';
import { type DeepReadonly, groupBy, optionalField } from '../lib/collections.js';
import { applyWaivers } from '../policy/waivers.js';
import { formatReference, repositoryName } from '../references/reference.js';
import type { ImageSource } from '../registry/image-source.js';
import type { Answer } from '../rules/answer.js';
import type { UnansweredCause } from '../rules/rule.js';
import { collectGarbage } from './collect-garbage.js';
import { type ImageFacts, imageSchema, type Problem, problemSchema, useRecordFields } from './document.js';
import type { RepositoryReading } from './reading-schema.js';
import { digestOfJson, type SurveyState } from './state.js';

/** Images of one repository of a registry that are evaluated together: they share layers, and their evidence is held. */
const MAX_TOGETHER = 2;
/** Groups that are evaluated at a time. */
const GROUPS_AT_ONCE = 3;
/** Groups after which memory is cleared. */
const COLLECTED_EVERY = 8;

/** A repository's references, and what the rules need to know of the files that have them. */
export interface SurveyedReferences {
  /** `owner/name`. */
  readonly repository: string;
  readonly commit: string;
  readonly reading: RepositoryReading;
  readonly input: SurveyInput;
}

/** What references are evaluated by, and where their images are. Repositories with the same share the evaluation. */
export interface SurveyInput {
  /** Names it: references are evaluated together whose input has the same. */
  readonly digest: string;
  readonly run: Pick<RunInput, 'policy' | 'catalog' | 'settings'>;
  readonly source: ImageSource;
  readonly collectors: Collectors;
  /** Whether images of a registry may be private. */
  readonly mayBePrivate: (registry: string) => boolean;
}

const groupSchema = z.strictObject({
  key: z.string(),
  problems: z.array(problemSchema),
  images: z.array(imageSchema),
  uses: z.array(z.strictObject({ ...useRecordFields, repository: z.string(), problems: z.array(z.int().min(0)) })),
});
type GroupResult = DeepReadonly<z.infer<typeof groupSchema>>;

/** What was found of one reference. */
export interface EvaluatedUse extends Omit<GroupResult['uses'][number], 'problems'> {
  readonly problems: readonly Problem[];
}

/** What came of some images: every reference to them, in every repository. */
export interface EvaluatedGroup {
  readonly uses: readonly EvaluatedUse[];
  readonly images: readonly ImageFacts[];
}

interface Group {
  readonly name: string;
  /** The repository of a registry, by one policy. */
  readonly of: string;
  readonly input: SurveyInput;
  readonly parts: readonly { readonly of: SurveyedReferences; readonly uses: readonly ImageUse[] }[];
}

/**
 * Evaluates references of many repositories, image by image: the evidence of an image is collected once, every reference
 * to it is evaluated, and the evidence is let go. A group that was evaluated before, at this time and by this policy,
 * is not evaluated again.
 */
export async function* evaluateImages(
  all: readonly SurveyedReferences[],
  { state, started }: { readonly state: SurveyState; readonly started: Date },
): AsyncGenerator<EvaluatedGroup> {
  const waiting = groupsOf(all);
  let done = 0;
  const running = new Map<string, Promise<{ readonly of: string; readonly result: GroupResult }>>();
  while (waiting.length > 0 || running.size > 0) {
    while (running.size < GROUPS_AT_ONCE) {
      // Those of one repository of a registry share layers, which the first of them brings.
      const free = waiting.findIndex(({ of }) => !running.has(of));
      const [group] = free < 0 ? [] : waiting.splice(free, 1);
      if (group === undefined) break;
      const { of } = group;
      running.set(
        of,
        evaluated(group, state, started).then((result) => ({ of, result })),
      );
    }
    const { of, result } = await Promise.race(running.values());
    running.delete(of);
    if (++done % COLLECTED_EVERY === 0) collectGarbage();
    yield asGroup(result);
  }
}

/** How many groups there are. */
export function countGroups(all: readonly SurveyedReferences[]): number {
  return groupsOf(all).length;
}

function groupsOf(all: readonly SurveyedReferences[]): Group[] {
  const placed = all.flatMap((of) => of.reading.uses.map((use) => ({ of, use })));
  const groups: Group[] = [];
  const nameOf = ({ of, use }: (typeof placed)[number]) =>
    `${of.input.digest} ${use.reference === null ? '' : repositoryName(use.reference)}`;
  for (const [name, some] of groupBy(placed, nameOf)) {
    const byReference = groupBy(some, ({ use }) => (use.reference === null ? '' : formatReference(use.reference)));
    const references = [...byReference].sort(([a], [b]) => (a < b ? -1 : 1));
    for (let start = 0; start < references.length; start += MAX_TOGETHER) {
      const together = references.slice(start, start + MAX_TOGETHER).flatMap(([, uses]) => uses);
      const parts = [...groupBy(together, ({ of }) => of)].map(([of, uses]) => ({
        of,
        uses: uses.map(({ use }) => use),
      }));
      const [first] = parts;
      if (first !== undefined)
        groups.push({ name: `${name} ${references[start]?.[0]}`, of: name, input: first.of.input, parts });
    }
  }
  return groups;
}

async function evaluated(group: Group, state: SurveyState, started: Date): Promise<GroupResult> {
  const named = group.parts.map(({ of, uses }) => [of.repository, of.commit, of.reading.key, uses.map(({ id }) => id)]);
  const key = digestOfJson([started.toISOString(), group.input.digest, group.name, named]);
  const known = await state.read('images', group.name, groupSchema, key);
  if (known !== null) return known;
  const { result, isLasting } = await evaluateGroup(group, key);
  if (isLasting) await state.write('images', group.name, result);
  return result;
}

/** What may be otherwise in a minute: such an image is examined again when the survey goes on. */
const PASSING: readonly (UnansweredCause | undefined)[] = [
  'network',
  'timeout',
  'server-error',
  'rate-limited',
  'limit',
];

async function evaluateGroup(
  { input, parts }: Group,
  key: string,
): Promise<{ readonly result: GroupResult; readonly isLasting: boolean }> {
  const { run, source, collectors } = input;
  const deadline = startDeadline(run.settings);
  const evidence = startCollection({ ...run, source, collectors, deadline });
  let isLasting = true;
  const problems: Problem[] = [];
  const known = new Map<string, number>();
  const uses: GroupResult['uses'][number][] = [];
  const images = new Map<string, Map<string, ImageFacts>>();
  const indexOf = (problem: Problem): number => {
    const text = JSON.stringify(problem);
    const index = known.get(text) ?? problems.push(problem) - 1;
    known.set(text, index);
    return index;
  };
  for (const { of, uses: some } of parts) {
    const context = startRun({ ...run, change: null, all: false, lock: null }, indexReading(of.reading), evidence);
    const open = withOpenReferences(some, { policy: run.policy, change: null });
    for (const evaluation of await evaluateAll(open, context, undefined, 0)) {
      const { use } = evaluation;
      isLasting &&= !evaluation.answers.some(({ cause }) => PASSING.includes(cause));
      const image = use.reference === null ? null : formatReference(use.reference);
      uses.push({
        repository: of.repository,
        image,
        file: use.file,
        line: use.line,
        role: use.role,
        checked: checkedOf(evaluation),
        problems: [...new Set(problemsOf(evaluation.answers, [use], run).map(indexOf))],
      });
      if (image === null || use.reference === null) continue;
      const facts = images.get(image) ?? new Map<string, ImageFacts>();
      images.set(image, facts);
      const isPrivate = input.mayBePrivate(use.reference.registry);
      for (const one of evaluation.images) {
        // Another reference to it may have been opened where this one was not.
        if (one.resolved === undefined && facts.has(one.platform)) continue;
        facts.set(one.platform, {
          reference: image,
          ...optionalField('publisher', one.publisher),
          ...(isPrivate ? { mayBePrivate: true as const } : {}),
          platforms: [{ platform: one.platform, digests: one.resolved === undefined ? [] : [one.resolved.digest] }],
        });
      }
    }
  }
  deadline.time.end();
  const found = [...images.values()].flatMap((facts) => [...facts.values()]);
  return { result: { key, problems, images: found, uses }, isLasting };
}

/** Failures and what could not be checked, at the levels that a person should see, and that no waiver covers. */
export function problemsOf(
  answers: readonly Answer[],
  uses: readonly ImageUse[],
  { policy, settings }: Pick<RunInput, 'policy' | 'settings'>,
): readonly Problem[] {
  return applyWaivers(policy, answers, uses, settings.now).answers.flatMap(
    ({ rule, level, outcome, message, fix, waiver }): readonly Problem[] => {
      if (waiver !== undefined || (level !== 'error' && level !== 'warning')) return [];
      if (outcome !== 'fail' && outcome !== 'indeterminate') return [];
      return [{ rule, level, outcome, message, ...optionalField('fix', fix) }];
    },
  );
}

function checkedOf({ use, answers, images }: ReferenceEvaluation): EvaluatedUse['checked'] {
  const { run, ...built } = coverageOf([use], answers, images);
  const counts = isRun(use) && run !== undefined ? run : built;
  if (counts.full > 0) return 'full';
  if (counts.partial > 0) return 'partial';
  return counts.unresolved > 0 ? 'unresolved' : 'unchecked';
}

function asGroup({ uses, problems, images }: GroupResult): EvaluatedGroup {
  return {
    images,
    uses: uses.map((use) => ({ ...use, problems: use.problems.flatMap((one) => problems[one] ?? []) })),
  };
}
