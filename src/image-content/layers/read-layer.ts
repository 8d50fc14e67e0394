import { createHash } from 'node:crypto';
import { messageOf } from '../../lib/caught.js';
import { optionalField } from '../../lib/collections.js';
import { err, ok, type Result } from '../../lib/result.js';
import { decompressed } from './decompression.js';
import { LayerBuilder } from './layer-builder.js';
import type { LayerFacts } from './layer-facts.js';
import { LAYER_LIMITS, RATIO_FREE_BYTES } from './limits.js';
import { TarError } from './tar-header.js';
import { TarReader } from './tar-reader.js';

/** Why a layer could not be read to its end, or is not what the image's configuration says it is. */
export interface LayerError {
  readonly code: 'malformed' | 'limit';
  /** What happened, in a clause that can follow "the layer can't be read:". */
  readonly message: string;
  readonly limit?: string;
}

/**
 * Reads a layer in one pass: counts, unpacks, hashes and scans its chunks as they come, and keeps none of them.
 * `diffId` is what the image's configuration says the uncompressed archive hashes to. Errors that `blob` itself
 * throws (the network's, or a wrong blob digest) are thrown on: only the caller knows them.
 */
export async function readLayer(
  blob: AsyncIterable<Uint8Array>,
  diffId: string,
): Promise<Result<LayerFacts, LayerError>> {
  const algorithm = diffId.slice(0, diffId.indexOf(':'));
  if (!['sha256', 'sha384', 'sha512'].includes(algorithm)) {
    return err({ code: 'malformed', message: `its diffID "${diffId.slice(0, 80)}" is not a digest` });
  }
  const sourceFailure: { error?: unknown } = {};
  const counted = { compressed: 0, uncompressed: 0 };
  const digest = createHash(algorithm);
  const builder = new LayerBuilder();
  const tar = new TarReader((member) => builder.member(member));
  try {
    for await (const chunk of decompressed(watched(blob, counted, sourceFailure))) {
      counted.uncompressed += chunk.length;
      checkVolume(counted);
      digest.update(chunk);
      tar.push(chunk);
    }
    tar.end();
  } catch (error) {
    if ('error' in sourceFailure) throw sourceFailure.error;
    if (error instanceof TarError) {
      return err({
        code: error.code,
        message: error.message,
        ...optionalField('limit', error.limit),
      });
    }
    return err({
      code: 'malformed',
      message: `its compressed bytes are damaged (${messageOf(error)})`,
    });
  }
  const hashed = `${algorithm}:${digest.digest('hex')}`;
  if (hashed !== diffId) {
    return err({
      code: 'malformed',
      message: `its archive has the digest ${hashed}, but the image's configuration says ${diffId}`,
    });
  }
  return ok({ ...builder.facts(), diffId, uncompressedBytes: counted.uncompressed });
}

/** Counts what comes in, and remembers whether it was the source that failed. */
async function* watched(
  blob: AsyncIterable<Uint8Array>,
  counted: { compressed: number },
  failure: { error?: unknown },
): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of blob) {
      counted.compressed += chunk.length;
      yield chunk;
    }
  } catch (error) {
    failure.error = error;
    throw error;
  }
}

function checkVolume({ compressed, uncompressed }: { compressed: number; uncompressed: number }): void {
  if (uncompressed > LAYER_LIMITS['layer-uncompressed-bytes']) {
    throw new TarError(
      `it unpacks to more than ${LAYER_LIMITS['layer-uncompressed-bytes']} bytes`,
      'layer-uncompressed-bytes',
    );
  }
  if (uncompressed > RATIO_FREE_BYTES && uncompressed > compressed * LAYER_LIMITS['layer-compression-ratio']) {
    throw new TarError(
      `it unpacks to more than ${LAYER_LIMITS['layer-compression-ratio']} times its ${compressed} compressed bytes`,
      'layer-compression-ratio',
    );
  }
}
