import { z } from 'zod';
import { err, ok, type Result } from '../result.js';
import type { Challenge } from './challenge.js';
import { parseChallenges } from './challenge.js';
import type { Clock } from './clock.js';
import { type Credential, type CredentialStore, secretsOf } from './credentials.js';
import { shown } from './document-fault.js';
import { type HostRules, isLoopback } from './hosts.js';
import { type RequestName, requestText, statusError } from './http-failure.js';
import type { RegistryError, Repository } from './image-source.js';
import { readRefusal } from './refusal.js';
import type { Request, Transport } from './transport.js';

/** @see https://distribution.github.io/distribution/spec/auth/token/#token-response-fields */
const tokenDocument = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().optional(),
});

const DEFAULT_LIFE_MS = 60_000;
/** A token is renewed this long before it ends, so that it does not end on its way. */
const MARGIN_MS = 5_000;
const MAX_LIFE_MS = 3_600_000;

interface Token {
  readonly header: string;
  readonly until: number;
}

export interface AuthorizationOptions {
  readonly transport: Transport;
  readonly credentials: CredentialStore;
  readonly rules: HostRules;
  readonly clock: Clock;
  /** Told every text that must not be seen in a log, before it is used. */
  readonly mask: (secret: string) => void;
}

type Scheme = Challenge | 'none';
/** What authorised requests have in common: their answer's head. */
interface Head {
  readonly status: number;
  readonly headers: Headers;
}

