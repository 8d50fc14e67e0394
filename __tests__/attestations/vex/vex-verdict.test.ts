import { describe, expect, test } from '@jest/globals';
import { type NamedImage, type VexStatement, vexVerdict } from '../../../src/attestations/vex/vex-verdict.js';
import {
  collectAttested,
  INDEX_DIGEST,
  type MadeStatement,
  NOW,
  OTHER_DIGEST,
  PLATFORM_DIGEST,
} from '../../support/image/attested-image.js';

const CURL = 'pkg:apk/wolfi/curl@8.9.1-r2?arch=x86_64';
const IMAGE = `pkg:oci/app@${PLATFORM_DIGEST.replace(':', '%3A')}`;
const IMAGE_NAMES: NamedImage = {
  digests: [PLATFORM_DIGEST, INDEX_DIGEST],
  repositories: ['registry.example/base/app', 'mirror.example/copy/app'],
  tag: '1',
};
const ASKED = { ids: ['CVE-2026-0001', 'GHSA-aaaa-bbbb-cccc'], now: NOW };

const vex = (statements: readonly unknown[], fields: Record<string, unknown> = {}): MadeStatement => ({
  predicateType: 'https://openvex.dev/ns/v0.2.0',
  predicate: {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://example.com/vex-1',
    author: 'Acme',
    timestamp: '2026-05-01T00:00:00Z',
    statements,
    ...fields,
  },
});

const NOT_AFFECTED = {
  vulnerability: { name: 'CVE-2026-0001' },
  products: [{ '@id': IMAGE, subcomponents: [{ '@id': 'pkg:apk/wolfi/curl@8.9.1-r2' }] }],
  status: 'not_affected',
  justification: 'vulnerable_code_not_present',
};

async function statementsOf(...documents: readonly MadeStatement[]): Promise<readonly VexStatement[]> {
  const { vex: evidence } = await collectAttested({ statements: documents });
  if (evidence?.status !== 'present') throw new Error(`VEX is ${evidence?.status}`);
  return evidence.value.statements;
}

async function verdict(...documents: readonly MadeStatement[]) {
  return vexVerdict(await statementsOf(...documents), IMAGE_NAMES, CURL, ASKED);
}

test('not affected, with a justification, of this package in this image: silenced, with who says so', async () => {
  expect(await verdict(vex([NOT_AFFECTED]))).toMatchObject({
    status: 'not_affected',
    silences: true,
    reason:
      'https://example.com/vex-1 statement 1, signed by the key base.pub, says not_affected: vulnerable_code_not_present',
  });
});

describe('silences as well', () => {
  test.each<[string, object]>([
    ['by an alias', { vulnerability: { name: 'X-1', aliases: ['ghsa-AAAA-bbbb-cccc'] } }],
    ['by the id of the vulnerability', { vulnerability: { '@id': 'CVE-2026-0001' } }],
    ['by a text, as v0.0.1 writes it', { vulnerability: 'CVE-2026-0001' }],
    ['by an impact statement', { justification: undefined, impact_statement: 'The code is not called.' }],
    ['fixed', { status: 'fixed', justification: undefined }],
    ['a package without a version', { products: [{ '@id': IMAGE, subcomponents: [{ '@id': 'pkg:apk/wolfi/curl' }] }] }],
    ['the package as the product itself', { products: [{ '@id': 'pkg:apk/wolfi/curl@8.9.1-r2' }] }],
    ['the package with its own hash', { products: [{ '@id': CURL, hashes: { 'sha-256': '3'.repeat(64) } }] }],
    ['the package as a text', { products: ['pkg:apk/wolfi/curl@8.9.1-r2'] }],
    [
      'an image that the product names without a digest',
      { products: [{ '@id': 'pkg:oci/app', subcomponents: [{ '@id': CURL }] }] },
    ],
    ...[
      'pkg:oci/app?repository_url=registry.example/base/app&tag=1',
      'pkg:oci/app?repository_url=registry.example/base',
      'pkg:docker/base/app@1?repository_url=registry.example',
      `pkg:oci/other@${PLATFORM_DIGEST.replace(':', '%3A')}?repository_url=elsewhere.example/other&tag=9`,
      'registry.example/base/app:1',
      'registry.example/base/app',
      'mirror.example/copy/app',
      'base/app:1',
      'acme/product',
      'urn:acme:product:4711',
    ].map((name): [string, object] => [
      `an image named ${name}`,
      { products: [{ '@id': name, subcomponents: [{ '@id': CURL }] }] },
    ]),
    [
      'the package by an identifier',
      { products: [{ '@id': IMAGE, subcomponents: [{ identifiers: { purl: CURL } }] }] },
    ],
  ])('%s', async (_name, changes) => {
    expect(await verdict(vex([{ ...NOT_AFFECTED, ...changes }]))).toMatchObject({ silences: true });
  });

  test('a statement attested of the index', async () => {
    const product = [{ '@id': 'pkg:oci/app', subcomponents: [{ '@id': CURL }] }];
    expect(await verdict({ ...vex([{ ...NOT_AFFECTED, products: product }]), on: 'index' })).toMatchObject({
      silences: true,
    });
  });
});

