import { type Fields, isFields, objects, text } from './fields.js';
import type { SbomField, SbomHash, SbomIdentifier, SbomPackage, SourcePackage } from './sbom.js';
import { sourceFromPurl } from './source-package.js';

const NOTHING = new Set(['NOASSERTION', 'NONE']);

/** A text that SPDX has not filled with "nothing is said". */
export function asserted(value: unknown): string | undefined {
  const found = text(value);
  return found === undefined || NOTHING.has(found) ? undefined : found;
}

/**
 * Reads one package of an SPDX 2 document in its JSON shape, passing over whatever has the wrong type.
 * @see https://spdx.github.io/spdx-spec/v2.3/package-information/
 */
export function readSpdxPackage(fields: Fields, at: string, isRoot: (id: string) => boolean): SbomPackage {
  const from: Partial<Record<SbomField, string>> = { name: 'name' };
  const id = text(fields['SPDXID']) ?? at;
  const version = asserted(fields['versionInfo']);
  if (version !== undefined) from.version = 'versionInfo';

  let purl: string | undefined;
  const identifiers: SbomIdentifier[] = [];
  const references = fields['externalRefs'];
  if (Array.isArray(references)) {
    for (let i = 0; i < references.length; i += 1) {
      const reference: unknown = references[i];
      if (!isFields(reference)) continue;
      const value = asserted(reference['referenceLocator']);
      const type = text(reference['referenceType']);
      if (value === undefined || type === undefined) continue;
      // The type is a name or its address at spdx.org/rdf/references.
      const isPurl = type === 'purl' || type.endsWith('/purl');
      if (isPurl && purl === undefined) {
        purl = value;
        from.purl = `externalRefs/${i}/referenceLocator`;
      } else identifiers.push({ type: isPurl ? 'purl' : type, value });
    }
  }
  const hashes = readChecksums(fields['checksums']);
  if (hashes.length > 0) from.hashes = 'checksums';
  const producer = readProducer(fields, from);
  const licences = readLicences(fields, from);
  const source = readSource(fields, purl, from);
  const purpose = text(fields['primaryPackagePurpose'])?.toLowerCase();
  if (purpose !== undefined) from.purpose = 'primaryPackagePurpose';
  return {
    id,
    at,
    kind: 'package',
    name: text(fields['name']) ?? '',
    identifiers,
    licences,
    hashes,
    root: isRoot(id),
    nested: false,
    from,
    ...(version === undefined ? undefined : { version }),
    ...(purl === undefined ? undefined : { purl }),
    ...(source === undefined ? undefined : { source }),
    ...(producer === undefined ? undefined : { producer }),
    ...(purpose === undefined ? undefined : { purpose }),
  };
}

function readChecksums(value: unknown): readonly SbomHash[] {
  const hashes: SbomHash[] = [];
  for (const checksum of objects(value)) {
    const algorithm = text(checksum['algorithm']);
    const digest = text(checksum['checksumValue']);
    if (algorithm !== undefined && digest !== undefined) hashes.push({ algorithm, value: digest });
  }
  return hashes;
}

function readProducer(fields: Fields, from: Partial<Record<SbomField, string>>): string | undefined {
  for (const field of ['supplier', 'originator'] as const) {
    const value = asserted(fields[field]);
    if (value === undefined) continue;
    from.producer = field;
    return value.replace(/^(?:Organization|Person): */, '');
  }
  return undefined;
}

function readLicences(fields: Fields, from: Partial<Record<SbomField, string>>): readonly string[] {
  const declared = asserted(fields['licenseDeclared']);
  const concluded = asserted(fields['licenseConcluded']);
  if (declared !== undefined) from.licences = 'licenseDeclared';
  else if (concluded !== undefined) from.licences = 'licenseConcluded';
  if (declared === undefined) return concluded === undefined ? [] : [concluded];
  return concluded === undefined || concluded === declared ? [declared] : [declared, concluded];
}

/** Trivy writes `built package from: glibc 2.31-13`; syft leaves it to the purl's qualifiers. */
const BUILT_FROM = 'built package from: ';

function readSource(
  fields: Fields,
  purl: string | undefined,
  from: Partial<Record<SbomField, string>>,
): SourcePackage | undefined {
  const info = text(fields['sourceInfo']);
  if (info?.startsWith(BUILT_FROM)) {
    const [name, version] = info.slice(BUILT_FROM.length).split(' ', 2);
    if (name !== undefined && name !== '') {
      from.source = 'sourceInfo';
      return version === undefined ? { name } : { name, version };
    }
  }
  const source = purl === undefined ? undefined : sourceFromPurl(purl);
  if (source !== undefined && from.purl !== undefined) from.source = from.purl;
  return source;
}
