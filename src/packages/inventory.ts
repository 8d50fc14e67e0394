import type { CatalogedType, UnreadType } from './catalogers/cataloger.js';

/** Where packages are installed from; each has its own names, versions and version order. */
export type PackageType = 'apk' | 'deb' | 'rpm' | CatalogedType;

/** One file that a package installed, and the checksum its database kept of it. */
export interface OwnedFile {
  /** Relative to the image's root, without a leading slash. */
  readonly path: string;
  /** Absent where the database keeps none: directories, links, dpkg's configuration files. */
  readonly checksum?: { readonly algorithm: 'sha1' | 'md5' | 'sha256'; readonly hex: string };
}

/** One installed package, as its database or its metadata says it. */
export interface InstalledPackage {
  readonly type: PackageType;
  readonly name: string;
  /** The whole version in the type's own grammar: with epoch and revision where it has them. Empty where a file names a package without one. */
  readonly version: string;
  readonly architecture?: string;
  /** What it was built from: apk's origin, dpkg's source package, rpm's source rpm. Advisories are about these. */
  readonly source: { readonly name: string; readonly version?: string };
  /** The stream of the rpm module that it was built in: `nodejs:16`. */
  readonly module?: string;
  /** As written by the packager: an SPDX expression, or words. Empty where neither the database nor dpkg's copyright file says it. */
  readonly licenses: readonly string[];
  readonly purl: string;
  /** The database or metadata file that shows of it, relative to the root. */
  readonly where: string;
  /** Empty where the database keeps no list that we read. */
  readonly files: readonly OwnedFile[];
  /** Every file below this directory is the package's, for types whose metadata lists none. */
  readonly directory?: string;
  /** The distribution's package whose files these are, such as `py3-pip`: the same software, reported of twice. */
  readonly partOf?: string;
  /** Why a package of a distribution's type is not the distribution's own; can follow "because". */
  readonly thirdParty?: string;
  /** The root file system within the image that it is installed in, where that is another one. */
  readonly root?: OtherRoot;
}

/** A root file system that lies in a directory of the image, such as a chroot. */
export interface OtherRoot {
  /** Relative to the image's root. */
  readonly path: string;
  /** Null where it has no os-release. */
  readonly distribution: Distribution | null;
}

/** What os-release says. @see https://www.freedesktop.org/software/systemd/man/latest/os-release.html */
export interface Distribution {
  /** `debian`, `alpine`, `wolfi` …: lower case. */
  readonly id: string;
  readonly idLike: readonly string[];
  /** Absent for rolling distributions and for Debian testing. */
  readonly versionId?: string;
  readonly codename?: string;
  readonly prettyName?: string;
  /** The file it was read from, relative to the root. */
  readonly where: string;
}

/** A package database that was found. */
export interface PackageDatabase {
  readonly path: string;
  readonly format: 'apk' | 'dpkg' | 'dpkg-status.d' | 'rpm-sqlite' | 'rpm-ndb' | 'rpm-bdb' | 'rpm-manifest';
  readonly packages: number;
}

/** Everything that is installed, as far as the image itself shows. */
export interface Inventory {
  readonly packages: readonly InstalledPackage[];
  /** Null where there is no os-release. */
  readonly distribution: Distribution | null;
  readonly databases: readonly PackageDatabase[];
  /** What was found and could not be read, or read in part: a list with anything in it is not the whole truth. */
  readonly unknowns: readonly { readonly path: string; readonly reason: string }[];
  /** Files that hold packages, such as programs and archives, and could not be read whole. */
  readonly unreadContents: readonly { readonly path: string; readonly reason: string }[];
  /** Packages of types that are recognized and that nothing here reads; those that the distribution's packages installed are left out. */
  readonly uncataloged: readonly UncatalogedPackages[];
}

/** Files of one type of packages that is not read. */
export interface UncatalogedPackages {
  readonly type: UnreadType;
  /** How many files there are. */
  readonly files: number;
  /** One of them. */
  readonly path: string;
}
