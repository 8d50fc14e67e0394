import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { err, ok, type Result } from '../../lib/result.js';
import { hashFor } from '../../references/digest.js';
import type { BlobKind, RegistryError } from '../image-source.js';
import { amountOf, type LimitName, raiseLimit } from '../limits.js';
import type { Descriptor } from '../manifest/manifest.js';
import { BlobStreamError } from '../registry-error.js';

/** How much of a stream may pass before its buffers are freed. */
const EVERY_BYTES = 8 * 1024 * 1024;

let collectYoung: (() => void) | undefined;

/**
 * Keeps memory flat while a large stream passes. V8 collects its young objects when they fill their space, and a chunk is
 * a small object: the 64 KiB behind it hardly count, so that some 100 MB of dead buffers pile up. A minor collection
 * takes less than a millisecond and frees them, and the stream is the faster for it, since memory is used again while the
 * processor still has it at hand.
 *
 * Gives a function to call with the size of each chunk.
 *
 * @see https://github.com/jestjs/jest/blob/main/packages/jest-leak-detector/src/index.ts the same way to the collector
 */
function bufferFreer(): (bytes: number) => void {
  let passed = 0;
  return (bytes) => {
    passed += bytes;
    if (passed < EVERY_BYTES) return;
    passed = 0;
    collectYoung ??= findCollector();
    collectYoung();
  };
}

function findCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  return typeof collect === 'function' ? () => collect({ type: 'minor' }) : () => undefined;
}

/** Where bytes come from, for the error that says what is wrong with them. */
export interface Origin {
  readonly registry: string;
  readonly request: string;
  /** `The layer sha256:… of registry/repository`: starts a sentence. */
  readonly what: string;
}

/**
 * Passes chunks on while it counts and hashes them. Throws a BlobStreamError as soon as they run over the declared
 * size, and at the end if they are fewer or hash to another digest; the reader must trust nothing before the end.
 */
export async function* verifiedChunks(
  chunks: AsyncIterable<Uint8Array>,
  content: Pick<Descriptor, 'digest' | 'size'>,
  origin: Origin,
): AsyncGenerator<Uint8Array> {
  const hash = hashFor(content.digest);
  const freeBuffers = bufferFreer();
  let received = 0;
  for await (const chunk of chunks) {
    received += chunk.length;
    if (received > content.size) throw new BlobStreamError(wrongSize(origin, content.size, 'more'));
    hash.update(chunk);
    yield chunk;
    freeBuffers(chunk.length);
  }
  if (received < content.size) throw new BlobStreamError(wrongSize(origin, content.size, `only ${received}`));
  const actual = `${content.digest.slice(0, content.digest.indexOf(':'))}:${hash.digest('hex')}`;
  if (actual !== content.digest) throw new BlobStreamError(wrongDigest(origin, content.digest, actual));
}

/** Collects verified chunks into memory, with the error that the iterable throws as a Result. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Result<Uint8Array, RegistryError>> {
  const parts: Uint8Array[] = [];
  try {
    for await (const chunk of chunks) parts.push(chunk);
  } catch (error) {
    if (error instanceof BlobStreamError) return err(error.error);
    throw error;
  }
  return ok(Buffer.concat(parts));
}

/** `The layer sha256:… of PLACE`, to begin a sentence with. */
export function blobText(kind: BlobKind, digest: string, place: string): string {
  return `The ${kind === 'config' ? 'configuration' : kind} ${digest} of ${place}`;
}

/** The error of bytes that do not hash to the requested digest. */
export function wrongDigest(origin: Origin, expected: string, actual: string): RegistryError {
  return {
    code: 'malformed',
    registry: origin.registry,
    request: origin.request,
    message: `${origin.what} has the digest ${actual}, expected ${expected}: it is not the requested content.`,
    fix: 'Run the gate again. If this persists, the registry or a proxy changes the content.',
  };
}

/** The error of content that is longer or shorter than its descriptor says, in bytes; `found` is for people. */
export function wrongSize(origin: Origin, expected: number, found: string): RegistryError {
  return {
    code: 'malformed',
    registry: origin.registry,
    request: origin.request,
    message: `${origin.what} has ${found} bytes, expected ${expected}.`,
    fix: 'Run the gate again. If this persists, the registry serves truncated or padded content.',
  };
}

/** The error of content that passes a limit of this run, which is `bytes`. */
export function tooLarge(origin: Origin, limit: LimitName, bytes: number): RegistryError {
  return {
    code: 'limit',
    registry: origin.registry,
    request: origin.request,
    message: `${origin.what} is larger than ${amountOf(limit, bytes)} (limit ${limit}).`,
    fix: raiseLimit(limit, bytes),
    limit,
  };
}
