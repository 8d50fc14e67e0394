import type { SourceRange } from '../../src/build-files/image-use.js';

/** The text of a range (lines and columns from 1, UTF-16 units, end exclusive), cut out independently of the product. */
export function textOfRange(source: string, range: SourceRange): string {
  const lines = source.split('\n').slice(range.line - 1, range.endLine);
  const last = lines.length - 1;
  lines[last] = (lines[last] ?? '').slice(0, range.endColumn - 1);
  lines[0] = (lines[0] ?? '').slice(range.column - 1);
  return lines.join('\n');
}
