import type { ImageUse, Role } from '../build-files/image-use.js';
import { openText, TARGET } from '../build-files/open-arguments.js';
import { groupBy, optionalField } from '../lib/collections.js';
import { listed } from '../lib/text.js';
import { formatReference, type Reference, repositoryName } from '../references/reference.js';
import type { EvaluatedImage, Report } from '../reports/report.js';
import type { Answer } from '../rules/answer.js';

/** A reference that every rule at level error lets through, and the digest that it was evaluated at. */
export interface VerifiedReference {
  /** As a build pulls it: with its tag, and its digest where the build file writes one. */
  readonly reference: Reference;
  /** What the reference names: an index's digest, or a single manifest's. */
  readonly digest: string;
  /** The platforms evaluated, such as `linux/amd64`, in order. */
  readonly platforms: readonly string[];
  /** Who signed, in one line each; empty where no signature counts. */
  readonly authorities: readonly string[];
  /** The last day (ISO, UTC) of the first waiver that it rests on; absent where it rests on none. */
  readonly until?: string;
  /** Which parameter of a build decides it that a run may set otherwise, in a clause; absent where none does. */
  readonly open?: string;
  /** What was evaluated, once for each platform. */
  readonly images: readonly EvaluatedImage[];
  readonly roles: readonly Role[];
  /** The rules at level error that passed. */
  readonly enforced: ReadonlySet<string>;
}

/** A reference that is not verified, and why, as a sentence or the message of a rule. */
export interface LeftReference {
  readonly name: string;
  /** Absent where the image is not known. */
  readonly reference?: Reference;
  readonly reason: string;
}

export interface VerifiedReferences {
  readonly verified: readonly VerifiedReference[];
  readonly left: readonly LeftReference[];
}

/**
 * What a run verified: references whose answers at level error all pass or are waived, and whose image was resolved to one
 * digest on every platform. What only the profile `observe` lowers to a warning counts as an error. A reference or an
 * image that fails in one place is verified in none, since no target of an export knows places.
 *
 * A reference that a run may replace, through a build argument for example, is verified as it was evaluated: a target
 * denies every other one. Where a run decides the target it is not, since another role has other rules.
 *
 * @param roles the roles of the uses that count
 */
export function verifiedReferences(report: Report, roles: readonly Role[]): VerifiedReferences {
  const byUse = groupBy(report.answers, ({ use }) => use);
  const images = new Map(report.images.map((image) => [image.id, image]));
  const decisions = report.uses
    .filter(({ role }) => roles.includes(role))
    .map((use) => decide(use, byUse.get(use.id) ?? [], images, report));
  const refused = new Set(decisions.flatMap(({ left, names }) => (left === undefined ? [] : names)));
  const groups = groupBy(decisions, ({ name }) => name);
  const verified: VerifiedReference[] = [];
  const left: LeftReference[] = [];
  for (const [name, group] of groups) {
    const reason = whyLeft(group, refused);
    if (reason !== undefined) left.push({ name, reason, ...optionalField('reference', group[0].reference) });
    else verified.push(...joined(group));
  }
  return { verified: verified.sort(byName), left: left.sort((a, b) => compare(a.name, b.name)) };
}

/** Says of references that a run may replace what becomes of the others, a sentence each. */
export function openStatements(verified: readonly VerifiedReference[]): readonly string[] {
  return verified.flatMap(({ reference, open }) =>
    open === undefined
      ? []
      : [`${formatReference(reference)} is allowed as it was evaluated, and ${open}: another image is denied.`],
  );
}

/** Where a target of builds lets through more than the gate does: it sees an image, and not what that is for. */
export function roleLimits(verified: readonly VerifiedReference[]): readonly string[] {
  const others = verified
    .filter(({ roles }) => !roles.includes('final'))
    .map(({ reference }) => formatReference(reference));
  return others.length === 0
    ? []
    : [
        `It can't distinguish roles: what was verified for build stages, copies or frontends may also ship: ${listed(others)}.`,
      ];
}

/** The roles of images that a build pulls. */
export const BUILT_ROLES: readonly Role[] = ['final', 'build', 'copy', 'frontend'];

interface Decision {
  /** The reference, or what is written where none is known. */
  readonly name: string;
  /** The names that this use is known by: as written, and by its digest. */
  readonly names: readonly string[];
  readonly reference?: Reference;
  readonly left?: string;
  readonly verified?: VerifiedReference;
}

