import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readSbom } from '../../../src/attestations/sbom/read.js';
import type { Sbom } from '../../../src/attestations/sbom/sbom.js';
import { SBOM_LIMITS } from '../../../src/attestations/sbom/sbom-error.js';
import { jsonBytes } from '../../support/image/make-sbom.js';
import '../../support/property-seed.js';
import { processorTime } from '../../support/process/processor-time.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const bom = (inside: string, attributes = '', version = '1.6') =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<bom xmlns="http://cyclonedx.org/schema/bom/${version}"${attributes}>${inside}</bom>\n`;

function read(text: string): Sbom {
  const result = readSbom(bytes(text));
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function refusal(text: string): string {
  const result = readSbom(bytes(text));
  if (result.ok) throw new Error('it was read');
  return result.error.status === 'unsupported' ? result.error.form : result.error.code;
}

const XML = bom(
  `
  <metadata>
    <timestamp>2026-01-02T03:04:05Z</timestamp>
    <lifecycles><lifecycle><phase>build</phase></lifecycle></lifecycles>
    <tools><components><component type="application"><name>trivy</name><version>0.60.0</version></component></components></tools>
    <authors><author><name>Ada</name><email>ada@example.com</email></author></authors>
    <component type="container" bom-ref="image"><name>registry.example/app</name></component>
  </metadata>
  <components>
    <component type="library" bom-ref="c">
      <supplier><name>GNU</name></supplier>
      <group>org</group><name>libc6</name><version> 2.36 </version>
      <hashes><hash alg="SHA-256">${'f'.repeat(64)}</hash></hashes>
      <licenses><license><id>MIT</id></license><license><name><![CDATA[own & other]]></name></license><expression>A OR B</expression></licenses>
      <cpe>cpe:2.3:a:gnu:glibc:2.36:*:*:*:*:*:*:*</cpe>
      <purl>pkg:deb/debian/libc6@2.36?arch=amd64&amp;upstream=glibc</purl>
      <swid tagId="s" name="x"><text>ignored</text></swid>
      <omniborId>o1</omniborId><omniborId>o2</omniborId>
      <properties><property name="a">b</property></properties>
      <components><component type="file" bom-ref="inner"><name>inner</name></component></components>
      <own:extension xmlns:own="https://example.com/"><name>other</name></own:extension>
    </component>
  </components>
  <dependencies><dependency ref="image"><dependency ref="c"/><provides ref="inner"/></dependency></dependencies>`,
  ' serialNumber="urn:uuid:1" version="7"',
);

const JSON_DOCUMENT = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  serialNumber: 'urn:uuid:1',
  version: 7,
  metadata: {
    timestamp: '2026-01-02T03:04:05Z',
    lifecycles: [{ phase: 'build' }],
    tools: { components: [{ type: 'application', name: 'trivy', version: '0.60.0' }] },
    authors: [{ name: 'Ada', email: 'ada@example.com' }],
    component: { type: 'container', 'bom-ref': 'image', name: 'registry.example/app' },
  },
  components: [
    {
      type: 'library',
      'bom-ref': 'c',
      supplier: { name: 'GNU' },
      group: 'org',
      name: 'libc6',
      version: '2.36',
      hashes: [{ alg: 'SHA-256', content: 'f'.repeat(64) }],
      licenses: [{ license: { id: 'MIT' } }, { license: { name: 'own & other' } }, { expression: 'A OR B' }],
      cpe: 'cpe:2.3:a:gnu:glibc:2.36:*:*:*:*:*:*:*',
      purl: 'pkg:deb/debian/libc6@2.36?arch=amd64&upstream=glibc',
      swid: { tagId: 's' },
      omniborId: ['o1', 'o2'],
      properties: [{ name: 'a', value: 'b' }],
      components: [{ type: 'file', 'bom-ref': 'inner', name: 'inner' }],
    },
  ],
  dependencies: [{ ref: 'image', dependsOn: ['c'], provides: ['inner'] }],
};

describe('a CycloneDX document in XML', () => {
  test('gives what the same document gives in JSON', () => {
    const json = readSbom(jsonBytes(JSON_DOCUMENT));
    if (!json.ok) throw new Error(json.error.message);
    expect(read(XML)).toEqual({ ...json.value, format: { name: 'CycloneDX', version: '1.6', encoding: 'XML' } });
  });

  test('may prefix its elements, and list tools as before 1.5', () => {
    const prefixed = `<b:bom xmlns:b="http://cyclonedx.org/schema/bom/1.4"><b:metadata><b:tools><b:tool><b:name>t</b:name></b:tool></b:tools></b:metadata><b:components><b:component><b:name>a</b:name></b:component></b:components></b:bom>`;
    const { packages, document } = read(prefixed);
    expect(packages.map(({ name }) => name)).toEqual(['a']);
    expect(document.tools).toEqual([{ name: 't' }]);
  });

  test('with a signature says that it has one', () => {
    const signed = bom('<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo/></Signature>');
    expect(read(signed).document.hasEmbeddedSignature).toBe(true);
    expect(read(bom('')).document.hasEmbeddedSignature).toBe(false);
  });

  test.each([
    ['declares entities', `<!DOCTYPE bom [<!ENTITY a "b">]>${bom('<components/>').slice(39)}`, 'malformed'],
    [
      'names a document type elsewhere',
      `<!DOCTYPE bom SYSTEM "http://example.com/x.dtd">${bom('').slice(39)}`,
      'malformed',
    ],
    ['uses an entity that is not defined', bom('<components>&unknown;</components>'), 'malformed'],
    ['breaks off', bom('<components>').slice(0, -8), 'malformed'],
    ['closes another element', bom('<components></component>'), 'malformed'],
    ['has an attribute twice', bom('', ' version="1" version="2"'), 'malformed'],
    [
      'has a version twice',
      bom('<components><component><version>1</version><version>2</version></component></components>'),
      'duplicate-key',
    ],
    ['is in Latin-1', bom('').replace('UTF-8', 'ISO-8859-1'), 'encoding'],
    ['is too large', bom(' '.repeat(SBOM_LIMITS['sbom-xml-bytes'])), 'limit'],
    ['nests too deep', bom('<x>'.repeat(SBOM_LIMITS['sbom-depth'])), 'limit'],
    ['is of a version that is not read', bom('', '', '2.0'), 'CycloneDX 2.0 (XML)'],
    [
      'names the namespace inside alone',
      '<x><bom xmlns="http://cyclonedx.org/schema/bom/1.6"/></x>',
      'in an unknown format (XML)',
    ],
  ])('that %s is not read', (_, text, expected) => {
    expect(refusal(text)).toBe(expected);
  });

  test('that is damaged never throws', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(XML.length), fc.constantFrom('<', '>', '&', '"', '</x>', '<x>', ']]>', '\0', 'é'))),
        fc.nat(XML.length),
        (changes, end) => {
          let text = XML.slice(0, changes.length % 2 === 0 ? XML.length : end);
          for (const [at, piece] of changes) text = `${text.slice(0, at)}${piece}${text.slice(at + 1)}`;
          expect(typeof readSbom(bytes(text)).ok).toBe('boolean');
        },
      ),
      { numRuns: 200 },
    );
  });

  test('is read in time linear in its size', () => {
    const spent = processorTime();
    read(bom(`<components>${'<component><name>a</name></component>'.repeat(5000)}</components>`));
    read(bom(`<components><component><name>${'a&amp;'.repeat(50_000)}</name></component></components>`));
    expect(spent()).toBeLessThan(5000);
  });
});
