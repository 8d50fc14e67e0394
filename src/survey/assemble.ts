import { ROLES } from '../build-files/image-use.js';
import { distinct, groupBy, optionalField } from '../lib/collections.js';
import type { ImageFacts, Problem, RepositoryDocument, SurveyDocument } from './document.js';
import { VISIBILITIES, type Visibility } from './list-repositories.js';
import type { FileRecord, ReferenceRecord, RepositoryRecord } from './records.js';
import { stepsOf } from './steps.js';

/** Everything a survey found out; the document is made from this and nothing else. */
export interface SurveyRecords
  extends Pick<
    SurveyDocument,
    'tool' | 'day' | 'of' | 'list' | 'shards' | 'audience' | 'policy' | 'failed' | 'notices'
  > {
  readonly repositories: readonly RepositoryRecord[];
  readonly images: readonly ImageFacts[];
  readonly leftOut: Pick<SurveyDocument['repositoryCount'], 'archived' | 'disabled' | 'empty' | 'morePrivate'>;
}

/** Makes the document of a survey: the same for the same records, in whatever order they come. */
export function surveyDocument(records: SurveyRecords): SurveyDocument {
  const repositories = records.repositories
    .map(sortedRecord)
    .sort((a, b) => order(a.name.toLowerCase(), b.name.toLowerCase()) || order(a.name, b.name));
  const failed = distinct(records.failed).toSorted((a, b) => order(a.name, b.name) || order(a.message, b.message));
  const problems = sortedProblems(repositories);
  const indexes = new Map(problems.map((problem, index) => [JSON.stringify(problem), index]));
  const ids = (some: readonly Problem[]) =>
    [...new Set(some.map((problem) => indexes.get(JSON.stringify(problem)) ?? 0))].sort((a, b) => a - b);
  const facts = mergedFacts(records.images);
  const { leftOut } = records;
  const listed =
    repositories.length + failed.length + leftOut.archived + leftOut.disabled + leftOut.empty + leftOut.morePrivate;
  const documents = repositories.map(
    ({ name, visibility, commit, references, files, unread }): RepositoryDocument => ({
      name,
      visibility,
      commit,
      verdict: verdictOfRecord({ references, files }),
      coverage: coverageOfReferences(references),
      references: references.map(({ image, file, line, role, checked, owners, problems: found }) => ({
        image,
        file,
        line,
        role,
        checked,
        ...optionalField('owners', owners),
        problems: ids(found),
      })),
      files: files.map(({ file, line, owners, problems: found }) => ({
        file,
        line,
        ...optionalField('owners', owners),
        problems: ids(found),
      })),
      unread: unread.map(({ path, line, what, owners }) => ({
        path,
        ...optionalField('line', line),
        what,
        ...optionalField('owners', owners),
      })),
    }),
  );
  const verdicts = { pass: 0, fail: 0, indeterminate: 0 };
  for (const { verdict } of documents) verdicts[verdict] += 1;
  return {
    schema: 'base-image-gate/survey/v1',
    tool: records.tool,
    day: records.day,
    of: records.of,
    ...optionalField('list', records.list),
    ...optionalField('shards', records.shards),
    ...optionalField('audience', records.audience),
    policy: records.policy,
    names: mostPrivate([...repositories, ...failed], facts),
    complete: failed.length === 0 && records.shards === undefined,
    repositoryCount: { listed, surveyed: repositories.length, failed: failed.length, ...leftOut },
    verdicts,
    coverage: coverageOfReferences(repositories.flatMap(({ references }) => references)),
    steps: stepsOf(repositories),
    images: imageRows(repositories, facts),
    publishers: publisherRows(repositories, facts),
    rules: ruleRows(repositories),
    unread: unreadRows(repositories),
    owners: ownerRows(repositories),
    problems,
    repositories: documents,
    failed,
    notices: distinct(records.notices).toSorted(order),
  };
}

