import { z } from 'zod';
import type { DeepReadonly } from '../../lib/collections.js';
import { fileCatalogSchema } from '../../packages/catalogers/cataloger.js';

const text = z.string();
const count = z.int().min(0);

/** A key or credential, reported by its kind and place only: the secret is never kept. */
export const secretMarkFields = {
  kind: text.describe('Such as RSA private key.'),
  line: z.exactOptional(z.int().min(1)).describe('Absent in files that have no lines.'),
  isClosed: z.exactOptional(z.literal(true)).describe('Encrypted as a whole: it may hold only certificates.'),
  isLikely: z
    .exactOptional(z.literal(true))
    .describe('Often, but not always, a credential: a JSON Web Token, or a password in a URL.'),
  expires: z.exactOptional(z.number()).describe('When it expires, in seconds of Unix time, if it says so.'),
};
const secretMarkSchema = z.strictObject(secretMarkFields);
export type SecretMark = DeepReadonly<z.infer<typeof secretMarkSchema>>;

/** What a file's content gave away while its layer streamed by; the content itself is not kept. */
const contentSchema = z.strictObject({
  sha1: z
    .exactOptional(text)
    .describe("Lower-case hex, as the other checksums; those that the layer's package database keeps."),
  md5: z.exactOptional(text),
  sha256: z.exactOptional(text),
  form: z.enum(['empty', 'elf', 'script', 'text', 'binary']),
  interpreter: z
    .exactOptional(text)
    .describe("The interpreter's path of a script's first line, such as /bin/sh; for env, the program it looks for."),
  programs: z
    .exactOptional(z.array(text))
    .describe('Programs that are identified by content, regardless of the file name.'),
  catalog: z.exactOptional(fileCatalogSchema),
  secrets: z.exactOptional(z.array(secretMarkSchema)),
  bytes: z
    .exactOptional(z.strictObject({ bytes: count }))
    .describe('How many bytes were kept, of the few files that are read (os-release, package databases).'),
});

export interface FileContent extends Omit<DeepReadonly<z.infer<typeof contentSchema>>, 'bytes'> {
  /** The bytes, of the few files that are read for what they say (os-release, package databases). */
  readonly bytes?: Uint8Array;
}

/** One path of an image. */
export const fileEntrySchema = z.strictObject({
  path: text.describe('Relative to the root, without a leading slash; bytes that are not UTF-8 are written \\xNN.'),
  type: z
    .enum(['file', 'directory', 'link', 'character-device', 'block-device', 'fifo'])
    .describe('What the path is, after the layers are applied.'),
  mode: z.int().min(0).max(0o7777).describe('The twelve permission bits.'),
  uid: count,
  gid: count,
  size: count.describe('In bytes; 0 for all but files.'),
  linkTarget: z.exactOptional(text).describe('Where a symbolic link points, as written.'),
  hardLinkTo: z
    .exactOptional(text)
    .describe('Another name of the same file, if this one was written as a hard link to it.'),
  capabilities: z
    .exactOptional(z.array(text))
    .describe('File capabilities by name, from the extended attribute security.capability.'),
  content: z.exactOptional(contentSchema),
});

export interface FileEntry extends Omit<DeepReadonly<z.infer<typeof fileEntrySchema>>, 'content'> {
  readonly content?: FileContent;
}
export type FileType = FileEntry['type'];
