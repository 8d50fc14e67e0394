import { err, ok, type Result } from '../../lib/result.js';
import type { RegistryError } from '../image-source.js';
import { amountOf, type LimitName, type RegistryLimits } from '../limits.js';
import { BlobStreamError } from '../registry-error.js';
import { limitError, type RequestName, requestText } from './http-failure.js';

interface ResponseHead {
  readonly status: number;
  readonly headers: Headers;
  /** Where it came from in the end, redirects followed. */
  readonly url: URL;
}

/** A response whose body is still unread: the caller must read it to its end or discard it. */
export interface HttpResponse extends ResponseHead {
  /** Throws a BlobStreamError when the body breaks off or a limit of the run is passed. */
  readonly body: AsyncIterable<Uint8Array>;
  discard(): Promise<void>;
}

export interface WholeResponse extends ResponseHead {
  readonly bytes: Uint8Array;
}

/** Reads a successful answer's body into memory, within the limit that is named. */
export async function readWhole(
  response: HttpResponse,
  name: RequestName,
  limit: LimitName,
  limits: RegistryLimits,
): Promise<Result<WholeResponse, RegistryError>> {
  const { status, headers, url } = response;
  const encoding = headers.get('content-encoding');
  if (encoding !== null && encoding.toLowerCase() !== 'identity') {
    await response.discard();
    return err({
      code: 'malformed',
      registry: name.registry,
      request: requestText(name),
      status,
      message: `${requestText(name)} returned a compressed response although the request did not accept one.`,
      fix: 'Check proxies between this machine and the registry: they must not change content.',
    });
  }
  const tooLarge = limitError(
    name,
    limit,
    limits[limit],
    `The response to ${requestText(name)} is larger than ${amountOf(limit, limits[limit])}`,
  );
  if (name.method !== 'HEAD' && Number(headers.get('content-length') ?? 0) > limits[limit]) {
    await response.discard();
    return err(tooLarge);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response.body) {
      length += chunk.length;
      if (length > limits[limit]) return err(tooLarge);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof BlobStreamError) return err(error.error);
    throw error;
  }
  return ok({ status, headers, url, bytes: Buffer.concat(chunks) });
}

/** As much of a refusal's text as is worth reading; a body that breaks off is cut there. */
export async function readRefusalText(response: HttpResponse, limits: RegistryLimits): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response.body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > limits['error-bytes']) break;
    }
  } catch (error) {
    if (!(error instanceof BlobStreamError)) throw error;
  }
  return Buffer.concat(chunks);
}
