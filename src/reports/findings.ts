import type { ImageUse, Place } from '../build-files/image-use.js';
import { groupBy, optionalField } from '../lib/collections.js';
import { type PolicySource, policyPath } from '../policy/policy.js';
import type { EvaluatedWaiver } from '../policy/waivers.js';
import type { Answer } from '../rules/answer.js';
import { fingerprintOf } from './fingerprint.js';
import type { Finding } from './report.js';

/** What findings are made from: the answers of a run, and where their uses stand. */
export interface FindingsInput {
  readonly answers: readonly Answer[];
  readonly uses: readonly ImageUse[];
  readonly waivers: readonly EvaluatedWaiver[];
  readonly policy: { readonly source: PolicySource };
}

/** The id under which problems with waivers are reported; no rule of the index has it. */
export const WAIVERS = 'waivers';

/** A finding on its way: the place and text are known, the fingerprint needs its equals. */
type Draft = Omit<Finding, 'fingerprint'> & { readonly aspect?: string; readonly expanded?: string };

/**
 * The answers a person should see (level not off, failed or indeterminate) and the problems of waivers, worst first.
 * Answers about one place that say the same for several expansions, platforms or aspects are one finding. A finding whose
 * `waiver` is set is covered by that waiver: it is listed, and counts for nothing.
 */
export function findingsOf(input: FindingsInput): readonly Finding[] {
  const uses = new Map(input.uses.map((use) => [use.id, use]));
  // Nothing of one file is a part of another's findings, and a run can have hundreds of thousands of answers.
  const found = [...groupBy(input.answers, ({ location }) => location.file).values()].flatMap((answers) => {
    const drafts = answers.flatMap((answer) => {
      const use = answer.use === undefined ? undefined : uses.get(answer.use);
      return [...draftOf(answer, use), ...acceptedDrafts(answer, use, input.waivers)];
    });
    return fingerprinted(merged(drafts));
  });
  const ofWaivers = input.waivers.flatMap((waiver) => waiverDraft(waiver, policyPath(input.policy)));
  return [...found, ...fingerprinted(ofWaivers)].sort(worstFirst(input.answers));
}

/** Drafts of one file, those that share everything that is reported as one, with the platforms of all. */
function merged(drafts: Draft[]): readonly Draft[] {
  const alike = groupBy(
    drafts.sort(compareDrafts),
    ({ rule, location: { line, column }, message }) => `${line}:${column} ${rule} ${message}`,
  );
  return [...alike.values()].flatMap((some) => {
    if (some.length === 1) return some;
    return [...groupBy(some, sharedKey).values()].map(([first, ...others]) =>
      others.reduce((before, draft) => withPlatforms(before, draft.platforms ?? []), first),
    );
  });
}

/** Worst first, then in reading order, at one place in the order of the rules; what a waiver covers comes last. */
function worstFirst(answers: readonly Answer[]): (a: Finding, b: Finding) => number {
  const order = new Map([...new Set(answers.map(({ rule }) => rule))].map((rule, index) => [rule, index]));
  const rank = (finding: Finding) => order.get(finding.rule) ?? order.size;
  return (a, b) =>
    Number(a.waiver !== undefined) - Number(b.waiver !== undefined) ||
    LEVEL_ORDER[a.level] - LEVEL_ORDER[b.level] ||
    Number(a.inherited === true) - Number(b.inherited === true) ||
    Number(b.heldBack === true) - Number(a.heldBack === true) ||
    Number(a.outcome !== 'fail') - Number(b.outcome !== 'fail') ||
    compareText(a.location.file, b.location.file) ||
    a.location.line - b.location.line ||
    a.location.column - b.location.column ||
    rank(a) - rank(b) ||
    compareText(a.rule, b.rule) ||
    compareText(a.message, b.message) ||
    compareText(a.fingerprint, b.fingerprint);
}

const LEVEL_ORDER = { error: 0, warning: 1, note: 2 } as const;

