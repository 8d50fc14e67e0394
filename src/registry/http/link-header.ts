import { HeaderScanner } from './header-scanner.js';

const MAX_LENGTH = 16_384;

/**
 * The target of the first `rel="next"` in a Link header, as it is written there; undefined if there is none.
 * @see https://www.rfc-editor.org/rfc/rfc8288#section-3
 */
export function nextLink(header: string | null): string | undefined {
  const scanner = new HeaderScanner((header ?? '').slice(0, MAX_LENGTH));
  scanner.skip(',');
  while (scanner.take('<')) {
    const target = scanner.until('>');
    if (target === undefined) return undefined;
    let isNext = false;
    for (scanner.skip(); scanner.take(';'); scanner.skip()) {
      scanner.skip();
      const name = scanner.token().toLowerCase();
      scanner.skip();
      if (!scanner.take('=')) continue;
      scanner.skip();
      const value = scanner.value();
      if (value === undefined) return undefined;
      if (name === 'rel' && value.toLowerCase().split(/\s+/).includes('next')) isNext = true;
    }
    if (isNext) return target;
    scanner.skip(',');
  }
  return undefined;
}
