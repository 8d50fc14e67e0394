import { z } from 'zod';
import type { ReadingOptions } from '../build-files/reading.js';
import type { Collectors } from '../evidence/collect.js';
import type { RunInput } from '../gate/run-context.js';
import { formatRepositoryName } from '../github/event/environment.js';
import type { GitHubClient } from '../github/repository/client.js';
import type { GitHubError } from '../github/repository/github-error.js';
import { optionalField } from '../lib/collections.js';
import { ok, type Result } from '../lib/result.js';
import { plural } from '../lib/text.js';
import { version } from '../lib/version.js';
import { profileToday } from '../policy/phases.js';
import type { Policy } from '../policy/policy.js';
import type { Registries } from '../registry/open-registries.js';
import { answersOfFile } from '../rules/evaluate.js';
import { rules } from '../rules/index.js';
import { surveyDocument } from './assemble.js';
import { type Audience, isNamedTo } from './audience.js';
import { BlobStore } from './blob-store.js';
import { collectGarbage } from './collect-garbage.js';
import type { ImageFacts, SurveyDocument } from './document.js';
import {
  countGroups,
  evaluateImages,
  problemsOf,
  type SurveyedReferences,
  type SurveyInput,
} from './evaluate-images.js';
import {
  type FailedRepository,
  type ListedRepository,
  type Listing,
  listNamed,
  listOwned,
} from './list-repositories.js';
import { readRepositories } from './read-repositories.js';
import type { RepositoryReading } from './reading-schema.js';
import type { FileRecord, ReferenceRecord, RepositoryRecord } from './records.js';
import { isInShard, type Shard } from './shard.js';
import { digestOfJson, type SurveyState } from './state.js';

/** How long after its beginning a survey that was interrupted is gone on with: tags move, and ages change. */
const MAX_AGE_MS = 24 * 60 * 60_000;
/** Images of one repository: each is opened, and one repository must not take the time of all others. */
const MAX_IMAGES = 2_000;
/** After how many it is said how far a survey is. */
const SAID_EVERY = 100;

/** A survey: of which repositories, by which policy, and where its parts are. */
export interface SurveyRequest {
  readonly client: GitHubClient;
  readonly of: { readonly organization: string } | { readonly names: readonly string[]; readonly label: string };
  readonly shard?: Shard;
  /** Whose readers may see the result; absent: only the user who runs it. */
  readonly audience?: Audience;
  readonly policy: Policy;
  readonly catalog: RunInput['catalog'];
  readonly settings: Omit<RunInput['settings'], 'now'>;
  readonly options: ReadingOptions;
  readonly collectors: Collectors;
  readonly registries: Pick<Registries, 'source' | 'mayBePrivate'>;
  /** Stand-ins of registries, as `--registry` has them. */
  readonly routes?: readonly string[];
  readonly state: SurveyState;
  /** What a reader has to know of how it was made, in sentences. */
  readonly notices?: readonly string[];
  readonly now: Date;
  /** Loads the policy that a repository itself has, where that is asked for. */
  readonly ownPolicy?: Parameters<typeof readRepositories>[1]['ownPolicy'];
  /** Takes sentences about how far it is. */
  readonly say: (sentence: string) => void;
}

const runSchema = z.strictObject({ key: z.string(), started: z.iso.datetime(), finished: z.boolean() });

/**
 * Surveys repositories: list → read → evaluate image by image → document. Fails only where the repositories can't be
 * listed; a repository that can't be read is named in the document, and the rest is finished.
 */
