import { optionalField } from '../lib/collections.js';
import { err, ok } from '../lib/result.js';
import type { FetchedPolicy, RemotePolicy, ResolveExtends } from '../policy/policy-chain.js';
import type { CommandIo } from './command.js';

/** A person waits: a rate limit that takes longer is reported instead. */
const LONGEST_WAIT = 30_000;

/**
 * Fetches what a policy extends in another repository, through GitHub's API, with the token of `GH_TOKEN` or
 * `GITHUB_TOKEN` where the environment has one (a public repository needs none).
 */
export function fetchExtended(io: CommandIo): ResolveExtends {
  const started = Date.now();
  return async (target) => {
    const [{ createClient }, { clauseOf, fetchPolicy }] = await Promise.all([
      import('../github/repository/client.js'),
      import('../github/repository/policy-loader.js'),
    ]);
    const token = io.env['GH_TOKEN'] || io.env['GITHUB_TOKEN'];
    const client = createClient({
      ...optionalField('token', token),
      apiUrl: io.env['GITHUB_API_URL'] || 'https://api.github.com',
      remainingMilliseconds: () => started + LONGEST_WAIT - Date.now(),
      onWaiting: (sentence) => io.stderr(`${sentence}\n`),
    });
    const fetched = await fetchPolicy(client, target);
    if (fetched.ok) return fetched;
    const clause = clauseOf(fetched.error);
    return err(token === undefined ? `${clause}. A private repository needs GH_TOKEN in the environment` : clause);
  };
}

/** For `--offline`. */
export const refuseExtended: ResolveExtends = async ({ owner, repository, ref }: RemotePolicy) =>
  err(`--offline reads no other repository, and this one is ${owner}/${repository} at ${ref}`);

/** For commands that never use a network: says on standard error what is left out, and goes on without it. */
export function leaveOutExtended(io: CommandIo): ResolveExtends {
  return async ({ owner, repository, path, ref }) => {
    io.stderr(
      `The policy extends ${owner}/${repository}/${path}@${ref}, which is not fetched here: what it says of files, contexts and platforms is left out.\n`,
    );
    const { OVERRIDABLE_KEYS } = await import('../policy/schema.js');
    const nothing: FetchedPolicy = {
      text: `version: 1\nmay-override: [${OVERRIDABLE_KEYS.join(', ')}]\n`,
      commit: '0'.repeat(40),
      resolveFile: async () => err('it is not fetched here'),
    };
    return ok(nothing);
  };
}
