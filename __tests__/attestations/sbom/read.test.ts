import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readSbom, readSbomPredicate } from '../../../src/attestations/sbom/read.js';
import type { Sbom } from '../../../src/attestations/sbom/sbom.js';
import { SBOM_LIMITS, type SbomError } from '../../../src/attestations/sbom/sbom-error.js';
import type { Result } from '../../../src/lib/result.js';
import { apkPackage, cycloneDxDocument, IMAGE_ID, jsonBytes, spdxDocument } from '../../support/image/make-sbom.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const CURL = apkPackage('curl', '8.9.1-r2');

function inventory(read: Result<Sbom, SbomError>): Sbom {
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}

function refusal(read: Result<Sbom, SbomError>): SbomError {
  if (read.ok) throw new Error(`it was read as ${read.value.format.name}`);
  return read.error;
}

describe('an SPDX document', () => {
  test('gives its packages, each field with its place', () => {
    const { packages } = inventory(
      readSbom(jsonBytes(spdxDocument({ packages: [{ ...CURL, sha256: 'a'.repeat(64) }] }))),
    );
    expect(packages.map(({ name, root }) => [name, root])).toEqual([
      ['sha256:1234', true],
      ['curl', false],
    ]);
    expect(packages[1]).toEqual({
      id: 'SPDXRef-Package-apk-curl',
      at: '/packages/1',
      kind: 'package',
      name: 'curl',
      version: '8.9.1-r2',
      purl: 'pkg:apk/wolfi/curl@8.9.1-r2?arch=x86_64&distro=wolfi',
      identifiers: [],
      producer: 'Wolfi',
      licenses: ['Apache-2.0'],
      hashes: [{ algorithm: 'SHA256', value: 'a'.repeat(64) }],
      root: false,
      nested: false,
      from: {
        name: 'name',
        version: 'versionInfo',
        purl: 'externalRefs/0/referenceLocator',
        producer: 'supplier',
        licenses: 'licenseDeclared',
        hashes: 'checksums',
      },
    });
  });

  test('says who made it, with what, when', () => {
    expect(inventory(readSbom(jsonBytes(spdxDocument({ packages: [] })))).document).toEqual({
      name: 'sbom-image',
      authors: ['Chainguard, Inc'],
      tools: [{ name: 'apko', version: 'v0.14.1' }],
      created: '1970-01-01T00:00:00Z',
      identity: 'https://spdx.org/spdxdocs/apko/made',
      context: [],
      hasEmbeddedSignature: false,
    });
  });

  test('may name its root by a relationship in either direction', () => {
    for (const relationship of [
      ['SPDXRef-DOCUMENT', 'DESCRIBES', 'SPDXRef-Package-apk-curl'],
      ['SPDXRef-Package-apk-curl', 'DESCRIBED_BY', 'SPDXRef-DOCUMENT'],
    ] as const) {
      const document = { ...spdxDocument({ packages: [CURL], relationships: [relationship] }), documentDescribes: [] };
      const roots = inventory(readSbom(jsonBytes(document))).packages.filter(({ root }) => root);
      expect(roots.map(({ name }) => name)).toEqual(['curl']);
    }
  });

  test.each([
    ['pkg:deb/debian/libc6@2.36-9?arch=amd64&upstream=glibc', { name: 'glibc' }],
    ['pkg:deb/debian/libgcc-s1@12.2.0-14?upstream=gcc-12%4012.2.0', { name: 'gcc-12', version: '12.2.0' }],
    ['pkg:rpm/redhat/bash@5.1.8-6?upstream=bash-5.1.8-6.el9.src.rpm', { name: 'bash', version: '5.1.8-6.el9' }],
    ['pkg:apk/alpine/libcrypto3@3.1.4?origin=openssl', { name: 'openssl' }],
    ['pkg:deb/debian/libc6@2.36?upstream=%zz', undefined],
  ])('takes the source package from %s', (purl, source) => {
    const { packages } = inventory(readSbom(jsonBytes(spdxDocument({ packages: [{ name: 'x', purl }] }))));
    expect(packages[1]?.source).toEqual(source);
  });

  test('keeps what it says twice as a contradiction', () => {
    const twice = spdxDocument({ packages: [CURL, { ...CURL, version: '8.9.1-r3' }] });
    expect(inventory(readSbom(jsonBytes(twice))).contradictions).toEqual([
      'SPDXRef-Package-apk-curl is "curl" 8.9.1-r2 at /packages/1 and "curl" 8.9.1-r3 at /packages/2',
    ]);
  });

  test('that contains itself is said to; one that depends on itself in a circle is not', () => {
    const circle = (type: string) =>
      spdxDocument({
        packages: [CURL, apkPackage('bash', '5.2-r1')],
        relationships: [
          ['SPDXRef-Package-apk-curl', type, 'SPDXRef-Package-apk-bash'],
          ['SPDXRef-Package-apk-bash', type, 'SPDXRef-Package-apk-curl'],
        ],
      });
    expect(inventory(readSbom(jsonBytes(circle('DEPENDS_ON')))).contradictions).toEqual([]);
    expect(inventory(readSbom(jsonBytes(circle('CONTAINS')))).contradictions).toHaveLength(2);
    const itself = spdxDocument({ packages: [CURL], relationships: [[IMAGE_ID, 'CONTAINS', IMAGE_ID]] });
    expect(inventory(readSbom(jsonBytes(itself))).contradictions).toContain(`${IMAGE_ID} contains itself`);
  });

  test('fields of the wrong type are left out, and nothing is thrown', () => {
    const document = {
      ...spdxDocument({ packages: [] }),
      creationInfo: [null],
      packages: [null, 1, 'x', [], { SPDXID: 5, name: {}, versionInfo: [], externalRefs: [null, {}], checksums: 'x' }],
      relationships: [null, { spdxElementId: 1 }],
      documentDescribes: { length: 3 },
    };
    const { packages } = inventory(readSbom(jsonBytes(document)));
    expect(packages).toEqual([
      {
        id: '/packages/4',
        at: '/packages/4',
        kind: 'package',
        name: '',
        identifiers: [],
        licenses: [],
        hashes: [],
        root: false,
        nested: false,
        from: { name: 'name' },
      },
    ]);
  });
});

