import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { err, ok } from '../../../src/lib/result.js';
import type { Authority } from '../../../src/policy/policy.js';
import { signatureError } from '../../../src/signatures/signature-error.js';
import { readSignatureLayer } from '../../../src/signatures/sigstore/cosign-layer.js';
import { evaluateSignature } from '../../../src/signatures/sigstore/evaluate-signature.js';
import type { SignedMaterial } from '../../../src/signatures/sigstore/signed-material.js';
import type { TrustedRoot } from '../../../src/signatures/sigstore/trusted-root.js';
import { rootOf } from '../../support/process/root-of.js';
import { keylessSigner, keySigner, RELEASE_WORKFLOW } from '../../support/signing/signer-identity.js';
import { classicSignature, simpleSigningPayload } from '../../support/signing/sigstore-forms.js';
import { makeSigstore } from '../../support/signing/sigstore-trust.js';

const PAYLOAD = simpleSigningPayload(`sha256:${'ab'.repeat(32)}`);
const { subject, issuer } = RELEASE_WORKFLOW;
const RELEASE: Authority = { kind: 'keyless', subject, issuer };
const SOMEBODY: Authority = { kind: 'keyless', subject: 'somebody@acme.com', issuer: 'https://accounts.google.com' };
const KMS: Authority = { kind: 'kms', uri: 'awskms://a' };

const mine = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const others = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const keyOf = ({ publicKeyPem }: typeof mine, log: 'required' | 'ignored' = 'required'): Authority => ({
  kind: 'key',
  pem: publicKeyPem,
  name: 'base.pub',
  log,
});

let root: TrustedRoot;
let now: Date;
let keyless: SignedMaterial;
let keyed: SignedMaterial;

beforeAll(async () => {
  const sigstore = await makeSigstore();
  root = await rootOf(sigstore);
  now = new Date(sigstore.now.getTime() + 60_000);
  const materialOf = async (signer: typeof mine) => {
    const layer = await classicSignature(signer, PAYLOAD, { sigstore });
    const material = readSignatureLayer(layer.content, layer.annotations);
    if (!material.ok) throw new Error(material.error.reason);
    return material.value;
  };
  keyless = await materialOf(await keylessSigner(sigstore));
  keyed = await materialOf(mine);
});

const evaluated = (material: SignedMaterial, authorities: readonly Authority[], trusted: TrustedRoot | null = root) =>
  evaluateSignature({ kind: 'signature', place: 'a@b', material: ok(material) }, authorities, trusted, now);

describe('a signature counts', () => {
  test('for each authority that it satisfies, and shows which', async () => {
    const wide: Authority = { kind: 'keyless', subject: 'https://github.com/acme/**', issuer };
    expect(await evaluated(keyless, [SOMEBODY, RELEASE, KMS, wide])).toMatchObject({
      approvals: [
        { authorityIndex: 1, authority: `${subject} (issuer ${issuer})`, signer: { kind: 'keyless', subject } },
        { authorityIndex: 3 },
      ],
      material: keyless,
    });
  });

  test('for the key that made it, logged or not as the authority says', async () => {
    const approved = { approvals: [{ authorityIndex: 1, authority: 'the key base.pub', signer: { kind: 'key' } }] };
    expect(await evaluated(keyed, [keyOf(others), keyOf(mine)])).toMatchObject(approved);
    expect(await evaluated(keyed, [keyOf(others), keyOf(mine, 'ignored')], null)).toMatchObject(approved);
  });
});

describe('a signature that counts for nobody is reported', () => {
  test('by what is wrong with it, where it can’t be read', async () => {
    const material = err(signatureError('malformed', 'it is torn'));
    expect(await evaluateSignature({ kind: 'signature', place: 'a@b', material }, [RELEASE], root, now)).toEqual({
      rejected: { place: 'a@b', code: 'malformed', reason: 'it is torn' },
    });
  });

  test('by its signer, where it is sound', async () => {
    const signedBy = { kind: 'keyless', subject, issuer };
    expect(await evaluated(keyless, [keyOf(others), SOMEBODY])).toMatchObject({
      rejected: {
        place: 'a@b',
        code: 'wrong-signer',
        signedBy,
        reason: expect.stringMatching(/^it is signed by https:.* but the policy requires somebody@acme\.com/),
      },
    });
    expect(await evaluated(keyless, [keyOf(others)])).toMatchObject({
      rejected: { signedBy, reason: expect.stringContaining('which matches no authority in the policy') },
    });
    expect(await evaluated(keyless, [])).toMatchObject({
      rejected: { signedBy, reason: expect.stringContaining('but the policy names no authority for this image') },
    });
  });

  test('as a key’s, where an identity is asked for', async () => {
    const { rejected } = { rejected: undefined, ...(await evaluated(keyed, [RELEASE])) };
    expect(rejected).toMatchObject({ code: 'wrong-signer', reason: expect.stringContaining('signed with a key') });
    expect(rejected).not.toHaveProperty('signedBy');
  });

  test('as one that nobody could verify, where the policy names nobody', async () => {
    expect(await evaluated(keyed, [])).toMatchObject({
      rejected: { code: 'wrong-signer', reason: expect.stringContaining('names no authority') },
    });
  });

  test('by what broke its proof, rather than by whose it is not', async () => {
    const [entry] = keyless.entries;
    if (entry === undefined) throw new Error('it is logged');
    const unlogged = { ...keyless, entries: [] };
    expect(await evaluated(unlogged, [keyOf(others), RELEASE])).toMatchObject({ rejected: { code: 'not-logged' } });
    expect(await evaluated(unlogged, [keyOf(others)])).toMatchObject({ rejected: { code: 'not-logged' } });
    expect(await evaluated({ ...keyed, entries: [] }, [keyOf(others), KMS, keyOf(mine)])).toMatchObject({
      rejected: { code: 'not-logged' },
    });
  });

  test('as out of reach, where a service holds the key, or nobody can read it', async () => {
    expect(await evaluated(keyed, [KMS])).toMatchObject({
      rejected: { code: 'unsupported', reason: expect.stringContaining('awskms://a') },
    });
    const broken: Authority = { kind: 'key', pem: 'nonsense', name: 'broken.pub', log: 'ignored' };
    expect(await evaluated(keyed, [broken])).toMatchObject({
      rejected: { code: 'unsupported', reason: expect.stringContaining('broken.pub: ') },
    });
  });

  test('as one that can’t be proven, where there is no trusted root', async () => {
    expect(await evaluated(keyless, [RELEASE], null)).toHaveProperty('rejected');
    expect(await evaluated(keyed, [keyOf(mine)], null)).toMatchObject({ rejected: { code: 'not-logged' } });
  });
});
