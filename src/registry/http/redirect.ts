import { err, ok, type Result } from '../../lib/result.js';
import { plural } from '../../lib/text.js';
import type { RegistryError } from '../image-source.js';
import { limitError, type RequestName, requestText } from './http-failure.js';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

interface Hop {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Where an answer sends us, with the headers that may go there: Authorization never to another origin. Undefined if the
 * answer is no redirect; an error if it leads from TLS to plain HTTP, nowhere, or on and on.
 */
export function nextHop(
  response: { readonly status: number; readonly headers: Headers },
  from: RequestName,
  headers: Readonly<Record<string, string>>,
  hop: number,
  limit: number,
): Result<Hop, RegistryError> | undefined {
  const location = response.headers.get('location');
  if (!REDIRECTS.has(response.status) || location === null) return undefined;
  if (hop >= limit)
    return err(
      limitError(from, 'redirects', limit, `${requestText(from)} was redirected more than ${plural(limit, 'time')}`),
    );
  const url = URL.canParse(location, from.url.href) ? new URL(location, from.url.href) : undefined;
  const refused = (reason: string) =>
    err<RegistryError>({
      code: 'malformed',
      registry: from.registry,
      request: requestText(from),
      status: response.status,
      message: `${requestText(from)} was redirected ${reason}.`,
      fix: `Ask the operator of ${from.registry} to redirect only GET requests, and only to https URLs without credentials.`,
    });
  if (from.method === 'POST') return refused('although it is a POST');
  if (url === undefined) return refused('to an invalid URL');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refused(`to the scheme ${url.protocol}`);
  if (from.url.protocol === 'https:' && url.protocol === 'http:') return refused('from https to plain http');
  if (url.username !== '' || url.password !== '') return refused('to a URL that contains credentials');
  if (url.origin === from.url.origin) return ok({ url, headers });
  return ok({ url, headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization')) });
}
