import { err, ok, type Result } from '../../lib/result.js';
import { canonicalHost } from '../../references/registry-host.js';
import { type HostRules, isLoopback } from '../hosts.js';
import type { Clock } from '../http/clock.js';
import { requestText, statusError } from '../http/http-failure.js';
import type { Request, Transport } from '../http/transport.js';
import type { RegistryError, Repository } from '../image-source.js';
import type { Challenge } from './challenge.js';
import { parseChallenges } from './challenge.js';
import { type Credential, type CredentialStore, secretsOf } from './credentials.js';
import { ownScope, passwordToken, pullScope, requestToken, type Token, withheld } from './token-server.js';

export interface AuthorizationOptions {
  readonly transport: Transport;
  readonly credentials: CredentialStore;
  readonly rules: HostRules;
  readonly clock: Clock;
  /** Reported every text that must not be seen in a log, before it is used. */
  readonly mask: (secret: string) => void;
}

type Scheme = Challenge | 'none';
/** What authorized requests have in common: their answer's head. */
interface Head {
  readonly status: number;
  readonly headers: Headers;
  /** Where it came from in the end, redirects followed. */
  readonly url: URL;
}

/** A request that may have to be authorized, and how it is made; an answer that is not the last is discarded. */
interface Exchange<T extends Head> {
  readonly repository: Repository;
  readonly request: Request;
  readonly make: (request: Request) => Promise<Result<T, RegistryError>>;
  readonly discard: (response: T) => Promise<void>;
  /** The exchange follows a redirect; after a further redirect no credentials are sent. */
  readonly redirected?: true;
}

/**
 * Authorizes requests as registries require it. What one request learns, the next uses. Where a challenge is to be
 * expected, the first request to a host is waited for, so that a run meets one challenge a host; elsewhere waiting would
 * cost a round trip for nothing.
 */
export class Authorization {
  readonly #options: AuthorizationOptions;
  readonly #schemes = new Map<string, Promise<Scheme | undefined>>();
  readonly #tokens = new Map<string, Promise<Result<Token, RegistryError>>>();
  /** The scope that challenges named in place of our own, by repository; null where that was refused as well. */
  readonly #scopes = new Map<string, string | null>();
  /** Token servers that were contacted without the registry's credentials, since these may not go there. */
  readonly #withheldFrom = new Map<string, URL>();

  constructor(options: AuthorizationOptions) {
    this.#options = options;
  }

  /**
   * Makes a request with what is known, and once more with what a 401 then asks for. A second 401 is the answer; where
   * credentials were withheld, the error says so.
   */
  async send<T extends Head>(exchange: Exchange<T>): Promise<Result<T, RegistryError>> {
    const response = await this.#send(exchange);
    if (!response.ok || !isRefusal(response.value)) return response;
    const { repository, request, discard } = elsewhere(exchange, response.value) ?? exchange;
    const realm = this.#withheldFrom.get(repository.registry);
    if (realm === undefined) return response;
    await discard(response.value);
    return err(withheld(statusError(request, { status: response.value.status }), repository.registry, realm));
  }

  async #send<T extends Head>(exchange: Exchange<T>): Promise<Result<T, RegistryError>> {
    const { repository, request, make } = exchange;
    const { host } = request.url;
    const expects = !this.#schemes.has(host) && (await this.#expectsChallenge(repository.registry));
    // Another request may have become the first meanwhile.
    if (expects && !this.#schemes.has(host)) return this.#first(exchange);
    const scheme = (await this.#schemes.get(host)) ?? 'none';
    const header = await this.#header(scheme, repository, request);
    if (!header.ok) return header;
    const response = await make(withAuthorization(request, header.value?.header));
    if (!response.ok || response.value.status !== 401) return response;
    return this.#again(response.value, exchange, header.value);
  }

  async #expectsChallenge(registry: string): Promise<boolean> {
    return this.#options.rules.requiresToken(registry) || this.#options.credentials.mentions(registry);
  }

