import { type Cataloger, EMPTY, readWhole } from './cataloger.js';
import { readPomProperties } from './java.js';
import { CATALOG_LIMITS } from './limits.js';

/** Reads the coordinates of a Java archive that was unpacked into a directory, as servers and image builders do. */
export const unpackedArchiveCataloger: Cataloger = {
  id: 'unpacked-archive',
  names: /(?:^|\/)META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/,
  kinds: ['other'],
  open: (file) =>
    readWhole(file, CATALOG_LIMITS['metadata-bytes'], (text) => {
      const read = readPomProperties(text);
      return read === null ? EMPTY : { ...EMPTY, packages: [{ type: 'maven', ...read }] };
    }),
};
