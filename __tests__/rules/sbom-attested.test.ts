import { describe, expect, test } from '@jest/globals';
import type { RuleResult } from '../../src/rules/rule.js';
import { sbomAttested } from '../../src/rules/sbom-attested.js';
import {
  type AttestedOptions,
  attestedSubject,
  INDEX_DIGEST,
  OTHER_DIGEST,
  PLATFORM_DIGEST,
} from '../support/image/attested-image.js';
import { apkPackage, cycloneDxDocument, spdxDocument } from '../support/image/make-sbom.js';

const SPDX = 'https://spdx.dev/Document';
const CYCLONEDX = 'https://cyclonedx.org/bom';
const hex = (digest: string) => ({ sha256: digest.slice('sha256:'.length) });
const DOCUMENT = spdxDocument({ packages: [apkPackage('curl', '8.9.1-r2'), apkPackage('bash', '5.2-r1')] });

async function answer(options: AttestedOptions): Promise<RuleResult> {
  const [result] = [sbomAttested.evaluate(await attestedSubject(options), { unpublished: 'warning' })].flat();
  if (result === undefined) throw new Error('the rule said nothing');
  return result;
}

describe('passes', () => {
  test.each([
    ['SPDX as an object', SPDX, DOCUMENT],
    ['SPDX as a text, as cosign attest --type spdx stores it', SPDX, JSON.stringify(DOCUMENT)],
    ['SPDX under a predicateType with a version', 'https://spdx.dev/Document/v2.3', DOCUMENT],
    ['CycloneDX', CYCLONEDX, cycloneDxDocument({ packages: [apkPackage('curl', '8.9.1-r2')] })],
    [
      'CycloneDX under a versioned type',
      'https://cyclonedx.org/bom/v1.6',
      cycloneDxDocument({ packages: [apkPackage('curl', '1')] }),
    ],
    [
      'CycloneDX under the type of early cosign',
      'https://cyclonedx.org/schema',
      cycloneDxDocument({ packages: [apkPackage('curl', '1')] }),
    ],
    [
      "a document in early cosign's wrapper",
      SPDX,
      { Data: JSON.stringify(DOCUMENT), Timestamp: '2021-06-01T00:00:00Z' },
    ],
  ])('%s', async (_name, predicateType, predicate) => {
    expect(await answer({ statements: [{ predicateType, predicate }] })).toMatchObject({
      outcome: 'pass',
      message: expect.stringContaining('signed by the key base.pub'),
    });
  });

  test('over the index, and says so', async () => {
    const result = await answer({ statements: [{ predicateType: SPDX, predicate: DOCUMENT, on: 'index' }] });
    expect(result).toMatchObject({ outcome: 'pass', message: expect.stringContaining('over the index') });
  });

  test("the platform's own before the index's, which lists only the platforms", async () => {
    const ofIndex = {
      predicateType: SPDX,
      predicate: spdxDocument({ packages: [{ name: 'amd64', version: '1' }] }),
      on: 'index' as const,
    };
    const result = await answer({ statements: [ofIndex, { predicateType: SPDX, predicate: DOCUMENT }] });
    expect(result).toMatchObject({
      outcome: 'pass',
      message: expect.stringMatching(/platform's manifest.*lists 2 packages/),
    });
  });

  test('two documents of two tools that agree on the packages of the distribution', async () => {
    const packages = [apkPackage('curl', '8.9.1-r2'), apkPackage('bash', '5.2-r1')];
    const library = { name: 'left-pad', version: '1.0.0', purl: 'pkg:npm/left-pad@1.0.0' };
    const result = await answer({
      statements: [
        { predicateType: SPDX, predicate: DOCUMENT },
        { predicateType: CYCLONEDX, predicate: cycloneDxDocument({ packages: [...packages, library] }) },
      ],
    });
    expect(result.outcome).toBe('pass');
  });

  test('an empty document where the entry says that the image may hold no package', async () => {
    const statements = [{ predicateType: SPDX, predicate: spdxDocument({ packages: [] }) }];
    expect(await answer({ statements, entry: { noPackages: 'allow' } })).toMatchObject({ outcome: 'pass' });
  });

  test('an unsigned document where the entry allows unsigned attestations', async () => {
    const statements = [{ predicateType: SPDX, predicate: DOCUMENT, signer: null }];
    expect(await answer({ statements, entry: { unsignedAttestations: 'allow' } })).toMatchObject({
      outcome: 'pass',
      message: expect.stringContaining('unsigned'),
    });
  });
});

describe('fails', () => {
  test.each<[string, AttestedOptions['statements'], string]>([
    ['no statement at all', [], 'no signed SBOM'],
    [
      'a statement of another type',
      [{ predicateType: 'https://example.com/x', predicate: DOCUMENT }],
      'no signed SBOM',
    ],
    ['a type that only begins like one', [{ predicateType: `${SPDX}Not`, predicate: DOCUMENT }], 'no signed SBOM'],
    [
      'a subject of another image',
      [{ predicateType: SPDX, predicate: DOCUMENT, subjects: [hex(OTHER_DIGEST)] }],
      'no signed SBOM',
    ],
    [
      'a subject with sha512 only',
      [{ predicateType: SPDX, predicate: DOCUMENT, subjects: [{ sha512: '1'.repeat(128) }] }],
      'no signed SBOM',
    ],
    ['an unsigned document', [{ predicateType: SPDX, predicate: DOCUMENT, signer: null }], 'unsigned'],
    ['no package', [{ predicateType: SPDX, predicate: spdxDocument({ packages: [] }) }], 'lists no package'],
    [
      'SPDX 3',
      [{ predicateType: SPDX, predicate: { '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld' } }],
      'SPDX 3.0.1',
    ],
    ['Syft JSON', [{ predicateType: 'https://syft.dev/bom', predicate: { artifacts: [] } }], 'Syft JSON'],
  ])('%s', async (_name, statements, reason) => {
    const result = await answer({ statements });
    expect(result).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining(reason),
      fix: expect.any(String),
    });
  });

  test('two signed documents that contradict each other', async () => {
    const other = spdxDocument({ packages: [apkPackage('curl', '8.9.1-r9'), apkPackage('bash', '5.2-r1')] });
    const statements = [DOCUMENT, other].map((predicate) => ({ predicateType: SPDX, predicate }));
    expect(await answer({ statements })).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining('apk curl 8.9.1-r2, SPDX 2.3 (JSON) says 8.9.1-r9'),
    });
  });

  test('two signed documents of which one hides a package', async () => {
    const other = cycloneDxDocument({ packages: [apkPackage('bash', '5.2-r1')] });
    const statements = [
      { predicateType: SPDX, predicate: DOCUMENT },
      { predicateType: CYCLONEDX, predicate: other },
    ];
    expect(await answer({ statements })).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining('is missing'),
    });
  });
});

