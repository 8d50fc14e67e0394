import { z } from 'zod';
import { formatRepositoryName, type RepositoryName } from '../github/event/environment.js';
import type { GitHubClient } from '../github/repository/client.js';
import { attempt, type GitHubError, type Purpose } from '../github/repository/github-error.js';
import type { Result } from '../lib/result.js';
import { VISIBILITIES, type Visibility } from './list-repositories.js';

/** A repository whose readers will see a survey: in an issue, or as an artifact of a workflow. */
export interface Audience extends RepositoryName {
  readonly visibility: Visibility;
}

const answer = z.object({ data: z.object({ visibility: z.enum(VISIBILITIES).optional(), private: z.boolean() }) });

/** Reads who may see a repository now. What GitHub does not say is an error, and never taken for private. */
export async function readAudience(client: GitHubClient, name: RepositoryName): Promise<Result<Audience, GitHubError>> {
  const purpose: Purpose = {
    doing: `find out who may see ${formatRepositoryName(name)}`,
    permission: 'contents: read',
  };
  return await attempt(purpose, async () => {
    const { data } = answer.parse(await client.rest.repos.get({ owner: name.owner, repo: name.name }));
    // An old server says no more than whether it is private, which an internal one is, too.
    return { ...name, visibility: data.visibility ?? (data.private ? 'internal' : 'public') };
  });
}

/** Whether something may be named to the readers of a repository: it must be no more private than that is. */
export function isNamedTo(
  { visibility }: { readonly visibility: Visibility },
  audience: { readonly visibility: Visibility },
): boolean {
  return VISIBILITIES.indexOf(visibility) <= VISIBILITIES.indexOf(audience.visibility);
}
