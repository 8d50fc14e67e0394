import { beforeAll, describe, expect, test } from '@jest/globals';
import { toPem } from '../../src/signatures/notation/trust-store.js';
import { policyProblems, validPolicy } from '../support/load-policy-text.js';
import { asCertificates, makeChain } from '../support/signing/notation-maker.js';
import { makeAuthority } from '../support/signing/notation-timestamp.js';

const IDENTITY = 'x509.subject: C=US, ST=Washington, O=Acme';
const ROOTS = 'allow[0].authorities[0].notation.roots[0]';

let pems: { readonly leaf: string; readonly ca: string; readonly root: string; readonly tsa: string };
beforeAll(async () => {
  const [leaf = '', ca = '', root = ''] = asCertificates(await makeChain()).map(toPem);
  pems = {
    leaf,
    ca,
    root,
    tsa: asCertificates((await makeAuthority()).slice(-1))
      .map(toPem)
      .join(''),
  };
});

function policyOf(lines: Readonly<Record<string, unknown>>, more = ''): string {
  const notation = JSON.stringify({ roots: ['root.pem'], identities: [IDENTITY], ...lines });
  return `version: 1\nallow:\n  - image: registry.example/app\n    authorities: [{ notation: ${notation}${more} }]\n`;
}

const files = () => ({ 'root.pem': pems.root, 'tsa.pem': pems.tsa, 'leaf.pem': pems.leaf, 'ca.pem': pems.ca });
const authorityOf = async (lines: Readonly<Record<string, unknown>>, more = '') => {
  const policy = await validPolicy(policyOf(lines, more), { files: files() });
  return { authority: policy.allow[0]?.authorities[0], dependsOn: policy.dependsOn };
};

describe('a notation authority', () => {
  test('holds the certificates of the policy’s own files, and is strict unless it says otherwise', async () => {
    expect(await authorityOf({})).toEqual({
      authority: {
        kind: 'notation',
        ca: [pems.root],
        signingAuthority: [],
        timestampRoots: [],
        identities: [IDENTITY],
        timestamps: 'always',
        revocation: 'required',
        timestampRevocation: 'required',
        onlyLogged: [],
      },
      dependsOn: ['root.pem'],
    });
  });

  test('holds what it says of timestamps, revocation and the place of signatures', async () => {
    const lines = { 'timestamp-roots': ['tsa.pem'], timestamps: 'after-expiry', revocation: 'skip' };
    expect(await authorityOf(lines, ', signature-repository: registry.example/signatures')).toMatchObject({
      authority: {
        timestampRoots: [pems.tsa],
        timestamps: 'after-expiry',
        revocation: 'skip',
        timestampRevocation: 'skip',
        signatureRepository: 'registry.example/signatures',
      },
      dependsOn: ['root.pem', 'tsa.pem'],
    });
  });

  test('trusts its roots under the scheme that it names, and no other', async () => {
    expect(await authorityOf({ scheme: 'notary.x509.signingAuthority' })).toMatchObject({
      authority: { ca: [], signingAuthority: [pems.root] },
    });
  });

  test('may trust an authority that is no root', async () => {
    expect(await authorityOf({ roots: ['ca.pem'] })).toMatchObject({ authority: { ca: [pems.ca] } });
  });

  test.each<[string, Readonly<Record<string, unknown>>, string, string]>([
    ['a file is missing', { roots: ['gone.pem'] }, ROOTS, 'missing-file'],
    ['a file holds no certificate', { roots: ['nonsense'] }, ROOTS, 'bad-key-file'],
    ['a file holds a leaf', { roots: ['leaf.pem'] }, ROOTS, 'bad-key-file'],
    [
      'a timestamp root is no root',
      { 'timestamp-roots': ['ca.pem'] },
      'allow[0].authorities[0].notation.timestamp-roots[0]',
      'bad-key-file',
    ],
    [
      'an identity lacks the organization',
      { identities: ['x509.subject: C=US, ST=Washington'] },
      'allow[0].authorities[0].notation.identities',
      'contradiction',
    ],
    [
      'any identity stands beside another',
      { identities: ['*', IDENTITY] },
      'allow[0].authorities[0].notation.identities',
      'contradiction',
    ],
    [
      'one identity includes another',
      { identities: [IDENTITY, `${IDENTITY}, CN=Release`] },
      'allow[0].authorities[0].notation.identities',
      'contradiction',
    ],
  ])('is a problem at its place where %s', async (_what, lines, key, code) => {
    const world = { files: { ...files(), nonsense: 'no certificate' } };
    expect(await policyProblems(policyOf(lines), world)).toMatchObject([{ key, code }]);
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['no roots', { roots: [] }],
    ['no identities', { identities: [] }],
    ['a scheme that is none', { scheme: 'notary.x509.other' }],
    ['a root outside the repository', { roots: ['../root.pem'] }],
    ['an absolute root', { roots: ['/root.pem'] }],
    ['a key that is none', { plugin: 'x' }],
  ])('is a problem with %s', async (_what, lines) => {
    expect((await policyProblems(policyOf(lines), { files: files() })).length).toBeGreaterThan(0);
  });
});