function decide(
  use: ImageUse,
  answers: readonly Answer[],
  images: ReadonlyMap<string, EvaluatedImage>,
  { waivers }: Report,
): Decision {
  const { reference } = use;
  if (reference === null) return { name: use.expanded, names: [], left: use.unresolved ?? 'The image is not known.' };
  const name = formatReference(reference);
  const own = [...new Set(answers.flatMap(({ image }) => image ?? []))].flatMap((id) => images.get(id) ?? []);
  const digests = [...new Set(own.flatMap(({ resolved }) => resolved?.digest ?? []))];
  const names = [name, ...digests.map((digest) => `${repositoryName(reference)}@${digest}`)];
  const refuse = (left: string): Decision => ({ name, names, reference, left });
  const against = answers.find(isAgainst);
  if (against !== undefined) return refuse(`${against.rule}: ${against.message}`);
  if (use.unresolved !== undefined) return refuse(use.unresolved);
  const { open = [] } = use;
  const targets = open.filter(({ argument }) => argument === TARGET);
  if (targets.length > 0) return refuse(`It may have another role: ${openText(targets)}.`);
  const [digest] = digests;
  if (digest === undefined || own.some(({ resolved }) => resolved === undefined))
    return refuse('It was not resolved on every platform evaluated.');
  if (digests.length > 1) return refuse('Its platforms resolved to different digests.');
  const ends = answers
    .flatMap(({ waiver, accepts = [] }) => [...(waiver === undefined ? [] : [waiver]), ...accepts])
    .flatMap((index) => waivers[index]?.expires ?? [])
    .sort(compare);
  return {
    name,
    names,
    reference,
    verified: {
      reference,
      digest,
      platforms: [...new Set(own.map(({ platform }) => platform))].sort(compare),
      authorities: [...new Set(own.flatMap(authoritiesOf))].sort(compare),
      ...optionalField('until', ends[0]),
      ...optionalField('open', open.length === 0 ? undefined : openText(open)),
      images: own,
      roles: [use.role],
      enforced: new Set(answers.filter(isEnforced).map(({ rule }) => rule)),
    },
  };
}

/** What an export answers itself: it gives its digest to a reference that names a tag alone. */
function isAboutPinning({ rule, aspect }: Answer): boolean {
  return rule === 'pinned-by-digest' || (rule === 'allowed-frontend' && aspect === 'pinned');
}

/** Whether a rule that is evaluated has an answer. */
export function isAnswered({ level, outcome }: Answer): boolean {
  return level === 'off' || (outcome !== 'indeterminate' && outcome !== 'skipped');
}

/** Skipped answers at level error stand next to the failure that they were skipped for, unless nothing was evaluated. */
function isAgainst(answer: Answer): boolean {
  const { level, heldBack, outcome, waiver } = answer;
  return (
    (level === 'error' || heldBack === true) &&
    !isAboutPinning(answer) &&
    waiver === undefined &&
    (outcome === 'fail' || outcome === 'indeterminate' || outcome === 'skipped')
  );
}

function isEnforced({ level, heldBack, outcome }: Answer): boolean {
  return (level === 'error' || heldBack === true) && outcome === 'pass';
}

function authoritiesOf({ evidence: { signatures } }: EvaluatedImage): readonly string[] {
  return signatures?.status === 'present' ? signatures.value.verified.map(({ authority }) => authority) : [];
}

function whyLeft(group: readonly Decision[], refused: ReadonlySet<string>): string | undefined {
  const own = group.find(({ left }) => left !== undefined)?.left;
  if (own !== undefined) return own;
  if (group.some(({ names }) => names.some((name) => refused.has(name))))
    return 'The same image fails under another reference.';
  const digests = new Set(group.map(({ verified }) => verified?.digest));
  return digests.size > 1 ? 'It resolved to different digests in different places.' : undefined;
}

/** One entry for all uses of a reference, for the platforms of all, until the first end. */
function joined(group: readonly Decision[]): readonly VerifiedReference[] {
  const all = group.flatMap(({ verified }) => verified ?? []);
  const [first] = all;
  if (first === undefined) return [];
  const of = (list: (one: VerifiedReference) => string | readonly string[]) =>
    [...new Set(all.flatMap(list))].sort(compare);
  const [until] = of((one) => one.until ?? []);
  const [open] = of((one) => one.open ?? []);
  return [
    {
      reference: first.reference,
      digest: first.digest,
      platforms: of(({ platforms }) => platforms),
      authorities: of(({ authorities }) => authorities),
      ...optionalField('until', until),
      ...optionalField('open', open),
      images: [...new Set(all.flatMap(({ images }) => images))],
      roles: [...new Set(all.flatMap(({ roles }) => roles))],
      enforced: new Set(all.flatMap(({ enforced }) => [...enforced])),
    },
  ];
}

function byName(a: VerifiedReference, b: VerifiedReference): number {
  return compare(formatReference(a.reference), formatReference(b.reference));
}

/** By code units, so that the order does not depend on the machine's locale. */
export function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
