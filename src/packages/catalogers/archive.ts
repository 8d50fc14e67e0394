import { type ByteSource, bufferSource } from '../../lib/byte-source.js';
import {
  readZipDirectory,
  readZipEntry,
  storedZipEntry,
  type ZipEntry,
  type ZipFault,
  type ZipLimits,
} from '../../lib/zip.js';
import { readNpmPackage, readPythonPackage } from '../language-packages.js';
import type { CandidateFile, CatalogedPackage, Cataloger, FileCatalog, FileReader } from './cataloger.js';
import { EMPTY } from './cataloger.js';
import { guessCoordinates, readManifest, readPomProperties } from './java.js';
import { CATALOG_LIMITS } from './limits.js';
import { Spool } from './spool.js';

/** Archives that are packages, or hold them, by their names. */
const PACKAGE_NAME = /\.(?:jar|war|ear|[hj]pi|[knps]ar|whl|egg|pex|pyz)$/i;
const JAVA_NAME = /\.(?:jar|war|ear|[hj]pi|[knps]ar)$/i;
const POM = /(?:^|\/)META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/;
const MANIFEST = 'META-INF/MANIFEST.MF';
const PYTHON = /(?:^|\/)(?:[^/]+\.dist-info\/METADATA|EGG-INFO\/PKG-INFO)$/;
const NPM = /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/@][^/]*\/package\.json$/;
const CLASS = /\.class$/;

/** Reads Java archives, Python wheels, eggs and zipapps, and Yarn's caches: everything that is a zip, regardless of its name. */
export const archiveCataloger: Cataloger = {
  id: 'archive',
  kinds: ['archive'],
  open: (file) => archiveReader(file, new Spool(CATALOG_LIMITS['archive-memory-bytes'])),
};

/** The same behind a script that starts it, as Spring Boot's executable archives and Python's zipapps are. */
export const scriptedArchiveCataloger: Cataloger = {
  id: 'scripted-archive',
  kinds: ['script'],
  open: (file) => scriptedReader(file),
};

/**
 * The same behind anything else, where the name says it: Java and pip find an archive by its end. What a file that is
 * called so and is none should hold is not known.
 */
export const prefixedArchiveCataloger: Cataloger = {
  id: 'prefixed-archive',
  names: /\.(?:jar|war|ear|whl)$/,
  kinds: ['program', 'other'],
  open: (file) => archiveReader(file, new Spool(CATALOG_LIMITS['archive-memory-bytes'])),
};

function archiveReader(file: CandidateFile, spool: Spool): FileReader {
  const isTooLarge = file.size > CATALOG_LIMITS['archive-bytes'];
  return {
    write: (chunk) => {
      if (!isTooLarge) spool.write(chunk);
    },
    end: () => {
      try {
        if (isTooLarge)
          return problem(`it has more than ${CATALOG_LIMITS['archive-bytes']} bytes (limit archive-bytes)`);
        if (spool.failure !== undefined) return problem(`it could not be stored for reading: ${spool.failure}`);
        return new ArchiveWalk().read(spool.source(), file.path);
      } finally {
        spool.close();
      }
    },
  };
}

const LOCAL_HEADER = Buffer.from('PK\x03\x04', 'latin1');
/** Spring Boot's script has some 10 KiB. */
const MAX_SCRIPT = 64 * 1024;

function scriptedReader(file: CandidateFile): FileReader {
  let head: Buffer = Buffer.alloc(0);
  let archive: FileReader | null = null;
  let isPlain = false;
  return {
    write: (chunk) => {
      if (isPlain) return;
      if (archive !== null) {
        archive.write(chunk);
        return;
      }
      head = Buffer.concat([head, chunk]);
      if (head.indexOf(LOCAL_HEADER) >= 0) {
        archive = archiveReader(file, new Spool(CATALOG_LIMITS['archive-memory-bytes']));
        archive.write(head);
      }
      isPlain = archive === null && head.length > MAX_SCRIPT;
      if (archive !== null || isPlain) head = Buffer.alloc(0);
    },
    end: () => archive?.end() ?? EMPTY,
  };
}

