import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type LockedImage, lockedDigest, parseLock } from '../../../src/enforce/lock/lock.js';
import { lockChanges, lockText } from '../../../src/enforce/lock/make-lock.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;
const image: LockedImage = {
  reference: 'docker.io/library/alpine:3.20',
  platform: 'linux/amd64',
  digest: DIGEST,
  verified: '2026-12-01T12:00:00Z',
  authorities: ['the key acme.pub'],
  policy: OTHER,
};
const lockOf = (...images: readonly unknown[]) =>
  Buffer.from(JSON.stringify({ schema: 'base-image-gate/lock/v1', images }));

describe('a lock', () => {
  test('is read as it was written', () => {
    const lock = { schema: 'base-image-gate/lock/v1' as const, images: [image] };
    expect(parseLock(Buffer.from(lockText(lock)))).toEqual({ ok: true, value: lock });
  });

  test.each([
    ['no JSON', Buffer.from('{')],
    ['a key that stands twice', Buffer.from('{"schema":"base-image-gate/lock/v1","images":[],"images":[]}')],
    ['another schema', Buffer.from('{"schema":"base-image-gate/lock/v2","images":[]}')],
    ['an unknown key', lockOf({ ...image, signed: true })],
    ['a digest that is none', lockOf({ ...image, digest: 'sha256:abc' })],
    ['a reference with a digest', lockOf({ ...image, reference: `docker.io/library/alpine@${DIGEST}` })],
    ['a reference that is not whole', lockOf({ ...image, reference: 'alpine:3.20' })],
    ['a reference twice', lockOf(image, { ...image, digest: OTHER })],
    ['a time that is none', lockOf({ ...image, verified: 'today' })],
    ['a platform that is none', lockOf({ ...image, platform: 'a/b/c/d' })],
  ])('with %s is refused with a reason', (_, bytes) => {
    expect(parseLock(bytes)).toEqual({ ok: false, error: expect.stringMatching(/./) });
  });

  test('of any bytes is read or refused, and never thrown on', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          expect(typeof parseLock(bytes).ok).toBe('boolean');
        },
      ),
      { numRuns: 200 },
    );
  });

  test('has a digest for its own references and platforms alone', () => {
    const lock = { schema: 'base-image-gate/lock/v1' as const, images: [image] };
    const alpine = { registry: 'docker.io', repository: 'library/alpine', tag: '3.20' };
    expect(lockedDigest(lock, alpine, 'linux/amd64')).toBe(DIGEST);
    expect(lockedDigest(lock, alpine, 'linux/arm64')).toBeUndefined();
    expect(lockedDigest(lock, { ...alpine, tag: '3.21' }, 'linux/amd64')).toBeUndefined();
    expect(lockedDigest(lock, { ...alpine, digest: OTHER }, 'linux/amd64')).toBeUndefined();
    expect(lockedDigest(null, alpine, 'linux/amd64')).toBeUndefined();
  });

  test('differs from another in lines for a terminal', () => {
    const lock = (...images: readonly LockedImage[]) => ({ schema: 'base-image-gate/lock/v1' as const, images });
    const name = `${image.reference} ${image.platform}`;
    expect(lockChanges(lock(image), lock({ ...image, verified: '2026-12-02T00:00:00Z' }))).toEqual([]);
    expect(lockChanges(null, lock(image))).toEqual([`+ ${name} ${DIGEST}`]);
    expect(lockChanges(lock(image), lock())).toEqual([`- ${name} ${DIGEST}`]);
    expect(lockChanges(lock(image), lock({ ...image, digest: OTHER }))).toEqual([`~ ${name} ${DIGEST} -> ${OTHER}`]);
    expect(lockChanges(lock(image), lock({ ...image, policy: DIGEST }))).toEqual([
      `~ ${name}: the policy that it was verified against changed`,
    ]);
    expect(lockChanges(lock(image), lock({ ...image, authorities: [] }))).toEqual([`~ ${name}: the signer changed`]);
  });
});
