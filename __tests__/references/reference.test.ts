import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { familiarReference, formatReference, isDigest, parseReference } from '../../src/references/reference.js';

const HEX = 'a'.repeat(64);

describe('parseReference', () => {
  test.each([
    ['alpine', 'docker.io/library/alpine:latest', 'alpine:latest'],
    ['docker.io/library/alpine', 'docker.io/library/alpine:latest', 'alpine:latest'],
    ['index.docker.io/library/alpine', 'docker.io/library/alpine:latest', 'alpine:latest'],
    ['index.docker.io/alpine', 'docker.io/library/alpine:latest', 'alpine:latest'],
    ['grafana/grafana:11', 'docker.io/grafana/grafana:11', 'grafana/grafana:11'],
    [`alpine:3.20@sha256:${HEX}`, `docker.io/library/alpine:3.20@sha256:${HEX}`, `alpine:3.20@sha256:${HEX}`],
    [`alpine@sha256:${HEX}`, `docker.io/library/alpine@sha256:${HEX}`, `alpine@sha256:${HEX}`],
    ['localhost/x', 'localhost/x:latest', 'localhost/x:latest'],
    ['localhost:5000/foo/bar', 'localhost:5000/foo/bar:latest', 'localhost:5000/foo/bar:latest'],
    ['Registry/foo', 'Registry/foo:latest', 'Registry/foo:latest'],
    ['[::1]:5000/a', '[::1]:5000/a:latest', '[::1]:5000/a:latest'],
    ['0', 'docker.io/library/0:latest', '0:latest'],
    ['a.b/c', 'a.b/c:latest', 'a.b/c:latest'],
    ['a__b/c-d.e', 'docker.io/a__b/c-d.e:latest', 'a__b/c-d.e:latest'],
  ])('%s is %s', (text, full, familiar) => {
    const parsed = parseReference(text);
    if (!parsed.ok) throw new Error(parsed.error.reason);
    expect(formatReference(parsed.value)).toBe(full);
    expect(familiarReference(parsed.value)).toBe(familiar);
  });

  test.each([
    ['', 'empty'],
    ['alpine:', 'tag is empty'],
    ['Alpine', 'lower case'],
    [HEX, 'image ID'],
    ['alpine@sha256:abc', 'not a digest'],
    [`alpine@md5:${'a'.repeat(32)}`, 'not a digest'],
    ['a//b', 'repository name component'],
    ['docker.io/', 'names no repository'],
    ['-x/y', 'repository name component'],
    [`x:${'t'.repeat(129)}`, 'is not a tag'],
    [`${'a'.repeat(250)}`, 'longer than 255'],
    ['a.b:x/c', 'not a registry host'],
    ['alpine latest', 'repository name component'],
  ])('%j is refused: %s', (text, reason) => {
    const parsed = parseReference(text);
    expect(parsed.ok ? '' : parsed.error.reason).toContain(reason);
  });

  test('whatever is accepted reads the same again from its canonical and its familiar text', () => {
    const part = fc.stringMatching(/^[a-z0-9._:@/-]{0,24}$/);
    fc.assert(
      fc.property(part, (text) => {
        const parsed = parseReference(text);
        if (!parsed.ok) return;
        expect(parseReference(formatReference(parsed.value))).toEqual(parsed);
        expect(parseReference(familiarReference(parsed.value))).toEqual(parsed);
      }),
      { numRuns: 5000 },
    );
  });
});

test('a name is 255 characters long at most', () => {
  const named = (length: number) => `ghcr.io/${'a'.repeat(length - 'ghcr.io/'.length)}`;
  expect(parseReference(named(255)).ok).toBe(true);
  expect(parseReference(named(256))).toMatchObject({ ok: false, error: { reason: expect.stringContaining('255') } });
});

test.each(['a.b.c/x', 'x-1.y-2.example/x', 'ghcr.io/a--b', 'ghcr.io/a---bc', 'ghcr.io/a.bc/d__ef', 'ghcr.io/a_b-c.d'])(
  '%s is a name',
  (text) => {
    expect(parseReference(text).ok).toBe(true);
  },
);

test.each([
  '-a.example/x',
  'a-.example/x',
  'a.-b/x',
  'a.b-/x',
  'a..b/x',
  'ghcr.io/a..b',
  'ghcr.io/a___b',
  'ghcr.io/-a',
  'ghcr.io/a-',
])('%s is none', (text) => {
  expect(parseReference(text).ok).toBe(false);
});

test('a digest has no other character anywhere', () => {
  for (const bent of [`g${'0'.repeat(63)}`, `${'0'.repeat(63)}g`, `${'0'.repeat(63)}A`, '0'.repeat(63), '0'.repeat(65)])
    expect(isDigest(`sha256:${bent}`)).toBe(false);
  expect(isDigest(`sha256:${'0'.repeat(64)}`)).toBe(true);
});

test('only registered algorithms with lower-case hexadecimal digits are digests', () => {
  expect(isDigest(`sha256:${HEX}`)).toBe(true);
  expect(isDigest(`sha512:${HEX}${HEX}`)).toBe(true);
  expect(isDigest(`sha256:${HEX.toUpperCase()}`)).toBe(false);
  expect(isDigest(`toString:${HEX}`)).toBe(false);
  expect(isDigest(HEX)).toBe(false);
});
