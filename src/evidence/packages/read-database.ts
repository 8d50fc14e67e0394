import type { InstalledPackage } from './inventory.js';

/** A package as its database tells of it, before its purl is made. */
export type DatabaseEntry = Omit<InstalledPackage, 'purl'>;

/** What one database or metadata file said. */
export interface DatabaseReading {
  readonly packages: readonly DatabaseEntry[];
  /** Entries that could not be read, each with its reason. */
  readonly problems: readonly string[];
}
