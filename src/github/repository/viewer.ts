import { z } from 'zod';
import type { Result } from '../../lib/result.js';
import type { GitHubClient } from './client.js';
import { attempt, type GitHubError } from './github-error.js';

const viewer = z.object({ viewer: z.object({ login: z.string().min(1).max(100) }) });

/**
 * Whom the token acts for: `github-actions[bot]`, `some-app[bot]` or a person. Queried through GraphQL, since
 * `GET /user` is closed to the installation tokens that workflows have.
 *
 * @see https://docs.github.com/en/graphql/reference/queries#viewer
 */
export async function viewerLogin(client: GitHubClient): Promise<Result<string, GitHubError>> {
  return attempt({ doing: 'find out which account the token belongs to', permission: 'contents: read' }, async () =>
    viewer.parse(await client.graphql('query { viewer { login } }')),
  ).then((answer) => (answer.ok ? { ok: true, value: answer.value.viewer.login } : answer));
}
