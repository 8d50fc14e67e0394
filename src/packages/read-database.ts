import type { InstalledPackage } from './inventory.js';

/** A package as its database tells of it, before its purl is made. */
export type DatabaseEntry = Omit<InstalledPackage, 'purl'>;

/** What one database or metadata file said. */
export interface DatabaseReading {
  readonly packages: readonly DatabaseEntry[];
  /** Entries that could not be read, each with its reason. */
  readonly problems: readonly string[];
}

/** Packages of one database, and files of one package database or record; more are strangers' doing. */
export const MAX_PACKAGES = 200_000;
export const MAX_OWNED_FILES = 2_000_000;
