import { optionalField } from '../lib/collections.js';
import type { ListAttestations } from '../signatures/attestation-api.js';
import type { CommandIo } from './command.js';

/** A person waits: a rate limit that takes longer is reported instead. */
const LONGEST_WAIT = 30_000;

/**
 * Asks GitHub's API for attestations, with the token of `GH_TOKEN` or `GITHUB_TOKEN` where the environment has one (a
 * public repository needs none). The tokens of a GitHub Enterprise Server, whose address `GITHUB_API_URL` is, stay there.
 */
export function attestationsOf(io: CommandIo): ListAttestations {
  const started = Date.now();
  return async (repository, digest, most) => {
    const [{ createClient }, { listAttestations, GITHUB_API }] = await Promise.all([
      import('../github/repository/client.js'),
      import('../github/repository/attestations.js'),
    ]);
    const isOwn = (io.env['GITHUB_API_URL'] || GITHUB_API) === GITHUB_API;
    const token = isOwn ? io.env['GH_TOKEN'] || io.env['GITHUB_TOKEN'] : undefined;
    const client = createClient({
      ...optionalField('token', token || undefined),
      apiUrl: GITHUB_API,
      remainingMilliseconds: () => started + LONGEST_WAIT - Date.now(),
      onWaiting: (sentence) => io.stderr(`${sentence}\n`),
    });
    return listAttestations(() => client)(repository, digest, most);
  };
}
