import { groupBy, optionalField } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';
import { type SurveyRecords, surveyDocument } from './assemble.js';
import type { Problem, SurveyDocument } from './document.js';
import type { RepositoryRecord } from './records.js';

/** A survey that is merged, and what to call it in a message. */
export interface SurveyPart {
  readonly name: string;
  readonly document: SurveyDocument;
}

/**
 * Merges surveys of parts of the same repositories: the shards of one survey become what one run would have written.
 * Fails with a sentence where they are not of one survey.
 */
export function mergeSurveys(parts: readonly SurveyPart[]): Result<SurveyDocument, string> {
  const [first, ...others] = parts;
  if (first === undefined) return err('There is nothing to merge.');
  for (const other of others) {
    const difference = differenceOf(first.document, other.document);
    if (difference !== null)
      return err(
        `${other.name} is not of the same survey as ${first.name}: ${difference}. Run them again with the same.`,
      );
  }
  const documents = parts.map(({ document }) => document);
  const shards = shardsOf(parts);
  if (!shards.ok) return shards;
  const repositories = mergedRepositories(parts);
  if (!repositories.ok) return repositories;
  const { tool, of, list, audience, policy } = first.document;
  const days = [...new Set(documents.map(({ day }) => day))].sort();
  const records: SurveyRecords = {
    tool,
    day: days.at(-1) ?? first.document.day,
    of,
    ...optionalField('list', list),
    ...optionalField('shards', shards.value),
    ...optionalField('audience', audience),
    policy,
    leftOut: summed(documents),
    failed: documents.flatMap(({ failed }) => failed),
    notices: [
      ...documents.flatMap(({ notices }) => notices),
      ...(days.length > 1 ? [`The parts are of different days, from ${days[0]} to ${days.at(-1)}.`] : []),
    ],
    repositories: repositories.value,
    images: documents.flatMap(({ images }) =>
      images.map(({ reference, publisher, mayBePrivate, platforms }) => ({
        reference,
        ...optionalField('publisher', publisher),
        ...optionalField('mayBePrivate', mayBePrivate),
        platforms,
      })),
    ),
  };
  return ok(surveyDocument(records));
}

function differenceOf(a: SurveyDocument, b: SurveyDocument): string | null {
  if (a.of !== b.of || a.list !== b.list) return 'it is about other repositories';
  if (a.policy.digest !== b.policy.digest || a.policy.repositoryPolicies !== b.policy.repositoryPolicies)
    return 'the policy differs';
  if (JSON.stringify(a.tool) !== JSON.stringify(b.tool)) return 'the version of base-image-gate differs';
  if (JSON.stringify(a.audience) !== JSON.stringify(b.audience)) return 'the audience differs';
  return (a.shards?.of ?? 0) === (b.shards?.of ?? 0) ? null : 'the number of shards differs';
}

function shardsOf(parts: readonly SurveyPart[]): Result<SurveyDocument['shards'], string> {
  const there = new Map<number, string>();
  const of = parts[0]?.document.shards?.of;
  if (of === undefined) return ok(undefined);
  for (const { name, document } of parts) {
    for (const index of document.shards?.there ?? []) {
      if (index > of) return err(`${name} is shard ${index} of ${of}, which does not exist.`);
      const known = there.get(index);
      if (known !== undefined) return err(`${known} and ${name} are both shard ${index} of ${of}.`);
      there.set(index, name);
    }
  }
  if (there.size === of) return ok(undefined);
  return ok({ of, there: [...there.keys()].sort((a, b) => a - b) });
}

function mergedRepositories(parts: readonly SurveyPart[]): Result<readonly RepositoryRecord[], string> {
  const found = parts.flatMap((part) => recordsOf(part.document).map((record) => ({ record, part: part.name })));
  for (const [name, [one, other]] of groupBy(found, ({ record }) => record.name.toLowerCase()))
    if (other !== undefined) return err(`${name} is in both ${one.part} and ${other.part}.`);
  return ok(found.map(({ record }) => record));
}

/** The records that a document was made from. */
function recordsOf({ repositories, problems }: SurveyDocument): readonly RepositoryRecord[] {
  const resolved = (indexes: readonly number[]): readonly Problem[] =>
    indexes.flatMap((index) => problems[index] ?? []);
  return repositories.map(({ name, visibility, commit, references, files, unread }) => ({
    name,
    visibility,
    commit,
    references: references.map((one) => ({ ...one, problems: resolved(one.problems) })),
    files: files.map((one) => ({ ...one, problems: resolved(one.problems) })),
    unread,
  }));
}

function summed(documents: readonly SurveyDocument[]): SurveyRecords['leftOut'] {
  const sum = { archived: 0, disabled: 0, empty: 0, morePrivate: 0 };
  for (const { repositoryCount } of documents) {
    sum.archived += repositoryCount.archived;
    sum.disabled += repositoryCount.disabled;
    sum.empty += repositoryCount.empty;
    sum.morePrivate += repositoryCount.morePrivate;
  }
  return sum;
}
