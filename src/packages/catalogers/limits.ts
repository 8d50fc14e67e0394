const MiB = 1024 * 1024;

/** What looking for packages in one file may cost. Passing one is named under the file, never a shorter list. */
export const CATALOG_LIMITS = {
  /** Bytes of a header, `release` file, pom.properties, manifest or METADATA. */
  'metadata-bytes': MiB,
  /** Bytes of a Go program's module text. Kubernetes has some 30 KiB. */
  'go-module-bytes': MiB,
  /** Bytes of a list of packages: Composer's, .NET's, opkg's, chisel's; and of conda's record of one with its files. */
  'package-list-bytes': 32 * MiB,
  /** Bytes of chisel's manifest, unpacked. */
  'manifest-bytes': 128 * MiB,
  /** Bytes of a kernel module. */
  'kernel-module-bytes': 32 * MiB,
  /** Bytes of a program's end that are looked through for the crates that it was built from. */
  'rust-end-bytes': 16 * MiB,
  /** Bytes of the list of these crates, unpacked. */
  'rust-audit-bytes': 8 * MiB,
  /** Bytes of one archive; what is larger than `archive-memory-bytes` waits in a temporary file. */
  'archive-bytes': 4096 * MiB,
  'archive-memory-bytes': 8 * MiB,
  /** Entries of one archive, the nested ones by themselves. Spark's largest has some 60,000. */
  'archive-entries': 500_000,
  /** Bytes of one archive's table of contents. */
  'archive-directory-bytes': 64 * MiB,
  /** Bytes of a compressed archive within an archive, unpacked; stored ones are read in place. */
  'nested-archive-bytes': 256 * MiB,
  /** Archives within archives, one in the other. */
  'archive-depth': 8,
  /** Bytes unpacked of one file's archives in all. */
  'unpacked-bytes': 1024 * MiB,
  /** Packages of one file. */
  packages: 50_000,
} as const;
