import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readSbom } from '../../../src/attestations/sbom/read.js';
import { installedPackages, type Sbom } from '../../../src/attestations/sbom/sbom.js';
import { jsonBytes } from '../../support/image/make-sbom.js';
import '../../support/property-seed.js';

const CONTEXT = 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld';
const documentOf = (...elements: readonly unknown[]) => ({ '@context': CONTEXT, '@graph': elements });

function read(document: unknown): Sbom {
  const result = readSbom(jsonBytes(document));
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

const ELEMENTS = [
  {
    '@id': '_:c',
    type: 'CreationInfo',
    created: '2026-01-02T03:04:05Z',
    createdBy: ['urn:acme', 'urn:bot'],
    createdUsing: ['urn:tool'],
  },
  { spdxId: 'urn:acme', type: 'Organization', name: 'Acme', creationInfo: '_:c' },
  { spdxId: 'urn:bot', type: 'SoftwareAgent', name: 'bot', creationInfo: '_:c' },
  { spdxId: 'urn:tool', type: 'Tool', name: 'maker-1.2.0', creationInfo: '_:c' },
  { spdxId: 'urn:doc', type: 'SpdxDocument', name: 'image', creationInfo: '_:c', rootElement: ['urn:sbom'] },
  { spdxId: 'urn:sbom', type: 'software_Sbom', software_sbomType: ['build'], rootElement: ['urn:image'] },
  { spdxId: 'urn:image', type: 'software_Package', name: 'app', software_primaryPurpose: 'container' },
  { spdxId: 'urn:os', type: 'software_Package', name: 'wolfi', software_primaryPurpose: 'operatingSystem' },
  {
    spdxId: 'urn:curl',
    type: 'software_Package',
    name: 'curl',
    software_packageVersion: '8.9.1-r2',
    software_packageUrl: 'pkg:apk/wolfi/curl@8.9.1-r2?origin=curl',
    software_primaryPurpose: 'library',
    suppliedBy: { type: 'Organization', spdxId: 'urn:wolfi', name: 'Wolfi' },
    verifiedUsing: [{ type: 'Hash', algorithm: 'sha256', hashValue: 'a'.repeat(64) }],
    externalIdentifier: [{ type: 'ExternalIdentifier', externalIdentifierType: 'cpe23', identifier: 'cpe:2.3:a:x' }],
  },
  { spdxId: 'urn:l', type: 'simplelicensing_LicenseExpression', simplelicensing_licenseExpression: 'MIT OR ISC' },
  {
    spdxId: 'urn:r1',
    type: 'Relationship',
    relationshipType: 'contains',
    from: 'urn:image',
    to: ['urn:os', 'urn:curl'],
  },
  {
    spdxId: 'urn:r2',
    type: 'Relationship',
    relationshipType: 'hasDeclaredLicense',
    from: 'urn:curl',
    to: ['urn:l', 'https://spdx.org/licenses/curl'],
  },
  {
    spdxId: 'urn:r3',
    type: 'LifecycleScopedRelationship',
    relationshipType: 'hasStaticLink',
    from: 'urn:curl',
    to: ['urn:os'],
  },
];

describe('an SPDX 3 document', () => {
  test('gives its packages, and where each field was found', () => {
    const { packages, format, relationships, contradictions } = read(documentOf(...ELEMENTS));
    expect(format).toEqual({ name: 'SPDX', version: '3.0.1', encoding: 'JSON-LD' });
    expect(packages.map(({ name, root, purpose }) => [name, root, purpose])).toEqual([
      ['app', true, 'container'],
      ['wolfi', false, 'operating-system'],
      ['curl', false, 'library'],
    ]);
    expect(packages[2]).toEqual({
      id: 'urn:curl',
      at: '/@graph/8',
      kind: 'package',
      name: 'curl',
      version: '8.9.1-r2',
      purl: 'pkg:apk/wolfi/curl@8.9.1-r2?origin=curl',
      identifiers: [{ type: 'cpe23', value: 'cpe:2.3:a:x' }],
      source: { name: 'curl' },
      producer: 'Wolfi',
      licenses: ['(MIT OR ISC) AND curl'],
      hashes: [{ algorithm: 'sha256', value: 'a'.repeat(64) }],
      purpose: 'library',
      root: false,
      nested: false,
      from: {
        name: 'name',
        version: 'software_packageVersion',
        purl: 'software_packageUrl',
        source: 'software_packageUrl',
        producer: 'suppliedBy',
        licenses: 'relationship hasDeclaredLicense',
        hashes: 'verifiedUsing',
        purpose: 'software_primaryPurpose',
      },
    });
    expect(relationships).toEqual([
      { from: 'urn:image', type: 'CONTAINS', to: 'urn:os' },
      { from: 'urn:image', type: 'CONTAINS', to: 'urn:curl' },
      { from: 'urn:curl', type: 'HAS_STATIC_LINK', to: 'urn:os' },
    ]);
    expect(contradictions).toEqual([]);
  });

  test('says who made it, with what, when and at which stage', () => {
    expect(read(documentOf(...ELEMENTS)).document).toEqual({
      name: 'image',
      authors: ['Acme'],
      tools: [{ name: 'bot' }, { name: 'maker', version: '1.2.0' }],
      created: '2026-01-02T03:04:05Z',
      context: ['build'],
      identity: 'urn:doc',
      hasEmbeddedSignature: false,
    });
  });

  test('may be one element, and installs what is not the image', () => {
    const alone = { '@context': [CONTEXT], spdxId: 'urn:a', type: 'software_Package', name: 'a' };
    expect(read(alone).packages.map(({ name }) => name)).toEqual(['a']);
    expect(installedPackages(read(documentOf(...ELEMENTS))).map(({ name }) => name)).toEqual(['curl']);
  });

  test('takes a purl from its external identifiers, and the conclusion where nothing is declared', () => {
    const { packages } = read(
      documentOf(
        {
          spdxId: 'urn:a',
          type: 'software_Package',
          name: 'a',
          externalIdentifier: [{ externalIdentifierType: 'packageUrl', identifier: 'pkg:npm/a@1' }],
        },
        {
          type: 'Relationship',
          relationshipType: 'hasConcludedLicense',
          from: 'urn:a',
          to: ['https://spdx.org/licenses/MIT'],
        },
      ),
    );
    expect(packages[0]).toMatchObject({
      purl: 'pkg:npm/a@1',
      licenses: ['MIT'],
      from: { licenses: 'relationship hasConcludedLicense' },
    });
  });

  describe('that has licenses as elements', () => {
    const listedOne = (id: string) => `https://spdx.org/licenses/${id}`;
    const set = (operator: string, ...members: readonly unknown[]) => ({
      type: `expandedlicensing_${operator}LicenseSet`,
      expandedlicensing_member: members,
    });
    const licensesOf = (license: unknown, ...others: readonly unknown[]) =>
      read(
        documentOf(
          { spdxId: 'urn:a', type: 'software_Package', name: 'a' },
          { type: 'Relationship', relationshipType: 'hasDeclaredLicense', from: 'urn:a', to: [license] },
          ...others,
        ),
      ).packages[0]?.licenses;
    const later = { type: 'expandedlicensing_OrLaterOperator', expandedlicensing_subjectLicense: listedOne('GPL-2.0') };
    const withException = {
      type: 'expandedlicensing_WithAdditionOperator',
      expandedlicensing_subjectExtendableLicense: later,
      expandedlicensing_subjectAddition: {
        type: 'expandedlicensing_ListedLicenseException',
        name: 'Classpath-exception-2.0',
      },
    };

    test.each<[string, unknown, readonly string[]]>([
      ['sets', set('Disjunctive', listedOne('MIT'), listedOne('ISC')), ['MIT OR ISC']],
      [
        'sets in sets',
        set('Conjunctive', listedOne('MIT'), set('Disjunctive', listedOne('ISC'), listedOne('Zlib'))),
        ['MIT AND (ISC OR Zlib)'],
      ],
      ['later versions and exceptions', withException, ['GPL-2.0+ WITH Classpath-exception-2.0']],
      ['sets with a member that says nothing', set('Conjunctive', listedOne('MIT'), 'urn:missing'), []],
      ['sets without a member', set('Conjunctive'), []],
    ])('reads %s as an expression', (_what, license, expected) => {
      expect(licensesOf(license)).toEqual(expected);
    });

    test('leaves out sets that hold themselves or grow without bound, in little time', () => {
      const loop = { spdxId: 'urn:loop', ...set('Conjunctive', 'urn:loop', 'urn:loop') };
      expect(licensesOf('urn:loop', loop)).toEqual([]);
      const levels = Array.from({ length: 8 }, (_, level) => ({
        spdxId: `urn:${level}`,
        ...set('Conjunctive', ...Array(60).fill(level === 7 ? listedOne('MIT') : `urn:${level + 1}`)),
      }));
      expect(licensesOf('urn:0', ...levels)).toEqual([]);
    });
  });

  test('that gives an id to two elements, or to two packages that differ, contradicts itself', () => {
    const agent = (name: string) => ({ spdxId: 'urn:x', type: 'Organization', name });
    expect(read(documentOf(agent('a'), agent('b'))).contradictions).toEqual([
      'urn:x is the id of more than one element',
    ]);
    const one = (name: string) => ({ spdxId: 'urn:p', type: 'software_Package', name });
    expect(read(documentOf(one('a'), one('b'))).contradictions).toHaveLength(1);
    expect(read(documentOf(one('a'), one('a'))).contradictions).toEqual([]);
  });

  test.each([
    ['another version', 'https://spdx.org/rdf/3.1/spdx-context.jsonld', 'SPDX 3.1 (JSON-LD)'],
    ['names of its own', [CONTEXT, { name: 'https://example.com/' }], 'SPDX 3.0.1 (JSON-LD with contexts of its own)'],
  ])('of %s is unsupported by name', (_, context, form) => {
    const result = readSbom(jsonBytes({ '@context': context, '@graph': [] }));
    expect(result.ok || (result.error.status === 'unsupported' && result.error.form)).toBe(form);
  });

  test('of any content never throws', () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(
        'urn:a',
        'urn:b',
        ['urn:a'],
        'software_Package',
        'Relationship',
        'hasDeclaredLicense',
        'expandedlicensing_ConjunctiveLicenseSet',
      ),
    );
    const element = fc.dictionary(
      fc.constantFrom(
        'spdxId',
        '@id',
        'type',
        'name',
        'from',
        'to',
        'relationshipType',
        'rootElement',
        'creationInfo',
        'createdBy',
        'suppliedBy',
        'verifiedUsing',
        'externalIdentifier',
        'software_packageUrl',
        'expandedlicensing_member',
        'expandedlicensing_subjectLicense',
      ),
      value,
    );
    fc.assert(
      fc.property(fc.array(element), (elements) => {
        expect(typeof readSbom(jsonBytes(documentOf(...elements))).ok).toBe('boolean');
      }),
      { numRuns: 300 },
    );
  });
});
