import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type ImagePattern,
  literalPrefixLength,
  matches,
  parsePattern,
  patternCovers,
  patternsOverlap,
} from '../../src/references/pattern.js';
import { formatReference, parseReference, type Reference } from '../../src/references/reference.js';

const HEX = 'a'.repeat(64);

function pattern(text: string): ImagePattern {
  const parsed = parsePattern(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error}`);
  return parsed.value;
}

function reference(text: string): Reference {
  const parsed = parseReference(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.reason}`);
  return parsed.value;
}

describe('parsePattern', () => {
  test.each([
    ['alpine', 'docker.io/library/alpine'],
    ['docker.io/library/alpine', 'docker.io/library/alpine'],
    ['docker.io/alpine', 'docker.io/library/alpine'],
    ['index.docker.io/library/alpine', 'docker.io/library/alpine'],
    ['index.docker.io/alpine:3.*', 'docker.io/library/alpine:3.*'],
    ['registry-1.docker.io/library/alpine', 'docker.io/library/alpine'],
    ['GHCR.io/acme/*', 'ghcr.io/acme/*'],
    ['ghcr.io:443/acme/**', 'ghcr.io/acme/**'],
    ['acme/*', 'docker.io/acme/*'],
    ['bitnamilegacy/**', 'docker.io/bitnamilegacy/**'],
    ['localhost:5000/a', 'localhost:5000/a'],
    ['localhost:5000/a:v1', 'localhost:5000/a:v1'],
    ['*.example.com/base/**', '*.example.com/base/**'],
    [`alpine@sha256:${HEX}`, `docker.io/library/alpine@sha256:${HEX}`],
    [`alpine:3*@sha256:${HEX}`, `docker.io/library/alpine:3*@sha256:${HEX}`],
    ['**/node', '**/node'],
    ['[::1]:5000/a/*', '[::1]:5000/a/*'],
  ])('%s is %s', (text, canonical) => {
    expect(pattern(text)).toMatchObject({ text: canonical });
  });

  test.each([
    ['', 'empty'],
    ['alpine ', 'white space'],
    ['Acme/x', ''],
    ['ghcr.io/Acme/x', 'lower case'],
    ['ghcr.io/acme//x', 'empty'],
    ['ghcr.io/acme/', 'empty'],
    ['ghcr.io/acme/{a,b}', 'the only wildcards are * and **'],
    ['ghcr.io/acme/[ab]', 'the only wildcards are * and **'],
    ['ghcr.io/acme/.*\\.x', 'the only wildcards are * and **'],
    ['ghcr.io/acme/***', 'has no meaning'],
    ['alpine:', 'tag is empty'],
    ['alpine:a/b:', 'tag is empty'],
    ['alpine@sha256:*', 'digests have no wildcards'],
    ['alpine:3.(1|2)', 'not a tag'],
    ['https://ghcr.io/acme/x', 'not a registry host'],
    ['x'.repeat(2000), 'longer than'],
  ])('refuses %j', (text, reason) => {
    const parsed = parsePattern(text);
    // A host in upper case is a host; what Acme names is then a registry.
    if (text === 'Acme/x') expect(parsed).toMatchObject({ ok: true, value: { text: 'acme/x' } });
    else expect(parsed).toMatchObject({ ok: false, error: expect.stringContaining(reason) });
  });

  test.each([
    ['**', 'names no registry'],
    ['**/alpine', 'names no registry'],
    ['*', 'official images'],
    ['docker.io/*', 'official images'],
    ['docker.io/**', 'anyone can publish on docker.io'],
    ['ghcr.io/**', 'anyone can publish on ghcr.io'],
    ['ghcr.io/*/base', 'anyone can publish on ghcr.io'],
    ['*/*', 'anyone can publish on docker.io'],
    ['ghcr.io', 'every image there'],
    ['registry.example.com', 'every image there'],
    ['registry.example.com:5000', 'every image there'],
    ['localhost:5000', 'every image there'],
    ['*.io/**', 'not one organization'],
    ['*.com/**', 'not one organization'],
  ])('%s is broader than intended', (text, why) => {
    expect(pattern(text).broad).toContain(why);
  });

  test.each([
    'alpine',
    'acme/**',
    'registry.example.com/**',
    '*.example.com/**',
    'ghcr.io/acme/**',
    'cgr.dev/chainguard/*',
  ])('%s says whose images it means', (text) => {
    expect(pattern(text).broad).toBeUndefined();
  });

  test('every reference is a pattern that matches itself, and its canonical text is stable', () => {
    const component = fc.stringMatching(/^[a-z0-9]{1,6}(?:[._-][a-z0-9]{1,4})?$/);
    const host = fc.constantFrom('', 'docker.io/', 'ghcr.io/', 'localhost:5000/', 'Registry.Example.com:443/');
    const tag = fc.constantFrom('', ':1', ':3.19-slim', `@sha256:${HEX}`, `:x@sha256:${HEX}`);
    fc.assert(
      fc.property(host, fc.array(component, { minLength: 1, maxLength: 3 }), tag, (registry, path, suffix) => {
        const text = `${registry}${path.join('/')}${suffix}`;
        const parsed = parseReference(text);
        fc.pre(parsed.ok && (registry !== '' || path.length > 1 || !/\./.test(path[0] ?? '')));
        const own = pattern(text);
        expect(matches(own, reference(text))).toBe(true);
        expect(pattern(own.text).text).toBe(own.text);
        expect(matches(pattern(formatReference(reference(text))), reference(text))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['registry.example:5000', 'registry.example:5000/**'],
    ['registry.example:5', 'registry.example:5/**'],
    ['registry.example:5x', 'registry.example/**:5x'],
    ['registry.example:x5', 'registry.example/**:x5'],
    ['registry.example:5000/a:1', 'registry.example:5000/a:1'],
    ['foo**', 'docker.io/library/foo**'],
    ['**foo', '**foo'],
    ['docker.io/**foo', 'docker.io/**foo'],
    ['docker.io/foo**', 'docker.io/library/foo**'],
    [`alpine@sha256:${HEX}`, `docker.io/library/alpine@sha256:${HEX}`],
  ])('%s means %s', (text, meaning) => {
    expect(pattern(text).text).toBe(meaning);
  });

  test.each([
    ['', 'it is empty'],
    ['alpine:', 'its tag is empty'],
    ['alpine:!abc', 'is not a tag or a glob over tags'],
    ['alpine:abc!', 'is not a tag or a glob over tags'],
    [`alpine:${'x'.repeat(129)}`, 'is not a tag or a glob over tags'],
    ['alpine:***', 'has no meaning'],
    ['!x.example/a', 'is not a registry host'],
    ['x.example!/a', 'is not a registry host'],
    ['ghcr.io/Acme', 'repository names are lower case'],
    ['ghcr.io/A!b', "can't be part of a repository name"],
    ['ghcr.io/a!b', "can't be part of a repository name"],
    ['ghcr.io//a', 'is empty'],
    ['/a', 'is empty'],
  ])('%j is none, because %s', (text, reason) => {
    const parsed = parsePattern(text);
    expect(parsed.ok ? 'read' : parsed.error).toContain(reason);
  });

  test('says of a tag, a digest and its breadth only where there is one', () => {
    expect(Object.keys(pattern('acme/app'))).toEqual(['text', 'name']);
    expect(Object.keys(pattern(`acme/app:1@sha256:${HEX}`))).toEqual(['text', 'name', 'tag', 'digest']);
    expect(Object.keys(pattern('**'))).toEqual(['text', 'name', 'broad']);
  });

  test('never throws on any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const parsed = parsePattern(text);
        expect(typeof (parsed.ok ? parsed.value.text : parsed.error)).toBe('string');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('matches', () => {
  test.each([
    ['alpine', 'alpine:3.19', true],
    ['alpine', `alpine@sha256:${HEX}`, true],
    ['alpine:3.19', `alpine:3.19@sha256:${HEX}`, true],
    ['alpine:3.19', `alpine@sha256:${HEX}`, false],
    ['alpine:latest', 'alpine', true],
    ['alpine:3.*', 'alpine:3.19', true],
    ['alpine:3.*', 'alpine:edge', false],
    [`alpine@sha256:${HEX}`, 'alpine', false],
    [`alpine@sha256:${HEX}`, `alpine:3@sha256:${HEX}`, true],
    ['ghcr.io/acme/*', 'ghcr.io/acme/a', true],
    ['ghcr.io/acme/*', 'ghcr.io/acme/a/b', false],
    ['ghcr.io/acme/**', 'ghcr.io/acme/a/b:1', true],
    ['ghcr.io/acme/**', 'ghcr.io/acmex/a', false],
    ['ghcr.io/acme/**', 'ghcr.io.evil.example/acme/a', false],
    ['ghcr.io/acme', 'ghcr.io/acme/a', false],
    ['docker.io/**', 'alpine', true],
    ['**', 'registry.example.com/a/b/c:1', true],
    ['ghcr.io', 'ghcr.io/anybody/anything', true],
    ['*.example.com/base/**', 'registry.example.com/base/x', true],
    ['bitnamilegacy/**', 'bitnamilegacy/redis:7', true],
  ])('%s matches %s: %s', (text, image, expected) => {
    expect(matches(pattern(text), reference(image))).toBe(expected);
  });

  test.each([
    'Docker.io/bitnamilegacy/redis',
    'docker.io:443/bitnamilegacy/redis',
    'registry-1.docker.io/bitnamilegacy/redis',
    'index.docker.io/bitnamilegacy/redis',
    'registry.hub.docker.com/bitnamilegacy/redis',
  ])('another spelling of a host is the same host: %s', (image) => {
    expect(matches(pattern('docker.io/bitnamilegacy/**'), reference(image))).toBe(true);
  });
});

test('an official image is one under any name of Docker Hub, and nowhere else', () => {
  const official = { registry: 'docker.io', repository: 'alpine', tag: '3' };
  expect(matches(pattern('alpine'), official)).toBe(true);
  expect(matches(pattern('alpine'), { ...official, registry: 'index.docker.io' })).toBe(true);
  expect(matches(pattern('docker.io/alpine'), { ...official, repository: 'alpine/alpine' })).toBe(false);
  expect(matches(pattern('ghcr.io/alpine'), { ...official, registry: 'ghcr.io' })).toBe(true);
});

describe('rank and relation', () => {
  test('a tag and a digest make a pattern more specific', () => {
    const ranks = ['ghcr.io/**', 'ghcr.io/acme/**', 'ghcr.io/acme/a', 'ghcr.io/acme/a:1*', 'ghcr.io/acme/a:1.2'].map(
      (text) => literalPrefixLength(pattern(text)),
    );
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    expect(new Set(ranks).size).toBe(ranks.length);
  });

  test.each([
    ['ghcr.io/a/*', 'ghcr.io/a/**', true],
    ['ghcr.io/a/*:1', 'ghcr.io/a/*:2', false],
    ['ghcr.io/*/x', 'ghcr.io/*/y', false],
    ['alpine', 'alpine:3', true],
    ['alpine:3', 'alpine', true],
    [`alpine@sha256:${HEX}`, `alpine@sha256:${HEX}`, true],
    [`alpine@sha256:${HEX}`, `alpine@sha256:${'0'.repeat(64)}`, false],
    [`alpine@sha256:${HEX}`, 'alpine:3', true],
    ['alpine:3', `alpine@sha256:${HEX}`, true],
    [`alpine@sha256:${HEX}`, `debian@sha256:${HEX}`, false],
  ])('show whether %s and %s overlap: %s', (a, b, expected) => {
    expect(patternsOverlap(pattern(a), pattern(b))).toBe(expected);
  });

  test.each([
    ['gcr.io/distroless/**', 'gcr.io/distroless/static:nonroot', true],
    ['gcr.io/distroless/**', 'gcr.io/distroless/*', true],
    ['gcr.io/distroless/*', 'gcr.io/distroless/**', false],
    ['gcr.io/distroless/**', 'gcr.io/**', false],
    ['gcr.io/distroless/**', 'gcr.io/distroless-x/a', false],
    ['gcr.io/ab', 'gcr.io/ab*', false],
    ['gcr.io/ab', 'gcr.io/ab', true],
    ['gcr.io/ab', 'gcr.io/ab:1', true],
    ['gcr.io/ab:1', 'gcr.io/ab:1', false],
    [`gcr.io/ab@sha256:${HEX}`, `gcr.io/ab@sha256:${HEX}`, false],
  ])('%s covers %s: %s', (outer, inner, expected) => {
    expect(patternCovers(pattern(outer), pattern(inner))).toBe(expected);
  });
});

describe('official images of Docker Hub for one architecture', () => {
  test.each([
    ['arm32v7/alpine:3', 'alpine', true],
    ['amd64/debian', 'docker.io/library/*', true],
    ['docker.io/s390x/nginx:1', 'nginx:1', true],
    ['arm32v7/alpine', 'docker.io/arm32v7/**', true],
    ['arm32v7/alpine', 'debian', false],
    ['amd64/deep/alpine', 'docker.io/library/**', false],
    ['acme/alpine', 'alpine', false],
    ['ghcr.io/arm32v7/alpine', 'alpine', false],
  ])('%s is matched by %s: %s', (text, by, expected) => {
    expect(matches(pattern(by), reference(text))).toBe(expected);
  });
});