describe('says nothing of this package', () => {
  test.each<[string, object]>([
    ['another vulnerability', { vulnerability: { name: 'CVE-2026-00011' } }],
    ['the image as a whole, without subcomponents', { products: [{ '@id': IMAGE }] }],
    ['no product', { products: [] }],
    ['another image', { products: [{ '@id': `pkg:oci/app@${OTHER_DIGEST}`, subcomponents: [{ '@id': CURL }] }] }],
    [
      'another image by its hash',
      { products: [{ '@id': 'pkg:oci/app', hashes: { 'sha-256': '3'.repeat(64) }, subcomponents: [{ '@id': CURL }] }] },
    ],
    ...[
      'pkg:oci/other',
      'pkg:oci/app?repository_url=registry.example/other/app',
      'pkg:oci/app?repository_url=registry.example/base/app&tag=2',
      'pkg:docker/base/app@2?repository_url=registry.example',
      'pkg:docker/app@1',
      `pkg:oci/app@sha512%3A${'1'.repeat(128)}`,
      'registry.example/other/app:1',
      'other/app:1',
      'base/app:2',
      'pkg:oci/other/app',
      'registry.example/base/app:2',
      'elsewhere.example/base/app',
    ].map((name): [string, object] => [
      `an image named ${name}`,
      { products: [{ '@id': name, subcomponents: [{ '@id': CURL }] }] },
    ]),
    [
      'another image that has the package for an identifier',
      { products: [{ '@id': 'registry.example/other/app:1', identifiers: { purl: CURL } }] },
    ],
    [
      'another image by a hash of another algorithm',
      {
        products: [{ '@id': 'pkg:oci/app', hashes: { 'sha-512': '3'.repeat(128) }, subcomponents: [{ '@id': CURL }] }],
      },
    ],
    [
      'another package',
      { products: [{ '@id': IMAGE, subcomponents: [{ '@id': 'pkg:apk/wolfi/curl-dev@8.9.1-r2' }] }] },
    ],
    ['another version', { products: [{ '@id': IMAGE, subcomponents: [{ '@id': 'pkg:apk/wolfi/curl@8.9.1-r1' }] }] }],
    [
      'another distribution',
      { products: [{ '@id': IMAGE, subcomponents: [{ '@id': 'pkg:apk/alpine/curl@8.9.1-r2' }] }] },
    ],
    [
      'another architecture',
      { products: [{ '@id': IMAGE, subcomponents: [{ '@id': 'pkg:apk/wolfi/curl@8.9.1-r2?arch=aarch64' }] }] },
    ],
    ['a name that is not a purl', { products: [{ '@id': IMAGE, subcomponents: [{ '@id': 'curl' }] }] }],
    ['a time in the future', { timestamp: '2030-01-01T00:00:00Z' }],
  ])('%s', async (_name, changes) => {
    expect(await verdict(vex([{ ...NOT_AFFECTED, ...changes }]))).toBeNull();
  });

  test('a statement attested of another digest', async () => {
    const statements = (await statementsOf(vex([NOT_AFFECTED]))).map((one) => ({ ...one, digest: OTHER_DIGEST }));
    expect(vexVerdict(statements, IMAGE_NAMES, CURL, ASKED)).toBeNull();
  });

  test('a package whose purl cannot be read', async () => {
    expect(vexVerdict(await statementsOf(vex([NOT_AFFECTED])), IMAGE_NAMES, 'curl', ASKED)).toBeNull();
  });
});

