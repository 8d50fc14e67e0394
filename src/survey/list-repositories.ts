import { z } from 'zod';
import { formatRepositoryName, parseRepositoryName, type RepositoryName } from '../github/event/environment.js';
import type { GitHubClient } from '../github/repository/client.js';
import { attempt, type GitHubError, type Purpose } from '../github/repository/github-error.js';
import type { Explanation } from '../lib/failure.js';
import { err, ok, type Result } from '../lib/result.js';
import { plural, shown } from '../lib/text.js';

/** Who may see a repository, from the most to the fewest. */
export const VISIBILITIES = ['public', 'internal', 'private'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/** A repository with what is evaluated of it: the commit that its default branch points to. */
export interface ListedRepository extends RepositoryName {
  readonly visibility: Visibility;
  readonly commit: string;
  /** The name that was asked for, where it is another. */
  readonly formerly?: string;
}

/** A repository that could not be surveyed. */
export interface FailedRepository extends Explanation {
  /** `owner/name`, or what stands for it. */
  readonly name: string;
  /** Who may see what is named. What is not known is private; what names no repository is public. */
  readonly visibility: Visibility;
}

/** What a survey is about: repositories to read, and what is left out. */
export interface Listing {
  readonly repositories: readonly ListedRepository[];
  /** Whose content can't change, or that have none: no check would block a change there. */
  readonly leftOut: { readonly archived: number; readonly disabled: number; readonly empty: number };
  readonly failed: readonly FailedRepository[];
}

const node = z.object({
  nameWithOwner: z.string(),
  visibility: z.enum(['PUBLIC', 'INTERNAL', 'PRIVATE']),
  isArchived: z.boolean(),
  isDisabled: z.boolean(),
  defaultBranchRef: z
    .object({ target: z.object({ oid: z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/) }) })
    .nullable(),
});
type Node = z.infer<typeof node>;

const FIELDS = 'nameWithOwner visibility isArchived isDisabled defaultBranchRef { target { oid } }';
/** The most that GitHub gives in one page. */
const PAGE = 100;
const MAX_PAGES = 2_000;
/** How many named repositories one query asks about. */
const NAMED_AT_ONCE = 50;

const OWNED_QUERY = `query($login: String!, $after: String) { repositoryOwner(login: $login) { repositories(first: ${PAGE}, after: $after, ownerAffiliations: [OWNER], orderBy: { field: NAME, direction: ASC }) { totalCount pageInfo { hasNextPage endCursor } nodes { ${FIELDS} } } } }`;

const owned = z.object({
  repositoryOwner: z
    .object({
      repositories: z.object({
        totalCount: z.number(),
        pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
        nodes: z.array(z.unknown()),
      }),
    })
    .nullable(),
});

/** Whether a repository is in the part of a survey that is done here, by its name. */
type Keeps = (name: string) => boolean;

/** Collects listed repositories, each once, with what is left out. */
class ListingBuilder {
  readonly #found = new Map<string, ListedRepository>();
  readonly #leftOut = { archived: 0, disabled: 0, empty: 0 };
  readonly #failed: FailedRepository[] = [];
  readonly #seen = new Set<string>();
  readonly #keeps: Keeps;

  constructor(keeps: Keeps) {
    this.#keeps = keeps;
  }

  /** `asked` is the name that was asked for, where one was. Nothing but what GitHub may call a repository gets in. */
  add(data: unknown, isExpected: (name: RepositoryName) => boolean, asked?: string): void {
    const read = node.safeParse(data);
    const name = read.success ? parseRepositoryName(read.data.nameWithOwner) : null;
    if (!read.success || name === null || !isExpected(name)) {
      this.fail(asked ?? 'a listed repository', asked === undefined ? 'public' : 'private', {
        message: 'GitHub listed it without what is needed to read it.',
        fix: 'Check that the token may read it (contents: read), and that GITHUB_API_URL is the API of GitHub.',
      });
      return;
    }
    const current = formatRepositoryName(name);
    const key = current.toLowerCase();
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    if (!this.#keeps(current)) return;
    const formerly = asked !== undefined && asked.toLowerCase() !== key ? { formerly: asked } : {};
    this.#place({ ...name, ...formerly }, read.data);
  }

  #place(
    name: Pick<ListedRepository, 'owner' | 'name' | 'formerly'>,
    { isArchived, isDisabled, defaultBranchRef, visibility }: Node,
  ): void {
    const key = formatRepositoryName(name).toLowerCase();
    if (isArchived) this.#leftOut.archived += 1;
    else if (isDisabled) this.#leftOut.disabled += 1;
    else if (defaultBranchRef === null) this.#leftOut.empty += 1;
    else {
      const shownTo = VISIBILITIES.find((one) => one.toUpperCase() === visibility) ?? 'private';
      this.#found.set(key, { ...name, visibility: shownTo, commit: defaultBranchRef.target.oid });
    }
  }

