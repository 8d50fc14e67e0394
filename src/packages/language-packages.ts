import { z } from 'zod';
import type { OwnedFile } from './inventory.js';
import { readParagraphs } from './paragraphs.js';
import type { DatabaseEntry, DatabaseReading } from './read-database.js';

/** @see https://docs.npmjs.com/cli/v11/configuring-npm/package-json */
const packageJson = z.object({
  name: z.string().min(1).max(214),
  version: z.string().min(1).max(256),
  license: z.unknown().optional(),
});

const NONE: DatabaseReading = { packages: [], problems: [] };

/** A package.json without a version; npm publishes none such. */
const unversioned = z.looseObject({
  name: z
    .string()
    .max(214)
    .regex(/^(?:@[^/]+\/)?[^/]+$/),
  version: z.undefined().optional(),
  private: z.literal(false).optional(),
});

/** A package.json that has a name and a version, valid or not. */
const called = z.looseObject({ name: z.unknown().refine(Boolean), version: z.unknown().refine(Boolean) });

/**
 * Reads the package.json of an installed npm package. One that has no name or no version is no package (directories within
 * packages have their own), unless it is that of the directory in `node_modules` that has its name: then its version is
 * unknown. One that is not JSON is a problem, and so are a name and a version that can't be any's.
 */
export function readNpmPackage(text: string, where: string): DatabaseReading {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return { packages: [], problems: ['it is not JSON'] };
  }
  const directory = where.slice(0, -'/package.json'.length);
  const entryOf = (name: string, version: string, license: unknown): DatabaseEntry => ({
    type: 'npm',
    name,
    version,
    source: { name, version },
    licenses: npmLicense(license),
    where,
    files: [],
    directory,
  });
  const read = packageJson.safeParse(json);
  if (!read.success) {
    const bare = unversioned.safeParse(json);
    if (bare.success && `/${directory}`.endsWith(`/node_modules/${bare.data.name}`))
      return { packages: [entryOf(bare.data.name, '', undefined)], problems: [] };
    if (!called.safeParse(json).success) return NONE;
    return { packages: [], problems: ['its name or version is not valid for a package'] };
  }
  const { name, version, license } = read.data;
  return { packages: [entryOf(name, version, license)], problems: [] };
}

/** An expression; packages of before 2014 have `{ type, url }`. */
function npmLicense(license: unknown): readonly string[] {
  const read = z.union([z.string(), z.object({ type: z.string() })]).safeParse(license);
  if (!read.success) return [];
  return [typeof read.data === 'string' ? read.data : read.data.type];
}

/**
 * Reads the METADATA or PKG-INFO of an installed Python distribution, and the RECORD next to it.
 * @see https://packaging.python.org/en/latest/specifications/core-metadata/
 */
export function readPythonPackage(text: string, where: string, record: string | undefined): DatabaseReading {
  const [fields] = readParagraphs(text);
  const name = fields?.get('name');
  const version = fields?.get('version');
  if (!name || !version) return { packages: [], problems: ['it has no Name or no Version'] };
  const license = fields?.get('license-expression') ?? fields?.get('license')?.split('\n')[0];
  const normal = name.toLowerCase().replaceAll(/[-_.]+/g, '-');
  const entry: DatabaseEntry = {
    type: 'pypi',
    name: normal,
    version,
    source: { name: normal, version },
    licenses: license ? [license.slice(0, 200)] : [],
    where,
    files: record === undefined ? [] : recordedFiles(record, siteOf(where)),
  };
  return { packages: [entry], problems: [] };
}

/** The directory that holds `NAME.dist-info/`. */
function siteOf(where: string): string {
  return where.split('/').slice(0, -2).join('/');
}

/** RECORD is CSV; only the first column, the path relative to the site, is read. */
function recordedFiles(record: string, site: string): readonly OwnedFile[] {
  const files: OwnedFile[] = [];
  for (const line of record.split('\n')) {
    const path = line.startsWith('"') ? line.slice(1, line.indexOf('"', 1)) : line.split(',')[0];
    if (!path) continue;
    const parts = path.startsWith('/') ? [] : site.split('/');
    for (const part of path.split('/')) {
      if (part === '..') parts.pop();
      else if (part !== '' && part !== '.') parts.push(part);
    }
    files.push({ path: parts.join('/') });
  }
  return files;
}