describe('a CycloneDX document', () => {
  test('counts its root and components inside components', () => {
    const document = {
      ...cycloneDxDocument({ packages: [CURL] }),
      components: [
        {
          'bom-ref': 'outer',
          group: '@babel',
          name: 'core',
          components: [{ 'bom-ref': 'inner', name: 'inner', components: [{ name: 'innermost' }] }],
        },
      ],
    };
    const { packages, relationships } = inventory(readSbom(jsonBytes(document)));
    expect(packages.map(({ name, root, nested, at }) => [name, root, nested, at])).toEqual([
      ['registry.example/app', true, false, '/metadata/component'],
      ['@babel/core', false, false, '/components/0'],
      ['inner', false, true, '/components/0/components/0'],
      ['innermost', false, true, '/components/0/components/0/components/0'],
    ]);
    expect(relationships).toContainEqual({ from: 'outer', type: 'CONTAINS', to: 'inner' });
  });

  test('gives licenses, hashes, producer, source and dependencies', () => {
    const document = {
      ...cycloneDxDocument({ packages: [] }),
      components: [
        {
          'bom-ref': 'c',
          type: 'library',
          name: 'libc6',
          version: '2.36',
          publisher: 'GNU',
          licenses: [{ license: { id: 'GPL-2.0-only' } }, { license: { name: 'own' } }, { expression: 'MIT OR X' }, {}],
          hashes: [{ alg: 'SHA-256', content: 'f'.repeat(64) }, { alg: 5 }],
          cpe: 'cpe:2.3:a:gnu:glibc:2.36:*:*:*:*:*:*:*',
          properties: [{ name: 'aquasecurity:trivy:SrcName', value: 'glibc' }],
        },
      ],
      dependencies: [{ ref: 'image', dependsOn: ['c', 'elsewhere'] }],
    };
    const { packages, relationships, otherRelationships } = inventory(readSbom(jsonBytes(document)));
    expect(packages[1]).toMatchObject({
      licenses: ['GPL-2.0-only', 'own', 'MIT OR X'],
      hashes: [{ algorithm: 'SHA-256', value: 'f'.repeat(64) }],
      producer: 'GNU',
      source: { name: 'glibc' },
      purpose: 'library',
      identifiers: [{ type: 'cpe', value: 'cpe:2.3:a:gnu:glibc:2.36:*:*:*:*:*:*:*' }],
      from: { producer: 'publisher', source: 'properties "aquasecurity:trivy:SrcName"' },
    });
    expect(relationships).toEqual([{ from: 'image', type: 'DEPENDS_ON', to: 'c' }]);
    expect(otherRelationships).toBe(1);
  });

  test('a hundred components inside one another are read without recursion', () => {
    let component: Record<string, unknown> = { name: 'c0' };
    for (let depth = 1; depth < 100; depth += 1) component = { name: `c${depth}`, components: [component] };
    const document = { ...cycloneDxDocument({ packages: [] }), components: [component] };
    expect(inventory(readSbom(jsonBytes(document))).packages).toHaveLength(101);
    // A predicate comes parsed: nothing has counted its depth.
    for (let depth = 0; depth < 50_000; depth += 1) component = { name: 'deep', components: [component] };
    const deep = { ...cycloneDxDocument({ packages: [] }), components: [component] };
    expect(inventory(readSbomPredicate(deep)).packages).toHaveLength(50_101);
  });
});

