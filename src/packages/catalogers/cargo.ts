import { inflateSync } from 'node:zlib';
import { z } from 'zod';
import { type CatalogedPackage, type Cataloger, EMPTY } from './cataloger.js';
import { ELF_HEADER_BYTES, elfSection } from './elf-section.js';
import { elfSegments } from './elf-segments.js';
import { CATALOG_LIMITS } from './limits.js';

const SECTION = '.dep-v0';
/** The section's name stands in the table of names, which linkers put at the end. */
const SECTION_NAME = Buffer.from(`${SECTION}\0`);

const auditData = z.object({
  packages: z.array(
    z.object({
      name: z.string().min(1).max(256),
      version: z.string().min(1).max(256),
      source: z.string(),
      kind: z.string().optional(),
      root: z.boolean().optional(),
    }),
  ),
});

/**
 * Reads the crates that `cargo auditable` writes into a Rust program: a section of its own, which is not loaded and
 * follows everything that is. Programs of other formats, and lists that can't be read, are named as not read.
 *
 * @see https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md
 */
export const cargoCataloger: Cataloger = {
  id: 'cargo',
  kinds: ['program'],
  open: ({ size }) => {
    const kept: Buffer[] = [];
    let head: Buffer = Buffer.alloc(0);
    let start = 0;
    let offset = 0;
    return {
      write: (chunk) => {
        if (offset === 0) {
          head = Buffer.from(chunk.subarray(0, ELF_HEADER_BYTES));
          const loaded = elfSegments(chunk).map((segment) => segment.offset + segment.length);
          start = Math.max(0, size - CATALOG_LIMITS['rust-end-bytes'], ...loaded);
        }
        if (start < offset + chunk.length) kept.push(Buffer.from(chunk.subarray(Math.max(0, start - offset))));
        offset += chunk.length;
      },
      end: () => {
        const bytes = Buffer.concat(kept);
        if (!bytes.includes(SECTION_NAME)) return EMPTY;
        const section = elfSection(head, { bytes, start: Math.min(start, offset) }, SECTION);
        const packages = section === undefined ? null : readAuditData(section);
        return packages === null ? { ...EMPTY, unread: ['cargo'] } : { ...EMPTY, packages };
      },
    };
  },
};

/** The crates in the program: not itself, and not what only built it. Null where the data can't be read. */
function readAuditData(section: Buffer): readonly CatalogedPackage[] | null {
  let value: unknown;
  try {
    const text = inflateSync(section, { maxOutputLength: CATALOG_LIMITS['rust-audit-bytes'] });
    value = JSON.parse(text.toString('utf8'));
  } catch {
    return null;
  }
  const read = auditData.safeParse(value);
  if (!read.success || read.data.packages.length > CATALOG_LIMITS['packages']) return null;
  return read.data.packages
    .filter(({ source, kind, root }) => root !== true && source !== 'local' && kind !== 'build')
    .map(({ name, version }) => ({ type: 'cargo', name, version }));
}
