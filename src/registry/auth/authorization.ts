import { err, ok, type Result } from '../../lib/result.js';
import { type HostRules, isLoopback } from '../hosts.js';
import type { Clock } from '../http/clock.js';
import { requestText, statusError } from '../http/http-failure.js';
import type { Request, Transport } from '../http/transport.js';
import type { RegistryError, Repository } from '../image-source.js';
import type { Challenge } from './challenge.js';
import { parseChallenges } from './challenge.js';
import { type Credential, type CredentialStore, secretsOf } from './credentials.js';
import { askForToken, passwordToken, type Token, withheld } from './token-server.js';

export interface AuthorizationOptions {
  readonly transport: Transport;
  readonly credentials: CredentialStore;
  readonly rules: HostRules;
  readonly clock: Clock;
  /** Told every text that must not be seen in a log, before it is used. */
  readonly mask: (secret: string) => void;
}

type Scheme = Challenge | 'none';
/** What authorized requests have in common: their answer's head. */
interface Head {
  readonly status: number;
  readonly headers: Headers;
}

/** A request that may have to be authorized, and how it is made; an answer that is not the last is discarded. */
interface Exchange<T extends Head> {
  readonly repository: Repository;
  readonly request: Request;
  readonly make: (request: Request) => Promise<Result<T, RegistryError>>;
  readonly discard: (answer: T) => Promise<void>;
}

/**
 * Authorizes requests as registries ask for it. What one request learns, the next uses. Where a challenge is to be
 * expected, the first request to a host is waited for, so that a run meets one challenge a host; elsewhere waiting would
 * cost a round trip for nothing.
 */
export class Authorization {
  readonly #options: AuthorizationOptions;
  readonly #schemes = new Map<string, Promise<Scheme | undefined>>();
  readonly #tokens = new Map<string, Promise<Result<Token, RegistryError>>>();
  /** Token servers that were asked without the registry's credentials, since these may not go there. */
  readonly #withheldFrom = new Map<string, URL>();

  constructor(options: AuthorizationOptions) {
    this.#options = options;
  }

  /**
   * Makes a request with what is known, and once more with what a 401 then asks for. A second 401 is the answer; where
   * credentials were kept back, that is said with it.
   */
  async send<T extends Head>(exchange: Exchange<T>): Promise<Result<T, RegistryError>> {
    const { repository, request, discard } = exchange;
    const answer = await this.#send(exchange);
    const realm = this.#withheldFrom.get(repository.registry);
    if (realm === undefined || !answer.ok || (answer.value.status !== 401 && answer.value.status !== 403))
      return answer;
    await discard(answer.value);
    return err(withheld(statusError(request, { status: answer.value.status }), repository.registry, realm));
  }

  async #send<T extends Head>(exchange: Exchange<T>): Promise<Result<T, RegistryError>> {
    const { repository, request, make } = exchange;
    const { host } = request.url;
    const expects = !this.#schemes.has(host) && (await this.#expectsChallenge(repository.registry));
    // Somebody else may have become the first meanwhile.
    if (expects && !this.#schemes.has(host)) return this.#first(exchange);
    const scheme = (await this.#schemes.get(host)) ?? 'none';
    const header = await this.#header(scheme, repository, request);
    if (!header.ok) return header;
    const answer = await make(withAuthorization(request, header.value?.header));
    if (!answer.ok || answer.value.status !== 401) return answer;
    return this.#again(answer.value, exchange, header.value);
  }

  async #expectsChallenge(registry: string): Promise<boolean> {
    return this.#options.rules.asksForTokens(registry) || this.#options.credentials.mentions(registry);
  }

  async #first<T extends Head>(exchange: Exchange<T>): Promise<Result<T, RegistryError>> {
    const { request, make } = exchange;
    const { host } = request.url;
    let learnt: (scheme: Scheme | undefined) => void = () => undefined;
    this.#schemes.set(host, new Promise((resolve) => (learnt = resolve)));
    const answer = await make(request);
    // What failed has taught nothing: whoever comes next is the first again.
    if (!answer.ok) this.#schemes.delete(host);
    const challenged = answer.ok && answer.value.status === 401;
    learnt(!answer.ok ? undefined : challenged ? choose(answer.value.headers) : 'none');
    return challenged ? this.#again(answer.value, exchange, undefined) : answer;
  }

  /** After a 401: with the challenge it holds, and without the token that it refused. */
  async #again<T extends Head>(
    refused: T,
    { repository, request, make, discard }: Exchange<T>,
    sent: Token | undefined,
  ): Promise<Result<T, RegistryError>> {
    const scheme = choose(refused.headers);
    if (scheme === 'none') return ok(refused);
    this.#schemes.set(request.url.host, Promise.resolve(scheme));
    const key = tokenKey(repository);
    const held = await this.#tokens.get(key);
    if (sent !== undefined && held?.ok && held.value.header === sent.header) this.#tokens.delete(key);
    const header = await this.#header(scheme, repository, request);
    if (!header.ok) {
      await discard(refused);
      return header;
    }
    if (header.value === undefined || (scheme.scheme === 'basic' && sent !== undefined)) return ok(refused);
    await discard(refused);
    return make(withAuthorization(request, header.value.header));
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
    // Whoever waited on the same token finds the one that was asked for meanwhile.
    if (this.#tokens.get(key) !== held) return this.#header(scheme, repository, request);
    const question = { challenge: scheme, repository, request, credential: credential.value };
    const asking = askForToken(question, this.#options, (realm) => this.#withheldFrom.set(repository.registry, realm));
    this.#tokens.set(key, asking);
    return asking;
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

function tokenKey({ registry, repository }: Repository): string {
  return `${registry}/${repository}`;
}

function withAuthorization(request: Request, header: string | undefined): Request {
  return header === undefined ? request : { ...request, headers: { ...request.headers, authorization: header } };
}
