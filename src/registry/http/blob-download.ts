import type { Result } from '../../lib/result.js';
import type { RegistryError } from '../image-source.js';
import { BlobStreamError } from '../registry-error.js';
import type { Answer } from './response.js';
import { isTransient, type Transport } from './transport.js';

/**
 * A blob's chunks from an answer that is already there. When the connection breaks, the rest is asked for with a range
 * request, and what a registry without ranges sends again is skipped; the bytes that come are the whole blob's, in order.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-blobs
 */
export async function* resumingChunks(
  first: Answer,
  size: number,
  open: (from: number) => Promise<Result<Answer, RegistryError>>,
  transport: Pick<Transport, 'limits' | 'backoff' | 'sleep'>,
): AsyncGenerator<Uint8Array> {
  let answer = first;
  let received = 0;
  let skip = 0;
  for (let failures = 0; ; ) {
    try {
      for await (const chunk of answer.body) {
        const fresh = chunk.subarray(Math.min(skip, chunk.length));
        skip -= chunk.length - fresh.length;
        received += fresh.length;
        if (fresh.length > 0) yield fresh;
      }
      return;
    } catch (error) {
      // Whole all the same: only the connection's end was rude.
      if (received === size) return;
      failures++;
      const lost = error instanceof BlobStreamError && isTransient(error.error);
      if (!lost || failures >= transport.limits.attempts) throw error;
    }
    await transport.sleep(transport.backoff(failures));
    const next = await open(received);
    if (!next.ok) throw new BlobStreamError(next.error);
    answer = next.value;
    skip = startOf(answer) === received ? 0 : received;
  }
}

/** Where a partial answer starts; a whole one starts at 0. */
function startOf(answer: Answer): number {
  const start = /^bytes ([0-9]{1,15})-/.exec(answer.headers.get('content-range') ?? '')?.[1];
  return answer.status === 206 && start !== undefined ? Number(start) : 0;
}
