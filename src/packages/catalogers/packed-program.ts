import { ByteRange } from './byte-search.js';
import { type Cataloger, EMPTY } from './cataloger.js';

/** UPX writes its mark behind the program's headers, which are all that is left of them. */
const HEAD_BYTES = 4096;
const MARK = Buffer.from('UPX!');

/**
 * Names programs that UPX packed: what they are made of is seen only when they run.
 *
 * @see https://github.com/upx/upx/blob/devel/doc/loader.txt
 */
export const packedProgramCataloger: Cataloger = {
  id: 'packed-program',
  kinds: ['program'],
  open: () => {
    const head = new ByteRange(0, HEAD_BYTES);
    let offset = 0;
    return {
      write: (chunk) => {
        if (offset < HEAD_BYTES) head.write(chunk, offset);
        offset += chunk.length;
      },
      end: () => (head.bytes.includes(MARK) ? { ...EMPTY, unread: ['packed-program'] } : EMPTY),
    };
  },
};
