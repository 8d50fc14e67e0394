import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { matchesSubject, parseSubjectIdentity } from '../../../src/signatures/notation/distinguished-name.js';
import { readTrustPolicy, statementFor } from '../../../src/signatures/notation/trust-policy.js';
import '../../support/property-seed.js';

const IDENTITY = 'x509.subject: C=US, ST=Washington, O=Acme';
const STATEMENT = {
  name: 'base',
  registryScopes: ['registry.example/base/app'],
  signatureVerification: { level: 'strict' },
  trustStores: ['ca:base'],
  trustedIdentities: [IDENTITY],
};
const read = (...statements: readonly object[]) =>
  readTrustPolicy(Buffer.from(JSON.stringify({ version: '1.0', trustPolicies: statements })));
const withChange = (change: object) => read({ ...STATEMENT, ...change });
const verification = (values: object) => ({ signatureVerification: { level: 'strict', ...values } });

describe('a trust policy', () => {
  test('says for each repository which statement applies', () => {
    const other = { ...STATEMENT, name: 'rest', registryScopes: ['*'] };
    const statements = read(STATEMENT, other);
    if (!statements.ok) throw new Error(statements.error);
    expect(statementFor(statements.value, 'registry.example/base/app')?.name).toBe('base');
    expect(statementFor(statements.value, 'registry.example/base/application')?.name).toBe('rest');
    expect(statementFor(statements.value.slice(0, 1), 'registry.example/base/application')).toBeUndefined();
  });

  test.each<[string, object]>([
    ['no name', { name: '' }],
    ['no scope', { registryScopes: [] }],
    ['a scope without a repository', { registryScopes: ['registry.example'] }],
    ['a scope with a wildcard in it', { registryScopes: ['registry.example/*'] }],
    ['* among its scopes', { registryScopes: ['*', 'registry.example/base'] }],
    ['a scope twice', { registryScopes: ['registry.example/a', 'registry.example/a'] }],
    ['an unknown level', verification({ level: 'lenient' })],
    ['an unknown check', verification({ override: { x: 'log' } })],
    ['an integrity that is overridden', verification({ override: { integrity: 'log' } })],
    ['an expiry that is skipped', verification({ override: { expiry: 'skip' } })],
    [
      'a level skip that is overridden',
      { ...verification({ level: 'skip', override: { expiry: 'log' } }), trustStores: [], trustedIdentities: [] },
    ],
    ['a level skip with stores', verification({ level: 'skip' })],
    ['another time for timestamps', verification({ verifyTimestamp: 'never' })],
    ['no store', { trustStores: [] }],
    ['a store of another type', { trustStores: ['root:base'] }],
    ['a store outside of its directory', { trustStores: ['ca:..'] }],
    ['no identity', { trustedIdentities: [] }],
    ['* among its identities', { trustedIdentities: ['*', IDENTITY] }],
    ['an identity of another kind', { trustedIdentities: ['subject: C=US, ST=WA, O=A'] }],
    [
      'more scopes than any',
      { registryScopes: Array.from({ length: 1001 }, (_, number) => `registry.example/${number}`) },
    ],
    ['more stores than any', { trustStores: Array.from({ length: 101 }, (_, number) => `ca:${number}`) }],
    ['more identities than any', { trustedIdentities: Array.from({ length: 101 }, (_, n) => `${IDENTITY}, CN=${n}`) }],
    ['identities that overlap', { trustedIdentities: [IDENTITY, `${IDENTITY}, CN=a`] }],
  ])('is invalid with %s', (_what, change) => {
    expect(withChange(change)).toMatchObject({ ok: false });
  });

  test.each<[string, object]>([
    ['a revocation that is skipped', verification({ override: { revocation: 'skip' } })],
    ['* as its identity', { trustedIdentities: ['*'] }],
    ['* as its scope', { registryScopes: ['*'] }],
    ['identities beside each other', { trustedIdentities: [`${IDENTITY}, CN=a`, `${IDENTITY}, CN=b`] }],
    ['timestamps for expired certificates', verification({ verifyTimestamp: 'afterCertExpiry' })],
  ])('is valid with %s', (_what, change) => {
    expect(withChange(change)).toMatchObject({ ok: true });
  });

  test('is invalid with a name twice, without statements, of another version, and where it is no JSON', () => {
    expect(read(STATEMENT, { ...STATEMENT, registryScopes: ['*'] })).toMatchObject({ ok: false });
    expect(read()).toMatchObject({ ok: false });
    for (const text of ['', '[]', '{"version":"2.0","trustPolicies":[]}'])
      expect(readTrustPolicy(Buffer.from(text))).toMatchObject({ ok: false });
  });
});

