import { plural } from '../../lib/plural.js';
import { err, ok, type Result } from '../../lib/result.js';
import type { RegistryError } from '../image-source.js';
import type { LimitName, RegistryLimits } from '../limits.js';
import { limitError, type RequestName, requestText } from './http-failure.js';
import { nextLink } from './link-header.js';

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
      ? 'is not an address'
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
      message: `${requestText(from)} names a next page that ${reason}.`,
      remedy: `Ask the operator of ${from.registry} to mend the Link headers of its lists.`,
    });
  if (visited.size >= limits[limit])
    return err(
      limitError(from, limit, limits[limit], `${requestText(from)} has more than ${plural(limits[limit], 'page')}`),
    );
  return ok(url);
}
