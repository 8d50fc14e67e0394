import type { ImageUse } from '../build-files/image-use.js';
import { optionalField } from '../lib/collections.js';
import { LEVELS } from '../policy/policy.js';
import { formatReference } from '../references/reference.js';
import type { EvaluatedImage, Report } from '../reports/report.js';
import type { Answer } from '../rules/answer.js';
import { changingFacts, type Silenced, silencedIn } from './changing-facts.js';
import { repositoryOf } from './image-of.js';
import { stableUuid } from './stable-uuid.js';

/** What an observation is about. */
export type Subject =
  | { readonly kind: 'image'; readonly reference: string; readonly digest?: string }
  | { readonly kind: 'build-file'; readonly path: string }
  | { readonly kind: 'policy'; readonly name: string };

/** One thing that a rule saw of one subject, wherever the subject is used. */
export interface Observation {
  /** The same while rule, subject and what was seen stay the same; the time, wording and waivers do not matter. */
  readonly uuid: string;
  readonly rule: string;
  readonly aspect?: string;
  readonly subject: Subject;
  readonly platform?: string;
  /** `indeterminate` and `skipped`: it could not be observed. */
  readonly outcome: 'pass' | 'fail' | 'indeterminate' | 'skipped';
  /** The strictest, where uses of the subject are evaluated at several. */
  readonly level: Answer['level'];
  /** Sentences, one for each way it was seen. */
  readonly reasons: readonly string[];
  readonly vulnerabilities: readonly string[];
  /** `file:line` of the uses. */
  readonly places: readonly string[];
  /** Index into the report's waivers: the observation is covered wherever its subject is used, by this one first. */
  readonly waiver?: number;
  /** Where one waiver does not cover it everywhere: those that cover it somewhere, each with a place. */
  readonly waivedAt: readonly WaivedPlace[];
  /** Indexes into the report's waivers: those that each accept one of the vulnerabilities. */
  readonly accepts: readonly number[];
  /** Vulnerabilities that a verified VEX statement silences here. */
  readonly silenced: readonly Silenced[];
}

/** A place at which a waiver covers an observation. */
interface WaivedPlace {
  /** Index into the report's waivers. */
  readonly waiver: number;
  /** `file:line`, or the file where it is about no use. */
  readonly place: string;
}

/** Every observation of a run, each once, in the order of rules and subjects. A rule that was not evaluated makes none. */
export function observationsOf(report: Report): readonly Observation[] {
  const uses = new Map(report.uses.map((use) => [use.id, use]));
  const images = new Map(report.images.map((image) => [image.id, image]));
  const digests = digestsOfUses(report, images);
  const files = new Set(report.files.map(({ path }) => path));
  const found = new Map<string, Observation>();
  const unwaived = new Set<string>();
  for (const answer of report.answers) {
    const { rule, aspect, platform, outcome, level, vulnerabilities = [], waiver, accepts = [] } = answer;
    if (outcome === 'not-applicable') continue;
    const use = answer.use === undefined ? undefined : uses.get(answer.use);
    const subject = subjectOf(answer, use, digests, files, report);
    const seen = [...vulnerabilities].sort();
    const image = answer.image === undefined ? undefined : images.get(answer.image);
    const facts = changingFacts(rule, image);
    const uuid = stableUuid('observation', rule, aspect, keyOf(subject), platform, outcome, seen, facts);
    const known = found.get(uuid);
    const place = use === undefined ? [] : [`${use.file}:${use.line}`];
    if (waiver === undefined) unwaived.add(uuid);
    const waived = waiver === undefined ? [] : [{ waiver, place: place[0] ?? nameOf(subject) }];
    found.set(uuid, {
      uuid,
      rule,
      ...optionalField('aspect', aspect),
      subject,
      ...optionalField('platform', platform),
      outcome,
      level: known === undefined ? level : stricter(known.level, level),
      reasons: distinct([...(known?.reasons ?? []), answer.message]),
      vulnerabilities: seen,
      places: distinct([...(known?.places ?? []), ...place]),
      waivedAt: [...(known?.waivedAt ?? []), ...waived],
      accepts: [...new Set([...(known?.accepts ?? []), ...accepts])].sort((a, b) => a - b),
      silenced: ABOUT_VULNERABILITIES.has(rule) && image !== undefined ? silencedIn(image.evidence) : [],
    });
  }
  return [...found.values()].map((one) => (unwaived.has(one.uuid) ? one : waivedEverywhere(one)));
}

function waivedEverywhere(observation: Observation): Observation {
  const { waivedAt } = observation;
  const [first, ...others] = new Set(waivedAt.map(({ waiver }) => waiver));
  if (first === undefined) return observation;
  return { ...observation, waiver: first, waivedAt: others.length === 0 ? [] : waivedAt };
}

const ABOUT_VULNERABILITIES = new Set(['no-known-vulnerabilities', 'no-new-vulnerabilities']);

function nameOf(subject: Subject): string {
  if (subject.kind === 'image') return subject.reference;
  return subject.kind === 'policy' ? subject.name : subject.path;
}

function stricter(a: Answer['level'], b: Answer['level']): Answer['level'] {
  return LEVELS.indexOf(a) <= LEVELS.indexOf(b) ? a : b;
}

/** Names a subject in a text that is the same for the same subject. */
export function keyOf(subject: Subject): string {
  if (subject.kind === 'build-file') return `file ${subject.path}`;
  if (subject.kind === 'policy') return `policy ${subject.name}`;
  // Tags come and go over a digest, so they are no part of what an image is.
  return `image ${repositoryOf(subject.reference)}@${subject.digest ?? subject.reference}`;
}

function subjectOf(
  answer: Answer,
  use: ImageUse | undefined,
  digests: ReadonlyMap<string, string>,
  files: ReadonlySet<string>,
  { policy }: Report,
): Subject {
  if (use === undefined) {
    const { file } = answer.location;
    return files.has(file) ? { kind: 'build-file', path: file } : { kind: 'policy', name: policy.source.name };
  }
  const digest = digests.get(answer.image ?? use.id) ?? digests.get(use.id) ?? use.reference?.digest;
  const reference = use.reference === null ? use.expanded : formatReference(use.reference);
  return { kind: 'image', reference, ...optionalField('digest', digest) };
}

/** The digest that was resolved for each image and each use, by their ids; rules that need none are evaluated before that. */
function digestsOfUses({ answers }: Report, images: ReadonlyMap<string, EvaluatedImage>): ReadonlyMap<string, string> {
  const digests = new Map<string, string>();
  for (const { use, image = '' } of answers) {
    const digest = images.get(image)?.resolved?.digest;
    if (use === undefined || digest === undefined) continue;
    digests.set(use, digest).set(image, digest);
  }
  return digests;
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
