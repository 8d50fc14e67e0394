import { describe, expect, test } from '@jest/globals';
import { unifiedDiff } from '../../src/fix/unified-diff.js';

function diff(before: string, after: string, path = 'Dockerfile'): string {
  return unifiedDiff(path, Buffer.from(before), Buffer.from(after));
}

describe('a unified diff', () => {
  test('shows three lines around each change, and joins hunks that meet', () => {
    const lines = Array.from({ length: 20 }, (_, index) => `${index + 1}\n`);
    const changed = lines.with(1, 'two\n').with(6, 'seven\n').with(19, 'twenty\n');
    const text = diff(lines.join(''), changed.join(''));
    expect(text.match(/^@@.*$/gm)).toEqual(['@@ -1,10 +1,10 @@', '@@ -17,4 +17,4 @@']);
    expect(text).toContain(' 1\n-2\n+two\n 3\n');
    expect(text).toMatch(/-20\n\+twenty\n$/);
  });

  test('says where a file does not end with a line end', () => {
    expect(diff('a', 'b')).toBe(
      '--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n',
    );
  });

  test('is empty where nothing differs', () => {
    expect(diff('a\n', 'a\n')).toBe('');
  });

  test('keeps tabs and DOS line ends, and shows what would act on a terminal', () => {
    expect(diff('\ta\u001b[31m\r\n', '\tb\u001b[31m\r\n')).toContain('-\ta\\u{1B}[31m\r\n+\tb\\u{1B}[31m\r\n');
    expect(diff('  ::error::x\na ##[error]\n', '  ::error::x\nb ##[error]\n')).toContain(
      '   \\u{3A}:error::x\n-a #\\u{23}[error]\n',
    );
    expect(diff('a\n', 'b\n', 'x\ny/Dockerfile')).toMatch(/^--- "a\/x\\\\u\{A\}y\/Dockerfile"\n/);
  });
});
