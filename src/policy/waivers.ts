import type { ImageUse } from '../build-files/image-use.js';
import { globMatches, parseGlob } from '../references/glob.js';
import { matches, parsePattern } from '../references/pattern.js';
import type { Reference } from '../references/reference.js';
import type { Answer } from '../rules/answer.js';
import { policyReference } from './govern.js';
import { type Policy, UNVERIFIED, type Waiver } from './policy.js';
import { mayExcuseUnknown } from './settings.js';

const DAY = 86_400_000;

/** A waiver and its state. The last three states are problems that a person should see. */
export type EvaluatedWaiver = Waiver & { readonly state: 'used' | 'unused' | 'expired' | 'too-long' };

/** What a waiver may cover: an answer's rule and place, and the image as policy sees it. */
interface WaiverScope {
  readonly rule: string;
  readonly file: string | undefined;
  /** Null where no image is known; a waiver that names an image then covers nothing. */
  readonly reference: Reference | null;
}

/**
 * Whether a waiver holds on a day. `expires` is the last day, whole, in UTC. One that runs longer than the policy's cap
 * is ignored until it does no more: otherwise the cap would have no effect.
 */
export function waiverPeriod(waiver: Waiver, maxWaiverDays: number, now: Date): 'holds' | 'expired' | 'too-long' {
  const end = Date.parse(`${waiver.expires}T00:00:00Z`) + DAY;
  // Written so that an invalid date (NaN) counts as expired.
  if (!(now.getTime() < end)) return 'expired';
  const today = Math.floor(now.getTime() / DAY) * DAY;
  return end - DAY - today > maxWaiverDays * DAY ? 'too-long' : 'holds';
}

/** Whether a waiver's rule, image and file describe an answer. A pattern that can't be read describes nothing. */
function isInScope(waiver: Waiver, scope: WaiverScope): boolean {
  if (waiver.rule !== scope.rule) return false;
  if (waiver.image !== undefined) {
    const pattern = parsePattern(waiver.image);
    if (!pattern.ok || scope.reference === null || !matches(pattern.value, scope.reference)) return false;
  }
  if (waiver.file === undefined) return true;
  const glob = parseGlob(waiver.file);
  return glob.ok && scope.file !== undefined && globMatches(glob.value, scope.file);
}

/** The waivers of a rule that may cover an image in any file, each with whether it holds on a day. */
export function waiversAbout(
  policy: Policy,
  { rule, reference }: { readonly rule: string; readonly reference: Reference },
  now: Date,
): readonly (Waiver & { readonly period: ReturnType<typeof waiverPeriod> })[] {
  return policy.waivers
    .filter(({ file: _anywhere, ...waiver }) => isInScope(waiver, { rule, file: undefined, reference }))
    .map((waiver) => ({ ...waiver, period: waiverPeriod(waiver, policy.maxWaiverDays, now) }));
}

/** The waiver that accepts one vulnerability for one use, where the policy has one that holds. */
export function vulnerabilityWaiver(
  policy: Policy,
  query: {
    readonly rule?: string;
    readonly use: ImageUse;
    readonly reference: Reference;
    readonly vulnerability: string;
  },
  now: Date,
): Waiver | null {
  const { use, reference, vulnerability } = query;
  return (
    policy.waivers.find(
      (waiver) =>
        waiver.vulnerability === vulnerability &&
        waiverPeriod(waiver, policy.maxWaiverDays, now) === 'holds' &&
        isInScope(waiver, { rule: query.rule ?? waiver.rule, file: use.file, reference }),
    ) ?? null
  );
}

/**
 * Marks the answers that waivers cover, and shows what became of each waiver. A waiver covers failures, and what could
 * not be found out only if it says so; one that names a vulnerability covers an answer whose vulnerabilities are all
 * accepted. Passing answers are not covered, but name the waivers that accept a vulnerability they are about: the rule
 * passed because of those.
 */
export function applyWaivers(
  policy: Policy,
  answers: readonly Answer[],
  uses: readonly ImageUse[],
  now: Date,
): { readonly answers: readonly Answer[]; readonly waivers: readonly EvaluatedWaiver[] } {
  const listed = policy.waivers.map((waiver, index) => {
    return { waiver, index, period: waiverPeriod(waiver, policy.maxWaiverDays, now) };
  });
  const holding = listed.filter(({ period }) => period === 'holds');
  const used = new Set<number>();
  const byId = new Map(uses.map((use) => [use.id, use]));
  const waivedAnswers = answers.map((answer) => {
    const scope = scopeOf(answer, byId, policy);
    const candidates = holding.filter(({ waiver }) => isInScope(waiver, scope));
    const accepts = candidates.flatMap(({ waiver: { vulnerability }, index }) =>
      vulnerability !== undefined && answer.vulnerabilities?.includes(vulnerability) ? [index] : [],
    );
    const covering = coveringWaiver(answer, candidates);
    if (covering === null && accepts.length === 0) return answer;
    for (const index of [...accepts, ...(covering === null ? [] : [covering])]) used.add(index);
    return {
      ...answer,
      ...(covering === null ? {} : { waiver: covering }),
      ...(accepts.length === 0 ? {} : { accepts }),
    };
  });
  const waivers = listed.map(({ waiver, index, period }) => {
    const state: EvaluatedWaiver['state'] = period === 'holds' ? (used.has(index) ? 'used' : 'unused') : period;
    return { ...waiver, state };
  });
  return { answers: waivedAnswers, waivers };
}

function scopeOf(answer: Answer, uses: ReadonlyMap<string, ImageUse>, policy: Policy): WaiverScope {
  const use = answer.use === undefined ? undefined : uses.get(answer.use);
  const reference = use?.reference ?? null;
  return {
    rule: answer.rule,
    file: use?.file ?? answer.location.file,
    reference: reference === null ? null : policyReference(policy, reference),
  };
}

/** The index of the waiver that covers an answer: one for the whole answer, or the first of those that share it out. */
function coveringWaiver(
  answer: Answer,
  candidates: readonly { readonly waiver: Waiver; readonly index: number }[],
): number | null {
  if (answer.outcome !== 'fail' && answer.outcome !== 'indeterminate') return null;
  const able = candidates.filter(
    ({ waiver }) =>
      answer.outcome === 'fail' ||
      answer.rule === UNVERIFIED ||
      (waiver.covers === 'indeterminate' && mayExcuseUnknown(answer.rule)),
  );
  const whole = able.find(({ waiver }) => waiver.vulnerability === undefined);
  if (whole !== undefined) return whole.index;
  const vulnerabilities = answer.vulnerabilities ?? [];
  const accepted = new Set(able.map(({ waiver }) => waiver.vulnerability));
  const [first] = able.filter(({ waiver }) => vulnerabilities.some((id) => id === waiver.vulnerability));
  return first !== undefined && vulnerabilities.every((id) => accepted.has(id)) ? first.index : null;
}
