import { setImmediate as immediate } from 'node:timers/promises';
import { type Dispatcher, request as undiciRequest } from 'undici';
import { codeOf } from '../../lib/caught.js';
import { err, ok, type Result } from '../../lib/result.js';
import { version } from '../../lib/version.js';
import type { RegistryError } from '../image-source.js';
import { amountOf, type LimitName, type RegistryLimits } from '../limits.js';
import { BlobStreamError } from '../registry-error.js';
import { type Clock, systemClock } from './clock.js';
import { type DispatcherOptions, Dispatchers, MAX_HEADER_BYTES } from './dispatchers.js';
import { connectionError, limitError, outOfTime, type RequestName, statusError } from './http-failure.js';
import { nextHop } from './redirect.js';
import { readRefusal } from './refusal.js';
import { type HttpResponse, readRefusalText, readWhole, type WholeResponse } from './response.js';

/**
 * Bounds the requests to one host at a time, and lets the host ask all of us to wait: one `Retry-After` holds back every
 * request to it, not just the one that was refused.
 */
class HostQueue {
  readonly #limit: number;
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #pausedUntil = 0;

  constructor(limit: number, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Resolves when it is the caller's turn; the function it gives ends the turn, and may be called again. */
  async enter(): Promise<() => void> {
    if (this.#running >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    const pause = this.#pausedUntil - this.#clock.now();
    if (pause > 0) await this.#clock.sleep(pause);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = this.#waiting.shift();
      // The turn passes on, so that the count of those running stays.
      if (next !== undefined) next();
      else this.#running--;
    };
  }

  pause(milliseconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + milliseconds);
  }
}

/**
 * How long a `Retry-After` asks to wait, in milliseconds: seconds, or an HTTP date. Undefined if it says nothing sound.
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^[0-9]{1,9}$/.test(text)) return Number(text) * 1000;
  if (!/^[A-Za-z]{3}, [0-9]{2} [A-Za-z]{3} [0-9]{4} [0-9:]{8} GMT$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}

export interface TransportOptions extends DispatcherOptions {
  readonly clock?: Clock;
}

export interface Request {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** The registry on whose behalf it is made: errors name it. */
  readonly registry: string;
}

interface Failure {
  readonly error: RegistryError;
  readonly retry: boolean;
  readonly afterMs?: number | undefined;
  readonly host: string;
}

const RETRIED_STATUSES: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 8_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * HTTP as registries need it: connections kept alive and bounded per host, redirects followed by hand, failures tried
 * again with growing, jittered waits or as `Retry-After` says, all within the run's budgets of time and bytes.
 */
export class Transport {
  readonly limits: RegistryLimits;
  readonly #clock: Clock;
  readonly #runEnd: number;
  readonly #dispatchers: Dispatchers;
  readonly #queues = new Map<string, HostQueue>();
  #bytes = 0;

  constructor(options: TransportOptions) {
    this.limits = options.limits;
    this.#clock = options.clock ?? systemClock;
    this.#runEnd = this.#clock.now() + options.limits['run-ms'];
    this.#dispatchers = new Dispatchers(options);
  }

