import { describe, expect, test } from '@jest/globals';
import type { RuleResult } from '../../src/rules/rule.js';
import { sbomComplete } from '../../src/rules/sbom-complete.js';
import { type AttestedOptions, attestedSubject } from '../support/image/attested-image.js';
import { apkPackage, cycloneDxDocument, IMAGE_ID, spdxDocument } from '../support/image/make-sbom.js';

const PACKAGES = [apkPackage('curl', '8.9.1-r2'), apkPackage('bash', '5.2-r1')];
type Changes = Partial<ReturnType<typeof sbomComplete.options.parse>>;

async function answer(
  document: unknown,
  changes: Changes = {},
  entry: AttestedOptions['entry'] = {},
): Promise<RuleResult> {
  const predicateType = JSON.stringify(document).includes('CycloneDX')
    ? 'https://cyclonedx.org/bom'
    : 'https://spdx.dev/Document';
  const subject = await attestedSubject({ statements: [{ predicateType, predicate: document }], entry });
  const [result] = [sbomComplete.evaluate(subject, { ...sbomComplete.presets.strict.options, ...changes })].flat();
  if (result === undefined) throw new Error('the rule said nothing');
  return result;
}

test("apko's good SBOM passes in strict: no checksums, created 1970", async () => {
  expect(await answer(spdxDocument({ packages: PACKAGES }))).toMatchObject({ outcome: 'pass' });
});

test("trivy's CycloneDX passes in strict, though it names no author", async () => {
  expect(await answer(cycloneDxDocument({ packages: PACKAGES }))).toMatchObject({ outcome: 'pass' });
});

describe('fails, and says what is lacking', () => {
  test.each<[string, unknown, Changes, string]>([
    ['no package', spdxDocument({ packages: [] }), {}, 'lists no package'],
    [
      'versions',
      spdxDocument({ packages: [{ name: 'a', purl: 'pkg:npm/a' }, ...PACKAGES] }),
      {},
      'version of 1 in 3 packages, such as a',
    ],
    ['identifiers', spdxDocument({ packages: [{ name: 'a', version: '1' }] }), {}, 'identifier of 1 in 1'],
    ['names', spdxDocument({ packages: [{ name: '', version: '1', purl: 'pkg:npm/a@1' }] }), {}, 'name of 1 in 1'],
    [
      'a time in the future',
      spdxDocument({ packages: PACKAGES, created: '2027-01-01T00:00:00Z' }),
      {},
      'in the future',
    ],
    ['what the policy asks for: hashes', spdxDocument({ packages: PACKAGES }), { hash: 50 }, 'hash of 2 in 2 packages'],
    [
      'what the policy asks for: an author',
      cycloneDxDocument({ packages: PACKAGES }),
      { author: 'required' },
      'author',
    ],
    [
      'one id for two packages',
      spdxDocument({
        packages: [
          { ...apkPackage('a', '1'), id: 'x' },
          { ...apkPackage('b', '1'), id: 'x' },
        ],
      }),
      {},
      'contradicts itself',
    ],
    [
      'an image that contains itself',
      spdxDocument({ packages: PACKAGES, relationships: [[IMAGE_ID, 'CONTAINS', IMAGE_ID]] }),
      {},
      'contains itself',
    ],
  ])('%s', async (_name, document, changes, reason) => {
    expect(await answer(document, changes)).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining(reason),
      fix: expect.any(String),
    });
  });
});

describe('what is lacking is reported', () => {
  test('by three packages and no more', async () => {
    const packages = ['a', 'b', 'c', 'd'].map((name) => ({ name, purl: `pkg:npm/${name}` }));
    const { message: reason } = await answer(spdxDocument({ packages }));
    expect(reason).toContain('such as a, b, c;');
  });

  test('with why, where there is more to say than that it is lacking', async () => {
    const { creationInfo: _, ...undated } = spdxDocument({ packages: PACKAGES });
    expect((await answer(undated, { tool: 'optional', author: 'optional' })).message).toBe('It lacks timestamp.');
    const byTool = await answer(cycloneDxDocument({ packages: PACKAGES }), { author: 'required' });
    expect(byTool.message).toMatch(/^It lacks author \(.*tool.*\)\.$/);
    const elements = (byTool.details ?? []).map((line) => line.slice(0, line.indexOf(':')));
    expect(byTool.details?.[0]).toMatch(/^author: none \(/);
    expect(elements).toContain('timestamp');
    expect(new Set(elements).size).toBe(elements.length);
  });

  test('with every contradiction before the elements', async () => {
    const cycles = PACKAGES.map(({ name }) => `SPDXRef-Package-apk-${name}`);
    const relationships = cycles.map((id) => [id, 'CONTAINS', id] as const);
    const { details } = await answer(spdxDocument({ packages: PACKAGES, relationships }));
    expect(details?.filter((line) => line.includes('contains itself'))).toHaveLength(2);
    expect(details).toContain('hash: 0 of 2');
  });
});

test('the signature counts as an element where there is one', async () => {
  const signed = spdxDocument({ packages: PACKAGES });
  expect(await answer(signed, { signature: 'required' })).toMatchObject({
    outcome: 'pass',
    details: expect.arrayContaining([expect.stringMatching(/^signature: the key base\.pub/)]),
  });
  const statements = [{ predicateType: 'https://spdx.dev/Document', predicate: signed, signer: null }];
  const subject = await attestedSubject({ statements, entry: { unsignedAttestations: 'allow' } });
  const options = { ...sbomComplete.presets.strict.options, signature: 'required' } as const;
  expect(sbomComplete.evaluate(subject, options)).toMatchObject({ outcome: 'fail', message: 'It lacks signature.' });
});

test('an image that no allow entry governs is asked for packages as any other', async () => {
  const statements = [{ predicateType: 'https://spdx.dev/Document', predicate: spdxDocument({ packages: [] }) }];
  const subject = { ...(await attestedSubject({ statements })), verifiedBy: null };
  expect(sbomComplete.evaluate(subject, sbomComplete.presets.strict.options)).toMatchObject({ outcome: 'fail' });
});

test('hostile purls are no identifiers that pass: they are read, or they are not', async () => {
  const packages = ['pkg:', 'pkg:apk/%', `pkg:apk/${'a'.repeat(100_000)}`, 'javascript:alert(1)'].map((purl, i) => ({
    name: `p${i}`,
    version: '1',
    purl,
  }));
  expect(await answer(spdxDocument({ packages }))).toMatchObject({
    outcome: 'fail',
    message: expect.stringContaining('identifier of 4 in 4'),
  });
});

test('an image that may hold no package passes with an empty document', async () => {
  expect(await answer(spdxDocument({ packages: [] }), {}, { noPackages: 'allow' })).toMatchObject({ outcome: 'pass' });
});

test('an unsigned document is not evaluated', async () => {
  const statements = [
    { predicateType: 'https://spdx.dev/Document', predicate: spdxDocument({ packages: PACKAGES }), signer: null },
  ];
  const subject = await attestedSubject({ statements });
  expect(sbomComplete.evaluate(subject, sbomComplete.presets.strict.options)).toMatchObject({ outcome: 'fail' });
});

test('each element is reported in the details', async () => {
  const { details } = await answer(spdxDocument({ packages: PACKAGES }));
  expect(details).toContain('hash: 0 of 2');
  expect(details).toContain('timestamp: 1970-01-01T00:00:00Z (a convention of reproducible builds, not a time)');
  expect(details).toHaveLength(15);
});
