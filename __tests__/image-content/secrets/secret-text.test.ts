// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of shells
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { credentialsIn, isCredentialFile } from '../../../src/image-content/secrets/credential-files.js';
import {
  likelyInText,
  mayHaveLikely,
  mayHaveSecrets,
  secretsInText,
} from '../../../src/image-content/secrets/secret-text.js';
import { fakeJwt, fakeKey, fakeToken } from '../../support/image/planted-secrets.js';
import { processorTime } from '../../support/process/processor-time.js';

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

describe('a key of a documentation', () => {
  const body = 'MIIEowIABAKCAQEAqKpRgnn6yq26U3yt5YFZquyukfRjbMXDcNOK4rMCxDR';
  const key = (text: string) => `-----BEGIN RSA PRIVATE KEY-----\\n${text}\\n-----END RSA PRIVATE KEY-----`;

  test.each([`${body}...fvY4+te`, `${body}\u2026fvY4+te`, `EXAMPLEBAAKC${body}`, `${body}EXAMPLE`])(
    'is none where its middle is left out or written over: %s',
    (text) => {
      expect(secretsInText(key(text))).toEqual([]);
    },
  );

  test.each([body, `${body}\\n# EXAMPLE\\n`, `${body}\\n# and so on ...`])('is one where it is whole: %s', (text) => {
    expect(secretsInText(key(text))).toHaveLength(1);
  });
});

test.each(['EXAMPLEabcdefghijklmnop', '# and so on...', '// MIIEowIBAAKCAQEA...fvY4'])(
  'a whole key is one in spite of a line of it that looks like an example: %s',
  (line) => {
    const pem = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    const [first, second, ...others] = String(pem).split('\n');
    expect(secretsInText([first, second, line, ...others].join('\n'))).toHaveLength(1);
  },
);

describe('a token of GitHub or npm', () => {
  test.each(['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'npm_'])('counts with the right checksum alone: %s', (prefix) => {
    const token = fakeToken(prefix, 36);
    expect(secretsInText(token)).toHaveLength(1);
    const last = token.endsWith('0') ? '1' : '0';
    expect(secretsInText(`${token.slice(0, -1)}${last}`)).toEqual([]);
  });
});

describe('what often is a credential', () => {
  test.each([
    ['https://bot:s3cr3tW0rd@git.acme.io/x', 'password in a URL'],
    ['postgres://app:a8Fz-12mq@db.prod.acme.com:5432/app', 'password in a URL'],
    ['redis://:hunter2hunter3@10.0.0.7:6379', 'password in a URL'],
    [fakeJwt({ iss: 'https://login.acme.io', exp: 4_000_000_000 }), 'JSON Web Token'],
    [fakeJwt({ iss: 'kubernetes/serviceaccount', sub: 'system:serviceaccount:default:default' }), 'JSON Web Token'],
  ])('is found in a file: %s', (content, kind) => {
    expect(likelyInText(`a\n${content}\n`)).toMatchObject([{ kind, line: 2, isLikely: true }]);
    expect(mayHaveLikely(Buffer.from(content))).toBe(true);
  });

  test.each([
    'https://user:password@example.com',
    'https://user:pa55word1@db.example.org/x',
    'https://user:pa55word1@localhost:8080',
    'https://user:pa55word1@host.com/x',
    'https://user:${PASSWORD1}@git.acme.io/x',
    'https://user:<password1>@git.acme.io/x',
    'https://username:p%40ssword@proxy',
    'https://user:he%2F%2Fo@pypi.acme.io/simple',
    'postgresql://scott:tiger@db.acme.io',
    'http://[::1]:8080/a@b.c',
    'https://acme.io/a:b/c12345678@d.e',
    fakeJwt({ some: 'payload' }),
    fakeJwt({ sub: '1234567890', name: 'John Doe', iat: 1_516_239_022 }),
    fakeJwt({ iss: 'joe' }),
    'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJub25zZW5zZX0.c2lnbmF0dXJlLWlzLW5vbmU',
  ])('is none of the examples of documentation and tests: %s', (content) => {
    expect(likelyInText(content)).toEqual([]);
  });

  test('costs no more than its text, whatever it is', () => {
    for (const part of ['eyJ', '-eyJa', '://a:', '://', 'eyJaaaaaaaaaaa.', 'a:b@']) {
      const spent = processorTime();
      likelyInText(part.repeat(30_000));
      expect(spent()).toBeLessThan(2000);
    }
  });
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

test('bytes without the mark of a secret have none', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('');
      if (secretsInText(text).length > 0) expect(mayHaveSecrets(Buffer.from(text, 'utf8'))).toBe(true);
    }),
  );
});

test.each([
  ['Docker Hub token', fakeToken('dckr_pat_', 27)],
  ['Anthropic key', fakeToken('sk-ant-api03-', 80)],
  ['GitLab token', fakeToken('glsoat-', 20)],
  ['crates.io token', fakeToken('cio', 32)],
  ['OpenAI key', `${fakeToken('sk-proj-', 24)}T3BlbkFJ${fakeToken('x', 24)}`],
  ['Azure client secret', `Ab1${fakeToken('8Q~', 34)}`],
  ['AWS secret access key', `aws_secret_access_key=${fakeToken('x', 39)}`],
  ['SendGrid key', `${fakeToken('SG.', 22)}.${fakeToken('sendgrid', 43).slice(8)}`],
])('a token of a known form is found: %s', (kind, token) => {
  const text = `key = ${token}\n`;
  expect(secretsInText(text)).toMatchObject([{ kind }]);
  expect(mayHaveSecrets(Buffer.from(text))).toBe(true);
});
