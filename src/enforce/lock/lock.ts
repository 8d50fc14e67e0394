import { z } from 'zod';
import type { RepositoryTree } from '../../build-files/repository-tree.js';
import { reasonOf } from '../../build-files/repository-tree.js';
import type { DeepReadonly } from '../../lib/collections.js';
import { err, ok, type Result } from '../../lib/result.js';
import { parseStrictJson } from '../../lib/strict-json.js';
import { parsePlatform } from '../../references/platform.js';
import { formatReference, isDigest, parseReference, type Reference } from '../../references/reference.js';

/** Where the lock is kept, from the repository's root. */
export const LOCK_PATH = '.github/base-image-gate.lock';
const MAX_LOCK_BYTES = 4 * 1024 * 1024;
const MAX_IMAGES = 20_000;
const MAX_TEXT = 2048;

const text = z.string().min(1).max(MAX_TEXT);

const lockedImageSchema = z.strictObject({
  reference: text
    .refine((value) => isCanonical(value), 'a reference such as docker.io/library/alpine:3.20')
    .describe('The full reference that a build pulls, with its tag.'),
  platform: text.refine((value) => parsePlatform(value).ok, 'a platform such as linux/amd64'),
  digest: text
    .refine(isDigest, 'a digest such as sha256:<64 hex digits>')
    .describe('The digest that the reference resolved to.'),
  verified: z.iso.datetime().describe('When it was verified.'),
  authorities: z.array(text).max(100).describe('Who signed it, one line each. Empty if no signature was accepted.'),
  policy: text.refine(isDigest, 'a digest').describe('The digest of the policy that it was verified against.'),
});

export const lockSchema = z
  .strictObject({
    schema: z.literal('base-image-gate/lock/v1'),
    images: z.array(lockedImageSchema).max(MAX_IMAGES),
  })
  .describe(
    'Digests of the references that build files do not pin. It restricts which digests are used, and is not evidence.',
  );

export type Lock = DeepReadonly<z.infer<typeof lockSchema>>;
export type LockedImage = Lock['images'][number];

/** A reference without a digest, written whole. */
function isCanonical(value: string): boolean {
  const parsed = parseReference(value);
  return parsed.ok && parsed.value.digest === undefined && formatReference(parsed.value) === value;
}

/** Reads a lock's text. Fails with a clause that can follow "because", also where an image is listed twice. */
export function parseLock(bytes: Uint8Array): Result<Lock, string> {
  const json = parseStrictJson(bytes);
  if (!json.ok) return json;
  const read = lockSchema.safeParse(json.value);
  if (!read.success) {
    const [issue] = read.error.issues;
    return err(`${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'not as expected'}`);
  }
  const seen = new Set<string>();
  const twice = read.data.images.find((image) => seen.size === seen.add(lockKey(image.reference, image.platform)).size);
  return twice === undefined ? ok(read.data) : err(`${twice.reference} is listed twice for ${twice.platform}`);
}

/** Reads the lock of a repository; null where it has none. Fails with a clause that can follow "because". */
export async function readLock(tree: RepositoryTree): Promise<Result<Lock | null, string>> {
  const read = await tree.read(LOCK_PATH, MAX_LOCK_BYTES);
  if (!read.ok) return read.error.code === 'not-found' ? ok(null) : err(reasonOf(read.error));
  return parseLock(read.value);
}

/** The digest that a lock has for a reference on a platform; undefined where it has none, or the reference has its own. */
export function lockedDigest(lock: Lock | null, reference: Reference, platform: string): string | undefined {
  if (lock === null || reference.digest !== undefined) return undefined;
  return indexOf(lock).get(lockKey(formatReference(reference), platform))?.digest;
}

const indexes = new WeakMap<Lock, ReadonlyMap<string, LockedImage>>();

function indexOf(lock: Lock): ReadonlyMap<string, LockedImage> {
  const known = indexes.get(lock);
  if (known !== undefined) return known;
  const made = new Map(lock.images.map((image) => [lockKey(image.reference, image.platform), image]));
  indexes.set(lock, made);
  return made;
}

/** Names an entry of a lock. */
export function lockKey(reference: string, platform: string): string {
  return `${reference} ${platform}`;
}
