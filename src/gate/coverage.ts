import { type ImageUse, isRun } from '../build-files/image-use.js';
import { openText } from '../build-files/open-arguments.js';
import { groupBy } from '../lib/collections.js';
import { UNVERIFIED } from '../policy/policy.js';
import type { CheckDocument } from '../reports/check-document.js';
import type { Answer } from '../rules/answer.js';
import type { UnansweredCause } from '../rules/rule.js';

/**
 * How many references to images that are built on were checked, and how far. `full`, `partial`, `unchecked` and
 * `unresolved` add up to `references`.
 */
export type Coverage = CheckDocument['coverage'];

/** How many images that are only run were checked, and how far, by the rules that apply to them. */
export type RunCoverage = Pick<Coverage, 'references' | 'full' | 'partial' | 'unchecked' | 'unresolved'>;

/** One reason why rules have no answer, and how many references it concerns. */
export type CoverageCause = Coverage['causes'][number];

/** An image that answers name; without digests where it was not resolved. */
interface NamedImage {
  readonly id: string;
  readonly resolved?: object;
}

/** Counts how far the references of a run were checked, from what the rules answered about them and their images. */
export function coverageOf(
  uses: readonly ImageUse[],
  answers: readonly Answer[],
  images: readonly NamedImage[],
): Coverage {
  const byUse = groupBy(answers, ({ use }) => use);
  const seen = new Set(images.filter(({ resolved }) => resolved !== undefined).map(({ id }) => id));
  const coverages = (some: readonly ImageUse[]) =>
    some.map((use) => referenceCoverage(use, byUse.get(use.id) ?? [], seen));
  const all = coverages(uses.filter((use) => !isRun(use)));
  const run = coverages(uses.filter(isRun));
  return {
    ...counted(all),
    notOpened: all.filter(({ unanswered }) => unanswered.some(({ cause }) => cause === 'identity')).length,
    causes: causesOf(all),
    ...(run.length === 0 ? {} : { run: counted(run) }),
  };
}

function counted(all: readonly ReferenceCoverage[]): RunCoverage {
  const count = (state: ReferenceState) => all.filter((one) => one.state === state).length;
  return {
    references: all.length,
    full: count('full'),
    partial: count('partial'),
    unchecked: count('unchecked'),
    unresolved: count('unresolved'),
  };
}

type ReferenceState = 'full' | 'partial' | 'unchecked' | 'unresolved';

/** How far one reference was checked, and the cause for each rule that has no answer. */
interface ReferenceCoverage {
  readonly state: ReferenceState;
  readonly unanswered: readonly Unanswered[];
}

type Unanswered = Omit<CoverageCause, 'references'>;

/** How far one reference was checked, from what the rules answered about it. */
function referenceCoverage(use: ImageUse, answers: readonly Answer[], seen: ReadonlySet<string>): ReferenceCoverage {
  if (use.reference === null || use.unresolved !== undefined) {
    const message = use.unresolved ?? `${use.expanded} names no image`;
    return { state: 'unresolved', unanswered: [{ cause: 'unresolved', message, opened: false, rules: [] }] };
  }
  const open = use.open === undefined ? [] : [openValue(openText(use.open))];
  const evaluated = answers.filter(({ level }) => level !== 'off');
  const undecided = evaluated.filter(({ outcome }) => outcome === 'indeterminate' || outcome === 'skipped');
  // An image that was not resolved leaves every rule open, and is one cause.
  const unseen = undecided.filter(({ rule }) => rule === UNVERIFIED);
  const ofRules = (unseen.length > 0 ? unseen : undecided).map(({ rule, cause = 'undecided', message }) => ({
    cause,
    message: rule === UNVERIFIED ? (registryMessage(use.reference?.registry ?? '', cause) ?? message) : message,
    opened: rule !== UNVERIFIED && cause !== 'identity',
    rules: rule === UNVERIFIED || cause === 'identity' ? [] : [rule],
  }));
  const unanswered = [...ofRules, ...open];
  if (unanswered.length === 0) return { state: 'full', unanswered };
  // What policy or build file decide alone, such as that no signer can have signed it, says nothing of an unseen image.
  const looked = evaluated.some(
    ({ image, outcome }) => image !== undefined && seen.has(image) && (outcome === 'pass' || outcome === 'fail'),
  );
  return { state: looked ? 'partial' : 'unchecked', unanswered };
}

/** Another value than the one that was evaluated may be given, so that the reference names another image. */
function openValue(message: string): ReferenceCoverage['unanswered'][number] {
  return { cause: 'undecided', message, opened: true, rules: ['known-reference'] };
}

/** What became of a registry, the same for all its images; undefined where the cause is the image's own. */
function registryMessage(registry: string, cause: UnansweredCause): string | undefined {
  switch (cause) {
    case 'network':
    case 'timeout':
      return `${registry} did not answer`;
    case 'offline':
      return `${registry} was not contacted because the run is offline`;
    case 'tls':
      return `${registry} could not be reached over TLS`;
    case 'server-error':
      return `${registry} returned a server error`;
    case 'rate-limited':
      return `${registry} limited the rate of requests`;
    case 'unauthorized':
    case 'forbidden':
      return `${registry} refused access`;
    case 'not-contacted':
    case 'unlisted-host':
      return `${registry} was not contacted because neither the policy nor the catalog names it`;
    default:
      return undefined;
  }
}

function causesOf(all: readonly ReferenceCoverage[]): readonly CoverageCause[] {
  const found = new Map<string, { readonly first: Unanswered; readonly rules: Set<string>; references: number }>();
  for (const { unanswered } of all) {
    for (const [key, [first, ...others]] of groupBy(unanswered, ({ cause, message }) => `${cause} ${message}`)) {
      const known = found.get(key) ?? { first, rules: new Set<string>(), references: 0 };
      found.set(key, known);
      known.references += 1;
      for (const { rules } of [first, ...others]) for (const rule of rules) known.rules.add(rule);
    }
  }
  return [...found.values()]
    .map(({ first, rules, references }) => ({ ...first, rules: [...rules].sort(), references }))
    .sort((a, b) => b.references - a.references || (a.message < b.message ? -1 : 1));
}
