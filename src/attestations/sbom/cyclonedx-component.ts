import { type Fields, isFields, objects, text } from './fields.js';
import type { PackageInMaking, SbomField, SbomHash, SbomIdentifier, SbomPackage, SourcePackage } from './sbom.js';
import { sourceFromPurl } from './source-package.js';

/** Reads one component, without those inside it, ignoring values of the wrong type. */
export function readComponent(
  fields: Fields,
  at: string,
  marks: { readonly root: boolean; readonly nested: boolean },
): SbomPackage {
  const group = text(fields['group']);
  const name = text(fields['name']) ?? '';
  const made: PackageInMaking = {
    id: text(fields['bom-ref']) ?? at,
    at,
    kind: 'component',
    name: group === undefined ? name : `${group}/${name}`,
    identifiers: readIdentifiers(fields),
    licenses: readLicenses(fields['licenses']),
    hashes: readHashes(fields['hashes']),
    root: marks.root,
    nested: marks.nested,
    from: { name: group === undefined ? 'name' : 'group, name' },
  };
  const { from } = made;
  const version = text(fields['version']);
  if (version !== undefined) {
    made.version = version;
    from.version = 'version';
  }
  const purl = text(fields['purl']);
  if (purl !== undefined) {
    made.purl = purl;
    from.purl = 'purl';
  }
  const purpose = text(fields['type'])?.toLowerCase();
  if (purpose !== undefined) {
    made.purpose = purpose;
    from.purpose = 'type';
  }
  if (made.hashes.length > 0) from.hashes = 'hashes';
  if (made.licenses.length > 0) from.licenses = 'licenses';
  const producer = readProducer(fields, from);
  if (producer !== undefined) made.producer = producer;
  const source = readSource(fields['properties'], purl, from);
  if (source !== undefined) made.source = source;
  return made;
}

function readHashes(value: unknown): readonly SbomHash[] {
  return objects(value).flatMap((hash) => {
    const algorithm = text(hash['alg']);
    const content = text(hash['content']);
    return algorithm === undefined || content === undefined ? [] : [{ algorithm, value: content }];
  });
}

/** `[{ license: { id | name } } | { expression }]` */
function readLicenses(value: unknown): readonly string[] {
  return objects(value).flatMap((choice) => {
    const license = choice['license'];
    const named = isFields(license) ? (text(license['id']) ?? text(license['name'])) : undefined;
    return named ?? text(choice['expression']) ?? [];
  });
}

function readIdentifiers(fields: Fields): readonly SbomIdentifier[] {
  const identifiers: SbomIdentifier[] = [];
  const cpe = text(fields['cpe']);
  if (cpe !== undefined) identifiers.push({ type: 'cpe', value: cpe });
  const swid = fields['swid'];
  const tagId = isFields(swid) ? text(swid['tagId']) : undefined;
  if (tagId !== undefined) identifiers.push({ type: 'swid', value: tagId });
  for (const type of ['omniborId', 'swhid'] as const) {
    const listed = fields[type];
    if (!Array.isArray(listed)) continue;
    for (const item of listed) {
      const value = text(item);
      if (value !== undefined) identifiers.push({ type, value });
    }
  }
  return identifiers;
}

/** Who made it, by the fields that say so, the closest to CISA's "producer" first. */
function readProducer(fields: Fields, from: Partial<Record<SbomField, string>>): string | undefined {
  for (const field of ['supplier', 'manufacturer'] as const) {
    const organization = fields[field];
    const name = isFields(organization) ? text(organization['name']) : undefined;
    if (name === undefined) continue;
    from.producer = `${field}/name`;
    return name;
  }
  for (const field of ['publisher', 'author'] as const) {
    const name = text(fields[field]);
    if (name === undefined) continue;
    from.producer = field;
    return name;
  }
  const author = objects(fields['authors'])[0];
  const name = author === undefined ? undefined : text(author['name']);
  if (name !== undefined) from.producer = 'authors/0/name';
  return name;
}

/** Properties in which generators keep the source package, and its version where they do. */
const SOURCE_PROPERTIES = [
  ['aquasecurity:trivy:SrcName', 'aquasecurity:trivy:SrcVersion'],
  ['syft:metadata:source', 'syft:metadata:sourceVersion'],
  ['syft:metadata:originPackage', undefined],
] as const;

function readSource(
  value: unknown,
  purl: string | undefined,
  from: Partial<Record<SbomField, string>>,
): SourcePackage | undefined {
  const properties = objects(value);
  if (properties.length > 0) {
    const property = (name: string | undefined) =>
      name === undefined ? undefined : text(properties.find((item) => item['name'] === name)?.['value']);
    for (const [nameProperty, versionProperty] of SOURCE_PROPERTIES) {
      const name = property(nameProperty);
      if (name === undefined) continue;
      const version = property(versionProperty);
      from.source = `properties "${nameProperty}"`;
      return version === undefined ? { name } : { name, version };
    }
  }
  const source = purl === undefined ? undefined : sourceFromPurl(purl);
  if (source !== undefined) from.source = 'purl';
  return source;
}
