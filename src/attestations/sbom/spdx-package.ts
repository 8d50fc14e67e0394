import { type Fields, isFields, objects, text } from './fields.js';
import type { PackageInMaking, SbomHash, SbomIdentifier, SbomPackage } from './sbom.js';
import { sourceFromPurl } from './source-package.js';

/** A value other than SPDX's NOASSERTION and NONE. */
export function asserted(value: unknown): string | undefined {
  const found = text(value);
  return found === 'NOASSERTION' || found === 'NONE' ? undefined : found;
}

/**
 * Reads one package of an SPDX 2 document in its JSON shape, ignoring values of the wrong type.
 * @see https://spdx.github.io/spdx-spec/v2.3/package-information/
 */
export function readSpdxPackage(fields: Fields, at: string, isRoot: (id: string) => boolean): SbomPackage {
  const id = text(fields['SPDXID']) ?? at;
  const made: PackageInMaking = {
    id,
    at,
    kind: 'package',
    name: text(fields['name']) ?? '',
    identifiers: NONE,
    licenses: NONE,
    hashes: readChecksums(fields['checksums']),
    root: isRoot(id),
    nested: false,
    from: { name: 'name' },
  };
  const { from } = made;
  const version = asserted(fields['versionInfo']);
  if (version !== undefined) {
    made.version = version;
    from.version = 'versionInfo';
  }
  if (made.hashes.length > 0) from.hashes = 'checksums';
  readReferences(fields['externalRefs'], made);
  readProducer(fields, made);
  readLicenses(fields, made);
  readSource(fields, made);
  const purpose = text(fields['primaryPackagePurpose'])?.toLowerCase();
  if (purpose !== undefined) {
    made.purpose = purpose;
    from.purpose = 'primaryPackagePurpose';
  }
  return made;
}

const NONE: readonly never[] = [];

/** The first purl is the package's; other identifiers, further purls among them, are kept next to it. */
function readReferences(references: unknown, made: PackageInMaking): void {
  if (!Array.isArray(references)) return;
  const identifiers: SbomIdentifier[] = [];
  for (let i = 0; i < references.length; i += 1) {
    const reference: unknown = references[i];
    if (!isFields(reference)) continue;
    const value = asserted(reference['referenceLocator']);
    const type = text(reference['referenceType']);
    if (value === undefined || type === undefined) continue;
    // The type is a name or its address at spdx.org/rdf/references.
    const isPurl = type === 'purl' || type.endsWith('/purl');
    if (isPurl && made.purl === undefined) {
      made.purl = value;
      made.from.purl = i === 0 ? 'externalRefs/0/referenceLocator' : `externalRefs/${i}/referenceLocator`;
    } else identifiers.push({ type: isPurl ? 'purl' : type, value });
  }
  if (identifiers.length > 0) made.identifiers = identifiers;
}

function readChecksums(value: unknown): readonly SbomHash[] {
  if (!Array.isArray(value) || value.length === 0) return NONE;
  const hashes: SbomHash[] = [];
  for (const checksum of objects(value)) {
    const algorithm = text(checksum['algorithm']);
    const digest = text(checksum['checksumValue']);
    if (algorithm !== undefined && digest !== undefined) hashes.push({ algorithm, value: digest });
  }
  return hashes;
}

function readProducer(fields: Fields, made: PackageInMaking): void {
  for (const field of ['supplier', 'originator'] as const) {
    const value = asserted(fields[field]);
    if (value === undefined) continue;
    made.producer = value.replace(/^(?:Organization|Person): */, '');
    made.from.producer = field;
    return;
  }
}

function readLicenses(fields: Fields, made: PackageInMaking): void {
  const declared = asserted(fields['licenseDeclared']);
  const concluded = asserted(fields['licenseConcluded']);
  const first = declared ?? concluded;
  if (first === undefined) return;
  made.licenses = concluded === undefined || concluded === first ? [first] : [first, concluded];
  made.from.licenses = declared === undefined ? 'licenseConcluded' : 'licenseDeclared';
}

/** Trivy writes `built package from: glibc 2.31-13`; syft leaves it to the purl's qualifiers. */
const BUILT_FROM = 'built package from: ';

function readSource(fields: Fields, made: PackageInMaking): void {
  const info = text(fields['sourceInfo']);
  if (info?.startsWith(BUILT_FROM)) {
    const [name, version] = info.slice(BUILT_FROM.length).split(' ', 2);
    if (name !== undefined && name !== '') {
      made.source = version === undefined ? { name } : { name, version };
      made.from.source = 'sourceInfo';
      return;
    }
  }
  const source = made.purl === undefined ? undefined : sourceFromPurl(made.purl);
  if (source === undefined || made.from.purl === undefined) return;
  made.source = source;
  made.from.source = made.from.purl;
}
