const MiB = 1024 * 1024;

/** What reading an image's layers may cost. Passing one is `indeterminate`, with the limit's name. */
export const LAYER_LIMITS = {
  /** Members of one layer's archive. The largest public images (CUDA, conda) have about 400,000. */
  'layer-entries': 1_000_000,
  /** Members of all layers of an image: what is known of each stays in memory for the run. */
  'image-entries': 2_000_000,
  /** Bytes of one layer once it is decompressed. */
  'layer-uncompressed-bytes': 16 * 1024 * MiB,
  /** Uncompressed bytes for each compressed one, checked once RATIO_FREE_BYTES have come out; gzip can't pass 1,032. */
  'layer-compression-ratio': 400,
  /** As Linux's PATH_MAX: nothing longer can be opened in a container. */
  'path-bytes': 4096,
  /** Characters of all paths and link targets of one layer; 400,000 files have some 40 million. */
  'layer-path-bytes': 128 * MiB,
  /** Directories that are only there because something lies in them; few archives leave any out. */
  'implied-directories': 500_000,
  /** Directories and links that the paths of all members go through, one directory after another counted once; 400,000 files have some 300,000. */
  'path-steps': 20_000_000,
  /** Bytes of one file that is kept because it says something (a package database, os-release). */
  'kept-file-bytes': 64 * MiB,
  /** Bytes of all such files of one layer. */
  'kept-layer-bytes': 128 * MiB,
  /** Bytes of the lists of files and licenses in one layer, beside those of kept files: what is beyond counts as not listed. */
  'file-list-bytes': 128 * MiB,
  /** What zstd may keep as its window: 2^27 bytes, what containerd and the zstd program accept. */
  'zstd-window-log': 27,
} as const;

/** Small layers may be as empty as they like. */
export const RATIO_FREE_BYTES = 64 * MiB;