export async function runSurvey(request: SurveyRequest): Promise<Result<SurveyDocument, GitHubError>> {
  const { policy, state, say } = request;
  const policyDigest = digestOfJson(policy);
  const key = digestOfJson([
    version,
    request.of,
    request.shard,
    request.audience,
    policyDigest,
    request.catalog.version,
    evidenceBasis(request),
    request.options,
    request.ownPolicy !== undefined,
  ]);
  const begun = await state.readRun(runSchema);
  const isGoingOn = begun?.key === key && !begun.finished && isRecent(begun.started, request.now);
  const started = isGoingOn ? new Date(begun.started) : request.now;
  if (isGoingOn) say(`Resuming the survey of ${begun.started}.`);
  else await state.writeRun({ key, started: started.toISOString(), finished: false });

  const found = await list(request);
  if (!found.ok) return found;
  const listing = found.value;
  const { audience } = request;
  const repositories = listing.repositories.filter((one) => audience === undefined || isNamedTo(one, audience));
  const morePrivate = listing.repositories.length - repositories.length;
  say(`${plural(repositories.length, 'repository', 'repositories')} to read.`);

  const read = await readAll(repositories, request, started, policyDigest);
  const evaluated = await evaluateAllImages(read.surveyed, request, started);
  const document = surveyDocument({
    tool: { version, catalog: request.catalog.version },
    day: started.toISOString().slice(0, 10),
    of: 'organization' in request.of ? request.of.organization : request.of.label,
    ...(request.shard === undefined ? {} : { shards: { of: request.shard.of, there: [request.shard.index] } }),
    ...optionalField('list', 'names' in request.of ? listDigest(request.of.names) : undefined),
    ...optionalField('audience', audienceOf(audience)),
    policy: {
      source: policy.source.name,
      ...optionalField('commit', policy.source.commit),
      profile: profileToday(policy),
      digest: policyDigest,
      repositoryPolicies: request.ownPolicy !== undefined,
    },
    leftOut: { ...listing.leftOut, morePrivate },
    failed: [...listing.failed.map((one) => namedTo(one, request)), ...read.failed],
    notices: [
      ...repositories.flatMap((one) =>
        one.formerly === undefined ? [] : [`${one.formerly} is now ${formatRepositoryName(one)}.`],
      ),
      ...read.surveyed.flatMap(({ repository, reading }) =>
        reading.ownersCut === true
          ? [
              `CODEOWNERS of ${repository} was not applied in full (limit code-owners): some files may have more owners.`,
            ]
          : [],
      ),
      ...(request.notices ?? []),
    ],
    repositories: read.surveyed.map((one) => recordOf(one, evaluated.references.get(one.repository) ?? [])),
    images: evaluated.images,
  });
  return ok(document);
}

/** Remembers that a survey was written: where it is complete, the next one in its place starts anew. */
export async function finishSurvey(state: SurveyState, { failed }: SurveyDocument): Promise<void> {
  const begun = await state.readRun(runSchema);
  if (begun !== null && failed.length === 0) await state.writeRun({ ...begun, finished: true });
}

/** What a survey of the same policy may find otherwise, so that it does not go on with the results of another. */
function evidenceBasis({ settings, routes = [] }: SurveyRequest): unknown {
  const { limits, trustedRootFile, vulnerabilitiesDirectory } = settings;
  return [limits, trustedRootFile, vulnerabilitiesDirectory, routes];
}

/** The SHA-256 of the names of a list: lists of the same file name differ by it. */
function listDigest(names: readonly string[]): string {
  return digestOfJson(names.map((name) => name.toLowerCase()).sort());
}

/** A repository of a list that its readers may not know of is called by its place in the list. */
function namedTo(failed: FailedRepository, { of, audience }: SurveyRequest): FailedRepository {
  if (audience === undefined || isNamedTo(failed, audience) || 'organization' in of) return failed;
  return { ...failed, name: `repository ${of.names.indexOf(failed.name) + 1} of ${of.label}`, visibility: 'public' };
}

function isRecent(started: string, now: Date): boolean {
  const age = now.getTime() - Date.parse(started);
  return age >= 0 && age < MAX_AGE_MS;
}

function audienceOf(audience: Audience | undefined): SurveyDocument['audience'] {
  return audience === undefined
    ? undefined
    : { repository: formatRepositoryName(audience), visibility: audience.visibility };
}

async function list({ client, of, shard }: SurveyRequest): Promise<Result<Listing, GitHubError>> {
  const keeps = (name: string) => shard === undefined || isInShard(name, shard);
  return 'organization' in of
    ? await listOwned(client, of.organization, keeps)
    : await listNamed(client, of.names, keeps);
}

interface Surveyed extends SurveyedReferences {
  readonly listed: ListedRepository;
}