/** By UTF-16 units: the same on every machine, independent of its locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function draftOf(answer: Answer, use: ImageUse | undefined): readonly Draft[] {
  if (answer.level === 'off' || (answer.outcome !== 'fail' && answer.outcome !== 'indeterminate')) return [];
  const draft: Draft = {
    rule: answer.rule,
    level: answer.level,
    outcome: answer.outcome,
    message: answer.message,
    location: answer.location,
    ...optionalField('fix', answer.fix),
    ...(answer.details === undefined || answer.details.length === 0 ? {} : { details: answer.details }),
    ...optionalField('use', answer.use),
    ...(answer.platform === undefined ? {} : { platforms: [answer.platform] }),
    ...optionalField('cause', answer.cause),
    ...optionalField('waiver', answer.waiver),
    ...(answer.inherited === true ? { inherited: true } : {}),
    ...(answer.heldBack === true ? { heldBack: true } : {}),
    ...optionalField('enforceFrom', answer.enforceFrom),
    ...optionalField('aspect', answer.aspect),
    ...optionalField('expanded', use?.expanded),
  };
  return [draft];
}

/** A waived vulnerability still is one, although the rule passes because of the waiver: each is named for every outcome. */
function acceptedDrafts(
  answer: Answer,
  use: ImageUse | undefined,
  waivers: readonly EvaluatedWaiver[],
): readonly Draft[] {
  const { level, accepts = [] } = answer;
  if (level === 'off') return [];
  return accepts.flatMap((index) => {
    const vulnerability = waivers[index]?.vulnerability;
    if (index === answer.waiver || vulnerability === undefined) return [];
    const draft: Draft = {
      rule: answer.rule,
      level,
      outcome: 'fail',
      message: `${vulnerability} is accepted by a waiver.`,
      location: answer.location,
      ...optionalField('use', answer.use),
      ...(answer.platform === undefined ? {} : { platforms: [answer.platform] }),
      waiver: index,
      aspect: `accepted ${vulnerability}`,
      ...optionalField('expanded', use?.expanded),
    };
    return [draft];
  });
}

/** An order that depends only on the content, so that the ordinals do too. */
function compareDrafts(a: Draft, b: Draft): number {
  return (
    a.location.line - b.location.line ||
    a.location.column - b.location.column ||
    compareText(a.expanded ?? '', b.expanded ?? '') ||
    compareText(a.platforms?.join() ?? '', b.platforms?.join() ?? '') ||
    compareText(a.message, b.message) ||
    compareText(a.aspect ?? '', b.aspect ?? '')
  );
}

/** Everything that is reported, without the use, the platforms and the aspect of the rule. */
function sharedKey(draft: Draft): string {
  const { use: _use, platforms: _platforms, expanded: _expanded, aspect: _aspect, ...shared } = draft;
  return JSON.stringify(Object.entries(shared).sort(([a], [b]) => compareText(a, b)));
}

function withPlatforms(draft: Draft, more: readonly string[]): Draft {
  const platforms = [...new Set([...(draft.platforms ?? []), ...more])].sort(compareText);
  return platforms.length === 0 ? draft : { ...draft, platforms };
}

const WAIVER_PROBLEMS = {
  unused: {
    message: 'covers nothing in this run',
    fix: 'Remove it from `waivers:`, or correct its rule, image or file.',
  },
  expired: {
    message: 'has expired and is ignored',
    fix: 'Fix what it excused, or have its owner renew `expires:`.',
  },
  'too-long': {
    message: 'ends later than the policy allows and is ignored',
    fix: 'Set an earlier `expires:`, or raise `max-waiver-days:`.',
  },
} as const;

function waiverDraft(waiver: EvaluatedWaiver, path: string): readonly Draft[] {
  if (waiver.state === 'used') return [];
  const problem = WAIVER_PROBLEMS[waiver.state];
  const scope = waiver.image ?? waiver.file ?? 'every image';
  const about = waiver.vulnerability === undefined ? scope : `${waiver.vulnerability} in ${scope}`;
  const { file, line, column } = waiver.at ?? { file: path, line: 1, column: 1 };
  const location: Place = { file, line, column, endLine: line, endColumn: column };
  return [
    {
      rule: WAIVERS,
      level: 'warning',
      outcome: 'fail',
      message: `The waiver of ${waiver.rule} for ${about} (${waiver.owner}, until ${waiver.expires}) ${problem.message}.`,
      fix: problem.fix,
      location,
      aspect: `${waiver.state} ${waiver.rule}`,
      expanded: about,
    },
  ];
}

function fingerprinted(drafts: readonly Draft[]): Finding[] {
  const seen = new Map<string, number>();
  return [...drafts].sort(compareDrafts).map(({ aspect, expanded, ...finding }) => {
    const parts = {
      file: finding.location.file,
      rule: finding.rule,
      ...optionalField('aspect', aspect),
      ...optionalField('expanded', expanded),
    };
    const key = JSON.stringify(parts);
    const ordinal = seen.get(key) ?? 0;
    seen.set(key, ordinal + 1);
    return { ...finding, fingerprint: fingerprintOf({ ...parts, ordinal }) };
  });
}