/**
 * Authorises requests as registries ask for it. What one request learns, the next uses. Where a challenge is to be
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
  async send<T extends Head>(
    repository: Repository,
    request: Request,
    make: (request: Request) => Promise<Result<T, RegistryError>>,
    discard: (answer: T) => Promise<void>,
  ): Promise<Result<T, RegistryError>> {
    const answer = await this.#send(repository, request, make, discard);
    const realm = this.#withheldFrom.get(repository.registry);
    if (realm === undefined || !answer.ok || (answer.value.status !== 401 && answer.value.status !== 403))
      return answer;
    await discard(answer.value);
    return err(withheld(statusError(request, { status: answer.value.status }), repository.registry, realm));
  }

  async #send<T extends Head>(
    repository: Repository,
    request: Request,
    make: (request: Request) => Promise<Result<T, RegistryError>>,
    discard: (answer: T) => Promise<void>,
  ): Promise<Result<T, RegistryError>> {
    const { host } = request.url;
    const expects = !this.#schemes.has(host) && (await this.#expectsChallenge(repository.registry));
    // Somebody else may have become the first meanwhile.
    if (expects && !this.#schemes.has(host)) return this.#first(repository, request, make, discard);
    const scheme = (await this.#schemes.get(host)) ?? 'none';
    const header = await this.#header(scheme, repository, request);
    if (!header.ok) return header;
    const answer = await make(withAuthorization(request, header.value?.header));
    if (!answer.ok || answer.value.status !== 401) return answer;
    return this.#again(answer.value, repository, request, header.value, make, discard);
  }

  async #expectsChallenge(registry: string): Promise<boolean> {
    return this.#options.rules.asksForTokens(registry) || this.#options.credentials.mentions(registry);
  }

  async #first<T extends Head>(
    repository: Repository,
    request: Request,
    make: (request: Request) => Promise<Result<T, RegistryError>>,
    discard: (answer: T) => Promise<void>,
  ): Promise<Result<T, RegistryError>> {
    const { host } = request.url;
    let learnt: (scheme: Scheme | undefined) => void = () => undefined;
    this.#schemes.set(host, new Promise((resolve) => (learnt = resolve)));
    const answer = await make(request);
    // What failed has taught nothing: whoever comes next is the first again.
    if (!answer.ok) this.#schemes.delete(host);
    const challenged = answer.ok && answer.value.status === 401;
    learnt(!answer.ok ? undefined : challenged ? choose(answer.value.headers) : 'none');
    return challenged ? this.#again(answer.value, repository, request, undefined, make, discard) : answer;
  }

  /** After a 401: with the challenge it holds, and without the token that it refused. */
  async #again<T extends Head>(
    refused: T,
    repository: Repository,
    request: Request,
    sent: Token | undefined,
    make: (request: Request) => Promise<Result<T, RegistryError>>,
    discard: (answer: T) => Promise<void>,
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
    if (scheme.scheme === 'basic') return ok(basic(credential.value));
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
    const asking = this.#askForToken(scheme, repository, request, credential.value);
    this.#tokens.set(key, asking);
    return asking;
  }

  async #credential(repository: Repository, request: Request): Promise<Result<Credential | undefined, RegistryError>> {
    const found = await this.#options.credentials.for(repository.registry);
    if (!found.ok)
      return err({
        code: 'unauthorised',
        registry: repository.registry,
        request: requestText(request),
        message: `No credentials for ${repository.registry}: ${found.error}`,
        remedy: 'Log in again (`docker login`), or mend the Docker configuration.',
      });
    if (found.value !== undefined) for (const secret of secretsOf(found.value)) this.#options.mask(secret);
    return found;
  }

  async #askForToken(
    challenge: Challenge,
    { registry, repository }: Repository,
    request: Request,
    credential: Credential | undefined,
  ): Promise<Result<Token, RegistryError>> {
    const realm = readRealm(challenge, request.url);
    if (realm === undefined)
      return err({
        code: 'malformed',
        registry,
        request: requestText(request),
        status: 401,
        message: `${registry} asks for a token from ${shown(challenge.parameters.get('realm') ?? '')}, which is not a token server: it must be an https address without credentials.`,
        remedy: 'Ask whoever runs the registry to mend its authentication.',
      });
    const service = challenge.parameters.get('service');
    // Our own scope, whatever the challenge asks for: this repository, and nothing but pull.
    const fields = { ...(service === undefined ? {} : { service }), scope: `repository:${repository}:pull` };
    const trusted = this.#options.rules.maySendCredentials(registry, realm);
    if (!trusted && credential !== undefined) this.#withheldFrom.set(registry, realm);
    const tokenRequest = tokenRequestFor(realm, registry, fields, trusted ? credential : undefined);
    const answer = await this.#options.transport.whole(tokenRequest, 'token-bytes');
    if (!answer.ok) return answer;
    const name = { registry, method: tokenRequest.method, url: realm };
    if (answer.value.status !== 200) {
      const error = statusError(name, { status: answer.value.status, detail: readRefusal(answer.value.bytes)?.code });
      return err(trusted || credential === undefined ? error : withheld(error, registry, realm));
    }
    return this.#readToken(answer.value.bytes, name);
  }

  #readToken(bytes: Uint8Array, name: RequestName): Result<Token, RegistryError> {
    let document: unknown;
    try {
      document = JSON.parse(Buffer.from(bytes).toString('utf8'));
    } catch {
      document = undefined;
    }
    const parsed = tokenDocument.safeParse(document);
    const token = parsed.success ? parsed.data.token || parsed.data.access_token : undefined;
    if (!parsed.success || token === undefined || !/^[\x21-\x7e]+$/.test(token))
      return err({
        code: 'malformed',
        registry: name.registry,
        request: requestText(name),
        message: `${requestText(name)} answered without a token.`,
        remedy: 'Ask whoever runs the registry to mend its token server.',
      });
    this.#options.mask(token);
    const seconds = parsed.data.expires_in;
    const life = seconds === undefined || !(seconds > 0) ? DEFAULT_LIFE_MS : Math.min(seconds * 1000, MAX_LIFE_MS);
    return ok({ header: `Bearer ${token}`, until: this.#options.clock.now() + Math.max(life - MARGIN_MS, life / 2) });
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

function basic(credential: Credential | undefined): Token | undefined {
  if (credential?.kind !== 'password') return undefined;
  const { username, password } = credential;
  return {
    header: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
    until: Number.POSITIVE_INFINITY,
  };
}

function tokenKey({ registry, repository }: Repository): string {
  return `${registry}/${repository}`;
}

function withAuthorization(request: Request, header: string | undefined): Request {
  return header === undefined ? request : { ...request, headers: { ...request.headers, authorization: header } };
}

/** A realm must be over TLS unless the registry itself is not. */
function readRealm(challenge: Challenge, registry: URL): URL | undefined {
  const text = challenge.parameters.get('realm');
  if (text === undefined || !URL.canParse(text)) return undefined;
  const realm = new URL(text);
  const secure = realm.protocol === 'https:' || (realm.protocol === 'http:' && registry.protocol === 'http:');
  return secure && realm.username === '' && realm.password === '' ? realm : undefined;
}

/** @see https://distribution.github.io/distribution/spec/auth/oauth/ for identity tokens */
function tokenRequestFor(
  realm: URL,
  registry: string,
  fields: Readonly<Record<string, string>>,
  credential: Credential | undefined,
): Request {
  if (credential?.kind === 'identity-token') {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      ...fields,
      client_id: 'base-image-gate',
      refresh_token: credential.token,
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    return { method: 'POST', url: realm, registry, headers, body: form.toString() };
  }
  const url = new URL(realm);
  for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
  const token = basic(credential);
  const headers = { accept: 'application/json', ...(token === undefined ? {} : { authorization: token.header }) };
  return { method: 'GET', url, registry, headers };
}

function withheld(error: RegistryError, registry: string, realm: URL): RegistryError {
  if (realm.protocol !== 'https:' && !isLoopback(realm)) {
    return {
      ...error,
      message: `${error.message} The credentials for ${registry} were not sent there, since the connection is not encrypted.`,
      remedy: `Serve ${realm.host} over TLS, and take \`insecure\` out of the policy's registries.`,
    };
  }
  return {
    ...error,
    message: `${error.message} The credentials for ${registry} were not sent there, since it is another host.`,
    remedy: `If ${realm.host} is the registry's token server, list it in the policy: \`registries: { ${registry}: { token-hosts: [${realm.host}] } }\`.`,
  };
}