describe('is indeterminate, and never passes', () => {
  const text = JSON.stringify(DOCUMENT);
  test.each<[string, unknown, string]>([
    ['a text inside a text', JSON.stringify(text), 'a string inside a string'],
    ['truncated JSON', text.slice(0, -9), 'is not JSON'],
    ['a key twice', text.replace('"packages":', '"packages":[],"packages":'), 'twice'],
    [
      'another format than the signed type says',
      cycloneDxDocument({ packages: [apkPackage('curl', '1')] }),
      'says SPDX',
    ],
    [
      'a million packages',
      `{"spdxVersion":"SPDX-2.3","packages":[${Array(1_000_000).fill('0').join(',')}]}`,
      'sbom-packages',
    ],
    ['nothing', null, 'neither an object nor a string'],
    ['deep nesting', `{"spdxVersion":"SPDX-2.3","packages":${'['.repeat(9000)}${']'.repeat(9000)}}`, 'sbom-depth'],
  ])('%s', async (_name, predicate, reason) => {
    const result = await answer({ statements: [{ predicateType: SPDX, predicate }] });
    expect(result).toMatchObject({
      outcome: 'indeterminate',
      message: expect.stringContaining(reason),
      fix: expect.any(String),
    });
  });

  test('one inventory stated of several images', async () => {
    const statements = [
      { predicateType: SPDX, predicate: DOCUMENT, subjects: [hex(PLATFORM_DIGEST), hex(OTHER_DIGEST)] },
    ];
    expect(await answer({ statements })).toMatchObject({
      outcome: 'indeterminate',
      message: expect.stringContaining('other digests'),
    });
  });

  test('a registry that could not be read in full', async () => {
    const incomplete = { cause: 'network', message: 'The registry did not answer.', fix: 'Try again.' } as const;
    expect(await answer({ statements: [], incomplete })).toMatchObject({ outcome: 'indeterminate', fix: 'Try again.' });
    const statements = [{ predicateType: SPDX, predicate: DOCUMENT, signer: null }];
    expect(await answer({ statements, incomplete })).toMatchObject({ outcome: 'indeterminate', fix: 'Try again.' });
    expect(await answer({ statements })).toMatchObject({ outcome: 'fail' });
    expect(await answer({ statements, incomplete, entry: { unsignedAttestations: 'allow' } })).toMatchObject({
      outcome: 'pass',
    });
  });
});

test('one digest under several tags, as BuildKit states it, is one subject', async () => {
  const own = hex(PLATFORM_DIGEST);
  expect(
    await answer({ statements: [{ predicateType: SPDX, predicate: DOCUMENT, subjects: [own, own] }] }),
  ).toMatchObject({
    outcome: 'pass',
  });
});

test('an image that no allow entry governs is asked for packages as any other', async () => {
  const over = async (predicate: unknown) => {
    const subject = await attestedSubject({ statements: [{ predicateType: SPDX, predicate }] });
    return sbomAttested.evaluate({ ...subject, verifiedBy: null }, { unpublished: 'warning' });
  };
  expect(await over(DOCUMENT)).toMatchObject({ outcome: 'pass', message: expect.stringMatching(/^The SPDX/) });
  expect(await over(spdxDocument({ packages: [] }))).toMatchObject({ outcome: 'fail' });
});

test('a document whose signature has no time is reported without one', async () => {
  const { details } = await answer({ statements: [{ predicateType: SPDX, predicate: DOCUMENT }] });
  expect(details).toEqual([expect.stringContaining(`signed by the key base.pub, ${SPDX}, about ${PLATFORM_DIGEST}`)]);
});

test('what was read and what was not is reported in the details', async () => {
  const result = await answer({
    statements: [
      { predicateType: SPDX, predicate: DOCUMENT, signedAt: '2026-05-01T00:00:00.000Z' },
      { predicateType: SPDX, predicate: '{' },
    ],
  });
  expect(result.details?.[0]).toContain(PLATFORM_DIGEST);
  expect(result.details?.[0]).toContain('2026-05-01');
  expect(result.details?.[1]).toContain('is not JSON');
  expect(result.details?.join()).not.toContain(INDEX_DIGEST);
});
