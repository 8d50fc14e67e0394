import { describe, expect, test } from '@jest/globals';
import { identityMatches, parseIdentity } from '../../src/policy/identity.js';

describe('parseIdentity', () => {
  test.each([
    'https://github.com/acme/images/.github/workflows/release.yml@refs/heads/main',
    'https://github.com/acme/**',
    'https://github.com/acme/images/.github/workflows/*@refs/tags/**',
    'keyless@distroless.iam.gserviceaccount.com',
    '*@acme.com',
    'https://issuer.enforce.dev/0123/*',
    'https://*/acme/images/.github/workflows/*@refs/heads/main',
    '*@acme-prod.iam.gserviceaccount.com',
    // Exact, so whoever it is, it is one: neither is a pattern.
    'somebody@gmail.com',
    'https',
  ])('takes %s', (text) => {
    expect(parseIdentity(text).ok).toBe(true);
  });

  test.each([
    '**',
    '*',
    '*/*',
    'https://**',
    '**://**',
    'http*://**',
    '*@*',
    '*@*.*',
    'https://*/*',
    'https://github.com/**',
    'https://github.com/*/**',
    'https://gitlab.com/**',
    'https://github.com/*/*/.github/workflows/release.yml@refs/heads/main',
    'https**',
    'https://issuer.enforce.dev/**',
    '*@gmail.com',
    '**@gmail.com',
    '*@*.iam.gserviceaccount.com',
    '**@**.iam.gserviceaccount.com',
    'https://*.github.com/**',
    'https://git*/**',
    'https://**/acme/images/.github/workflows/release.yml@refs/heads/main',
    '**/release.yml@refs/heads/main',
    '*@*.com',
    'acme*@gmail.com',
    'release@*.iam.gserviceaccount.com',
    'https://bitbucket.org/*/**',
    'https://codeberg.org/**',
    'https://code*.org/**',
    '*@googlemail.com',
    '*@outlook.com',
    '*@hotmail.com',
    'http*',
    'https*',
  ])('refuses %s, which everyone matches', (text) => {
    expect(parseIdentity(text)).toMatchObject({ ok: false, error: expect.stringContaining('matches everyone') });
  });

  test.each(['', 'a***b'])('refuses %j', (text) => {
    expect(parseIdentity(text).ok).toBe(false);
  });
});

describe('identityMatches', () => {
  const main = 'https://github.com/acme/images/.github/workflows/release.yml@refs/heads/main';
  test.each([
    [main, main, true],
    [main, `${main}-2`, false],
    [main, `x${main}`, false],
    ['https://github.com/acme/images/.github/workflows/release.yml@**', main, true],
    ['https://github.com/acme/images/.github/workflows/release.yml@*', main, false],
    ['https://github.com/acme/**', 'https://github.com/acme-evil/images/x@y', false],
    ['https://github.com/acme/.*', 'https://github.com/acme/xx', false],
    ['', 'anything', false],
    ['a***', 'ab', false],
    ['https://github.com/acme/images', 'https://github.com/acme/images2', false],
  ])('compares %s and %s: %s', (pattern, identity, expected) => {
    expect(identityMatches(pattern, identity)).toBe(expected);
  });
});
