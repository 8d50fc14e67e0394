import { z } from 'zod';
import type { UnavailableCause } from '../../evidence/evidence.js';
import { optionalField } from '../../lib/collections.js';
import { err, ok, type Result } from '../../lib/result.js';
import type { ListAttestations, ListedAttestation } from '../../signatures/attestation-api.js';
import type { Incomplete } from '../../signatures/verified.js';
import { parseRepositoryName, type RepositoryName } from '../event/environment.js';
import type { GitHubClient } from './client.js';
import { PAGE_SIZE } from './first-pages.js';
import { attempt, type GitHubError, type GitHubErrorCode, type Purpose } from './github-error.js';

/** GitHub's API, where `github:` of a policy names repositories; GitHub Enterprise Server has another. */
export const GITHUB_API = 'https://api.github.com';

const document = z.object({
  attestations: z
    .array(z.object({ bundle: z.unknown(), bundle_url: z.string().nullish() }))
    .nullish()
    .transform((list) => list ?? []),
});

/**
 * Asks GitHub's API for attestations, with the client that is given for a repository. GitHub answers 404 for "none" and
 * for a repository that the token may not see: a second request then decides which.
 *
 * @see https://docs.github.com/en/rest/repos/attestations#list-attestations
 */
export function listAttestations(clientFor: (repository: RepositoryName) => GitHubClient): ListAttestations {
  return async (repository, digest, most) => {
    const name = parseRepositoryName(repository);
    if (name === null) return err(incomplete('malformed', `${repository} is not a GitHub repository.`, NAME_FIX));
    const client = clientFor(name);
    const place = { owner: name.owner, repo: name.name };
    const purpose: Purpose = {
      doing: `list the attestations of ${repository} for ${digest}`,
      permission: 'attestations: read',
    };
    const attestations: ListedAttestation[] = [];
    let after: string | undefined;
    do {
      const page = await listPage(client, { ...place, subject_digest: digest, ...(after && { after }) }, purpose);
      if (!page.ok && page.error.code === 'not-found' && after === undefined)
        return noneOrHidden(client, name, purpose);
      if (!page.ok) return err(toIncomplete(page.error, name));
      attestations.push(...page.value.attestations);
      after = page.value.after;
    } while (after !== undefined && attestations.length < most);
    return ok({ attestations: attestations.slice(0, most), more: after !== undefined || attestations.length > most });
  };
}

interface Page {
  readonly attestations: readonly ListedAttestation[];
  readonly after?: string;
}

async function listPage(
  client: GitHubClient,
  request: { readonly owner: string; readonly repo: string; readonly subject_digest: string; readonly after?: string },
  purpose: Purpose,
): Promise<Result<Page, GitHubError>> {
  const answer = await attempt(purpose, () => client.rest.repos.listAttestations({ ...request, per_page: PAGE_SIZE }));
  if (!answer.ok) return answer;
  const { data, headers } = answer.value;
  const read = document.safeParse(data);
  if (!read.success)
    return err({
      code: 'unexpected-answer',
      doing: purpose.doing,
      message: `Could not ${purpose.doing}: the response is not a list of attestations.`,
      fix: 'Run the job again. If this persists, report a bug.',
    });
  const after = nextCursor(headers.link);
  return ok({
    attestations: read.data.attestations.map(({ bundle, bundle_url }) => ({
      bundle,
      ...(typeof bundle_url === 'string' ? { bundleUrl: bundle_url } : {}),
    })),
    ...optionalField('after', after),
  });
}

/** The cursor of the next page. Its address is not followed: only the same API is queried again. */
function nextCursor(link: string | undefined): string | undefined {
  const next = /<([^<>]*)>\s*;\s*rel="next"/.exec(link ?? '')?.[1];
  if (next === undefined || !URL.canParse(next)) return undefined;
  return new URL(next).searchParams.get('after') ?? undefined;
}

async function noneOrHidden(
  client: GitHubClient,
  name: RepositoryName,
  purpose: Purpose,
): ReturnType<ListAttestations> {
  const seen = await attempt(purpose, () => client.rest.repos.get({ owner: name.owner, repo: name.name }));
  return seen.ok ? ok({ attestations: [], more: false }) : err(toIncomplete(seen.error, name));
}

const NAME_FIX = 'Name it as OWNER/REPOSITORY under `github:` in the policy.';

const CAUSES: Readonly<Record<GitHubErrorCode, UnavailableCause>> = {
  'no-permission': 'forbidden',
  unauthorized: 'unauthorized',
  'not-found': 'not-found',
  'rate-limited': 'rate-limited',
  rejected: 'malformed',
  'server-error': 'server-error',
  network: 'network',
  timeout: 'timeout',
  limit: 'limit',
  'unexpected-answer': 'malformed',
};

function toIncomplete({ code, message, fix }: GitHubError, { owner, name }: RepositoryName): Incomplete {
  const hidden = code === 'not-found' || code === 'no-permission' || code === 'unauthorized';
  return incomplete(
    CAUSES[code],
    message,
    hidden
      ? `Provide a token that may read attestations of ${owner}/${name} (attestations: read) in the input \`policy-token\`, or in GH_TOKEN on the command line. For the workflow's own repository, set \`permissions: attestations: read\` in the workflow.`
      : fix,
  );
}

function incomplete(cause: UnavailableCause, message: string, fix: string): Incomplete {
  return { cause, message, fix };
}