describe('a tag-value document', () => {
  const TAG_VALUE = [
    'SPDXVersion: SPDX-2.3',
    'DataLicense: CC0-1.0',
    'SPDXID: SPDXRef-DOCUMENT',
    'DocumentName: image',
    'DocumentNamespace: https://example.com/1',
    '# a comment',
    'Creator: Tool: syft-0.33.0',
    'Creator: Organization: Anchore, Inc',
    'Created: 2026-01-02T03:04:05Z',
    'Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-Image',
    '',
    'PackageName: image',
    'SPDXID: SPDXRef-Image',
    'PackageComment: <text>two',
    'PackageName: not a package',
    'lines</text>',
    '',
    'PackageName: curl',
    'SPDXID: SPDXRef-curl',
    'PackageVersion: 8.9.1-r2',
    'PackageSupplier: NOASSERTION',
    'PackageOriginator: Organization: Wolfi',
    'PackageLicenseDeclared: curl',
    'PackageChecksum: SHA1: da39a3ee5e6b4b0d3255bfef95601890afd80709',
    'ExternalRef: PACKAGE-MANAGER purl pkg:apk/wolfi/curl@8.9.1-r2?arch=x86_64',
    'FileName: ./usr/bin/curl',
    'SPDXID: SPDXRef-File',
    'Relationship: SPDXRef-Image CONTAINS SPDXRef-curl',
  ];

  test.each([
    ['LF', '\n'],
    ['CR LF', '\r\n'],
    ['CR', '\r'],
  ])('with lines that end in %s', (_name, end) => {
    const { packages, relationships, document, format } = inventory(readSbom(bytes(TAG_VALUE.join(end))));
    expect(format).toEqual({ name: 'SPDX', version: '2.3', encoding: 'tag-value' });
    expect(document).toMatchObject({ authors: ['Anchore, Inc'], tools: [{ name: 'syft', version: '0.33.0' }] });
    expect(packages.map(({ id, at, root }) => [id, at, root])).toEqual([
      ['SPDXRef-Image', 'line 12', true],
      ['SPDXRef-curl', 'line 18', false],
    ]);
    expect(packages[1]).toMatchObject({
      version: '8.9.1-r2',
      producer: 'Wolfi',
      licenses: ['curl'],
      purl: 'pkg:apk/wolfi/curl@8.9.1-r2?arch=x86_64',
      hashes: [{ algorithm: 'SHA1', value: 'da39a3ee5e6b4b0d3255bfef95601890afd80709' }],
    });
    expect(relationships).toEqual([{ from: 'SPDXRef-Image', type: 'CONTAINS', to: 'SPDXRef-curl' }]);
  });

  test.each([
    ['a line without a tag', 'no colon here'],
    ['a text that never ends', 'PackageComment: <text>for ever'],
  ])('is refused for %s', (_name, line) => {
    expect(refusal(readSbom(bytes(`SPDXVersion: SPDX-2.3\n${line}\n`)))).toMatchObject({ code: 'malformed' });
  });

  test('never throws, whatever the lines are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...TAG_VALUE, '<text>', '</text>', ':', 'x:', 'ExternalRef: a')),
        (lines) => {
          expect(typeof readSbom(bytes(['SPDXVersion: SPDX-2.2', ...lines].join('\n'))).ok).toBe('boolean');
        },
      ),
    );
  });
});

