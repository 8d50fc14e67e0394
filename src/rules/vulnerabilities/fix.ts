import { andMore, listed } from '../../lib/text.js';
import type { Vulnerability } from '../../vulnerabilities/vulnerabilities.js';
import type { ImageRuleSubject, NewerImage } from '../rule.js';
import { needed } from '../without-evidence.js';
import { sortAccepted } from './accepted.js';
import { distinct, groups } from './describe.js';
import { proofGaps } from './proof.js';
import { counts, type Thresholds } from './thresholds.js';

type Chosen = Thresholds & { readonly maxAge: string };

/**
 * What fixes what was found: what the tag names today, if that was evaluated and does; the versions to look for
 * otherwise. An image that was not evaluated, or not understood, never counts as a fix.
 */
export function fix(found: readonly Vulnerability[], subject: ImageRuleSubject, chosen: Chosen): string {
  const { newer } = subject;
  if (newer === undefined) return wantedVersions(found);
  if (newer.kind === 'unchecked') {
    return `The tag ${newer.tag} points to ${newer.digest ?? 'another image'} today, which was not checked: ${newer.reason} ${wantedVersions(found)}`;
  }
  return ofNewer(found, newer, subject, chosen);
}

function ofNewer(
  found: readonly Vulnerability[],
  { tag, digest, evidence }: Extract<NewerImage, { readonly kind: 'image' }>,
  subject: ImageRuleSubject,
  chosen: Chosen,
): string {
  const name = `${digest} (tag ${tag} today)`;
  const known = needed(evidence, 'vulnerabilities');
  if (!known.ok) return `Whether ${name} has them is not known: ${known.error.message} ${wantedVersions(found)}`;
  const { open } = sortAccepted(known.value.found, subject);
  const these = distinct(found);
  const there = new Set(open.flatMap(({ ids }) => ids));
  const left = found.filter(({ ids }) => ids.some((id) => there.has(id)));
  if (left.length > 0) {
    return `${name} ${stillHas(distinct(left), these.length)}. ${wantedVersions(left)}`;
  }
  const gap = proofGaps(known.value, [], chosen.maxAge, subject.now);
  if (gap !== null) return `Whether ${name} has them is not known: ${gap.message} ${wantedVersions(found)}`;
  const others = distinct(open.filter((one) => counts(one, chosen, subject.now)));
  const none = noneOf(these, known.value.found);
  if (others.length === 0) return `Use ${name}, ${none}.`;
  const which = others.length === 1 ? 'another counts' : `${others.length} others count`;
  return `In place of it there is ${name}, ${none}, but in which ${which}: ${listed(others.map(({ id }) => id))}.`;
}

/** That none of these is there, or that none counts there: what VEX silences is there all the same. */
function noneOf(these: readonly Vulnerability[], found: readonly Vulnerability[]): string {
  const there = new Set(found.flatMap(({ ids }) => ids));
  const silenced = these.filter(({ ids }) => ids.some((id) => there.has(id)));
  if (silenced.length === 0) return these.length === 1 ? 'which does not have it' : 'which has none of these';
  const count = these.length === 1 ? 'it does not count' : 'none of these counts';
  return `in which ${count}, since its publisher's VEX silences ${listed(silenced.map(({ id }) => id))}`;
}

/** Which of as many as were found are left. */
function stillHas(left: readonly Vulnerability[], of: number): string {
  if (of === 1) return 'has it too';
  if (left.length === of) return `still has all of these ${of}`;
  return `still has ${left.length} of these ${of} (${listed(left.map(({ id }) => id))})`;
}

/** The versions that fix all that can be fixed, by package; and what no version fixes, so that no fix is expected there. */
function wantedVersions(found: readonly Vulnerability[]): string {
  const byPackage = groups(found);
  const versions = byPackage.flatMap(({ packages, fixedIn }) =>
    fixedIn === undefined ? [] : [`${packages[0] ?? ''} ${fixedIn}`],
  );
  if (versions.length === 0) {
    return 'No fix is known: choose an image without these packages, or accept each by a waiver that names it.';
  }
  const more = andMore(versions.length - 3);
  const open = byPackage.flatMap(({ packages, unfixed }) => unfixed.map(({ id }) => `${id} in ${packages[0] ?? ''}`));
  const [without, each] = open.length === 1 ? ['the package', 'it'] : ['these packages', 'each'];
  const left =
    open.length === 0
      ? ''
      : ` No fix is known for ${listed(open)}: choose an image without ${without}, or accept ${each} by a waiver that names it.`;
  return `Use an image that has ${versions.slice(0, 3).join(', ')} or newer${more}.${left}`;
}
