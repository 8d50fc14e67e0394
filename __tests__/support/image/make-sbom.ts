import { optionalField } from '../../../src/lib/collections.js';
/** A package as a test names it; everything but the name may be left out. */
export interface MadePackage {
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly id?: string;
  readonly supplier?: string;
  readonly license?: string;
  readonly sha256?: string;
}

interface MadeDocument {
  readonly packages: readonly MadePackage[];
  readonly created?: string;
  readonly relationships?: readonly (readonly [string, string, string])[];
}

/** An apk package of Wolfi as apko lists it: with a purl, a supplier and a license, and without a checksum. */
export function apkPackage(name: string, version: string): MadePackage {
  return {
    name,
    version,
    purl: `pkg:apk/wolfi/${name}@${version}?arch=x86_64&distro=wolfi`,
    supplier: 'Organization: Wolfi',
    license: 'Apache-2.0',
  };
}

export const IMAGE_ID = 'SPDXRef-Package-Image';

/** An SPDX 2.3 document in the shape that apko gives it: the image is the root and contains every package. */
export function spdxDocument({ packages, created, relationships }: MadeDocument): Record<string, unknown> {
  const made = packages.map((item) => ({
    SPDXID: item.id ?? `SPDXRef-Package-apk-${item.name}`,
    name: item.name,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    ...optionalField('versionInfo', item.version),
    ...optionalField('supplier', item.supplier),
    ...(item.license === undefined ? {} : { licenseDeclared: item.license, licenseConcluded: 'NOASSERTION' }),
    ...(item.sha256 === undefined ? {} : { checksums: [{ algorithm: 'SHA256', checksumValue: item.sha256 }] }),
    ...(item.purl === undefined
      ? {}
      : {
          externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: item.purl }],
        }),
  }));
  return {
    SPDXID: 'SPDXRef-DOCUMENT',
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    name: 'sbom-image',
    documentNamespace: 'https://spdx.org/spdxdocs/apko/made',
    creationInfo: {
      created: created ?? '1970-01-01T00:00:00Z',
      creators: ['Tool: apko (v0.14.1)', 'Organization: Chainguard, Inc'],
    },
    documentDescribes: [IMAGE_ID],
    packages: [{ SPDXID: IMAGE_ID, name: 'sha256:1234', primaryPackagePurpose: 'CONTAINER' }, ...made],
    relationships: [...made.map((item) => [IMAGE_ID, 'CONTAINS', item.SPDXID] as const), ...(relationships ?? [])].map(
      ([spdxElementId, relationshipType, relatedSpdxElement]) => ({
        spdxElementId,
        relationshipType,
        relatedSpdxElement,
      }),
    ),
  };
}

/** A CycloneDX 1.6 document as trivy makes it, with the image as its root. */
export function cycloneDxDocument({ packages, created }: MadeDocument): Record<string, unknown> {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79',
    version: 1,
    metadata: {
      timestamp: created ?? '2026-01-02T03:04:05Z',
      tools: { components: [{ type: 'application', name: 'trivy', version: '0.60.0' }] },
      component: { 'bom-ref': 'image', type: 'container', name: 'registry.example/app' },
    },
    components: packages.map((item) => ({
      type: 'library',
      'bom-ref': item.id ?? item.purl ?? item.name,
      name: item.name,
      ...optionalField('version', item.version),
      ...optionalField('purl', item.purl),
      ...(item.supplier === undefined ? {} : { supplier: { name: item.supplier } }),
      ...(item.license === undefined ? {} : { licenses: [{ license: { id: item.license } }] }),
      ...(item.sha256 === undefined ? {} : { hashes: [{ alg: 'SHA-256', content: item.sha256 }] }),
    })),
    dependencies: [{ ref: 'image', dependsOn: packages.map((item) => item.id ?? item.purl ?? item.name) }],
  };
}

/** A value as the bytes of a JSON file. */
export function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
