import { z } from 'zod';
import { type DeepReadonly, optionalField } from '../../lib/collections.js';
import { parsePurl } from '../../packages/purl.js';
import { formatName, installedPackages, type Sbom, type SbomPackage } from './sbom.js';

/**
 * The minimum elements of an SBOM.
 * @see https://www.cisa.gov/sbom CISA's minimum elements of 2026, which replace NTIA's of 2021
 */
const DOCUMENT_ELEMENTS = ['author', 'signature', 'format', 'context', 'timestamp', 'tool', 'sbom-version'] as const;

type DocumentElement = (typeof DOCUMENT_ELEMENTS)[number];

const COMPONENT_ELEMENTS = [
  'producer',
  'name',
  'version',
  'identifier',
  'hash',
  'hash-algorithm',
  'license',
  'relationship',
] as const;

type ComponentElement = (typeof COMPONENT_ELEMENTS)[number];

/** How far one element is there: `present` of `of`, for a document's elements 0 or 1 of 1. */
export const elementSchema = z
  .strictObject({
    element: z.enum([...DOCUMENT_ELEMENTS, ...COMPONENT_ELEMENTS]),
    scope: z.enum(['document', 'component']),
    present: z.int().min(0),
    of: z.int().min(0),
    value: z.exactOptional(z.string()).describe("What the document says, for a document's element."),
    note: z.exactOptional(z.string()).describe('Why it counts or does not, where that is not plain.'),
    missing: z.array(z.string()).describe('The first packages without it.'),
  })
  .describe('One of the minimum elements of an SBOM: present of so many.');

export type ElementReport = DeepReadonly<z.infer<typeof elementSchema>>;

export interface ElementsInput {
  /** Who signed the statement the document came in; absent for a file and for an unsigned document. */
  readonly signer?: string;
  readonly now: Date;
}

const LISTED = 10;
/** Timestamps that make documents may be ahead of ours by a day, zones misread included. */
const CLOCK_SKEW = 24 * 60 * 60 * 1000;
const HASH_VALUE = /^(?:[0-9a-fA-F]{32,128}|[A-Za-z0-9+/]{27,88}={0,2})$/;
/** Algorithms of both specifications, without hyphens and in upper case. */
const HASH_ALGORITHM =
  /^(?:MD[2456]|SHA1|SHA224|SHA256|SHA384|SHA512|SHA3256|SHA3384|SHA3512|BLAKE2B(?:256|384|512)|BLAKE3|ADLER32|STREEBOG(?:256|512))$/;

/** Evaluates an inventory element by element: of the document itself, and of the packages that are installed software. */
export function readElements(sbom: Sbom, input: ElementsInput): readonly ElementReport[] {
  return [...documentElements(sbom, input), ...componentElements(sbom)];
}

function documentElements(sbom: Sbom, { signer, now }: ElementsInput): readonly ElementReport[] {
  const { document } = sbom;
  const authors = document.authors.join(', ');
  const tools = document.tools.map((tool) => [tool.name, tool.version].filter(Boolean).join(' ')).join(', ');
  return [
    one(
      'author',
      authors,
      document.authors.length === 0 && tools !== '' ? 'it names only tools, and a tool is not an author' : undefined,
    ),
    one(
      'signature',
      signer,
      document.hasEmbeddedSignature ? 'it has an embedded signature, which is not evaluated' : undefined,
    ),
    one('format', formatName(sbom.format)),
    one('context', document.context.join(', ')),
    timestamp(document.created, now),
    one('tool', tools),
    document.version === undefined && sbom.format.name === 'SPDX'
      ? one('sbom-version', document.identity, 'SPDX asks for a new namespace (in SPDX 3, a new id) with each version')
      : one('sbom-version', document.version),
  ];
}

function one(element: DocumentElement, value: string | undefined, note?: string): ElementReport {
  const isThere = value !== undefined && value !== '';
  return {
    element,
    scope: 'document',
    present: isThere ? 1 : 0,
    of: 1,
    missing: [],
    ...(isThere ? { value } : {}),
    ...optionalField('note', note),
  };
}

function timestamp(created: string | undefined, now: Date): ElementReport {
  if (created === undefined) return one('timestamp', undefined);
  const time = Date.parse(created);
  if (!/^\d{4}-\d{2}-\d{2}/.test(created) || Number.isNaN(time)) {
    return one('timestamp', undefined, `"${created.slice(0, 40)}" is not an RFC 3339 time`);
  }
  if (time > now.getTime() + CLOCK_SKEW) return one('timestamp', undefined, `${created} is in the future`);
  // apko and others write 1970, or Go's zero time of the year 1, so that the same input gives the same bytes.
  if (time <= 0) return one('timestamp', created, 'a convention of reproducible builds, not a time');
  return one('timestamp', created);
}

function componentElements(sbom: Sbom): readonly ElementReport[] {
  const packages = installedPackages(sbom);
  const related = new Set<string>();
  for (const { from, to } of sbom.relationships) {
    related.add(from);
    related.add(to);
  }
  const has: Record<ComponentElement, (item: SbomPackage) => boolean> = {
    producer: (item) => item.producer !== undefined,
    name: (item) => item.name !== '',
    version: (item) => item.version !== undefined,
    identifier: (item) => (item.purl !== undefined && parsePurl(item.purl).ok) || item.identifiers.length > 0,
    hash: (item) => item.hashes.some(({ value }) => HASH_VALUE.test(value)),
    'hash-algorithm': (item) => item.hashes.some(({ algorithm }) => HASH_ALGORITHM.test(plain(algorithm))),
    license: (item) => item.licenses.length > 0,
    relationship: (item) => related.has(item.id),
  };
  return COMPONENT_ELEMENTS.map((element) => {
    const missing: string[] = [];
    let absent = 0;
    for (const item of packages) {
      if (has[element](item)) continue;
      absent += 1;
      if (missing.length < LISTED) missing.push(item.name === '' ? item.id : item.name);
    }
    return { element, scope: 'component', present: packages.length - absent, of: packages.length, missing };
  });
}

function plain(algorithm: string): string {
  return algorithm.toUpperCase().replace(/[-_/]/g, '');
}
