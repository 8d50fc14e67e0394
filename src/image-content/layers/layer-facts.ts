import type { FileEntry } from '../filesystem/file-entry.js';

/**
 * A second name for a file of this layer or of one below. Runtimes give the file, under all of its names, what the
 * link's own header says.
 *
 * @see https://github.com/containerd/containerd/blob/main/pkg/archive/tar.go `createTarFile`
 */
export interface HardLink extends Pick<FileEntry, 'path' | 'mode' | 'uid' | 'gid' | 'capabilities'> {
  readonly hardLinkTo: string;
}

/** What one layer brings, learnt in one pass; layers that images share are read once a run. */
export interface LayerFacts {
  /** The digest of the uncompressed archive, in the algorithm of the config's diffID. */
  readonly diffId: string;
  readonly uncompressedBytes: number;
  /** In the archive's order; where a path comes twice, the later one counts, as it does for a runtime. */
  readonly entries: readonly (FileEntry | HardLink)[];
  /** Paths that this layer removes from the layers below. */
  readonly whiteouts: readonly string[];
  /** Directories whose content in the layers below this layer hides. */
  readonly opaque: readonly string[];
  /** Files whose content could not be evaluated, and why. */
  readonly unread: readonly { readonly path: string; readonly reason: string }[];
}

/** Whether a member is another name of a file, rather than an entry of its own. */
export function isHardLink(entry: FileEntry | HardLink): entry is HardLink {
  return !('type' in entry);
}
