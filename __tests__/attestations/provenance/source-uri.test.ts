import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { normalizeBuilder, readSourceUri } from '../../../src/attestations/provenance/source-uri.js';

const ACME = 'https://github.com/acme/images';

test.each([
  ['https://github.com/acme/images', ACME, undefined],
  ['git+https://github.com/acme/images@refs/heads/main', ACME, 'refs/heads/main'],
  ['git+https://github.com/acme/images.git@refs/tags/v1', ACME, 'refs/tags/v1'],
  ['https://github.com/acme/images.git#main', ACME, 'main'],
  ['https://github.com/acme/images.git#main:sub/dir', ACME, 'main'],
  ['git@github.com:acme/images.git', ACME, undefined],
  ['ssh://git@github.com/acme/images.git', ACME, undefined],
  ['git://github.com/acme/images.git', ACME, undefined],
  ['https://github.com/acme/images/', ACME, undefined],
  // What an attacker would write so that a glob over acme's repositories matches.
  ['https://github.com/acme/../evil/images', 'https://github.com/evil/images', undefined],
  ['https://github.com/acme/%2e%2e/evil/images', 'https://github.com/evil/images', undefined],
  ['https://github.com@evil.example/acme/images', 'https://github.com@evil.example/acme/images', undefined],
  ['https://github.com:x@evil.example/acme/images', 'https://github.com:x@evil.example/acme/images', undefined],
  ['file:///acme/images', 'file:///acme/images', undefined],
  ['not a url', 'not a url', undefined],
])('%s is of %s', (text, repository, ref) => {
  expect(readSourceUri(text)).toEqual(ref === undefined ? { repository } : { repository, ref });
});

test('a text that no forge would have stays as it is', () => {
  const slashes = `https://github.com/${'/'.repeat(1_000_000)}`;
  expect(readSourceUri(slashes)).toEqual({ repository: slashes });
});

test('the dots of a builder are resolved', () => {
  expect(normalizeBuilder('https://github.com/acme/../evil/b.yml@refs/heads/x')).toBe(
    'https://github.com/evil/b.yml@refs/heads/x',
  );
  expect(normalizeBuilder('https://github.com/acme/b.yml@refs/heads/x')).toBe(
    'https://github.com/acme/b.yml@refs/heads/x',
  );
  expect(normalizeBuilder('pkg:builder')).toBe('pkg:builder');
});

test('what is read once reads the same again, and keeps to the host of the URL', () => {
  const part = fc.constantFrom('..', '.', 'acme', 'images', '%2e%2e', '@', '#', ':', 'evil.example', '.git', '?x');
  fc.assert(
    fc.property(
      fc.constantFrom('https://', 'git+https://', 'ssh://git@'),
      fc.array(part, { maxLength: 8 }),
      (scheme, parts) => {
        const written = `${scheme}github.com/${parts.join('/')}`;
        const { repository } = readSourceUri(written);
        expect(readSourceUri(repository).repository).toBe(repository);
        if (repository !== written) expect(repository.startsWith('https://github.com')).toBe(true);
        expect(repository).not.toMatch(/\/\.\.(?:\/|$)/);
      },
    ),
    { numRuns: 1000 },
  );
});