describe('any other form is unsupported, by name', () => {
  test.each([
    ['SPDX 2.1 (JSON)', '{"spdxVersion":"SPDX-2.1"}'],
    ['SPDX 2.1 (tag-value)', 'SPDXVersion: SPDX-2.1\n'],
    ['SPDX (YAML)', 'SPDXID: "SPDXRef-DOCUMENT"\nspdxVersion: "SPDX-2.2"\n'],
    ['SPDX (RDF/XML)', '<?xml version="1.0"?><rdf:RDF xmlns="http://spdx.org/rdf/terms#">'],
    ['CycloneDX 1.8 (JSON)', '{"bomFormat":"CycloneDX","specVersion":"1.8"}'],
    ['CycloneDX 1.8 (XML)', '<?xml version="1.0"?>\n<bom xmlns="http://cyclonedx.org/schema/bom/1.8"/>'],
    ['Syft JSON', '{"artifacts":[],"descriptor":{"name":"syft"}}'],
    ['Trivy JSON', '{"ArtifactName":"x","Results":[]}'],
    ['CSAF', '{"document":{"csaf_version":"2.0"}}'],
    ['OpenVEX', '{"@context":"https://openvex.dev/ns/v0.2.0","statements":[]}'],
    ['SWID', '<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd">'],
    ['in-toto', '{"_type":"https://in-toto.io/Statement/v1","predicate":{}}'],
    ['DSSE', '{"payloadType":"application/vnd.in-toto+json","payload":""}'],
    ['both SPDX and CycloneDX', '{"spdxVersion":"SPDX-2.3","bomFormat":"CycloneDX","specVersion":"1.6"}'],
    ['unknown', '{"packages":[]}'],
    ['unknown', 'hello'],
  ])('a document of the form %s is refused', (form, text) => {
    const error = refusal(readSbom(bytes(text)));
    expect(error).toMatchObject({ status: 'unsupported', form: expect.stringContaining(form) });
  });
});

describe('what cannot be believed is refused', () => {
  const good = JSON.stringify(spdxDocument({ packages: [CURL] }));

  test.each([
    ['nothing', '', 'empty'],
    ['white space', ' \n', 'empty'],
    ['truncated JSON', good.slice(0, -20), 'malformed'],
    ['JSON with something after it', `${good}}`, 'malformed'],
    ['a list', '[]', 'malformed'],
    ['a text inside a text', JSON.stringify(good), 'nested-string'],
    ['two lists of packages', good.replace('"packages":', '"packages":[],"packages":'), 'duplicate-key'],
    ['two names of one package', good.replace('"name":"curl"', '"name":"curl","n\\u0061me":"bash"'), 'duplicate-key'],
  ])('%s', (_name, text, code) => {
    expect(refusal(readSbom(bytes(text)))).toMatchObject({ status: 'refused', code });
  });

  test('bytes that are no UTF-8', () => {
    expect(refusal(readSbom(Uint8Array.of(0x7b, 0xff, 0x7d)))).toMatchObject({ code: 'encoding' });
  });

  test('nesting deeper than the limit, by its name', () => {
    const deep = `{"spdxVersion":"SPDX-2.3","packages":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(refusal(readSbom(bytes(deep)))).toMatchObject({ code: 'limit', limit: 'sbom-depth' });
  });

  test('a million packages, by the name of the limit', () => {
    const one = '{"name":"x"}';
    const million = Array.from({ length: 1_000_000 }, () => one).join(',');
    expect(refusal(readSbom(bytes(`{"spdxVersion":"SPDX-2.3","packages":[${million}]}`)))).toMatchObject({
      code: 'limit',
      limit: 'sbom-packages',
    });
    const cyclonedx = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"outer","components":[${million}]}]}`;
    expect(refusal(readSbom(bytes(cyclonedx)))).toMatchObject({ limit: 'sbom-packages' });
    const lines = `SPDXVersion: SPDX-2.3\n${'PackageName: x\n'.repeat(SBOM_LIMITS['sbom-packages'] + 1)}`;
    expect(refusal(readSbom(bytes(lines)))).toMatchObject({ limit: 'sbom-packages' });
  });

  test('more bytes than the limit, before any is looked at', () => {
    expect(refusal(readSbom(new Uint8Array(SBOM_LIMITS['sbom-bytes'] + 1)))).toMatchObject({ limit: 'sbom-bytes' });
  });
});

