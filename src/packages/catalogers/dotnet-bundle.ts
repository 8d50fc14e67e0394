import { type Cataloger, EMPTY } from './cataloger.js';

/** SHA-256 of `.net core bundle` and a line feed. */
const MARK = Buffer.from('8b1202b96a612038727b930214d7a03213f5b9e6efae3318ee3b2dce24b36aae', 'hex');
/** Before the mark: the offset of the bundle's header, zero where the program is a host and bundles nothing. */
const OFFSET_BYTES = 8;

/**
 * Names .NET applications that were published as a single file: their assemblies and the list of their packages lie in the
 * program, and often packed.
 *
 * @see https://github.com/dotnet/designs/blob/main/accepted/2020/single-file/bundler.md
 */
export const dotnetBundleCataloger: Cataloger = {
  id: 'dotnet-bundle',
  kinds: ['program'],
  open: () => {
    let tail: Buffer = Buffer.alloc(0);
    let isBundle = false;
    return {
      write: (chunk) => {
        if (isBundle) return;
        const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
        const most = MARK.length + OFFSET_BYTES - 1;
        isBundle = hasBundle(Buffer.concat([tail, bytes.subarray(0, most)])) || hasBundle(bytes);
        tail = Buffer.from(bytes.length < most ? Buffer.concat([tail, bytes]).subarray(-most) : bytes.subarray(-most));
      },
      end: () => (isBundle ? { ...EMPTY, unread: ['dotnet-bundle'] } : EMPTY),
    };
  },
};

function hasBundle(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + 1)) {
    if (bytes.subarray(Math.max(0, at - OFFSET_BYTES), at).some((byte) => byte !== 0)) return true;
  }
  return false;
}