describe('an identity', () => {
  const subject = (...attributes: readonly (readonly [string, string])[]) =>
    attributes.map(([type, value]) => [{ type, value }]);
  const [C, ST, O, CN] = ['2.5.4.6', '2.5.4.8', '2.5.4.10', '2.5.4.3'] as const;
  const acme = subject([C, 'US'], [ST, 'WA'], [O, 'Acme, Inc.'], [CN, 'Release']);
  const matches = (text: string, of: Parameters<typeof matchesSubject>[1] = acme) => {
    const identity = parseSubjectIdentity(text);
    if (!identity.ok) throw new Error(identity.error);
    return matchesSubject(identity.value, of);
  };

  test.each([
    'C=US, ST=WA, O=Acme\\, Inc.',
    'CN=Release,O=Acme\\2C Inc.,S=WA,C=US',
    ' C = US ,ST=WA  , 2.5.4.10=Acme\\, Inc.',
  ])('%s matches a subject that has all of it', (text) => {
    expect(matches(text)).toBe(true);
  });

  test.each([
    'C=US, ST=WA, O=acme\\, inc.',
    'C=US, ST=WA, O=Acme\\, Inc.\\ ',
    'C=US, ST=WA, O=Acme\\, Inc., CN=release',
  ])('%s does not match another value', (text) => {
    expect(matches(text)).toBe(false);
  });

  test('matches no subject that repeats an attribute, joins two, or lacks C, ST or O', () => {
    const text = 'C=US, ST=WA, O=A';
    const plain = subject([C, 'US'], [ST, 'WA'], [O, 'A']);
    expect(matches(text, plain)).toBe(true);
    expect(matches(text, [...plain, ...subject([CN, 'a'], [CN, 'b'])])).toBe(false);
    expect(
      matches(text, [
        ...plain,
        [
          { type: CN, value: 'a' },
          { type: '2.5.4.11', value: 'b' },
        ],
      ]),
    ).toBe(false);
    expect(matches(text, plain.slice(1))).toBe(false);
    expect(matches(text, subject([C, 'US'], [ST, 'WA'], [O, 'A'], ['1.2.840.113549.1.9.1', 'a@b.example']))).toBe(true);
  });

  test.each([
    '',
    'C=US, O=A',
    'C=US, ST=, O=A',
    'C=US, C=US, ST=WA, O=A',
    'C=US+L=x, ST=WA, O=A',
    'C=US, ST=WA, O=A\\',
    'C=US, ST=WA, O=#0c0141',
    'C=US, ST=WA, O="A"',
    'C=US, ST=WA, O=A, X=1',
    'C=US,, ST=WA, O=A',
    `C=US, ST=WA, O=${'a'.repeat(1100)}`,
  ])('%s is invalid', (text) => {
    expect(parseSubjectIdentity(text)).toMatchObject({ ok: false });
  });

  test('of any text is read or refused, in linear time', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 1024, unit: fc.constantFrom(...'C=US,ST\\ O+"#\u00e9') }), (text) => {
        expect(typeof parseSubjectIdentity(text).ok).toBe('boolean');
      }),
    );
  });
});
