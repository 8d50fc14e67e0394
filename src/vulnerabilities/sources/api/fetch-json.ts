import { err, ok, type Result } from '../../../lib/result.js';
import type { Transport } from '../../../registry/http/transport.js';
import type { RegistryError } from '../../../registry/image-source.js';
import type { SourceFailure } from '../source.js';

/** What a service answered: any status, and the body as JSON where it is some. */
export interface JsonAnswer {
  readonly status: number;
  readonly bytes: Uint8Array;
  /** Undefined where the body is no JSON. */
  readonly value: unknown;
}

/** Fetches JSON from a service, with the retries, budgets and limits of the run. */
export async function fetchJson(
  transport: Transport,
  url: URL,
  body?: unknown,
): Promise<Result<JsonAnswer, SourceFailure>> {
  const response = await transport.whole(
    {
      method: body === undefined ? 'GET' : 'POST',
      url,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      registry: url.host,
    },
    'advisory-bytes',
  );
  if (!response.ok) return err(failureOf(response.error));
  const { status, bytes } = response.value;
  return ok({ status, bytes, value: parse(bytes) });
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

export const TRY_EXPORTS =
  'Run the gate again later; the command line can read OSV exports instead (--vulnerabilities DIR).';

function failureOf({ code, message, fix }: RegistryError): SourceFailure {
  return { cause: code, message, fix: code === 'limit' ? fix : TRY_EXPORTS };
}

/** The failure for a response that is not what the service's interface says. */
export function malformedResponse(url: URL, reason: string, status = 200): SourceFailure {
  return {
    cause: status >= 400 && status < 500 ? 'forbidden' : 'malformed',
    message: `${url.host}${url.pathname} returned ${status}, which can't be used: ${reason}.`,
    fix: `Check the network path to ${url.host}; a proxy may have answered instead. ${TRY_EXPORTS}`,
  };
}