/** The verdict over what was found at level error, as the gate has it. */
function verdictOfRecord({
  references,
  files,
}: Pick<RepositoryRecord, 'references' | 'files'>): RepositoryDocument['verdict'] {
  const found = [...references, ...files].flatMap(({ problems }) => problems).filter(({ level }) => level === 'error');
  if (found.some(({ outcome }) => outcome === 'fail')) return 'fail';
  return found.length === 0 ? 'pass' : 'indeterminate';
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sortedRecord(record: RepositoryRecord): RepositoryRecord {
  const byPlace = <T extends FileRecord | ReferenceRecord>(a: T, b: T) =>
    order(a.file, b.file) || a.line - b.line || order(kindOf(a), kindOf(b));
  return {
    ...record,
    references: record.references.toSorted(byPlace),
    files: record.files.toSorted(byPlace),
    unread: distinct(record.unread).toSorted(
      (a, b) => order(a.path, b.path) || (a.line ?? 0) - (b.line ?? 0) || order(a.what, b.what),
    ),
  };
}

/** What distinguishes the references of one line. */
function kindOf(record: FileRecord | ReferenceRecord): string {
  const { problems } = record;
  return JSON.stringify(['image' in record ? [record.image, record.role, record.checked] : [], problems]);
}

function sortedProblems(repositories: readonly RepositoryRecord[]): readonly Problem[] {
  const all = new Map<string, Problem>();
  for (const { references, files } of repositories) {
    for (const { problems } of [...references, ...files])
      for (const problem of problems) all.set(JSON.stringify(problem), problem);
  }
  return [...all].sort(([a], [b]) => order(a, b)).map(([, problem]) => problem);
}

/** One for each reference: shards may have seen a tag at different digests, and all of them are named. */
function mergedFacts(images: readonly ImageFacts[]): ReadonlyMap<string, ImageFacts> {
  const merged = [...groupBy(images, ({ reference }) => reference)].map(([reference, all]): [string, ImageFacts] => {
    const platforms = [
      ...groupBy(
        all.flatMap((one) => one.platforms),
        ({ platform }) => platform,
      ),
    ]
      .map(([platform, some]) => ({
        platform,
        digests: [...new Set(some.flatMap(({ digests }) => digests))].sort(order),
      }))
      .sort((a, b) => order(a.platform, b.platform));
    const publisher = all.find((one) => one.publisher !== undefined)?.publisher;
    const mayBePrivate = all.some((one) => one.mayBePrivate === true);
    return [
      reference,
      {
        reference,
        ...optionalField('publisher', publisher),
        ...(mayBePrivate ? { mayBePrivate } : {}),
        platforms,
      },
    ];
  });
  return new Map(merged.sort(([a], [b]) => order(a, b)));
}

function coverageOfReferences(references: readonly ReferenceRecord[]): SurveyDocument['coverage'] {
  const counts = { references: 0, full: 0, partial: 0, unchecked: 0, unresolved: 0 };
  for (const { role, checked } of references) {
    if (role === 'run') continue;
    counts.references += 1;
    counts[checked] += 1;
  }
  return counts;
}

function mostPrivate(
  named: readonly { readonly visibility: Visibility }[],
  facts: ReadonlyMap<string, ImageFacts>,
): Visibility {
  if ([...facts.values()].some(({ mayBePrivate }) => mayBePrivate === true)) return 'private';
  const ranks = named.map(({ visibility }) => VISIBILITIES.indexOf(visibility));
  return VISIBILITIES[ranks.reduce((most, rank) => Math.max(most, rank), 0)] ?? 'private';
}

/** How many references there are of a kind, and in how many repositories. */
class Tally {
  references = 0;
  readonly #repositories = new Set<string>();

  add(repository: string): void {
    this.references += 1;
    this.#repositories.add(repository);
  }

  get counts(): { readonly repositories: number; readonly references: number } {
    return { repositories: this.#repositories.size, references: this.references };
  }
}

type Placed = readonly [repository: string, reference: ReferenceRecord];

function placedReferences(repositories: readonly RepositoryRecord[]): readonly Placed[] {
  return repositories.flatMap(({ name, references }) => references.map((reference): Placed => [name, reference]));
}

function mostFirst(a: { readonly repositories: number }, b: { readonly repositories: number }): number {
  return b.repositories - a.repositories;
}

function imageRows(
  repositories: readonly RepositoryRecord[],
  facts: ReadonlyMap<string, ImageFacts>,
): SurveyDocument['images'] {
  return [...groupBy(placedReferences(repositories), ([, { image }]) => image)]
    .flatMap(([image, placed]) => {
      if (image === null) return [];
      const tally = new Tally();
      const roles = new Set(placed.map(([, { role }]) => role));
      const failing = new Set<string>();
      for (const [repository, { problems }] of placed) {
        tally.add(repository);
        for (const { rule, level, outcome } of problems) if (level === 'error' && outcome === 'fail') failing.add(rule);
      }
      const known = facts.get(image) ?? { reference: image, platforms: [] };
      return [
        {
          ...known,
          ...tally.counts,
          roles: ROLES.filter((role) => roles.has(role)),
          failing: [...failing].sort(order),
        },
      ];
    })
    .sort((a, b) => mostFirst(a, b) || order(a.reference, b.reference));
}

function publisherRows(
  repositories: readonly RepositoryRecord[],
  facts: ReadonlyMap<string, ImageFacts>,
): SurveyDocument['publishers'] {
  const known = placedReferences(repositories).filter(([, { image }]) => image !== null);
  return [...groupBy(known, ([, { image }]) => facts.get(image ?? '')?.publisher ?? null)]
    .map(([publisher, placed]) => {
      const tally = new Tally();
      for (const [repository] of placed) tally.add(repository);
      return { publisher, images: new Set(placed.map(([, { image }]) => image)).size, ...tally.counts };
    })
    .sort((a, b) => mostFirst(a, b) || order(a.publisher ?? '', b.publisher ?? ''));
}

function ruleRows(repositories: readonly RepositoryRecord[]): SurveyDocument['rules'] {
  const rows = new Map<string, { readonly tally: Tally; readonly images: Set<string>; readonly problem: Problem }>();
  const count = (repository: string, problems: readonly Problem[], image: string | null) => {
    const each = new Map(problems.map((problem) => [`${problem.level} ${problem.outcome} ${problem.rule}`, problem]));
    for (const [key, problem] of each) {
      const row = rows.get(key) ?? { tally: new Tally(), images: new Set<string>(), problem };
      rows.set(key, row);
      row.tally.add(repository);
      if (image !== null) row.images.add(image);
    }
  };
  for (const { name, references, files } of repositories) {
    for (const { problems, image } of references) count(name, problems, image);
    for (const { problems } of files) count(name, problems, null);
  }
  return [...rows.values()]
    .map(({ tally, images, problem: { rule, level, outcome } }) => ({
      rule,
      level,
      outcome,
      images: images.size,
      ...tally.counts,
    }))
    .sort((a, b) => order(a.level, b.level) || order(a.outcome, b.outcome) || mostFirst(a, b) || order(a.rule, b.rule));
}

function unreadRows(repositories: readonly RepositoryRecord[]): SurveyDocument['unread'] {
  const placed = repositories.flatMap(({ name, unread }) => unread.map(({ what }) => [what, name] as const));
  return [...groupBy(placed, ([what]) => what)]
    .map(([what, all]) => ({ what, repositories: new Set(all.map(([, name]) => name)).size, places: all.length }))
    .sort((a, b) => mostFirst(a, b) || order(a.what, b.what));
}

function ownerRows(repositories: readonly RepositoryRecord[]): SurveyDocument['owners'] {
  const rows = new Map<string | null, { readonly names: Set<string>; failing: number; unread: number }>();
  const count = (repository: string, owners: readonly string[] | undefined, what: 'failing' | 'unread') => {
    for (const owner of owners ?? [null]) {
      const row = rows.get(owner) ?? { names: new Set<string>(), failing: 0, unread: 0 };
      rows.set(owner, row);
      row.names.add(repository);
      row[what] += 1;
    }
  };
  for (const { name, references, files, unread } of repositories) {
    for (const { owners, problems } of [...references, ...files])
      if (problems.some(({ level, outcome }) => level === 'error' && outcome === 'fail'))
        count(name, owners, 'failing');
    for (const { owners } of unread) count(name, owners, 'unread');
  }
  return [...rows]
    .map(([owner, { names, failing, unread }]) => ({ owner, repositories: names.size, failing, unread }))
    .sort((a, b) => mostFirst(a, b) || b.failing - a.failing || order(a.owner ?? '', b.owner ?? ''));
}
