import type { FileCatalog } from '../../packages/catalogers/cataloger.js';

/** What a path is, after the layers are laid over each other. */
export type FileType = 'file' | 'directory' | 'link' | 'character-device' | 'block-device' | 'fifo';

/** What a file's content gave away while its layer streamed by; the content itself is not kept. */
export interface FileContent {
  /** Lower-case hex, of those checksums that the layer's package database keeps. */
  readonly sha1?: string;
  readonly md5?: string;
  readonly sha256?: string;
  readonly form: 'empty' | 'elf' | 'script' | 'text' | 'binary';
  /** The interpreter's path of a script's first line, such as `/bin/sh`; for `env`, the program it looks for. */
  readonly interpreter?: string;
  /** Programs whose own strings are inside: `busybox`, `bash`, `apk` …, under any file name. */
  readonly programs?: readonly string[];
  /** Packages that are inside it; absent where nothing was found. */
  readonly catalog?: FileCatalog;
  /** Keys and credentials seen in it. */
  readonly secrets?: readonly SecretMark[];
  /** The bytes, of the few files that are read for what they say (os-release, package databases). */
  readonly bytes?: Uint8Array;
}

/** A key or credential, reported by its kind and place only: the secret is never kept. */
export interface SecretMark {
  /** Such as `RSA private key`. */
  readonly kind: string;
  /** 1-based; absent in files that have no lines. */
  readonly line?: number;
  /** All of it is encrypted, so that certificates alone may be in it. */
  readonly isClosed?: true;
  /** It is a credential often and not always: a JSON Web Token, a password in a URL. */
  readonly isLikely?: true;
  /** When it ends, in seconds of Unix time, where it says so. */
  readonly expires?: number;
}

/** One path of an image. */
export interface FileEntry {
  /** Relative to the root, without a leading slash; bytes that are not UTF-8 are written `\xNN`. */
  readonly path: string;
  readonly type: FileType;
  /** The twelve permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** In bytes; 0 for all but files. */
  readonly size: number;
  /** Where a symbolic link points, as written. */
  readonly linkTarget?: string;
  /** Another name of the same file, where this one was written as a hard link to it. */
  readonly hardLinkTo?: string;
  /** File capabilities by name, from the extended attribute security.capability. */
  readonly capabilities?: readonly string[];
  readonly content?: FileContent;
}