function problem(reason: string): FileCatalog {
  return { ...EMPTY, problems: [reason] };
}

const LIMITS: ZipLimits = {
  entries: CATALOG_LIMITS['archive-entries'],
  directoryBytes: CATALOG_LIMITS['archive-directory-bytes'],
  entryBytes: CATALOG_LIMITS['metadata-bytes'],
};
const LIMIT_NAMES = {
  entries: 'archive-entries',
  directoryBytes: 'archive-directory-bytes',
  entryBytes: 'metadata-bytes',
} as const satisfies Record<keyof ZipLimits, keyof typeof CATALOG_LIMITS>;

/** Goes through an archive and the archives in it. */
class ArchiveWalk {
  readonly #packages: CatalogedPackage[] = [];
  readonly #problems: string[] = [];
  #unpacked = 0;
  #entries = 0;

  read(source: ByteSource, path: string): FileCatalog {
    const entries = readZipDirectory(source, LIMITS);
    if (entries.ok) this.#archive(source, entries.value, path, [], 1);
    // What can't be opened can't be run either: it matters where its name says that it should hold packages.
    else if (PACKAGE_NAME.test(path) || entries.error.limit !== undefined) this.#fault('', entries.error);
    return { packages: this.#packages, unread: [], problems: this.#problems };
  }

  #archive(
    source: ByteSource,
    entries: readonly ZipEntry[],
    path: string,
    inside: readonly string[],
    depth: number,
  ): void {
    this.#entries += entries.length;
    if (this.#entries > CATALOG_LIMITS['archive-entries']) {
      this.#problem(
        inside,
        `its archives have more than ${CATALOG_LIMITS['archive-entries']} entries (limit archive-entries)`,
      );
      return;
    }
    let hasCoordinates = false;
    let hasClasses = false;
    let manifest: ZipEntry | undefined;
    for (const entry of entries) {
      const { name } = entry;
      if (name.endsWith('/')) continue;
      if (name === MANIFEST) manifest = entry;
      else if (POM.test(name)) hasCoordinates = this.#pom(source, entry, inside) || hasCoordinates;
      else if (PYTHON.test(name)) this.#metadata(source, entry, inside, readPython);
      else if (NPM.test(name)) this.#metadata(source, entry, inside, readNpm);
      else if (PACKAGE_NAME.test(name)) this.#nested(source, entry, [...inside, name], depth);
      else hasClasses ||= CLASS.test(name);
    }
    const isJava = hasClasses && (manifest !== undefined || JAVA_NAME.test(path));
    if (isJava && !hasCoordinates) this.#unnamed(source, manifest, path, inside);
  }

  #pom(source: ByteSource, entry: ZipEntry, inside: readonly string[]): boolean {
    const text = this.#text(source, entry, inside);
    const found = text === undefined ? null : readPomProperties(text);
    if (found !== null) this.#add({ type: 'maven', ...found }, inside);
    else if (text !== undefined) this.#problem([...inside, entry.name], 'it has no groupId, artifactId or version');
    return found !== null;
  }

  /** Code without coordinates: by the manifest and the file's name. */
  #unnamed(source: ByteSource, entry: ZipEntry | undefined, path: string, inside: readonly string[]): void {
    const text = entry === undefined ? '' : this.#text(source, entry, inside);
    if (text === undefined) return;
    const fileName = path.slice(path.lastIndexOf('/') + 1);
    const guess = guessCoordinates(fileName, readManifest(text)) ?? { name: fileName, version: '' };
    this.#add({ type: 'maven', ...guess }, inside);
  }

  #metadata(
    source: ByteSource,
    entry: ZipEntry,
    inside: readonly string[],
    read: (text: string, where: string) => FileCatalog,
  ): void {
    const text = this.#text(source, entry, inside);
    if (text === undefined) return;
    const { packages, problems } = read(text, entry.name);
    for (const one of packages) this.#add(one, inside);
    for (const reason of problems) this.#problem([...inside, entry.name], reason);
  }

  #nested(source: ByteSource, entry: ZipEntry, inside: readonly string[], depth: number): void {
    if (depth >= CATALOG_LIMITS['archive-depth']) {
      this.#problem(inside, `it is more than ${CATALOG_LIMITS['archive-depth']} archives deep (limit archive-depth)`);
      return;
    }
    const most = CATALOG_LIMITS['nested-archive-bytes'];
    const stored = storedZipEntry(source, entry);
    if (stored === null && !this.#mayUnpack(entry, inside)) return;
    const unpacked = stored === null ? readZipEntry(source, entry, { ...LIMITS, entryBytes: most }) : null;
    if (unpacked?.ok === false && unpacked.error.limit === 'entryBytes') {
      this.#problem(inside, `it has more than ${most} bytes (limit nested-archive-bytes)`);
      return;
    }
    const bytes =
      unpacked === null ? stored : unpacked.ok ? { ok: true as const, value: bufferSource(unpacked.value) } : unpacked;
    // An empty file is no archive, and holds nothing: generators of projects carry such in the place of a wrapper.
    if (bytes === null || (bytes.ok && bytes.value.size === 0)) return;
    const entries = bytes.ok ? readZipDirectory(bytes.value, LIMITS) : bytes;
    if (!bytes.ok) this.#fault(inside, bytes.error);
    else if (!entries.ok) this.#fault(inside, entries.error);
    else this.#archive(bytes.value, entries.value, entry.name, inside, depth + 1);
  }

  #text(source: ByteSource, entry: ZipEntry, inside: readonly string[]): string | undefined {
    if (!this.#mayUnpack(entry, inside)) return undefined;
    const read = readZipEntry(source, entry, LIMITS);
    if (read.ok) return read.value.toString('utf8');
    this.#fault(inside, read.error);
    return undefined;
  }

  #mayUnpack({ name, size }: ZipEntry, inside: readonly string[]): boolean {
    this.#unpacked += size;
    if (this.#unpacked <= CATALOG_LIMITS['unpacked-bytes']) return true;
    this.#problem(
      inside,
      `${name} was not read: more than ${CATALOG_LIMITS['unpacked-bytes']} bytes would be unpacked (limit unpacked-bytes)`,
    );
    return false;
  }

  #add(one: CatalogedPackage, inside: readonly string[]): void {
    const most = CATALOG_LIMITS['packages'];
    if (this.#packages.length < most)
      this.#packages.push(inside.length === 0 ? one : { ...one, inside: inside.join('!') });
    else if (this.#packages.length === most) this.#problem([], `it has more than ${most} packages (limit packages)`);
  }

  #fault(inside: readonly string[] | '', { reason, limit }: ZipFault): void {
    this.#problem(
      inside === '' ? [] : inside,
      limit === undefined ? reason : `${reason} (limit ${LIMIT_NAMES[limit]})`,
    );
  }

  #problem(inside: readonly string[], reason: string): void {
    if (this.#problems.length < MAX_PROBLEMS)
      this.#problems.push(inside.length === 0 ? reason : `in ${inside.join('!').slice(0, 200)}, ${reason}`);
  }
}

/** A broken archive may have thousands of problems: only a few are reported. */
const MAX_PROBLEMS = 16;

function readPython(text: string, where: string): FileCatalog {
  const { packages, problems } = readPythonPackage(text, where, undefined);
  return {
    packages: packages.map(({ name, version, licenses }) => ({ type: 'pypi', name, version, licenses })),
    unread: [],
    problems,
  };
}

function readNpm(text: string, where: string): FileCatalog {
  const { packages, problems } = readNpmPackage(text, where);
  return {
    packages: packages.map(({ name, version, licenses }) => ({ type: 'npm', name, version, licenses })),
    unread: [],
    problems,
  };
}
