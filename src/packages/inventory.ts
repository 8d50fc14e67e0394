import { z } from 'zod';
import type { DeepReadonly } from '../lib/collections.js';
import { CATALOGED_TYPES, UNREAD_TYPES } from './catalogers/cataloger.js';

/** Where packages are installed from; each has its own names, versions and version order. */
export const PACKAGE_TYPES = ['apk', 'rpm', ...CATALOGED_TYPES] as const;
export type PackageType = (typeof PACKAGE_TYPES)[number];

/** The forms of package databases that are read. */
const DATABASE_FORMATS = ['apk', 'dpkg', 'dpkg-status.d', 'rpm-sqlite', 'rpm-ndb', 'rpm-bdb', 'rpm-manifest'] as const;

const text = z.string();

/** What os-release says. @see https://www.freedesktop.org/software/systemd/man/latest/os-release.html */
const distributionSchema = z.strictObject({
  id: text.describe('debian, alpine, wolfi …: lower case.'),
  idLike: z.array(text),
  versionId: z.exactOptional(text).describe('Absent for rolling distributions and for Debian testing.'),
  codename: z.exactOptional(text),
  prettyName: z.exactOptional(text),
  where: text.describe('The file it was read from, relative to the root.'),
});

const fileSchema = z.strictObject({
  path: text.describe("Relative to the image's root, without a leading slash."),
  checksum: z
    .exactOptional(z.strictObject({ algorithm: z.enum(['sha1', 'md5', 'sha256']), hex: text }))
    .describe("Absent where the database keeps none: directories, links, dpkg's configuration files."),
});

const packageSchema = z.strictObject({
  type: z.enum(PACKAGE_TYPES),
  name: text,
  version: text.describe(
    "In the type's own grammar, with epoch and revision. Empty where a file names a package without a version.",
  ),
  architecture: z.exactOptional(text),
  source: z
    .strictObject({ name: text, version: z.exactOptional(text) })
    .describe(
      "What it was built from: apk's origin, dpkg's source package, rpm's source rpm. Advisories are about these.",
    ),
  module: z.exactOptional(text).describe('The stream of the rpm module that it was built in, such as nodejs:16.'),
  licenses: z
    .array(text)
    .describe('As written by the packager: an SPDX expression, or words. Empty where the database keeps none (dpkg).'),
  purl: text,
  where: text.describe('The database or metadata file that lists it, relative to the root.'),
  files: z.array(fileSchema).describe('Empty where the database keeps no list that is read.'),
  directory: z
    .exactOptional(text)
    .describe("Every file below it is the package's, for types whose metadata lists none."),
  partOf: z
    .exactOptional(text)
    .describe("The distribution's package whose files these are, such as py3-pip: the same software, listed twice."),
  thirdParty: z
    .exactOptional(text)
    .describe('Why a package of a distribution\'s type is not the distribution\'s own; can follow "because".'),
  root: z
    .exactOptional(
      z.strictObject({
        path: text.describe("Relative to the image's root."),
        distribution: distributionSchema.nullable().describe('Null where it has no os-release.'),
      }),
    )
    .describe('The root file system within the image that it is installed in, such as a chroot.'),
});

const reasoned = z.array(z.strictObject({ path: text, reason: text }));
const count = z.int().min(0);

/** Everything that is installed, as far as the image itself shows. */
export const inventorySchema = z.strictObject({
  packages: z.array(packageSchema),
  distribution: distributionSchema.nullable().describe('What os-release says; null where there is none.'),
  databases: z.array(z.strictObject({ path: text, format: z.enum(DATABASE_FORMATS), packages: count })),
  unknowns: reasoned.describe('What was found and could not be read, or only in part: the list is then incomplete.'),
  unreadContents: reasoned.describe(
    'Files that hold packages, such as programs and archives, and could not be read completely.',
  ),
  uncataloged: z
    .array(
      z.strictObject({
        type: z.enum(UNREAD_TYPES),
        files: count.describe('How many files there are.'),
        path: text.describe('One of them.'),
      }),
    )
    .describe(
      "Packages of types that are recognized and not read, without those that the distribution's packages installed.",
    ),
});

export type Inventory = DeepReadonly<z.infer<typeof inventorySchema>>;
export type InstalledPackage = Inventory['packages'][number];
export type OwnedFile = InstalledPackage['files'][number];
/** A root file system that lies in a directory of the image. */
export type OtherRoot = NonNullable<InstalledPackage['root']>;
export type Distribution = NonNullable<Inventory['distribution']>;
export type PackageDatabase = Inventory['databases'][number];
/** Files of one type of packages that is not read. */
export type UncatalogedPackages = Inventory['uncataloged'][number];
