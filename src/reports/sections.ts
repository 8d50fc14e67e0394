import { groupBy, optionalField } from '../lib/collections.js';
import { formatReference } from '../references/reference.js';
import type { Finding, Report } from './report.js';

/** What one rule found wrong with one image, the worst first. */
export interface RuleRow {
  readonly first: Finding;
  readonly findings: readonly Finding[];
}

/** An image of a file, or what is no image such as the file itself, with everything that was found about it. */
export interface Subject {
  /** The image, shortened for reading; absent for findings about the file. */
  readonly image?: string;
  /** Each place of the file once. */
  readonly places: readonly Finding['location'][];
  readonly findings: readonly Finding[];
  readonly platforms: readonly string[];
  readonly isOpened: boolean;
  readonly rows: readonly RuleRow[];
  /** The fix that most of the findings share, of the worst where none does. */
  readonly fix?: string;
}

/** A file with findings: the file with most errors comes first. */
export interface FileSection {
  readonly file: string;
  readonly findings: readonly Finding[];
  readonly subjects: readonly Subject[];
}

/** One rule's finding about one image, wherever it is used. */
export interface Cause {
  readonly row: RuleRow;
  readonly image?: string;
  /** `file:line:column` of each place. */
  readonly places: readonly string[];
  readonly fix?: string;
}

const DIGEST = /(?<=sha256:[0-9a-f]{12})[0-9a-f]{52}/g;

/** A message as it stands below the name of its image, which it need not repeat. */
export function withoutName(message: string, image: string): string {
  const name = image.replace(/[^\w]/g, '\\$&');
  const named = new RegExp(`(?<![\\w./:@-])(?:\`${name}\`|${name})(?![\\w/:@-]|\\.\\w)`, 'g');
  return message.replace(named, 'it').replace(/^it\b/, 'It');
}

/** Digests by their first twelve digits: whole ones are in the details, and in the other formats. */
export function withShortDigests(text: string): string {
  return text.replace(DIGEST, '…');
}

/** Findings by file and image, the worst first; `findings` come in that order. */
export function fileSections(report: Report, findings: readonly Finding[]): readonly FileSection[] {
  const images = imageNames(report);
  const unopened = unopenedUses(report);
  const files = groupBy(findings, ({ location }) => location.file);
  return [...files]
    .map(([file, found]) => ({
      file,
      findings: found,
      subjects: [...groupBy(found, (finding) => subjectKey(finding, images))].map(([, all]) =>
        subjectOf(all, images, unopened),
      ),
    }))
    .sort((a, b) => errorsOf(b.findings) - errorsOf(a.findings) || b.findings.length - a.findings.length);
}

/** Findings by rule and image, the most frequent first: what a repository with hundreds of build files has to solve. */
export function causes(report: Report, findings: readonly Finding[]): readonly Cause[] {
  const images = imageNames(report);
  const groups = groupBy(findings, (finding) => {
    const image = imageOf(finding, images);
    return JSON.stringify([finding.rule, finding.level, finding.outcome, image ?? finding.message]);
  });
  return [...groups.values()]
    .map((found): Cause => {
      const [first] = found;
      const image = imageOf(first, images);
      const fix = sharedFix(found);
      const places = [...new Set(found.map(({ location }) => placeOf(location)))];
      return {
        row: { first, findings: found },
        places,
        ...optionalField('image', image),
        ...optionalField('fix', fix),
      };
    })
    .sort((a, b) => errorsOf([b.row.first]) - errorsOf([a.row.first]) || b.places.length - a.places.length);
}

/** How many findings of these decide the verdict. */
export function errorsOf(findings: readonly Finding[]): number {
  return findings.filter(({ level }) => level === 'error').length;
}

function subjectOf(
  findings: readonly [Finding, ...Finding[]],
  images: ReadonlyMap<string, string>,
  unopened: ReadonlySet<string>,
): Subject {
  const image = imageOf(findings[0], images);
  const rows = [...groupBy(findings, ({ rule }) => rule).values()];
  return {
    ...optionalField('image', image),
    places: [...new Map(findings.map(({ location }) => [placeOf(location), location])).values()],
    findings,
    platforms: [...new Set(findings.flatMap(({ platforms = [] }) => platforms))],
    isOpened: !findings.some(({ use }) => use !== undefined && unopened.has(use)),
    rows: rows.map((found) => ({ first: found[0], findings: found })),
    ...optionalField('fix', sharedFix(findings)),
  };
}

/** Of the worst findings' fixes the most frequent, the first of equals: an image has one thing to do first. */
function sharedFix(findings: readonly Finding[]): string | undefined {
  const worst = findings.filter(({ level }) => level === findings[0]?.level);
  const counts = new Map<string, number>();
  for (const { fix } of worst) if (fix !== undefined) counts.set(fix, (counts.get(fix) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** Findings of one image at several lines of a file are about one subject; others are about their place. */
function subjectKey(finding: Finding, images: ReadonlyMap<string, string>): string {
  const { line, column } = finding.location;
  return imageOf(finding, images) ?? `${line}:${column}`;
}

function imageOf({ use }: Finding, images: ReadonlyMap<string, string>): string | undefined {
  return use === undefined ? undefined : images.get(use);
}

function imageNames({ uses }: Report): ReadonlyMap<string, string> {
  return new Map(
    uses.map(({ id, reference, written }) => [id, reference === null ? written : formatReference(reference)]),
  );
}

function unopenedUses({ answers }: Report): ReadonlySet<string> {
  return new Set(answers.flatMap(({ use, cause }) => (use !== undefined && cause === 'identity' ? [use] : [])));
}

function placeOf({ file, line, column }: Finding['location']): string {
  return `${file}:${line}:${column}`;
}