  fail(name: string, visibility: Visibility, why: Explanation): void {
    this.#failed.push({ name, visibility, ...why });
  }

  /** How many different answers there were: a page that comes twice brings nothing new. */
  get count(): number {
    return this.#seen.size + this.#failed.length;
  }

  listing(): Listing {
    const repositories = [...this.#found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
    return { repositories, leftOut: this.#leftOut, failed: this.#failed };
  }
}

/**
 * The repositories of an organization or a user that the token may see, a hundred a request. Fails where the listing
 * ends before its end; a repository that it names without its content is one that failed.
 *
 * @see https://docs.github.com/en/graphql/reference/interfaces#repositoryowner
 */
export async function listOwned(
  client: GitHubClient,
  login: string,
  keeps: Keeps = () => true,
): Promise<Result<Listing, GitHubError>> {
  const purpose: Purpose = { doing: `list the repositories of ${shown(login)}`, permission: 'contents: read' };
  const builder = new ListingBuilder(keeps);
  const isOwn = ({ owner }: RepositoryName) => owner.toLowerCase() === login.toLowerCase();
  let after: string | null = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer: Result<z.infer<typeof owned>, GitHubError> = await attempt(purpose, async () =>
      owned.parse(await query(client, OWNED_QUERY, { login, after })),
    );
    if (!answer.ok) return answer;
    const found = answer.value.repositoryOwner?.repositories;
    if (found === undefined) {
      const message = `Could not ${purpose.doing}: the organization or user does not exist, or the token can't see it.`;
      return err({
        code: 'not-found',
        doing: purpose.doing,
        message,
        fix: 'Check the name after --org, and the token in GH_TOKEN.',
      });
    }
    for (const one of found.nodes) builder.add(one, isOwn);
    const listed = builder.count;
    const { hasNextPage, endCursor } = found.pageInfo;
    if (!hasNextPage) {
      if (listed < found.totalCount)
        builder.fail(plural(found.totalCount - listed, 'repository', 'repositories'), 'public', {
          message: `GitHub counts ${found.totalCount} and listed ${listed}.`,
          fix: 'Run it again; if this persists, use a token that may see all of them.',
        });
      return ok(builder.listing());
    }
    if (endCursor === null || endCursor === after) break;
    after = endCursor;
  }
  const message = `Could not ${purpose.doing}: the listing does not end.`;
  return err({
    code: 'unexpected-answer',
    doing: purpose.doing,
    message,
    fix: 'Check that GITHUB_API_URL is the API of GitHub.',
  });
}

/**
 * The repositories of a list, fifty a request. One that is not there, or may not be seen, is one that failed. All of
 * them are looked up even where `keeps` takes a part: a repository that was renamed belongs where its name of today is.
 */
export async function listNamed(
  client: GitHubClient,
  names: readonly string[],
  keeps: Keeps = () => true,
): Promise<Result<Listing, GitHubError>> {
  const builder = new ListingBuilder(keeps);
  const answers = z.record(z.string(), z.unknown());
  for (let start = 0; start < names.length; start += NAMED_AT_ONCE) {
    const some = names.slice(start, start + NAMED_AT_ONCE).flatMap((text) => parseRepositoryName(text) ?? []);
    const purpose: Purpose = {
      doing: `look up ${plural(some.length, 'repository', 'repositories')}`,
      permission: 'contents: read',
    };
    const answer = await attempt(purpose, async () => answers.parse(await query(client, namedQuery(some), {})));
    if (!answer.ok) return answer;
    for (const [index, name] of some.entries()) {
      const found = answer.value[`r${index}`] ?? null;
      const asked = formatRepositoryName(name);
      if (found !== null) builder.add(found, () => true, asked);
      else if (keeps(asked))
        builder.fail(asked, 'private', {
          message: 'GitHub knows no such repository, or the token may not see it.',
          fix: 'Check the name, and that the token has `contents: read` for it.',
        });
    }
  }
  return ok(builder.listing());
}

/** Names are of letters, digits, `_`, `.` and `-` alone, so that each is a string of GraphQL as it is of JSON. */
function namedQuery(names: readonly RepositoryName[]): string {
  const asked = names.map(
    ({ owner, name }, index) =>
      `r${index}: repository(owner: ${JSON.stringify(owner)}, name: ${JSON.stringify(name)}) { ${FIELDS} }`,
  );
  return `query { ${asked.join(' ')} }`;
}

/** What a query answers. Octokit throws where a part of it failed; the parts that did not are taken from the error. */
export async function query(
  client: GitHubClient,
  text: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  try {
    return await client.graphql(text, { ...variables });
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'errors' in error && 'data' in error) {
      if (typeof error.data === 'object' && error.data !== null) return error.data;
    }
    throw error;
  }
}
