const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** What vulnerability data may cost us. Passing a limit is `indeterminate` under the limit's name, never a pass. */
export const VULNERABILITY_LIMITS = {
  /** Bytes of one record, unpacked. */
  'record-bytes': 32 * MIB,
  /** Files below a directory of exports. */
  'export-files': 1_000_000,
  /** Directories within directories of a directory of exports. */
  'export-depth': 6,
  /** Entries of one archive. */
  'archive-entries': 2_000_000,
  /** Bytes of one archive's table of contents. */
  'archive-directory-bytes': 512 * MIB,
  /** Bytes of a publisher's feed as it travels. */
  'feed-bytes': GIB,
  /** Bytes of its archive, unpacked. */
  'feed-unpacked-bytes': 8 * GIB,
  /** Records of a feed. */
  'feed-records': 5_000_000,
  /** Bytes of a file of Alpine's security database. */
  'secdb-bytes': 32 * MIB,
  /** Entries of it, each a vulnerability of a package. */
  'secdb-entries': 500_000,
  /** Records that concern one query. */
  'records-per-query': 20_000,
  /** Pages of the OSV API's response to one query. */
  'osv-pages': 50,
  /** Records that one run has the OSV API hand out. */
  'osv-records': 50_000,
} as const;
export type VulnerabilityLimit = keyof typeof VULNERABILITY_LIMITS;
export type VulnerabilityLimits = Readonly<Record<VulnerabilityLimit, number>>;