describe('does not silence', () => {
  test.each<[string, object, string]>([
    ['affected', { status: 'affected' }, 'affected'],
    ['under investigation', { status: 'under_investigation' }, 'under_investigation'],
    ['no reason', { justification: undefined }, 'not_affected'],
    ["a reason in words of one's own", { justification: 'trust_me' }, 'not_affected'],
  ])('a statement (%s) silences nothing', async (_name, changes, status) => {
    expect(await verdict(vex([{ ...NOT_AFFECTED, ...changes }]))).toMatchObject({ silences: false, status });
  });
});

describe('the latest statement wins', () => {
  const affected = { ...NOT_AFFECTED, status: 'affected', justification: undefined };
  const at = (statement: object, timestamp: string) => ({ ...statement, timestamp });

  test.each([
    [
      'not affected after affected',
      [at(affected, '2026-01-01T00:00:00Z'), at(NOT_AFFECTED, '2026-02-01T00:00:00Z')],
      true,
    ],
    [
      'affected after not affected',
      [at(NOT_AFFECTED, '2026-01-01T00:00:00Z'), at(affected, '2026-02-01T00:00:00Z')],
      false,
    ],
    ['both at once: the one that says more trouble', [NOT_AFFECTED, affected], false],
    [
      'by last_updated',
      [
        at(affected, '2026-02-01T00:00:00Z'),
        { ...at(NOT_AFFECTED, '2026-01-01T00:00:00Z'), last_updated: '2026-03-01T00:00:00Z' },
      ],
      true,
    ],
    [
      'by instant, not by text',
      [at(NOT_AFFECTED, '2026-01-01T23:00:00+00:00'), at(affected, '2026-01-02T00:30:00+02:00')],
      true,
    ],
  ])('%s', async (_name, statements, silences) => {
    expect(await verdict(vex(statements))).toMatchObject({ silences });
    expect(await verdict(vex([...statements].reverse()))).toMatchObject({ silences });
  });

  test('over several documents', async () => {
    const older = vex([NOT_AFFECTED], { timestamp: '2026-01-01T00:00:00Z' });
    const newer = vex([affected], { timestamp: '2026-02-01T00:00:00Z' });
    expect(await verdict(older, newer)).toMatchObject({ silences: false });
  });
});

describe('the collector', () => {
  test('never takes unsigned VEX, whatever the entry allows', async () => {
    const evidence = await collectAttested({
      statements: [{ ...vex([NOT_AFFECTED]), signer: null }],
      entry: { unsignedAttestations: 'allow' },
    });
    expect(evidence.vex).toMatchObject({ status: 'absent' });
  });

  test('passes over statements that say nothing, and shows which', async () => {
    const { vex: evidence } = await collectAttested({
      statements: [vex([NOT_AFFECTED, { status: 'maybe' }, null, { status: 'fixed' }]), { ...vex([]), predicate: [] }],
    });
    expect(evidence).toMatchObject({ status: 'present' });
    if (evidence?.status !== 'present') return;
    expect(evidence.value.statements).toHaveLength(1);
    expect(evidence.value.problems).toEqual([
      expect.stringContaining('statement 2: its status "maybe"'),
      expect.stringContaining('statement 3: it is not an object'),
      expect.stringContaining('statement 4: it names no vulnerability'),
      expect.stringContaining('it is not an object'),
    ]);
  });

  test('takes any version of the predicate type, and no other type', async () => {
    const types = [
      'https://openvex.dev/ns',
      'https://openvex.dev/ns/v0.0.1',
      'https://openvex.dev/nsx',
      'https://spdx.dev/Document',
    ];
    const found = await Promise.all(
      types.map(
        async (predicateType) =>
          (await collectAttested({ statements: [{ ...vex([NOT_AFFECTED]), predicateType }] })).vex?.status,
      ),
    );
    expect(found).toEqual(['present', 'present', 'absent', 'absent']);
  });
});
