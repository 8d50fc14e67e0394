import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readKeyFile } from '../../../src/image-content/secrets/key-files.js';
import { describeWithPeers } from '../../support/process/peers.js';

describeWithPeers(['openssl', 'keytool'], 'keys and stores that openssl and keytool write', () => {
  let directory = '';
  const run = (script: string) =>
    execFileSync('bash', ['-euo', 'pipefail', '-c', script], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'key-files-'));
    run(`openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=made -days 2 -keyout key.pem -out certificate.pem`);
  });
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  const FOUND = 'PKCS #12 store with a private key';
  const JAVA = 'Java key store with a private key';
  const CLOSED = { kind: 'PKCS #12 store', isClosed: true };
  const KEYTOOL = 'keytool -keystore made -storepass changeit -noprompt -alias one';
  const GENERATE = `${KEYTOOL} -genkeypair -keyalg RSA -dname CN=made -keypass changeit`;
  const IMPORT = `${KEYTOOL} -importcert -file certificate.pem`;
  test.each([
    ['openssl pkcs12 -export -in certificate.pem -inkey key.pem -passout pass:x -out made', { kind: FOUND }],
    [
      'openssl pkcs12 -export -in certificate.pem -inkey key.pem -keypbe NONE -passout pass: -out made',
      { kind: FOUND },
    ],
    ['openssl pkcs12 -export -in certificate.pem -nokeys -certpbe NONE -nomac -passout pass: -out made', null],
    ['openssl pkcs12 -export -in certificate.pem -nokeys -passout pass:x -out made', CLOSED],
    [`${GENERATE} -storetype pkcs12`, { kind: FOUND }],
    [`${GENERATE} -storetype jks`, { kind: JAVA }],
    [`${GENERATE} -storetype jceks`, { kind: JAVA }],
    [`${KEYTOOL} -genseckey -keyalg AES -keysize 128 -storetype jceks`, { kind: JAVA }],
    [`${IMPORT} -storetype jks`, null],
    [`${IMPORT} -storetype pkcs12`, CLOSED],
    ['openssl rsa -in key.pem -outform der -traditional -out made', { kind: 'RSA private key (DER)' }],
    ['openssl genpkey -algorithm x448 -outform der -out made', { kind: 'private key (DER, PKCS #8)' }],
    [
      'openssl dsaparam -genkey 1024 | openssl dsa -outform der -traditional -out made || openssl dsaparam -genkey 1024 | openssl dsa -outform der -out made',
      { kind: expect.stringContaining('private key (DER') },
    ],
    ['openssl x509 -in certificate.pem -outform der -out made', null],
    ['openssl crl2pkcs7 -nocrl -certfile certificate.pem -outform der -out made', null],
    ['openssl req -new -key key.pem -subj /CN=made -outform der -out made', null],
  ])('%s', (script, expected) => {
    run(`rm -f made; (${script}) 2>/dev/null`);
    expect(readKeyFile(readFileSync(join(directory, 'made')))).toEqual(expected);
  });
});
