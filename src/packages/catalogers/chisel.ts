import { Decompress } from 'fzstd';
import { z } from 'zod';
import { optionalField } from '../../lib/collections.js';
import { type CatalogedPackage, type Cataloger, EMPTY, type FileCatalog, readWholeBytes } from './cataloger.js';
import { ownedBelow } from './file-lists.js';
import { CATALOG_LIMITS } from './limits.js';

const header = z.object({ jsonwall: z.string() });
const pathLine = z.object({ kind: z.literal('path'), path: z.string() });
const line = z.object({
  kind: z.literal('package'),
  name: z.string().min(1).max(256),
  version: z.string().min(1).max(256),
  arch: z.string().max(64).optional(),
});

/**
 * Reads the manifest that chisel writes of the Ubuntu packages whose slices it put into an image: lines of JSON, packed by
 * Zstandard. It does not name the sources that they were built from, which Ubuntu's advisories are about.
 *
 * @see https://documentation.ubuntu.com/chisel/en/latest/reference/manifest/
 */
export const chiselCataloger: Cataloger = {
  id: 'chisel',
  names: /(?:^|\/)var\/lib\/chisel\/manifest\.wall$/,
  open: (file) => {
    const root = file.path.replace(/var\/lib\/chisel\/manifest\.wall$/, '');
    const limit = CATALOG_LIMITS['package-list-bytes'];
    return readWholeBytes(file, limit, (bytes) => readManifest(bytes, root), 'package-list-bytes');
  },
};

function readManifest(bytes: Buffer, root: string): FileCatalog {
  const text = unpack(bytes, CATALOG_LIMITS['manifest-bytes']);
  if (text === null) return { ...EMPTY, problems: ['it could not be unpacked'] };
  if (text === 'too large') {
    const most = CATALOG_LIMITS['manifest-bytes'];
    return { ...EMPTY, problems: [`it unpacks to more than ${most} bytes (limit manifest-bytes)`] };
  }
  const [first, ...rest] = text.toString('utf8').split('\n');
  if (!header.safeParse(jsonOf(first ?? '')).success) return { ...EMPTY, problems: ['it is not a chisel manifest'] };
  const packages: CatalogedPackage[] = [];
  const paths: string[] = [];
  for (const raw of rest) {
    // The other lines are about slices and what they bring.
    if (raw.includes('"path"')) {
      const found = pathLine.safeParse(jsonOf(raw));
      if (found.success && !found.data.path.endsWith('/')) paths.push(found.data.path);
    }
    if (!raw.includes('"package"')) continue;
    const read = line.safeParse(jsonOf(raw));
    if (!read.success) continue;
    if (packages.length >= CATALOG_LIMITS['packages'])
      return { ...EMPTY, problems: [`it has more than ${CATALOG_LIMITS['packages']} packages (limit packages)`] };
    packages.push({
      type: 'deb',
      name: read.data.name,
      version: read.data.version,
      ...optionalField('architecture', read.data.arch),
      thirdParty: "chisel's manifest does not name the source package that they are about",
    });
  }
  const owned = ownedBelow(root, paths);
  return { ...EMPTY, packages, ...(owned === '' ? {} : { owned }) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Null where the bytes are damaged or end early. */
function unpack(bytes: Buffer, most: number): Buffer | 'too large' | null {
  // The decoder makes a buffer of each frame's window before it has seen a byte of the frame.
  for (let at = bytes.indexOf(FRAME); at >= 0; at = bytes.indexOf(FRAME, at + FRAME.length)) {
    if (windowOf(bytes.subarray(at + FRAME.length)) > most) return 'too large';
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  const decoder = new Decompress((part) => {
    size += part.length;
    if (size <= most) parts.push(part);
  });
  try {
    for (let at = 0; at < bytes.length; at += STEP) {
      decoder.push(bytes.subarray(at, at + STEP));
      if (size > most) return 'too large';
    }
    decoder.push(new Uint8Array(0), true);
  } catch {
    return null;
  }
  return size > most ? 'too large' : Buffer.concat(parts);
}

/** Bytes given to the decoder at once; each may unpack to a hundred times as much. */
const STEP = 4096;

const FRAME = Buffer.from('28b52ffd', 'hex');

/** The window in bytes that a frame's header asks for. @see https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1.1 */
function windowOf(header: Buffer): number {
  const [descriptor = 0, windowDescriptor = 0] = header;
  if (((descriptor >> 5) & 1) === 0) {
    const base = 2 ** (10 + (windowDescriptor >> 3));
    return base + (base / 8) * (windowDescriptor & 7);
  }
  // A single segment: the window is the content.
  const start = 1 + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  const length = [1, 2, 4, 8][descriptor >> 6] ?? 1;
  return header.subarray(start, start + length).reduce((sum, byte, place) => sum + byte * 256 ** place, 0);
}
