import type { InstalledPackage } from './inventory.js';

/** A package as its database shows of it, before it is known whose it is. */
export type DatabaseEntry = Omit<InstalledPackage, 'purl' | 'thirdParty' | 'root'> & { readonly packaging?: Packaging };

/** What a database says of how a package was made. */
export interface Packaging {
  /** dpkg's Maintainer, apk's maintainer, rpm's vendor. */
  readonly packager?: string;
  /** It has a field, or lacks one, as only packages have that no distribution built. */
  readonly isForeign?: true;
}

/** The content of one database or metadata file. */
export interface DatabaseReading {
  readonly packages: readonly DatabaseEntry[];
  /** Entries that could not be read, each with its reason. */
  readonly problems: readonly string[];
}

/** Packages of one database, and files of one package database or record; more are untrusted doing. */
export const MAX_PACKAGES = 200_000;
export const MAX_OWNED_FILES = 2_000_000;
