import { ByteRange, ByteSearch } from './byte-search.js';
import { type Cataloger, EMPTY } from './cataloger.js';

/** Stands in the assembly of OpenSSL's library, and so not in a program that only loads it. */
const LIBRARY = Buffer.from('CRYPTOGAMS by <');
const NAME = Buffer.from('OpenSSL ');
/** With its day, as OpenSSL itself has it: `1.1.1a  20 Nov 2018`. */
const VERSION = /^([0-9]\.[0-9]{1,2}\.[0-9]{1,3}[a-z]{0,2}) {1,2}[0-9]{1,2} [A-Z][a-z]{2} 20[0-9]{2}/;
const VERSION_BYTES = 32;
/** The name stands in messages as well; a program has some dozens. */
const MAX_PLACES = 512;

/** Libraries of languages: who publishes them has advisories about what they link, as PyPI's `cryptography` does. */
const LIBRARIES = /\.(?:so(?:\.[0-9.]+)?|node|pyd|dll|dylib)$/;

/**
 * Reads which OpenSSL is linked into a program. OpenSSL's assembly and its version with the day must both be in it.
 *
 * @see https://github.com/openssl/openssl/blob/master/crypto/aes/asm/aes-x86_64.pl
 */
export const linkedOpensslCataloger: Cataloger = {
  id: 'linked-openssl',
  kinds: ['program'],
  open: ({ path }) => {
    if (LIBRARIES.test(path)) return { write: () => undefined, end: () => EMPTY };
    const library = new ByteSearch(LIBRARY);
    const name = new ByteSearch(NAME);
    const ranges: ByteRange[] = [];
    let isLinked = false;
    let offset = 0;
    return {
      write: (chunk) => {
        for (const _ of isLinked ? [] : library.in(chunk)) isLinked = true;
        for (const at of name.in(chunk)) {
          if (ranges.length < MAX_PLACES) ranges.push(new ByteRange(at + NAME.length, VERSION_BYTES));
        }
        for (const range of ranges) if (range.length < VERSION_BYTES) range.write(chunk, offset);
        offset += chunk.length;
      },
      end: () => {
        if (!isLinked) return EMPTY;
        for (const { bytes } of ranges) {
          const version = VERSION.exec(bytes.toString('latin1'))?.[1];
          if (version !== undefined) return { ...EMPTY, packages: [{ type: 'generic', name: 'openssl', version }] };
        }
        return EMPTY;
      },
    };
  },
};
