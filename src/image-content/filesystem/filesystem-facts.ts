import { z } from 'zod';
import type { DeepReadonly } from '../../lib/collections.js';
import { type FileEntry, fileEntrySchema, secretMarkFields } from './file-entry.js';
import type { FileTree } from './file-tree.js';

const text = z.string();
const count = z.int().min(0);

/** One layer that was read to its end and hashed to both of its digests. */
const layerSchema = z.strictObject({
  digest: text,
  diffId: text,
  mediaType: text,
  compressedBytes: count,
  uncompressedBytes: count,
  entries: count,
});

/** A program that is there, and how it was known. */
const programSchema = z.strictObject({
  kind: z
    .enum(['shell', 'package-manager', 'language-package-manager', 'download-tool', 'compiler', 'interpreter'])
    .describe('What it offers an attacker in the container.'),
  name: text.describe('sh, apk, curl …'),
  path: text.describe('The path it can be called by.'),
  target: z.exactOptional(text).describe('The file behind links, where that is another path.'),
  knownBy: z.enum(['name', 'content']).describe('content: its bytes show it, under any name.'),
});

/** A key or credential in a layer, whether or not a later layer hides it: who has the image has every layer. */
const secretFileSchema = z.strictObject({
  path: text,
  ...secretMarkFields,
  layer: count.describe('0-based, from the bottom.'),
  hidden: z.boolean().describe('A later layer removes or replaces it.'),
});

/** What is really in an image's layers, without the tree of all paths. */
export const filesystemSchema = z.strictObject({
  layers: z.array(layerSchema),
  fileCount: count.describe('Regular files and links in the image as a container sees it.'),
  totalBytes: count,
  programs: z.array(programSchema),
  setUid: z.array(fileEntrySchema),
  setGid: z.array(fileEntrySchema),
  withCapabilities: z.array(fileEntrySchema),
  worldWritable: z
    .array(fileEntrySchema)
    .describe('World-writable files, and world-writable directories without the sticky bit.'),
  devices: z.array(fileEntrySchema),
  secrets: z.array(secretFileSchema).describe('Reported by kind and place; the secret itself is not kept.'),
  unread: z
    .array(z.strictObject({ path: text, reason: text }))
    .describe('Files whose content could not be evaluated, and why.'),
});

type EntryLists = 'setUid' | 'setGid' | 'withCapabilities' | 'worldWritable' | 'devices';

export interface FilesystemFacts
  extends Omit<DeepReadonly<z.infer<typeof filesystemSchema>>, EntryLists>,
    Readonly<Record<EntryLists, readonly FileEntry[]>> {
  readonly tree: FileTree;
}
export type Program = FilesystemFacts['programs'][number];
export type ProgramKind = Program['kind'];
export type SecretFile = FilesystemFacts['secrets'][number];
