import { describe, expect, test } from '@jest/globals';
import { matchIdentity } from '../../src/signatures/authority.js';
import { readIdentity } from '../../src/signatures/identity.js';
import { describeSigner, type KeylessIdentity } from '../../src/signatures/signer.js';

const ISSUER = 'https://token.actions.githubusercontent.com';
const SUBJECT = 'https://github.com/acme/images/.github/workflows/release.yml@refs/heads/main';

const der = (tag: number, ...parts: readonly (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
const URI = 0x86;
const MAIL = 0x81;
const UTF8 = 0x0c;
const extension = (oid: string, value: Buffer) => ({ oid: { id: oid.split('.').map(Number) }, value });
const names = (...all: readonly Buffer[]) => extension('2.5.29.17', der(0x30, ...all));
const fulcio = (arc: number, text: string) => extension(`1.3.6.1.4.1.57264.1.${arc}`, der(UTF8, text));
const legacy = (arc: number, text: string) => extension(`1.3.6.1.4.1.57264.1.${arc}`, Buffer.from(text));
const issuer = fulcio(8, ISSUER);

const read = (...oids: readonly ReturnType<typeof extension>[]) => readIdentity({ oids: [...oids] });

describe('the identity in a certificate', () => {
  test('is its one name and its issuer, with what Fulcio says of the workflow', async () => {
    expect(
      await read(names(der(URI, SUBJECT)), issuer, fulcio(12, 'https://github.com/acme/images'), fulcio(18, SUBJECT)),
    ).toEqual({
      ok: true,
      value: {
        kind: 'keyless',
        subject: SUBJECT,
        issuer: ISSUER,
        sourceRepository: 'https://github.com/acme/images',
        workflow: SUBJECT,
      },
    });
    expect(await read(names(der(MAIL, 'a@example.com')), legacy(1, 'https://accounts.example.com'))).toMatchObject({
      ok: true,
      value: { subject: 'a@example.com', issuer: 'https://accounts.example.com' },
    });
  });

  test('has every fact of the workflow under its own extension', async () => {
    const oids = [10, 11, 12, 14, 18, 21].map((arc) => fulcio(arc, `value ${arc}`));
    expect(await read(names(der(URI, SUBJECT)), issuer, legacy(1, ISSUER), ...oids)).toStrictEqual({
      ok: true,
      value: {
        kind: 'keyless',
        subject: SUBJECT,
        issuer: ISSUER,
        sourceRepository: 'value 12',
        sourceRef: 'value 14',
        workflow: 'value 18',
        buildSignerDigest: 'value 10',
        runnerEnvironment: 'value 11',
        run: 'value 21',
      },
    });
  });

  test('takes the new extensions before the old ones', async () => {
    const both = [
      legacy(5, 'acme/old'),
      legacy(6, 'refs/old'),
      fulcio(12, 'https://new.example'),
      fulcio(14, 'refs/new'),
    ];
    expect(await read(names(der(URI, SUBJECT)), issuer, ...both)).toMatchObject({
      value: { sourceRepository: 'https://new.example', sourceRef: 'refs/new' },
    });
    const elsewhere = await read(
      names(der(URI, SUBJECT)),
      legacy(1, 'https://other.example'),
      legacy(5, 'acme/images'),
    );
    expect(elsewhere).toMatchObject({ ok: true });
    expect(elsewhere.ok && elsewhere.value).not.toHaveProperty('sourceRepository');
  });

  test('may be a name of Fulcio’s own kind, and of no other', async () => {
    const oid = (last: number) => Buffer.from([0x2b, 6, 1, 4, 1, 0x83, 0xbf, 0x30, 1, last]);
    const otherName = (last: number) => der(0xa0, der(0x06, oid(last)), der(0xa0, der(UTF8, 'robot!ci')));
    expect(await read(names(otherName(7)), issuer)).toMatchObject({ ok: true, value: { subject: 'robot!ci' } });
    expect(await read(names(otherName(8)), issuer)).toMatchObject({ ok: false });
    expect(await read(names(der(0xa0, der(0x06, oid(7)))), issuer)).toMatchObject({ ok: false });
  });

  test('is as long as any real one, at most', async () => {
    expect((await read(names(der(URI, 'x'.repeat(2048))), issuer)).ok).toBe(true);
    expect((await read(names(der(URI, 'x'.repeat(2049))), issuer)).ok).toBe(false);
    expect((await readIdentity({})).ok).toBe(false);
  });

  test('of certificates before 2023 has the repository under the old extension', async () => {
    expect(
      await read(names(der(URI, SUBJECT)), legacy(1, ISSUER), legacy(5, 'acme/images'), legacy(6, 'refs/heads/main')),
    ).toMatchObject({
      value: { sourceRepository: 'https://github.com/acme/images', sourceRef: 'refs/heads/main' },
    });
  });

  test.each([
    ['two names', [names(der(URI, SUBJECT), der(URI, 'https://mallory.example')), issuer]],
    ['no name', [names(), issuer]],
    ['a name of another kind', [names(der(0x82, 'dns.example')), issuer]],
    ['no issuer', [names(der(URI, SUBJECT))]],
    ['two issuers that differ', [names(der(URI, SUBJECT)), issuer, legacy(1, 'https://other.example')]],
    ['an extension twice', [names(der(URI, SUBJECT)), issuer, fulcio(8, 'https://other.example')]],
    // Decoded as ASCII, as the library does it, 0xE1 would be an "a".
    ['a name that is not UTF-8', [names(der(URI, Buffer.from([0xe1, 0x63, 0x6d, 0x65]))), issuer]],
    ['a name with a control character', [names(der(URI, `${SUBJECT}\u0000`)), issuer]],
    ['an empty name', [names(der(URI, '')), issuer]],
    ['an issuer that is no text', [names(der(URI, SUBJECT)), extension('1.3.6.1.4.1.57264.1.8', der(0x04, ISSUER))]],
    [
      'an issuer with something behind it',
      [
        names(der(URI, SUBJECT)),
        extension('1.3.6.1.4.1.57264.1.8', Buffer.concat([der(UTF8, ISSUER), der(UTF8, 'x')])),
      ],
    ],
  ])('with %s is refused', async (_name, oids) => {
    expect(await read(...oids)).toMatchObject({ ok: false, error: { code: 'bad-certificate' } });
  });
});

describe('an authority', () => {
  const signer: KeylessIdentity = { kind: 'keyless', issuer: ISSUER, subject: SUBJECT, sourceRef: 'refs/heads/main' };
  const matches = (changes: object) =>
    matchIdentity(signer, { kind: 'keyless', issuer: ISSUER, subject: SUBJECT, ...changes }).ok;

  test('matches exactly, or by an anchored glob', () => {
    expect(matches({})).toBe(true);
    expect(matches({ subject: 'https://github.com/acme/images/**' })).toBe(true);
    expect(matches({ sourceRef: 'refs/heads/*' })).toBe(true);
  });

  test.each([
    [{ issuer: 'https://token.actions.githubusercontent.com/' }],
    [{ issuer: 'https://**' }],
    [{ subject: 'https://github.com/acme/images/' }],
    [{ subject: 'github.com/acme/images/**' }],
    [{ subject: 'https://github.com/*/release.yml@refs/heads/main' }],
    [{ subject: 'https://github.com/acme/images/.github/workflows/release.yml@refs/heads/.*' }],
    [{ subject: '' }],
    [{ sourceRef: 'refs/tags/*' }],
    [{ runnerEnvironment: 'github-hosted' }],
    [{ buildSignerDigest: '**' }],
  ])('does not match %j', (changes) => {
    expect(matches(changes)).toBe(false);
  });

  test.each(['sourceRepository', 'sourceRef', 'workflow', 'buildSignerDigest', 'runnerEnvironment'] as const)(
    'asks for the %s exactly, by a glob or not at all',
    (field) => {
      const known: KeylessIdentity = { kind: 'keyless', issuer: ISSUER, subject: SUBJECT, [field]: 'a/b' };
      const asked = (wanted: object, identity = known) =>
        matchIdentity(identity, { kind: 'keyless', issuer: ISSUER, subject: SUBJECT, ...wanted });
      expect([{}, { [field]: 'a/b' }, { [field]: 'a/*' }].map((wanted) => asked(wanted).ok)).toEqual([
        true,
        true,
        true,
      ]);
      const wrong = asked({ [field]: 'a/c' });
      expect(wrong.ok ? '' : wrong.error.reason).toMatch(/ with [a-z ]+ a\/b instead of a\/c/);
      const { [field]: _left, ...unknown } = known;
      const lacking = asked({ [field]: '**' }, unknown);
      expect(lacking.ok ? '' : lacking.error.reason).toMatch(/ with [a-z ]+ \(none\) instead of \*\*/);
    },
  );

  test.each<[string, Partial<KeylessIdentity>, object, boolean]>([
    ['its own repository', { sourceRepository: 'https://github.com/acme/images' }, {}, true],
    ['its own repository, in other letter case', { sourceRepository: 'https://github.com/Acme/Images' }, {}, true],
    ['another repository of its owner', { sourceRepository: 'https://github.com/acme/shop' }, {}, true],
    ['a repository of another owner', { sourceRepository: 'https://github.com/mallory/x' }, {}, false],
    ['one whose owner begins alike', { sourceRepository: 'https://github.com/acme-evil/images' }, {}, false],
    [
      'a repository of another owner that the policy names',
      { sourceRepository: 'https://github.com/partner/x' },
      { sourceRepository: 'https://github.com/partner/*' },
      true,
    ],
    ...['**', 'https://github.com/**'].map((anybody): [string, Partial<KeylessIdentity>, object, boolean] => [
      `a repository of another owner where the policy names ${anybody}`,
      { sourceRepository: 'https://github.com/mallory/x' },
      { sourceRepository: anybody },
      false,
    ]),
    [
      'a repository of a forge that is not the build platform',
      { sourceRepository: 'https://git.acme.com/x/y' },
      {},
      true,
    ],
  ])('that names no source repository takes a workflow that ran for %s: %s', (_name, identity, authority, taken) => {
    const given = { ...signer, ...identity };
    expect(matchIdentity(given, { kind: 'keyless', issuer: ISSUER, subject: SUBJECT, ...authority }).ok).toBe(taken);
  });

  test('is given the source repository where it is not that of the workflow', () => {
    const of = (sourceRepository: string) => describeSigner({ ...signer, sourceRepository });
    expect(of('https://github.com/mallory/x')).toContain('for https://github.com/mallory/x');
    expect(of('https://github.com/acme/images')).not.toContain('for ');
  });

  test('says who signed, and what was asked for', () => {
    expect(
      matchIdentity(signer, { kind: 'keyless', issuer: ISSUER, subject: 'https://github.com/acme/other' }),
    ).toMatchObject({
      error: {
        code: 'wrong-signer',
        reason: expect.stringMatching(/signed by .*release\.yml.*requires https:\/\/github\.com\/acme\/other/),
      },
    });
  });
});
