import { z } from 'zod';
import type { DeepReadonly } from '../../lib/collections.js';

const text = z.string();

/** What the first bytes of a file say it is. `program`: ELF, PE or Mach-O; `archive`: zip; `script`: it begins with `#!`. */
export type FileKind = 'program' | 'archive' | 'script' | 'other';

/** A file that streams by. */
export interface CandidateFile {
  /** Relative to the image's root, without a leading slash. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly kind: FileKind;
}

/** Package types that catalogers find, by their purl type. `generic`: runtimes and servers, which have no registry. */
export const CATALOGED_TYPES = [
  'alpm',
  'bitnami',
  'cargo',
  'composer',
  'conda',
  'cran',
  'deb',
  'ebuild',
  'gem',
  'golang',
  'maven',
  'nix',
  'npm',
  'nuget',
  'opkg',
  'pypi',
  'generic',
] as const;

/** A package that a file contains. */
const catalogedPackageSchema = z.strictObject({
  type: z.enum(CATALOGED_TYPES),
  name: text.describe(
    "As advisories write it: a Go module's path, Maven's group:artifact (the artifact alone where the group is unknown).",
  ),
  version: text.describe('Empty where the file names the package without its version.'),
  inside: z.exactOptional(text).describe('The path within the file, for archives: BOOT-INF/lib/log4j-core-2.14.1.jar.'),
  architecture: z.exactOptional(text),
  qualifiers: z
    .exactOptional(z.record(text, text))
    .describe('Of its purl, next to the architecture; empty values count as left out.'),
  licenses: z.exactOptional(z.array(text)).describe('As written by the packager.'),
  thirdParty: z
    .exactOptional(text)
    .describe('Why the distribution\'s advisories do not cover a package of its type; can follow "because".'),
  needs: z
    .exactOptional(text)
    .describe(
      'The end of the path of a directory that must exist: the file says what should be installed, not what is.',
    ),
});

export type CatalogedPackage = DeepReadonly<z.infer<typeof catalogedPackageSchema>>;

/** Package types that are recognized and that no cataloger reads, or not in every form. */
export const UNREAD_TYPES = [
  'appimage',
  'cargo',
  'dotnet-bundle',
  'gem',
  'kernel-module',
  'packed-program',
  'vendored-pypi',
] as const;
export type UnreadType = (typeof UNREAD_TYPES)[number];

/** What a file contains besides itself. */
export const fileCatalogSchema = z
  .strictObject({
    packages: z.array(catalogedPackageSchema),
    unread: z
      .array(z.enum(UNREAD_TYPES))
      .describe('Types of packages that are in it, or that its presence shows, and that no cataloger reads.'),
    problems: z.array(text).describe("What in it could not be read, each a clause that can follow the file's name."),
    owned: z
      .exactOptional(text)
      .describe("Files that packages installed, by what the file says: a path from the image's root on each line."),
    licenses: z
      .exactOptional(z.array(text))
      .describe('The licenses of the package that the file is about, each a statement of its own.'),
  })
  .describe('Packages that are inside the file.');

export type FileCatalog = DeepReadonly<z.infer<typeof fileCatalogSchema>>;

/** Takes a file's bytes in order, then answers once. A chunk is only good until the call returns. */
export interface FileReader {
  write(chunk: Uint8Array): void;
  end(): FileCatalog;
}

/**
 * Finds packages in files of one kind. A file is read where its path matches `names` (if given) and its first bytes are
 * one of `kinds` (if given).
 */
export interface Cataloger {
  readonly id: string;
  readonly names?: RegExp;
  readonly kinds?: readonly FileKind[];
  open(file: CandidateFile): FileReader;
}

export const EMPTY: FileCatalog = { packages: [], unread: [], problems: [] };

/** What several readers found in one file. */
export function mergeCatalogs(catalogs: readonly FileCatalog[]): FileCatalog {
  const owned = catalogs.flatMap((catalog) => catalog.owned ?? []).join('\n');
  const licenses = catalogs.flatMap((catalog) => catalog.licenses ?? []);
  return {
    packages: catalogs.flatMap(({ packages }) => packages),
    unread: [...new Set(catalogs.flatMap(({ unread }) => unread))],
    problems: catalogs.flatMap(({ problems }) => problems),
    ...(owned === '' ? {} : { owned }),
    ...(licenses.length === 0 ? {} : { licenses }),
  };
}

/** Makes the reader of a text file that is parsed whole. A file larger than `limit` bytes is a problem. */
export function readWhole(
  file: CandidateFile,
  limit: number,
  parse: (text: string) => FileCatalog,
  limitName = 'metadata-bytes',
): FileReader {
  return readWholeBytes(file, limit, (bytes) => parse(bytes.toString('utf8')), limitName);
}

/** The same for a file that is no text. */
export function readWholeBytes(
  { size }: CandidateFile,
  limit: number,
  parse: (bytes: Buffer) => FileCatalog,
  limitName: string,
): FileReader {
  const chunks: Uint8Array[] = [];
  return {
    write: (chunk) => {
      if (size <= limit) chunks.push(Buffer.from(chunk));
    },
    end: () =>
      size > limit
        ? { ...EMPTY, problems: [`it has ${size} bytes, and at most ${limit} are read (limit ${limitName})`] }
        : parse(Buffer.concat(chunks)),
  };
}
