import { ByteRange, ByteSearch } from './byte-search.js';
import { type Cataloger, EMPTY } from './cataloger.js';

/** Where Node.js says its own sources are (`process.release.sourceUrl`); every official build of a release has it inside. */
const SOURCE = Buffer.from('https://nodejs.org/download/release/v');
const VERSION = /^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}(?=\/)/;
const VERSION_BYTES = 16;
/** The address stands in help texts as well; a program has a few of them. */
const MAX_PLACES = 64;

/** Reads which Node.js is in a program, regardless of the program's name: other products embed one. */
export const nodeCataloger: Cataloger = {
  id: 'node',
  kinds: ['program'],
  open: () => {
    const search = new ByteSearch(SOURCE);
    const ranges: ByteRange[] = [];
    let offset = 0;
    return {
      write: (chunk) => {
        for (const at of search.in(chunk)) {
          if (ranges.length < MAX_PLACES) ranges.push(new ByteRange(at + SOURCE.length, VERSION_BYTES));
        }
        for (const range of ranges) if (range.length < VERSION_BYTES) range.write(chunk, offset);
        offset += chunk.length;
      },
      end: () => {
        for (const { bytes } of ranges) {
          const version = VERSION.exec(bytes.toString('latin1'))?.[0];
          if (version !== undefined) return { ...EMPTY, packages: [{ type: 'generic', name: 'node', version }] };
        }
        return EMPTY;
      },
    };
  },
};