  async #first<T extends Head>(exchange: Exchange<T>): Promise<Result<T, RegistryError>> {
    const { request, make } = exchange;
    const { host } = request.url;
    let learnt: (scheme: Scheme | undefined) => void = () => undefined;
    this.#schemes.set(host, new Promise((resolve) => (learnt = resolve)));
    const response = await make(request);
    // A failure teaches nothing: the next caller starts again.
    if (!response.ok) this.#schemes.delete(host);
    const challenged = response.ok && response.value.status === 401;
    learnt(!response.ok ? undefined : challenged ? choose(response.value.headers) : 'none');
    return challenged ? this.#again(response.value, exchange, undefined) : response;
  }

  /**
   * After a 401: with the challenge it holds, and without the token that it refused. Another registry that a redirect
   * led to is contacted with its own credentials, and never with those of the registry that it came from.
   */
  async #again<T extends Head>(
    refused: T,
    exchange: Exchange<T>,
    sent: Token | undefined,
  ): Promise<Result<T, RegistryError>> {
    if (refused.url.origin !== exchange.request.url.origin) {
      const other = elsewhere(exchange, refused);
      return other === undefined ? ok(refused) : this.#again(refused, other, undefined);
    }
    const { repository, request, make, discard } = exchange;
    const scheme = choose(refused.headers);
    if (scheme === 'none') return ok(refused);
    this.#schemes.set(request.url.host, Promise.resolve(scheme));
    const key = tokenKey(repository);
    const held = await this.#tokens.get(key);
    if (sent !== undefined && held?.ok && held.value.header === sent.header) this.#tokens.delete(key);
    const header = await this.#header(scheme, repository, request);
    if (header.ok && (header.value === undefined || (scheme.scheme === 'basic' && sent !== undefined)))
      return ok(refused);
    await discard(refused);
    const response = header.ok ? await make(withAuthorization(request, header.value?.header)) : header;
    if (response.ok && response.value.status === 401 && response.value.url.origin !== request.url.origin)
      return this.#again(response.value, exchange, undefined);
    return this.#withTheirScope(response, scheme, exchange);
  }

  /**
   * Where our own scope was refused, the scope of the challenge is tried once, for pull only: a vanity domain or a
   * proxy that rewrites paths knows the repository by another name.
   */
  async #withTheirScope<T extends Head>(
    response: Result<T, RegistryError>,
    challenge: Challenge,
    exchange: Exchange<T>,
  ): Promise<Result<T, RegistryError>> {
    const { repository, request, make, discard } = exchange;
    const key = tokenKey(repository);
    if (challenge.scheme !== 'bearer' || this.#scopes.has(key) || !refusesScope(response)) return response;
    const newest = response.ok ? choose(response.value.headers) : 'none';
    const latest = newest !== 'none' && newest.scheme === 'bearer' ? newest : challenge;
    const theirs = pullScope(latest);
    if (theirs === undefined || theirs === ownScope(repository)) return response;
    this.#scopes.set(key, theirs);
    this.#tokens.delete(key);
    if (response.ok) await discard(response.value);
    const header = await this.#header(latest, repository, request);
    const again = header.ok ? await make(withAuthorization(request, header.value?.header)) : header;
    if (refusesScope(again)) {
      this.#scopes.set(key, null);
      this.#tokens.delete(key);
    }
    return again;
  }

  async #header(
    scheme: Scheme,
    repository: Repository,
    request: Request,
  ): Promise<Result<Token | undefined, RegistryError>> {
    if (scheme === 'none') return ok(undefined);
    if (scheme.scheme === 'basic' && request.url.protocol !== 'https:' && !isLoopback(request.url)) {
      this.#withheldFrom.set(repository.registry, request.url);
      return ok(undefined);
    }
    const credential = await this.#credential(repository, request);
    if (!credential.ok) return credential;
    if (scheme.scheme === 'basic') return ok(passwordToken(credential.value));
    if (credential.value?.kind === 'registry-token')
      return ok({ header: `Bearer ${credential.value.token}`, until: Number.POSITIVE_INFINITY });
    const key = tokenKey(repository);
    const held = this.#tokens.get(key);
    if (held !== undefined) {
      const token = await held;
      if (!token.ok || token.value.until > this.#options.clock.now()) return token;
    }
    // A caller that waited for the same token finds the one that was requested meanwhile.
    if (this.#tokens.get(key) !== held) return this.#header(scheme, repository, request);
    const scope = this.#scopes.get(key) ?? ownScope(repository);
    const challenged = { challenge: scheme, repository, request, credential: credential.value, scope };
    const pending = requestToken(challenged, this.#options, (realm) =>
      this.#withheldFrom.set(repository.registry, realm),
    );
    this.#tokens.set(key, pending);
    return pending;
  }

  async #credential(repository: Repository, request: Request): Promise<Result<Credential | undefined, RegistryError>> {
    const found = await this.#options.credentials.for(repository.registry);
    if (!found.ok)
      return err({
        code: 'unauthorized',
        registry: repository.registry,
        request: requestText(request),
        message: `No credentials for ${repository.registry}: ${found.error}`,
        fix: `Log in to ${repository.registry} again (\`docker login\`), or fix the Docker configuration.`,
      });
    if (found.value !== undefined) for (const secret of secretsOf(found.value)) this.#options.mask(secret);
    return found;
  }
}

/** Bearer before Basic; anything else can't be answered. */
function choose(headers: Headers): Scheme {
  const challenges = parseChallenges(headers.get('www-authenticate') ?? '');
  return (
    challenges.find(({ scheme }) => scheme === 'bearer') ??
    challenges.find(({ scheme }) => scheme === 'basic') ??
    'none'
  );
}

/** Whether a registry or its token server refused for want of rights. */
function isRefusal({ status }: { readonly status?: number }): boolean {
  return status === 401 || status === 403;
}

/** Also a token server may refuse the scope, as something it does not know. */
function refusesScope(response: Result<Head, RegistryError>): boolean {
  if (response.ok) return isRefusal(response.value);
  return isRefusal(response.error) || response.error.status === 400 || response.error.status === 404;
}

/** The exchange with another registry that a redirect led to; undefined for other places, such as a store of blobs. */
function elsewhere<T extends Head>(exchange: Exchange<T>, { url }: Head): Exchange<T> | undefined {
  if (exchange.redirected || url.origin === exchange.request.url.origin) return undefined;
  const name = /^\/v2\/(.+)\/(?:manifests|blobs|referrers|tags)\/[^/]+$/.exec(url.pathname)?.[1];
  if (name === undefined) return undefined;
  const registry = canonicalHost(url.host);
  return {
    ...exchange,
    redirected: true,
    repository: { registry, repository: name },
    request: { ...exchange.request, url, registry },
  };
}

function tokenKey({ registry, repository }: Repository): string {
  return `${registry}/${repository}`;
}

function withAuthorization(request: Request, header: string | undefined): Request {
  return header === undefined ? request : { ...request, headers: { ...request.headers, authorization: header } };
}
