/** A manifest as chisel writes it, in Zstandard frames whose blocks are stored. */
export function chiselManifest(
  packages: readonly { readonly name: string; readonly version: string }[],
  paths: readonly string[] = [],
): Buffer {
  const lines = [
    { jsonwall: '1.0', schema: '1.0', count: packages.length + 2 },
    { kind: 'content', slice: 'a_bins', path: '/package' },
    ...packages.map((one) => ({ kind: 'package', ...one, sha256: 'a'.repeat(64), arch: 'amd64' })),
    { kind: 'slice', name: 'a_bins' },
    ...paths.map((path) => ({ kind: 'path', path, mode: '0755', slices: ['a_bins'] })),
  ];
  return stored(Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
}

const BLOCK = 100_000;

/** A Zstandard frame of stored blocks. @see https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1 */
export function stored(content: Buffer): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0]);
  header.writeUInt32LE(content.length, 5);
  const parts: Buffer[] = [header];
  for (let at = 0; at === 0 || at < content.length; at += BLOCK) {
    const block = content.subarray(at, at + BLOCK);
    const size = Buffer.alloc(4);
    size.writeUInt32LE((block.length << 3) | (at + BLOCK >= content.length ? 1 : 0));
    parts.push(size.subarray(0, 3), block);
  }
  return Buffer.concat(parts);
}
