import { expect, test } from '@jest/globals';
import { collectTimestamps } from '../../../src/attestations/timestamps/collect-timestamps.js';
import type { CollectContext } from '../../../src/evidence/collector.js';
import { type Evidence, present } from '../../../src/evidence/evidence.js';
import type { EvidenceKind, EvidenceKinds } from '../../../src/evidence/kinds.js';
import type { Statement } from '../../../src/signatures/statement.js';
import { contentsOf } from '../../support/image/contents-of.js';

const CREATED = '2020-01-01T00:00:00Z';

function statement(predicateType: string, signedAt: string): Statement {
  return {
    predicateType,
    predicate: {},
    signer: { kind: 'key', name: 'publisher', fingerprint: 'sha256:0' },
    signedAt,
    timeFrom: 'transparency log',
    logged: [],
    authority: 'publisher',
    authorityIndex: 0,
    form: 'cosign attestation',
    place: 'test',
    payloadDigest: 'sha256:0',
    digest: 'sha256:0',
    on: 'platform',
  };
}

async function chosen(...verified: readonly Statement[]): Promise<string | undefined> {
  const { evidence } = await contentsOf({ layers: [[{ path: 'a' }]], created: CREATED });
  const collected: { readonly [K in EvidenceKind]?: Evidence<EvidenceKinds[K]> } = {
    image: evidence.image,
    signatures: { status: 'absent', lookedIn: [] },
    statements: present({ verified, unsigned: [], rejected: [], unsupported: [], roots: [] }, 'test'),
  };
  const context: Pick<CollectContext, 'get' | 'settings'> = {
    settings: { now: new Date('2026-11-21T00:00:00Z'), offline: true },
    get: async (kind) => {
      const one = collected[kind];
      if (one === undefined) throw new Error(`the test holds no ${kind}`);
      // Held under its kind, so it is that kind's.
      return one as Evidence<EvidenceKinds[typeof kind]>;
    },
  };
  // The collector asks for nothing else.
  const timestamps = await collectTimestamps(context as CollectContext);
  return timestamps.status === 'present' ? timestamps.value.chosen?.at.slice(0, 10) : undefined;
}

test('the time at which a document of the build was signed is a clock', async () => {
  expect(await chosen(statement('https://spdx.dev/Document', '2026-11-01T00:00:00Z'))).toBe('2026-11-01');
  expect(await chosen(statement('https://slsa.dev/provenance/v1', '2026-11-02T00:00:00Z'))).toBe('2026-11-02');
  expect(await chosen(statement('https://apko.dev/image-configuration', '2026-11-03T00:00:00Z'))).toBe('2026-11-03');
});

test.each([
  'https://openvex.dev/ns/v0.2.0',
  'https://cosign.sigstore.dev/attestation/vuln/v1',
  'https://slsa.dev/verification_summary/v1',
])('%s of today does not make an old image young', async (predicateType) => {
  expect(await chosen(statement(predicateType, '2026-11-20T00:00:00Z'))).toBe('2020-01-01');
});