  /** Asks, and reads the whole body within the limit that is named. Any status is an answer but those worth another try. */
  whole(request: Request, limit: LimitName): Promise<Result<WholeResponse, RegistryError>> {
    return this.#retrying(async () => {
      const response = await this.#attempt(request, this.limits['document-ms']);
      if (!response.ok) return response;
      const { status, headers, url } = response.value;
      if (status < 200 || status > 299)
        return ok({ status, headers, url, bytes: await readRefusalText(response.value, this.limits) });
      const name = { registry: request.registry, method: request.method, url };
      const read = await readWhole(response.value, name, limit, this.limits);
      return read.ok ? read : err({ error: read.error, retry: isTransient(read.error), host: url.host });
    });
  }

  /** Asks, and gives the body as it comes. Only the way to the answer's head is tried again. */
  open(request: Request): Promise<Result<HttpResponse, RegistryError>> {
    return this.#retrying(() => this.#attempt(request, Number.POSITIVE_INFINITY));
  }

  close(): Promise<void> {
    return this.#dispatchers.close();
  }

  async #retrying<T>(once: () => Promise<Result<T, Failure>>): Promise<Result<T, RegistryError>> {
    for (let attempt = 1; ; attempt++) {
      const result = await once();
      if (result.ok) return result;
      const { error, retry, afterMs, host } = result.error;
      if (!retry || attempt >= this.limits.attempts) return err(error);
      const wait = afterMs ?? this.backoff(attempt);
      if (wait > this.limits['retry-after-ms'] || this.#clock.now() + wait > this.#runEnd) return err(error);
      if (afterMs === undefined) await this.#clock.sleep(wait);
      else this.#queue(host).pause(wait);
    }
  }

  /** How long to wait after the given number of failures: doubling, with half of it left to chance. */
  backoff(failures: number): number {
    return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1)) * (0.5 + this.#clock.random() / 2);
  }

  sleep(milliseconds: number): Promise<void> {
    return this.#clock.sleep(milliseconds);
  }

  /** One try, redirects included. */
  async #attempt(request: Request, timeMs: number): Promise<Result<HttpResponse, Failure>> {
    let { url, headers } = request;
    for (let hop = 0; ; hop++) {
      const name = { registry: request.registry, method: request.method, url };
      const response = await this.#exchange({ ...request, url, headers }, name, timeMs);
      if (!response.ok) return response;
      const next = nextHop(response.value, name, headers, hop, this.limits.redirects);
      if (next === undefined) return this.#accept(response.value, name);
      await response.value.discard();
      if (!next.ok) return err({ error: next.error, retry: false, host: url.host });
      ({ url, headers } = next.value);
    }
  }

  /** A status worth another try is a failure, with what the registry says about when. */
  async #accept(response: HttpResponse, name: RequestName): Promise<Result<HttpResponse, Failure>> {
    if (!RETRIED_STATUSES.has(response.status)) return ok(response);
    const afterMs = retryAfterMs(response.headers.get('retry-after') ?? undefined, this.#clock.date());
    const detail = readRefusal(await readRefusalText(response, this.limits))?.code;
    const error = statusError(name, { status: response.status, retryAfterMs: afterMs, detail });
    return err({ error, retry: true, afterMs, host: name.url.host });
  }

  async #exchange(request: Request, name: RequestName, timeMs: number): Promise<Result<HttpResponse, Failure>> {
    const { host } = request.url;
    const leave = await this.#queue(host).enter();
    const remaining = this.#runEnd - this.#clock.now();
    if (remaining <= 0) {
      leave();
      return err({ error: outOfTime(name, this.limits['run-ms'], false), retry: false, host });
    }
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), Math.min(remaining, timeMs, LONGEST_TIMER_MS));
    const finish = () => {
      clearTimeout(timer);
      leave();
    };
    try {
      const response = await undiciRequest(request.url, {
        dispatcher: this.#dispatchers.for(request.url),
        method: request.method,
        headers: { 'user-agent': `base-image-gate/${version}`, 'accept-encoding': 'identity', ...request.headers },
        body: request.body ?? null,
        signal: controller.signal,
      });
      return ok({
        status: response.statusCode,
        headers: headersOf(response.headers),
        url: request.url,
        body: this.#body(response, name, finish, (error) => this.#failure(name, error, controller.signal, timeMs)),
        async discard() {
          await response.body.dump({ limit: MAX_HEADER_BYTES }).catch(() => undefined);
          await immediate();
          finish();
        },
      });
    } catch (error) {
      finish();
      const failure = this.#failure(name, error, controller.signal, timeMs);
      return err({ error: failure, retry: isTransient(failure) && codeOf(error) !== 'ENOTFOUND', host });
    }
  }

  async *#body(
    response: Dispatcher.ResponseData,
    name: RequestName,
    finish: () => void,
    failure: (error: unknown) => RegistryError,
  ): AsyncGenerator<Uint8Array> {
    const limit = this.limits['run-bytes'];
    try {
      for await (const chunk of response.body) {
        this.#bytes += chunk.length;
        if (this.#bytes > limit)
          throw new BlobStreamError(
            limitError(name, 'run-bytes', limit, `The run has downloaded more than ${amountOf('run-bytes', limit)}`),
          );
        yield chunk;
      }
    } catch (error) {
      throw error instanceof BlobStreamError ? error : new BlobStreamError(failure(error));
    } finally {
      response.body.destroy();
      // undici takes a connection back one turn of the event loop after its answer has ended: who asks sooner opens another.
      await immediate();
      finish();
    }
  }

  #failure(name: RequestName, error: unknown, signal: AbortSignal, timeMs: number): RegistryError {
    if (this.#clock.now() >= this.#runEnd) return outOfTime(name, this.limits['run-ms'], true);
    if (!signal.aborted) return connectionError(name, error);
    const message = `it took longer than ${amountOf('document-ms', timeMs)} (limit document-ms)`;
    return connectionError(name, { code: 'ETIMEDOUT', message });
  }

  #queue(host: string): HostQueue {
    const known = this.#queues.get(host);
    if (known !== undefined) return known;
    const queue = new HostQueue(this.limits['host-concurrency'], this.#clock);
    this.#queues.set(host, queue);
    return queue;
  }
}

/** Whether another try may do better: the run's own time being over is no such case. */
export function isTransient(error: RegistryError): boolean {
  return (error.code === 'network' || error.code === 'timeout') && error.limit === undefined;
}

function headersOf(headers: Dispatcher.ResponseData['headers']): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers))
    for (const one of Array.isArray(value) ? value : value === undefined ? [] : [value]) result.append(name, one);
  return result;
}
