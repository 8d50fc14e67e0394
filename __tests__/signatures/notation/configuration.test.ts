import { mkdirSync, mkdtempSync, renameSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { authorityOf, readPolicyFile, readStores } from '../../../src/signatures/notation/configuration.js';
import type { TrustStatement } from '../../../src/signatures/notation/trust-policy.js';
import { toPem } from '../../../src/signatures/notation/trust-store.js';
import { asCertificates, type Chain, makeChain } from '../../support/signing/notation-maker.js';

const STATEMENT = {
  name: 'base',
  registryScopes: ['*'],
  signatureVerification: { level: 'strict' },
  trustStores: ['ca:base'],
  trustedIdentities: ['x509.subject: C=US, ST=Washington, O=Acme'],
};

let chain: Chain;
let directory: string;
let store: string;
beforeAll(async () => {
  chain = await makeChain();
});
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'notation-configuration-'));
  store = join(directory, 'truststore/x509/ca/base');
  mkdirSync(store, { recursive: true });
  writeFileSync(join(store, 'root.pem'), rootPem());
  writePolicy();
});

function rootPem(): string {
  return asCertificates(chain.slice(-1)).map(toPem).join('');
}

function writePolicy(change: object = {}): void {
  const document = { version: '1.0', trustPolicies: [{ ...STATEMENT, ...change }] };
  writeFileSync(join(directory, 'trustpolicy.json'), JSON.stringify(document));
}

async function statement(): Promise<TrustStatement> {
  const read = await readPolicyFile(directory);
  const [first] = read.ok ? read.value : [];
  if (first === undefined) throw new Error(read.ok ? 'no statement' : read.error);
  return first;
}

async function stores() {
  return readStores(directory, await statement());
}

function refused(text: string) {
  return { ok: false, error: expect.stringContaining(text) };
}

describe('the trust policy', () => {
  test('is read from the directory', async () => {
    expect(await readPolicyFile(directory)).toMatchObject({ ok: true, value: [{ name: 'base', level: 'strict' }] });
  });

  test('is refused where it is missing, a directory, a link, too large, or no trust policy', async () => {
    const path = join(directory, 'trustpolicy.json');
    renameSync(path, join(directory, 'other.json'));
    expect(await readPolicyFile(directory)).toEqual(refused('does not exist'));
    expect(await readPolicyFile(join(directory, 'gone'))).toEqual(refused('does not exist'));
    symlinkSync('other.json', path);
    expect(await readPolicyFile(directory)).toEqual(refused('links are not followed'));
    const other = mkdtempSync(join(tmpdir(), 'notation-configuration-'));
    mkdirSync(join(other, 'trustpolicy.json'));
    expect(await readPolicyFile(other)).toEqual(refused('not a regular file'));
    const large = mkdtempSync(join(tmpdir(), 'notation-configuration-'));
    writeFileSync(join(large, 'trustpolicy.json'), '');
    expect(await readPolicyFile(large)).toEqual(refused('invalid'));
    truncateSync(join(large, 'trustpolicy.json'), 4 * 1024 * 1024 + 1);
    expect(await readPolicyFile(large)).toEqual(refused('larger'));
  });
});

describe('a trust store', () => {
  test('holds certificates in PEM or DER', async () => {
    writeFileSync(join(store, 'intermediate.der'), chain[1]?.der ?? '');
    const read = await stores();
    const subjects = read.ok
      ? read.value.flatMap(({ certificates }) => certificates.map(({ subject }) => subject))
      : [];
    expect(subjects).toEqual(['C=US,O=Acme,CN=Signing CA', 'C=US,O=Acme,CN=Root']);
  });

  test('is refused where it is missing, empty or a link', async () => {
    const kept = join(directory, 'kept');
    renameSync(store, kept);
    expect(await stores()).toEqual(refused('does not exist'));
    symlinkSync(kept, store);
    expect(await stores()).toEqual(refused('links are not followed'));
    writePolicy({ trustStores: ['ca:empty'] });
    mkdirSync(join(directory, 'truststore/x509/ca/empty'));
    expect(await stores()).toEqual(refused('no certificate'));
  });

  test.each(['../outside.pem', '../../../../trustpolicy.json', '/etc/passwd', 'gone'])(
    'is refused where a file in it is a link to %s',
    async (target) => {
      writeFileSync(join(store, '../outside.pem'), rootPem());
      symlinkSync(target, join(store, 'link.pem'));
      expect(await stores()).toEqual(refused('links are not followed'));
    },
  );

  test('is refused where something else is in it', async () => {
    writeFileSync(join(store, 'README'), 'certificates of ours');
    expect(await stores()).toEqual(refused('README'));
  });

  test('is refused where a directory is in it', async () => {
    mkdirSync(join(store, 'more'));
    expect(await stores()).toEqual(refused('not a regular file'));
  });

  test('is refused where it has more files than any', async () => {
    for (let number = 0; number < 100; number++) writeFileSync(join(store, `${number}.pem`), rootPem());
    expect(await stores()).toEqual(refused('more than 100'));
  });

  test('is refused where it holds a leaf, and the timestamp store where it holds no root', async () => {
    const [leaf, intermediate] = asCertificates(chain);
    if (leaf === undefined || intermediate === undefined) throw new Error('no chain');
    writeFileSync(join(store, 'leaf.pem'), toPem(leaf));
    expect(await stores()).toEqual(refused('neither a CA certificate nor self-signed'));
    writePolicy({ trustStores: ['tsa:base'] });
    mkdirSync(join(directory, 'truststore/x509/tsa/base'), { recursive: true });
    writeFileSync(join(directory, 'truststore/x509/tsa/base/ca.pem'), toPem(intermediate));
    expect(await stores()).toEqual(refused('is not a root'));
  });
});

describe('a statement', () => {
  const authority = async (change: object = {}) => {
    writePolicy(change);
    const read = await stores();
    if (!read.ok) throw new Error(read.error);
    return authorityOf(await statement(), read.value);
  };

  test('is an authority with what its level enforces and logs', async () => {
    expect(await authority()).toMatchObject({
      ok: true,
      value: {
        kind: 'notation',
        ca: [rootPem()],
        signingAuthority: [],
        timestampRoots: [],
        identities: ['x509.subject: C=US, ST=Washington, O=Acme'],
        timestamps: 'always',
        revocation: 'required',
        timestampRevocation: 'required',
        onlyLogged: [],
      },
    });
    expect(await authority({ signatureVerification: { level: 'permissive' } })).toMatchObject({
      value: { onlyLogged: ['expiry', 'authentic-timestamp', 'revocation'] },
    });
  });

  test('that skips revocation has the timestamp authority checked all the same', async () => {
    const signatureVerification = {
      level: 'strict',
      override: { revocation: 'skip' },
      verifyTimestamp: 'afterCertExpiry',
    };
    expect(await authority({ signatureVerification })).toMatchObject({
      value: { revocation: 'skip', timestampRevocation: 'required', timestamps: 'after-expiry' },
    });
  });

  test.each([
    { level: 'audit' },
    { level: 'permissive', override: { authenticity: 'log' } },
    { level: 'strict', override: { authenticity: 'log' } },
  ])('that does not enforce authenticity verifies nobody: %j', async (signatureVerification) => {
    expect(await authority({ signatureVerification })).toEqual(refused('verifies no identity'));
  });

  test('of the level skip verifies nobody', async () => {
    const change = { signatureVerification: { level: 'skip' }, trustStores: [], trustedIdentities: [] };
    expect(await authority(change)).toEqual(refused('verifies no identity'));
  });
});
