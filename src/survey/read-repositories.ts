import { readRepository } from '../build-files/read.js';
import type { Reading, ReadingOptions } from '../build-files/reading.js';
import type { TreeError } from '../build-files/repository-tree.js';
import { formatRepositoryName } from '../github/event/environment.js';
import { apiObjects } from '../github/repository/api-objects.js';
import type { GitHubClient } from '../github/repository/client.js';
import { type CommitTree, type GitEntry, makeCommitTree } from '../github/repository/commit-tree.js';
import { groupBy, optionalField } from '../lib/collections.js';
import type { Explanation } from '../lib/failure.js';
import { ok, type Result } from '../lib/result.js';
import { version } from '../lib/version.js';
import type { Policy } from '../policy/policy.js';
import type { BlobStore } from './blob-store.js';
import { readCodeOwners } from './code-owners.js';
import type { ListedRepository } from './list-repositories.js';
import { type RepositoryReading, readingSchema } from './reading-schema.js';
import { digestOfJson, type SurveyState } from './state.js';

/** Listings that are requested at a time. */
const TREES_AT_ONCE = 8;
/** Trees whose build files are read together: as many as one query can ask for, and few enough to be held. */
const MAX_TREES = 32;
const MAX_HELD_ENTRIES = 200_000;

/** What reading needs besides the repositories. */
export interface ReadingSetting {
  readonly client: GitHubClient;
  readonly blobs: BlobStore;
  readonly state: SurveyState;
  readonly options: ReadingOptions;
  /** The policy that a repository itself has, and how it wants to be read; null where it has none. Absent: not asked. */
  readonly ownPolicy?: (
    tree: CommitTree,
    repository: ListedRepository,
  ) => Promise<Result<OwnPolicy | null, Explanation>>;
  /** Is called after each repository. */
  readonly done: () => void;
}

/** A repository and what was read of it, or why it could not be. */
export interface ReadRepositoryResult {
  readonly repository: ListedRepository;
  readonly reading: Result<RepositoryReading, Explanation>;
  /** The policy of the repository itself, where that was asked for and it has one. */
  readonly policy?: Policy;
}

/** A repository's own policy. */
export interface OwnPolicy {
  readonly policy: Policy;
  readonly options: ReadingOptions;
}

interface OpenRepository {
  readonly repository: ListedRepository;
  readonly tree: CommitTree;
  readonly listed: Result<readonly GitEntry[], TreeError>;
}

/**
 * Reads the build files of repositories at the listed commits, through the API: one listing each, and their files many
 * at a time. What was read at this commit before is not read again.
 */
export async function* readRepositories(
  repositories: readonly ListedRepository[],
  setting: ReadingSetting,
): AsyncGenerator<ReadRepositoryResult> {
  const missing: ListedRepository[] = [];
  for (const repository of repositories) {
    // What was read depends on the repository's own policy, which may extend another's that has changed.
    const known =
      setting.ownPolicy !== undefined
        ? null
        : await setting.state.read(
            'readings',
            formatRepositoryName(repository),
            readingSchema,
            keyOf(repository, setting),
          );
    if (known === null) missing.push(repository);
    else {
      setting.done();
      yield { repository, reading: ok(known) };
    }
  }
  let held: OpenRepository[] = [];
  let entries = 0;
  for (let start = 0; start < missing.length; start += TREES_AT_ONCE) {
    const opened = await Promise.all(missing.slice(start, start + TREES_AT_ONCE).map((one) => open(one, setting)));
    held.push(...opened);
    entries += opened.reduce((sum, { listed }) => sum + (listed.ok ? listed.value.length : 0), 0);
    if (held.length < MAX_TREES && entries < MAX_HELD_ENTRIES) continue;
    yield* readHeld(held, setting);
    held = [];
    entries = 0;
  }
  yield* readHeld(held, setting);
}

function keyOf({ owner, name, commit }: ListedRepository, { options }: ReadingSetting): string {
  return digestOfJson([version, owner, name, commit, options]);
}

async function open(repository: ListedRepository, { client, blobs }: ReadingSetting): Promise<OpenRepository> {
  const objects = apiObjects(client, repository, repository.commit);
  const listed = await objects.list();
  const tree = makeCommitTree({ ...objects, list: async () => listed }, repository.commit, blobs);
  return { repository, tree, listed };
}

async function* readHeld(
  held: readonly OpenRepository[],
  setting: ReadingSetting,
): AsyncGenerator<ReadRepositoryResult> {
  await setting.blobs.prefetch(
    held.flatMap(({ repository, listed }) => (listed.ok ? [{ repository, entries: listed.value }] : [])),
  );
  for (const { repository, tree } of held) {
    const own = setting.ownPolicy === undefined ? ok(null) : await setting.ownPolicy(tree, repository);
    const read = own.ok ? await readRepository(tree, own.value?.options ?? setting.options) : own;
    const reading = read.ok ? ok(await kept(read.value, tree, keyOf(repository, setting))) : read;
    if (reading.ok && setting.ownPolicy === undefined)
      await setting.state.write('readings', formatRepositoryName(repository), reading.value);
    setting.done();
    const policy = own.ok ? own.value?.policy : undefined;
    yield { repository, reading, ...optionalField('policy', policy) };
  }
}

/** What of a reading the evaluation and the result need, with the owners of each file that may be named. */
async function kept(
  { files, uses, stages, unseen }: Reading,
  tree: CommitTree,
  key: string,
): Promise<RepositoryReading> {
  const unread = [
    ...files.flatMap(({ path, status, line, reason = 'could not be read' }) =>
      status === 'unreadable' ? [{ path, ...optionalField('line', line), what: reason }] : [],
    ),
    ...unseen.map(({ path, line, what }) => ({ path, ...optionalField('line', line), what })),
  ];
  const withUses = groupBy(uses, ({ file }) => file);
  const paths = new Set([...withUses.keys(), ...files.map(({ path }) => path), ...unread.map(({ path }) => path)]);
  let isCut = false;
  const ownersOf = await readCodeOwners(tree, () => {
    isCut = true;
  });
  const owners = [...paths].flatMap((path) => {
    const found = ownersOf(path);
    return found.length === 0 ? [] : [[path, found] as const];
  });
  return {
    key,
    files: files.filter(({ status }) => status !== 'skipped'),
    uses,
    stages: stages.filter(({ file }) => withUses.has(file)),
    unread,
    owners: Object.fromEntries(owners),
    ...(isCut ? { ownersCut: true as const } : {}),
  };
}
