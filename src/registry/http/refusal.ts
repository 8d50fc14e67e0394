import { z } from 'zod';
import type { RegistryError } from '../image-source.js';
import { type RequestName, requestText, statusError } from './http-failure.js';
import type { WholeResponse } from './response.js';

/** @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
const refusal = z.object({
  errors: z.array(z.object({ code: z.unknown() }).partial()).nullable(),
});

/**
 * What a registry's refusal says: its first error code (`DENIED`, `TOOMANYREQUESTS` …). Undefined if the body is no
 * registry's: then it may be a proxy's page, and a 404 of it says nothing about the image.
 */
export function readRefusal(body: Uint8Array): { readonly code: string } | undefined {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
  const parsed = refusal.safeParse(document);
  if (!parsed.success) return undefined;
  const code = parsed.data.errors?.[0]?.code;
  return { code: typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? code : 'no error code' };
}

/**
 * The error of a refusal. A 404 without the signs of a registry is from a proxy or a web server, and says nothing about
 * the image: it must not be taken for an absence.
 */
export function refusalError(name: RequestName, response: WholeResponse): RegistryError {
  const refusal = readRefusal(response.bytes);
  const error = statusError(name, { status: response.status, detail: refusal?.code });
  if (response.status !== 404 || refusal !== undefined || response.headers.has('docker-distribution-api-version'))
    return error;
  return {
    ...error,
    code: 'malformed',
    message: `${requestText(name)} returned 404 from something that is not a registry, such as a proxy.`,
  };
}
