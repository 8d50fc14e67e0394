import type { FileEntry, SecretMark } from './file-entry.js';
import type { FileTree } from './file-tree.js';

/** What a program offers an attacker in the container. */
export type ProgramKind =
  | 'shell'
  | 'package-manager'
  | 'language-package-manager'
  | 'download-tool'
  | 'compiler'
  | 'interpreter';

/** A program that is there, and how it was known. */
export interface Program {
  readonly kind: ProgramKind;
  /** `sh`, `apk`, `curl` … */
  readonly name: string;
  /** The path it can be called by. */
  readonly path: string;
  /** The file behind links, where that is another path. */
  readonly target?: string;
  /** `name`: it is called so; `content`: its bytes say so, under any name. */
  readonly knownBy: 'name' | 'content';
}

/** A key or credential in a layer, whether or not a later layer hides it: who has the image has every layer. */
export interface SecretFile extends SecretMark {
  readonly path: string;
  /** 0-based, from the bottom. */
  readonly layer: number;
  /** A later layer removes or replaces it, so it can't be seen in a container. */
  readonly hidden: boolean;
}

/** One layer that was read to its end and hashed to both of its digests. */
export interface LayerSummary {
  readonly digest: string;
  readonly diffId: string;
  readonly mediaType: string;
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
  readonly entries: number;
}

/** What is really in an image's layers. */
export interface FilesystemFacts {
  readonly layers: readonly LayerSummary[];
  readonly tree: FileTree;
  /** Regular files and links in the image as a container sees it, and the bytes of the files. */
  readonly fileCount: number;
  readonly totalBytes: number;
  readonly programs: readonly Program[];
  readonly setUid: readonly FileEntry[];
  readonly setGid: readonly FileEntry[];
  readonly withCapabilities: readonly FileEntry[];
  /** World-writable files, and world-writable directories without the sticky bit. */
  readonly worldWritable: readonly FileEntry[];
  readonly devices: readonly FileEntry[];
  readonly secrets: readonly SecretFile[];
  /** Files whose content could not be evaluated, and why. */
  readonly unread: readonly { readonly path: string; readonly reason: string }[];
}