test('keys of the prototype are data like any other', () => {
  const document = JSON.stringify(spdxDocument({ packages: [{ name: '__proto__', id: 'constructor', version: '1' }] }));
  const polluting = document.replace(
    '{',
    '{"__proto__":{"polluted":true,"version":"9"},"constructor":{"prototype":{"x":1}},',
  );
  const { packages } = inventory(readSbom(bytes(polluting)));
  expect(packages[1]).toMatchObject({ id: 'constructor', name: '__proto__', version: '1' });
  expect(packages[1]).not.toHaveProperty('polluted');
  expect({}).not.toHaveProperty('polluted');
  expect(packages[0]?.version).toBeUndefined();
});

test('a byte order mark is passed over', () => {
  const text = JSON.stringify(spdxDocument({ packages: [CURL] }));
  expect(inventory(readSbom(bytes(`\ufeff${text}`))).packages).toHaveLength(2);
});

describe('a predicate', () => {
  const document = spdxDocument({ packages: [CURL] });
  const text = JSON.stringify(document);

  test.each([
    ['an object', document],
    ['a text, as cosign attest --type spdx stores it', text],
    ["an object in cosign's older wrapper", { Data: document, Timestamp: '2021-01-01T00:00:00Z' }],
    ["a text in cosign's older wrapper", { Data: text, Timestamp: '2021-01-01T00:00:00Z' }],
    ['tag-value text', 'SPDXVersion: SPDX-2.3\nPackageName: a\nPackageName: b\n'],
  ])('may be %s', (_name, predicate) => {
    expect(inventory(readSbomPredicate(predicate)).packages).toHaveLength(2);
  });

  test.each([
    ['a text inside a text', JSON.stringify(text), 'nested-string'],
    ['a text with a key twice', text.replace('"packages":', '"packages":[],"packages":'), 'duplicate-key'],
    ['null', null, 'malformed'],
    ['a list', [document], 'malformed'],
    ['a number', 5, 'malformed'],
  ])('may not be %s', (_name, predicate, code) => {
    expect(refusal(readSbomPredicate(predicate))).toMatchObject({ code });
  });
});

test('whatever JSON is given, it is read or refused, and never thrown', () => {
  const keys = fc.constantFrom(
    ...[
      'packages',
      'components',
      'relationships',
      'metadata',
      'component',
      'name',
      'SPDXID',
      'externalRefs',
      'licenses',
    ],
    ...[
      'hashes',
      'dependencies',
      'dependsOn',
      'tools',
      'creationInfo',
      'creators',
      'properties',
      'license',
      '__proto__',
    ],
  );
  const anything = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<unknown>(null, 1, '', 'x', 'pkg:apk/x', 'Tool: x-1', true),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.array(fc.tuple(keys, tie('value')), { maxLength: 6 }).map((pairs) => Object.fromEntries(pairs)),
    ),
  })).value;
  const heads = fc.constantFrom({ spdxVersion: 'SPDX-2.3' }, { bomFormat: 'CycloneDX', specVersion: '1.6' }, {});
  fc.assert(
    fc.property(heads, fc.dictionary(keys, anything), (head, rest) => {
      expect(typeof readSbom(jsonBytes({ ...rest, ...head })).ok).toBe('boolean');
    }),
    { numRuns: 500 },
  );
});
