import { err, ok, type Result } from '../../lib/result.js';
import { plural } from '../../lib/text.js';
import type { RegistryError } from '../image-source.js';
import type { LimitName, RegistryLimits } from '../limits.js';
import { HeaderScanner } from './header-scanner.js';
import { limitError, type RequestName, requestText } from './http-failure.js';

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

/**
 * The address of the next page, undefined after the last. A page that was seen before, one on another host, and one too
 * many are errors: a list that is not whole must not be taken for the whole.
 */
export function nextPage(
  headers: Headers,
  from: RequestName,
  visited: ReadonlySet<string>,
  limit: LimitName,
  limits: RegistryLimits,
): Result<URL | undefined, RegistryError> {
  const link = nextLink(headers.get('link'));
  if (link === undefined) return ok(undefined);
  const url = URL.canParse(link, from.url.href) ? new URL(link, from.url.href) : undefined;
  const reason =
    url === undefined
      ? 'is not a URL'
      : url.origin !== from.url.origin
        ? 'is on another host'
        : visited.has(url.href)
          ? 'was read before'
          : undefined;
  if (reason !== undefined)
    return err({
      code: 'malformed',
      registry: from.registry,
      request: requestText(from),
      message: `${requestText(from)} links to a next page that ${reason}.`,
      fix: `Ask the operator of ${from.registry} to fix the Link headers of its lists.`,
    });
  if (visited.size >= limits[limit])
    return err(
      limitError(from, limit, limits[limit], `${requestText(from)} has more than ${plural(limits[limit], 'page')}`),
    );
  return ok(url);
}
