import { type Cataloger, EMPTY, readWhole } from './cataloger.js';
import { CATALOG_LIMITS } from './limits.js';

/** `requests==2.32.4`, indented where another package needs it. */
const PINNED = /^\s{0,16}[A-Za-z0-9][\w.-]{0,100}==[0-9]/m;

/**
 * Names what pip and others have copied into themselves, by the list that they keep of it: these copies are patched, lack
 * metadata of their own, and advisories do not say whether they are affected. Copies with metadata are found by that.
 *
 * @see https://pip.pypa.io/en/stable/development/vendoring-policy/
 */
export const vendoredPythonCataloger: Cataloger = {
  id: 'vendored-python',
  names: /(?:^|\/)_vendor\/vendor(?:ed)?\.txt$/,
  kinds: ['other'],
  open: (file) =>
    readWhole(file, CATALOG_LIMITS['metadata-bytes'], (text) =>
      PINNED.test(text) ? { ...EMPTY, unread: ['vendored-pypi'] } : EMPTY,
    ),
};
