import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { credentialsIn, isCredentialFile } from '../../../src/image-content/secrets/credential-files.js';
import { secretsInText } from '../../../src/image-content/secrets/secret-text.js';
import { fakeKey, fakeToken } from '../../support/image/planted-secrets.js';

/** Pieces of what looks like a secret, so that much nearly is one. */
const piece = fc.oneof(
  fc.constantFrom(
    ...['-----BEGIN ', 'PRIVATE KEY', '-----', 'RSA ', 'ghp_', 'github_pat_', 'glpat-', 'AWS_SECRET_ACCESS_KEY=', '\n'],
    ...['password', ' = ', ': ', '"auth"', '://a:b', '@', 'token', '_authToken=', 'machine x login y password ', '${'],
  ),
  fc.string({ maxLength: 60 }),
  fc.stringMatching(/^[A-Za-z0-9+/]{1,80}$/),
);
const text = fc.array(piece, { maxLength: 60 }).map((parts) => parts.join(''));

describe('secrets in a text', () => {
  test('stand on the lines of the text, whatever it is', () => {
    fc.assert(
      fc.property(text, (content) => {
        const lines = content.split('\n').length;
        for (const { kind, line } of secretsInText(content)) {
          expect(kind).not.toBe('');
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(lines);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('are found whatever stands around them', () => {
    const planted = fc.constantFrom<readonly [string, string]>(
      [fakeKey('RSA '), 'RSA private key'],
      [fakeKey(''), 'private key'],
      [fakeToken('ghp_', 36), 'GitHub token'],
    );
    fc.assert(
      fc.property(text, text, planted, (before, after, [secret, kind]) => {
        const line = before.split('\n').length + 1;
        expect(secretsInText(`${before}\n${secret}\n${after}`)).toContainEqual({ kind, line });
      }),
      { numRuns: 500 },
    );
  });
});

test('a key is one whatever filler follows it', () => {
  expect(secretsInText(`${fakeKey('RSA ')}${'x'.repeat(3000)}`)).toEqual([{ kind: 'RSA private key', line: 1 }]);
});

describe('files that hold credentials', () => {
  const path = fc.constantFrom(
    ...['root/.docker/config.json', '.npmrc', 'app/.yarnrc.yml', 'etc/pip.conf', 'root/.netrc', '.git-credentials'],
    ...['.aws/credentials', 'srv/key.json', '.azure/accessTokens.json', '.kube/config', '.pgpass', '.my.cnf'],
    ...['.vault-token', '.terraformrc', '.cargo/credentials', '.m2/settings.xml', '.gem/credentials', '.env'],
    'etc/shadow',
  );

  test('are read to their end, whatever they hold', () => {
    fc.assert(
      fc.property(path, text, (file, content) => {
        expect(isCredentialFile(file)).toBe(true);
        const lines = content.split('\n').length;
        for (const { line } of credentialsIn(file, content)) expect(line).toBeLessThanOrEqual(lines);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a key that is not written as a file of its own', () => {
  const lines = fakeKey('').trimEnd().split('\n');
  test.each([
    ['indented', lines.map((line) => `    ${line}`).join('\n')],
    ['indented by tabs, with CR LF', lines.map((line) => `\t${line}`).join('\r\n')],
    ['commented', lines.map((line) => `# ${line}`).join('\n')],
    ['in a block comment', lines.map((line) => ` * ${line}`).join('\n')],
    ['quoted', `"${lines.join('\\n')}"`],
    ['concatenated', lines.map((line) => `"${line}\\n" +`).join('\n')],
    ['a list of lines', lines.map((line) => `'${line}',`).join('\n')],
    ['on one line', lines.join('')],
  ])('is found: %s', (_, text) => {
    expect(secretsInText(`x\n${text}\n`)).toMatchObject([{ kind: 'private key', line: 2 }]);
  });

  test.each([
    [
      'prose',
      '-----BEGIN PRIVATE KEY-----\nhere goes the text of the key that you have downloaded from the console of your provider\n-----END PRIVATE KEY-----',
    ],
    [
      'code',
      'if (text.startsWith("-----BEGIN PRIVATE KEY-----")) { return parsePrivateKeyInformation(text.slice(27)); }',
    ],
    ['both lines', 'const a = "-----BEGIN RSA PRIVATE KEY-----"; const b = "-----END RSA PRIVATE KEY-----";'],
    ['dots', '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----'],
    ['a certificate', lines.join('\n').replaceAll('PRIVATE KEY', 'CERTIFICATE')],
  ])('and %s is none', (_, text) => {
    expect(secretsInText(text)).toEqual([]);
  });
});

test.each([
  ['Docker Hub token', fakeToken('dckr_pat_', 27)],
  ['Anthropic key', fakeToken('sk-ant-api03-', 80)],
  ['SendGrid key', `${fakeToken('SG.', 22)}.${fakeToken('sendgrid', 43).slice(8)}`],
])('a token of a known form is found: %s', (kind, token) => {
  expect(secretsInText(`key = ${token}\n`)).toMatchObject([{ kind }]);
});
