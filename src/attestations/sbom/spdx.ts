import { optionalField } from '../../lib/collections.js';
import { err, ok, type Result } from '../../lib/result.js';
import { plural } from '../../lib/text.js';
import { findContradictions, indexPackages, type PackageIndexes } from './contradictions.js';
import { type Fields, isFields, text, texts } from './fields.js';
import type { Sbom, SbomDocument, SbomFormat, SbomPackage, SbomRelationship, SbomTool } from './sbom.js';
import { overLimit, SBOM_LIMITS, type SbomError } from './sbom-error.js';
import { asserted, readSpdxPackage } from './spdx-package.js';

const DOCUMENT = 'SPDXRef-DOCUMENT';

/** Where the i-th package stands, for messages and for the JSON output. */
export type PlaceOfPackage = (index: number) => string;

/**
 * Reads an SPDX 2.2 or 2.3 document in its JSON shape. Fails on too many packages or relationships alone: what is missing
 * or has the wrong type is left out, and src/attestations/sbom/elements.ts says so.
 * @see https://spdx.github.io/spdx-spec/v2.3/
 */
export function readSpdx(
  document: Fields,
  format: SbomFormat,
  place: PlaceOfPackage = (index) => `/packages/${index}`,
): Result<Sbom, SbomError> {
  const listed = Array.isArray(document['packages']) ? document['packages'] : [];
  if (listed.length > SBOM_LIMITS['sbom-packages']) {
    return err(overLimit('sbom-packages', `lists more than ${plural(SBOM_LIMITS['sbom-packages'], 'package')}`));
  }
  const related = Array.isArray(document['relationships']) ? document['relationships'] : [];
  if (related.length > SBOM_LIMITS['sbom-relationships']) {
    return err(
      overLimit('sbom-relationships', `lists more than ${plural(SBOM_LIMITS['sbom-relationships'], 'relationship')}`),
    );
  }

  const self = text(document['SPDXID']) ?? DOCUMENT;
  const roots = describedPackages(document, related, self);
  const isRoot = (id: string) => roots.has(id);
  const packages: SbomPackage[] = [];
  for (let i = 0; i < listed.length; i += 1) {
    const fields: unknown = listed[i];
    if (isFields(fields)) packages.push(readSpdxPackage(fields, place(i), isRoot));
  }
  const indexes = indexPackages(packages);
  const known = knownIds(packages, indexes);
  const relationships: SbomRelationship[] = [];
  for (const fields of related) {
    const relationship = readRelationship(fields, known);
    if (relationship !== null) relationships.push(relationship);
  }
  return ok({
    format,
    document: readCreation(document),
    packages,
    relationships,
    otherRelationships: related.length - relationships.length,
    contradictions: findContradictions(packages, indexes, relationships),
  });
}

/** The elements the document says it is about: `documentDescribes` (2.2) and the relationships DESCRIBES, DESCRIBED_BY. */
function describedPackages(document: Fields, related: readonly unknown[], self: string): ReadonlySet<string> {
  const roots = new Set(texts(document['documentDescribes']));
  for (const fields of related) {
    if (!isFields(fields)) continue;
    const type = fields['relationshipType'];
    if (type !== 'DESCRIBES' && type !== 'DESCRIBED_BY' && type !== 'DESCRIBE') continue;
    const from = text(fields['spdxElementId']);
    const to = text(fields['relatedSpdxElement']);
    if (type === 'DESCRIBED_BY' && to === self && from !== undefined) roots.add(from);
    if (type !== 'DESCRIBED_BY' && from === self && to !== undefined) roots.add(to);
  }
  return roots;
}

/** Gives a package's own id for a text that equals it, and undefined for any other. */
type KnownIds = (id: string) => string | undefined;

/**
 * Generators list relationships in the order of the packages, most of them from the image: so the id that was just looked up
 * for and the next one are compared first. That is a tenth of the cost of hashing a text that was only just parsed, and
 * half of what reading a document costs beside JSON.parse.
 */
function knownIds(packages: readonly SbomPackage[], indexes: PackageIndexes): KnownIds {
  let last: string | undefined;
  let next = 0;
  return (id) => {
    if (id === last) return last;
    const guess = packages[next]?.id;
    if (id === guess) {
      next += 1;
      return guess;
    }
    const index = indexes.get(id);
    if (index === undefined) return undefined;
    next = index + 1;
    last = packages[index]?.id;
    return last;
  };
}

function readRelationship(fields: unknown, known: KnownIds): SbomRelationship | null {
  if (!isFields(fields)) return null;
  const from = fields['spdxElementId'];
  const type = fields['relationshipType'];
  const to = fields['relatedSpdxElement'];
  if (typeof from !== 'string' || typeof type !== 'string' || typeof to !== 'string') return null;
  const fromId = known(from);
  const toId = known(to);
  return fromId === undefined || toId === undefined ? null : { from: fromId, type, to: toId };
}

function readCreation(document: Fields): SbomDocument {
  const creation = isFields(document['creationInfo']) ? document['creationInfo'] : {};
  const authors: string[] = [];
  const tools: SbomTool[] = [];
  for (const creator of texts(creation['creators'])) {
    const colon = creator.indexOf(':');
    const kind = creator.slice(0, colon).trim().toLowerCase();
    const who = asserted(creator.slice(colon + 1).trim());
    if (who === undefined) continue;
    if (kind === 'tool') tools.push(readTool(who));
    else if (kind === 'organization' || kind === 'person') authors.push(who);
  }
  const name = text(document['name']);
  const created = text(creation['created']);
  const identity = asserted(document['documentNamespace']);
  const comment = text(creation['comment']);
  return {
    authors,
    tools,
    context: comment === undefined ? [] : [comment],
    hasEmbeddedSignature: false,
    ...optionalField('name', name),
    ...optionalField('created', created),
    ...optionalField('identity', identity),
  };
}

/** `syft-0.33.0`, `apko (v0.14.1)`, `Microsoft.SBOMTool-2.1.38`: the version follows the last hyphen, or is in parentheses. */
function readTool(creator: string): SbomTool {
  const open = creator.endsWith(')') ? creator.lastIndexOf(' (') : -1;
  if (open > 0) return { name: creator.slice(0, open), version: creator.slice(open + 2, -1) };
  const hyphen = creator.lastIndexOf('-');
  const version = creator.slice(hyphen + 1);
  return hyphen > 0 && /^v?[0-9]/.test(version) ? { name: creator.slice(0, hyphen), version } : { name: creator };
}
