import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addedLines } from '../../../src/github/publish/post-suggestions.js';

describe('the lines of a patch', () => {
  test('are those added, as the new side counts', () => {
    const patch = '@@ -1,3 +1,4 @@ x\n a\n-b\n+c\n+d\n e\n\\ No newline at end of file\n@@ -10 +20,2 @@\n+f\n g';
    expect([...addedLines(patch)]).toEqual([2, 3, 20]);
  });

  test('are found in any text without harm', () => {
    fc.assert(fc.property(fc.string(), (text) => addedLines(text).size <= text.length));
  });
});
