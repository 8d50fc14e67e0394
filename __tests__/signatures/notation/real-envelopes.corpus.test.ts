import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { err, type Result } from '../../../src/lib/result.js';
import { parseStrictJson } from '../../../src/lib/strict-json.js';
import { type Certificate, readCertificate } from '../../../src/signatures/notation/certificate.js';
import { checkSigningChain } from '../../../src/signatures/notation/chain.js';
import { readCose } from '../../../src/signatures/notation/cose.js';
import type { NotationRefusal } from '../../../src/signatures/notation/refusal.js';
import { readStoreFile } from '../../../src/signatures/notation/trust-store.js';
import {
  checkTrust,
  type NotationFacts,
  type NotationTrust,
  proveEnvelope,
} from '../../../src/signatures/notation/verify.js';
import { readPemCertificates } from '../../../src/signatures/pem.js';
import { describeWithSharedData, sharedData } from '../../support/shared-data.js';

const NOW = new Date('2026-11-30T12:00:00Z');
const SIGNED = {
  mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
  size: 528,
  digest: 'sha256:c0669ef34cdc14332c0f1ab0c2c01acb91d96014b172f1a76f3a39e63d1f0bda',
};

function certificatesIn(path: string, type: 'ca' | 'tsa'): readonly Certificate[] {
  const read = readStoreFile(readFileSync(sharedData(path)), type);
  if (!read.ok) throw new Error(read.error);
  return read.value;
}

/** Trusts the last certificate of its chain, and GlobalSign for the time. */
async function verifyReal(
  file: string,
  changes: Partial<NotationTrust> = {},
): Promise<Result<NotationFacts, NotationRefusal>> {
  const bytes = readFileSync(sharedData(`notation/real/notation-go/${file}`));
  const isJws = parseStrictJson(bytes).ok;
  const proven = proveEnvelope(bytes, isJws ? 'application/jose+json' : 'application/cose', SIGNED);
  if (!proven.ok) return proven;
  const root = proven.value.chain.at(-1);
  const trust: NotationTrust = {
    ca: root === undefined ? [] : [root],
    signingAuthority: [],
    tsa: certificatesIn('notation/real/notation-go/globalsign-root-r6.pem', 'tsa'),
    identities: 'any',
    timestamps: 'always',
    expiry: 'enforce',
    authenticTimestamp: 'enforce',
    revocation: 'enforce',
    timestampRevocation: 'skip',
    ...changes,
  };
  return checkTrust(proven.value, trust, { now: NOW, fetchRevocation: async () => err('does not answer') });
}

describeWithSharedData('notation/real', 'envelopes of notation-go with timestamps by GlobalSign', () => {
  test.each([
    'jwsWithTimestamp.sig',
    'coseWithTimestamp.sig',
    'jwsExpiredWithTimestamp.sig',
    'coseExpiredWithTimestamp.sig',
  ])('%s verifies at the time of its timestamp', async (file) => {
    expect(await verifyReal(file)).toMatchObject({ ok: true, value: { time: { from: 'timestamp authority' } } });
  });

  test.each(['timestampAfterNotAfter.sig', 'timestampBeforeNotBefore.sig', 'withoutTimestamp.sig'])(
    '%s has no authentic time',
    async (file) => {
      expect(await verifyReal(file)).toMatchObject({ ok: false, error: { check: 'authentic-timestamp' } });
    },
  );

  test('are unknown where the authority can not be asked whether it is revoked', async () => {
    expect(await verifyReal('jwsWithTimestamp.sig', { timestampRevocation: 'enforce' })).toMatchObject({
      ok: false,
      error: { check: 'revocation-unknown' },
    });
  });
});

describeWithSharedData('notation/real', "Microsoft's certificates", () => {
  test('are a chain that may sign artifacts', () => {
    const pem = readPemCertificates(readFileSync(sharedData('notation/real/microsoft/uvm-chain.pem'), 'utf8'));
    if (!pem.ok) throw new Error(pem.error);
    const chain = pem.value.map((der) => {
      const read = readCertificate(der);
      if (!read.ok) throw new Error(read.error);
      return read.value;
    });
    expect(checkSigningChain(chain)).toEqual({ ok: true, value: true });
    const [root] = certificatesIn('notation/real/microsoft/supply-chain-rsa-root-ca-2022.crt', 'ca');
    expect(root?.fingerprint).toMatch(/^sha256:23ffe2b8/);
    expect(chain.at(-1)?.fingerprint).toBe(root?.fingerprint);
  });

  test('sign a COSE message that is no Notary Project envelope, for its chain is protected', () => {
    const read = readCose(readFileSync(sharedData('notation/real/microsoft/uvm-endorsement.cose')));
    expect(read).toMatchObject({ ok: false, error: { check: 'envelope' } });
  });
});
