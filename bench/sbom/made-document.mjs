/** The text of an SPDX document of about so many bytes, as syft would write it of an image with very many packages. */
export function madeDocument(bytes) {
  const image = { name: 'image', SPDXID: 'SPDXRef-DocumentRoot-Image-image', primaryPackagePurpose: 'CONTAINER' };
  const packages = [];
  for (let i = 0, size = 0; size < bytes; i += 1) {
    const item = {
      name: `package-${i}`,
      SPDXID: `SPDXRef-Package-deb-package-${i}-${i.toString(16).padStart(16, '0')}`,
      versionInfo: `1.${i}-1+deb12u1`,
      supplier: 'Person: Debian maintainers (team@example.com)',
      downloadLocation: 'NOASSERTION',
      filesAnalyzed: false,
      licenseConcluded: 'NOASSERTION',
      licenseDeclared: 'GPL-2.0-or-later AND LGPL-2.1-or-later',
      copyrightText: 'NOASSERTION',
      checksums: [{ algorithm: 'SHA256', checksumValue: i.toString(16).padStart(64, '0') }],
      externalRefs: [
        {
          referenceCategory: 'PACKAGE-MANAGER',
          referenceType: 'purl',
          referenceLocator: `pkg:deb/debian/package-${i}@1.${i}-1%2Bdeb12u1?arch=amd64&distro=debian-12&upstream=source-${i}`,
        },
      ],
    };
    packages.push(item);
    size += JSON.stringify(item).length + 130;
  }
  return JSON.stringify({
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'made',
    documentNamespace: 'https://example.com/made',
    creationInfo: { created: '2026-01-01T00:00:00Z', creators: ['Tool: syft-1.0.0', 'Organization: Anchore, Inc'] },
    documentDescribes: [image.SPDXID],
    packages: [image, ...packages],
    relationships: packages.map((item) => ({
      spdxElementId: image.SPDXID,
      relationshipType: 'CONTAINS',
      relatedSpdxElement: item.SPDXID,
    })),
  });
}
