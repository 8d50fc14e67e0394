import { ByteRange } from './byte-search.js';
import { type Cataloger, EMPTY } from './cataloger.js';

/** Behind the identification of ELF, where that has padding: `AI`, and the type of the format. */
const MARK_AT = 8;
const MARKS = [Buffer.from('AI\x01'), Buffer.from('AI\x02')];

/**
 * Names AppImages, which are programs with a file system of their own behind them: what that holds is seen only when they
 * run.
 *
 * @see https://github.com/AppImage/AppImageSpec/blob/master/draft.md#type-2-image-format
 */
export const appImageCataloger: Cataloger = {
  id: 'app-image',
  kinds: ['program'],
  open: () => {
    const mark = new ByteRange(MARK_AT, 3);
    let offset = 0;
    return {
      write: (chunk) => {
        if (offset < MARK_AT + 3) mark.write(chunk, offset);
        offset += chunk.length;
      },
      end: () => (MARKS.some((one) => one.equals(mark.bytes)) ? { ...EMPTY, unread: ['appimage'] } : EMPTY),
    };
  },
};