async function readAll(
  repositories: readonly ListedRepository[],
  request: SurveyRequest,
  started: Date,
  policyDigest: string,
): Promise<{ readonly surveyed: readonly Surveyed[]; readonly failed: readonly FailedRepository[] }> {
  const { client, state, options, ownPolicy, say } = request;
  const inputs = new Map<string, SurveyInput>();
  const inputOf = (policy: Policy, digest: string): SurveyInput => {
    const known = inputs.get(digest);
    if (known !== undefined) return known;
    const { registries, catalog, collectors, settings } = request;
    const run = { policy, catalog, settings: { ...settings, now: started } };
    const made = { digest, run, collectors, ...registries };
    inputs.set(digest, made);
    return made;
  };
  const surveyed: Surveyed[] = [];
  const failed: FailedRepository[] = [];
  let done = 0;
  const setting = {
    client,
    state,
    options,
    blobs: new BlobStore(client),
    ...optionalField('ownPolicy', ownPolicy),
    done: () => {
      if (++done % SAID_EVERY !== 0) return;
      say(`${done} of ${plural(repositories.length, 'repository', 'repositories')} read.`);
      collectGarbage();
    },
  };
  for await (const { repository: listed, reading, policy: own } of readRepositories(repositories, setting)) {
    const repository = formatRepositoryName(listed);
    if (!reading.ok) {
      failed.push({
        name: repository,
        visibility: listed.visibility,
        message: reading.error.message,
        fix: reading.error.fix,
      });
      say(`${repository} could not be read: ${reading.error.message}`);
      continue;
    }
    const images = new Set(reading.value.uses.map(({ expanded }) => expanded)).size;
    if (images > MAX_IMAGES) {
      failed.push({
        name: repository,
        visibility: listed.visibility,
        message: `It names more than ${plural(MAX_IMAGES, 'image')} (limit survey-images).`,
        fix: 'Run `base-image-gate check` in a clone of it.',
      });
      continue;
    }
    const input = own === undefined ? inputOf(request.policy, policyDigest) : inputOf(own, digestOfJson(own));
    surveyed.push({ repository, commit: listed.commit, listed, reading: reading.value, input });
  }
  return { surveyed, failed };
}

async function evaluateAllImages(
  surveyed: readonly Surveyed[],
  { state, say }: SurveyRequest,
  started: Date,
): Promise<{
  readonly references: ReadonlyMap<string, readonly ReferenceRecord[]>;
  readonly images: readonly ImageFacts[];
}> {
  const references = new Map<string, ReferenceRecord[]>();
  const images: ImageFacts[] = [];
  const ownersByRepository = new Map(surveyed.map(({ repository, reading }) => [repository, reading.owners]));
  const groups = countGroups(surveyed);
  let done = 0;
  for await (const group of evaluateImages(surveyed, { state, started })) {
    images.push(...group.images);
    for (const { repository, ...use } of group.uses) {
      const owners = ownersIn(ownersByRepository.get(repository) ?? {}, use.file);
      const record = { ...use, ...optionalField('owners', owners) };
      const known = references.get(repository);
      if (known === undefined) references.set(repository, [record]);
      else known.push(record);
    }
    if (++done % SAID_EVERY === 0) say(`${done} of ${plural(groups, 'group')} of images evaluated.`);
  }
  return { references, images };
}

/** A path may be the name of what every object has, such as `constructor`. */
function ownersIn(owners: RepositoryReading['owners'], path: string): readonly string[] | undefined {
  return Object.hasOwn(owners, path) ? owners[path] : undefined;
}

function recordOf(
  { repository, listed, reading, input }: Surveyed,
  references: readonly ReferenceRecord[],
): RepositoryRecord {
  const { files, unread, owners } = reading;
  const ownersOf = (path: string) => optionalField('owners', ownersIn(owners, path));
  const fileRecords = files.flatMap((file): readonly FileRecord[] => {
    const problems = problemsOf(answersOfFile(rules, file, input.run.policy), [], input.run);
    return problems.length === 0 ? [] : [{ file: file.path, line: file.line ?? 1, ...ownersOf(file.path), problems }];
  });
  return {
    name: repository,
    visibility: listed.visibility,
    commit: listed.commit,
    references,
    files: fileRecords,
    unread: unread.map((one) => ({ ...one, ...ownersOf(one.path) })),
  };
}
