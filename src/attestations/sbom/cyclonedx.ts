import { optionalField } from '../../lib/collections.js';
import { err, ok, type Result } from '../../lib/result.js';
import { plural } from '../../lib/text.js';
import { findContradictions, indexPackages } from './contradictions.js';
import { readComponent } from './cyclonedx-component.js';
import { type Fields, isFields, objects, text, texts } from './fields.js';
import type { Sbom, SbomDocument, SbomFormat, SbomPackage, SbomRelationship, SbomTool } from './sbom.js';
import { overLimit, SBOM_LIMITS, type SbomError } from './sbom-error.js';

/**
 * Reads a CycloneDX document of 1.0 to 1.7 in its JSON shape. `metadata.component` is the root and counts as a package, and so does every
 * component inside another. Fails on too many components or relationships alone.
 * @see https://cyclonedx.org/docs/1.7/json/
 */
export function readCycloneDx(document: Fields, format: SbomFormat): Result<Sbom, SbomError> {
  const metadata = isFields(document['metadata']) ? document['metadata'] : {};
  const packages: SbomPackage[] = [];
  const relationships: SbomRelationship[] = [];
  const rootComponent = metadata['component'];
  const isWithin =
    readComponents(
      isFields(rootComponent) ? [rootComponent] : [],
      '/metadata/component',
      true,
      packages,
      relationships,
    ) && readComponents(document['components'], '/components', false, packages, relationships);
  if (!isWithin) {
    return err(overLimit('sbom-packages', `lists more than ${plural(SBOM_LIMITS['sbom-packages'], 'component')}`));
  }

  const ids = indexPackages(packages);
  let others = 0;
  for (const dependency of objects(document['dependencies'])) {
    const from = text(dependency['ref']);
    if (from === undefined) continue;
    for (const [field, type] of [
      ['dependsOn', 'DEPENDS_ON'],
      ['provides', 'PROVIDES'],
    ] as const) {
      for (const to of texts(dependency[field])) {
        if (ids.has(from) && ids.has(to)) relationships.push({ from, type, to });
        else others += 1;
      }
    }
    if (relationships.length + others > SBOM_LIMITS['sbom-relationships']) {
      return err(
        overLimit(
          'sbom-relationships',
          `lists more than ${plural(SBOM_LIMITS['sbom-relationships'], 'dependency', 'dependencies')}`,
        ),
      );
    }
  }
  return ok({
    format,
    document: readMetadata(document, metadata),
    packages,
    relationships,
    otherRelationships: others,
    contradictions: findContradictions(packages, ids, relationships),
  });
}

/** Reads components and those inside them, in the document's order, without recursion. False: more than the limit. */
function readComponents(
  value: unknown,
  at: string,
  isRoot: boolean,
  packages: SbomPackage[],
  relationships: SbomRelationship[],
): boolean {
  if (!Array.isArray(value)) return true;
  interface Open {
    readonly list: readonly unknown[];
    readonly at: string;
    readonly parent: string | null;
    next: number;
  }
  const open: Open[] = [{ list: value, at, parent: null, next: 0 }];
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    if (level.next >= level.list.length) {
      open.pop();
      continue;
    }
    const index = level.next;
    level.next += 1;
    const fields = level.list[index];
    if (!isFields(fields)) continue;
    if (packages.length >= SBOM_LIMITS['sbom-packages']) return false;
    const place = isRoot && level.parent === null ? at : `${level.at}/${index}`;
    const component = readComponent(fields, place, {
      root: isRoot && level.parent === null,
      nested: level.parent !== null,
    });
    packages.push(component);
    if (level.parent !== null) relationships.push({ from: level.parent, type: 'CONTAINS', to: component.id });
    const inner = fields['components'];
    if (Array.isArray(inner)) open.push({ list: inner, at: `${place}/components`, parent: component.id, next: 0 });
  }
  return true;
}

function readMetadata(document: Fields, metadata: Fields): SbomDocument {
  const authors = objects(metadata['authors']).flatMap((author) => text(author['name']) ?? text(author['email']) ?? []);
  // The manufacturer of the BOM is its author too, where an organization's automation made it (CycloneDX 1.6).
  for (const field of ['manufacturer', 'manufacture']) {
    const organization = metadata[field];
    const name = isFields(organization) ? text(organization['name']) : undefined;
    if (name !== undefined) authors.push(name);
  }
  const version = document['version'];
  const created = text(metadata['timestamp']);
  const identity = text(document['serialNumber']);
  const root = metadata['component'];
  const name = isFields(root) ? text(root['name']) : undefined;
  return {
    authors,
    tools: readTools(metadata['tools']),
    context: objects(metadata['lifecycles']).flatMap((phase) => text(phase['phase']) ?? text(phase['name']) ?? []),
    hasEmbeddedSignature: isFields(document['signature']),
    ...optionalField('name', name),
    ...optionalField('created', created),
    ...(typeof version === 'number' ? { version: String(version) } : undefined),
    ...optionalField('identity', identity),
  };
}

/**
 * A list of tools until CycloneDX 1.4; since 1.5 an object with components and services, the list being deprecated. In XML
 * all three are elements of one, and `tool` has the list.
 */
function readTools(value: unknown): readonly SbomTool[] {
  const listed = isFields(value)
    ? [...objects(value['tool']), ...objects(value['components']), ...objects(value['services'])]
    : objects(value);
  return listed.flatMap((tool) => {
    const name = text(tool['name']);
    const version = text(tool['version']);
    return name === undefined ? [] : [version === undefined ? { name } : { name, version }];
  });
}
