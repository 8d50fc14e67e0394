import { expect, test } from '@jest/globals';
import type { AttestedProvenance } from '../../../src/attestations/provenance/provenance.js';
import { collectTimestamps } from '../../../src/attestations/timestamps/collect-timestamps.js';
import type { CollectContext } from '../../../src/evidence/collector.js';
import { type Evidence, present } from '../../../src/evidence/evidence.js';
import type { CollectedEvidence, EvidenceKinds } from '../../../src/evidence/kinds.js';
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

async function chosen(
  verified: readonly Statement[],
  read: Pick<CollectedEvidence, 'provenance' | 'sbom'> = {},
): Promise<string | undefined> {
  const { evidence } = await contentsOf({ layers: [[{ path: 'a' }]], created: CREATED });
  const absent = { status: 'absent', lookedIn: [] } as const;
  const collected: CollectedEvidence = {
    image: evidence.image,
    provenance: absent,
    sbom: absent,
    ...read,
    signatures: absent,
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

test.each([
  ['https://spdx.dev/Document', '2026-11-01'],
  ['https://slsa.dev/provenance/v1', '2026-11-02'],
  ['https://apko.dev/image-configuration', '2026-11-03'],
])('the time at which %s was signed counts', async (predicateType, day) => {
  expect(await chosen([statement(predicateType, `${day}T00:00:00Z`)])).toBe(day);
});

test.each([
  'https://openvex.dev/ns/v0.2.0',
  'https://cosign.sigstore.dev/attestation/vuln/v1',
  'https://slsa.dev/verification_summary/v1',
])('%s of today does not make an old image young', async (predicateType) => {
  expect(await chosen([statement(predicateType, '2026-11-20T00:00:00Z')])).toBe('2020-01-01');
});

const ATTESTED = { digest: 'sha256:0', on: 'platform', predicateType: 'test', place: 'test' } as const;

test.each([
  ['signed', { signer: 'the publisher' }, '2026-11-05'],
  ['unsigned', {}, '2020-01-01'],
])('the end of the build in %s provenance counts only if it is signed', async (_, signer, day) => {
  const provenance: AttestedProvenance = {
    ...ATTESTED,
    ...signer,
    provenance: {
      format: 'SLSA v1',
      buildType: 'test',
      parameters: [],
      materials: [],
      materialCount: 0,
      finishedOn: '2026-11-05T00:00:00Z',
    },
    level: { level: 1, reasoning: [] },
    conflicts: [],
  };
  expect(await chosen([], { provenance: present({ all: [provenance], counts: true, problems: [] }, 'test') })).toBe(
    day,
  );
});
