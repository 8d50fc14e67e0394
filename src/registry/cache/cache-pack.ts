import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import { isDigest } from '../../references/reference.js';

/** What a directory cache holds, as it travels from job to job. */
export interface CacheContent {
  /** Each is what it hashes to: a name that travelled along would only have to be checked. */
  readonly blobs: readonly Uint8Array[];
  /** What tags last pointed to, by the hash of the tag's name. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Each becomes a file, which takes its time. */
export const MAX_PACKED_ENTRIES = 5_000;

const header = z.object({
  tags: z
    .record(z.string().regex(/^[0-9a-f]{64}$/), z.string().refine(isDigest))
    .refine((tags) => Object.keys(tags).length <= MAX_PACKED_ENTRIES, 'too many tags (packed-entries)'),
  sizes: z.array(z.int().nonnegative()).max(MAX_PACKED_ENTRIES),
});
const NEWLINE = 0x0a;

/** Writes one line of JSON, then the blobs, and compresses the whole. What is beyond the limit is left out. */
export async function packContent(content: CacheContent): Promise<Uint8Array> {
  const blobs = content.blobs.slice(0, MAX_PACKED_ENTRIES);
  const tags = Object.fromEntries(Object.entries(content.tags).slice(0, MAX_PACKED_ENTRIES));
  const line = JSON.stringify({ tags, sizes: blobs.map(({ length }) => length) });
  return promisify(gzip)(Buffer.concat([Buffer.from(`${line}\n`), ...blobs]), { level: 6 });
}

/**
 * Reads what `packContent` wrote, of at most `maxBytes` unpacked. Throws for anything else: anyone who may write to the
 * cache chooses these bytes. Nothing in them says where anything is written.
 */
export async function unpackContent(packed: Uint8Array, maxBytes: number): Promise<CacheContent> {
  const bytes = await promisify(gunzip)(packed, { maxOutputLength: maxBytes });
  const end = bytes.indexOf(NEWLINE);
  const { tags, sizes } = header.parse(JSON.parse(bytes.subarray(0, end).toString('utf8')));
  const blobs: Uint8Array[] = [];
  let offset = end + 1;
  for (const size of sizes) {
    if (offset + size > bytes.length) throw new RangeError('it ends inside a blob');
    blobs.push(bytes.subarray(offset, offset + size));
    offset += size;
  }
  return { blobs, tags };
}
