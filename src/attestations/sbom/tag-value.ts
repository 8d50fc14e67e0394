import { err, ok, type Result } from '../../lib/result.js';
import { plural } from '../../lib/text.js';
import type { Fields } from './fields.js';
import { overLimit, refused, SBOM_LIMITS, type SbomError } from './sbom-error.js';
import type { PlaceOfPackage } from './spdx.js';

/** A tag-value document in the shape of SPDX's JSON, and where its packages stand. */
export interface TagValueDocument {
  readonly fields: Fields;
  readonly place: PlaceOfPackage;
}

interface Package {
  [field: string]: unknown;
  checksums: unknown[];
  externalRefs: unknown[];
}

/** Tags of a package whose value is taken as it stands. */
const PACKAGE_TAGS: ReadonlyMap<string, string> = new Map([
  ['SPDXID', 'SPDXID'],
  ['PackageVersion', 'versionInfo'],
  ['PackageSupplier', 'supplier'],
  ['PackageOriginator', 'originator'],
  ['PackageSourceInfo', 'sourceInfo'],
  ['PackageLicenseConcluded', 'licenseConcluded'],
  ['PackageLicenseDeclared', 'licenseDeclared'],
  ['PrimaryPackagePurpose', 'primaryPackagePurpose'],
]);

/** Tags that begin another element, after which SPDXID is no longer a package's. */
const OTHER_ELEMENTS = new Set(['FileName', 'SnippetSPDXID', 'LicenseID', 'Reviewer', 'Annotator']);

/**
 * Reads SPDX tag-value text into the shape of the JSON format. Lines may end in LF, CR LF or CR. Fails on a line that is
 * no `Tag: value`, on a `<text>` that never ends, and on too many packages or relationships.
 * @see https://spdx.github.io/spdx-spec/v2.3/conformance/#44-standard-data-format-requirements
 */
export function readTagValue(source: string): Result<TagValueDocument, SbomError> {
  const document: Record<string, unknown> = {};
  const creators: string[] = [];
  const creationInfo: Record<string, unknown> = { creators };
  const relationships: unknown[] = [];
  const packages: Package[] = [];
  const lines: number[] = [];
  let current: Package | null = null;
  let element: 'document' | 'package' | 'other' = 'document';

  for (const entry of entries(source)) {
    if ('flaw' in entry)
      return err(refused('malformed', `is not tag-value text: ${entry.flaw}, at line ${entry.line}`));
    const { tag, value, line } = entry;
    if (tag === 'PackageName') {
      current = { name: value, checksums: [], externalRefs: [] };
      element = 'package';
      packages.push(current);
      lines.push(line);
      if (packages.length > SBOM_LIMITS['sbom-packages']) {
        return err(overLimit('sbom-packages', `lists more than ${plural(SBOM_LIMITS['sbom-packages'], 'package')}`));
      }
    } else if (OTHER_ELEMENTS.has(tag)) element = 'other';
    else if (tag === 'Relationship') {
      const [spdxElementId, relationshipType, relatedSpdxElement] = value.split(/\s+/, 3);
      relationships.push({ spdxElementId, relationshipType, relatedSpdxElement });
      if (relationships.length > SBOM_LIMITS['sbom-relationships']) {
        return err(
          overLimit(
            'sbom-relationships',
            `lists more than ${plural(SBOM_LIMITS['sbom-relationships'], 'relationship')}`,
          ),
        );
      }
    } else if (tag === 'Creator') creators.push(value);
    else if (tag === 'Created') creationInfo['created'] = value;
    else if (tag === 'CreatorComment') creationInfo['comment'] = value;
    else if (tag === 'SPDXVersion') document['spdxVersion'] = value;
    else if (tag === 'DocumentName') document['name'] = value;
    else if (tag === 'DocumentNamespace') document['documentNamespace'] = value;
    else if (element === 'document' && tag === 'SPDXID') document['SPDXID'] = value;
    else if (element === 'package' && current !== null) readPackageTag(current, tag, value);
  }
  return ok({
    fields: { ...document, creationInfo, relationships, packages },
    place: (index) => `line ${lines[index] ?? 0}`,
  });
}

function readPackageTag(current: Package, tag: string, value: string): void {
  const field = PACKAGE_TAGS.get(tag);
  if (field !== undefined) current[field] ??= value;
  else if (tag === 'PackageChecksum') {
    const colon = value.indexOf(':');
    current.checksums.push({ algorithm: value.slice(0, colon), checksumValue: value.slice(colon + 1).trim() });
  } else if (tag === 'ExternalRef') {
    const [referenceCategory, referenceType, referenceLocator] = value.split(/\s+/, 3);
    current.externalRefs.push({ referenceCategory, referenceType, referenceLocator });
  }
}

type Entry =
  | { readonly tag: string; readonly value: string; readonly line: number }
  | { readonly flaw: string; readonly line: number };

const TEXT_OPENS = '<text>';
const TEXT_CLOSES = '</text>';

/** The `Tag: value` pairs; a value in `<text>…</text>` may go over several lines. Blank lines and comments are skipped. */
function* entries(source: string): Generator<Entry> {
  const newline = source.includes('\n') ? '\n' : '\r';
  let offset = 0;
  let line = 0;
  while (offset < source.length) {
    line += 1;
    const lineAt = line;
    let end = source.indexOf(newline, offset);
    if (end < 0) end = source.length;
    const content = source.slice(offset, end).trim();
    const colon = content.indexOf(':');
    if (content === '' || content.startsWith('#')) {
      offset = end + 1;
      continue;
    }
    if (colon <= 0) {
      yield { flaw: `"${content.slice(0, 40)}" has no tag`, line };
      return;
    }
    const tag = content.slice(0, colon).trim();
    let value = content.slice(colon + 1).trim();
    if (value.startsWith(TEXT_OPENS)) {
      const opens = source.indexOf(TEXT_OPENS, offset) + TEXT_OPENS.length;
      const closes = source.indexOf(TEXT_CLOSES, opens);
      if (closes < 0) {
        yield { flaw: `the <text> of ${tag.slice(0, 40)} is not closed`, line };
        return;
      }
      value = source.slice(opens, closes);
      for (let at = value.indexOf(newline); at >= 0; at = value.indexOf(newline, at + 1)) line += 1;
      end = source.indexOf(newline, closes);
      if (end < 0) end = source.length;
    }
    yield { tag, value, line: lineAt };
    offset = end + 1;
  }
}
