import { z } from 'zod';
import { optionalField } from '../../lib/collections.js';
import { err, ok, type Result } from '../../lib/result.js';
import { shown } from '../../lib/text.js';
import { type HostRules, isLoopback } from '../hosts.js';
import type { Clock } from '../http/clock.js';
import { type RequestName, requestText, statusError } from '../http/http-failure.js';
import { readRefusal } from '../http/refusal.js';
import type { Request, Transport } from '../http/transport.js';
import type { RegistryError, Repository } from '../image-source.js';
import type { Challenge } from './challenge.js';
import type { Credential } from './credentials.js';

/** @see https://distribution.github.io/distribution/spec/auth/token/#token-response-fields */
const tokenDocument = z.object({
  token: z.string().nullish(),
  access_token: z.string().nullish(),
  expires_in: z.number().nullish(),
});

const DEFAULT_LIFE_MS = 60_000;
/** A token is renewed this long before it ends, so that it does not end on its way. */
const MARGIN_MS = 5_000;
const MAX_LIFE_MS = 3_600_000;

/** What a request is authorized with, until when. */
export interface Token {
  readonly header: string;
  readonly until: number;
}

interface ChallengedRequest {
  readonly challenge: Challenge;
  readonly repository: Repository;
  /** The request that was challenged. */
  readonly request: Request;
  readonly credential: Credential | undefined;
  readonly scope: string;
}

/** What a challenge's scopes may ask for at most. */
const MAX_SCOPES = 4;

/** The scope of a repository: read access only, for any challenge. */
export function ownScope({ repository }: Repository): string {
  return `repository:${repository}:pull`;
}

/**
 * The repositories that a challenge's `scope` names, each for pull only; undefined if it names none.
 * @see https://distribution.github.io/distribution/spec/auth/scope/
 */
export function pullScope({ parameters }: Challenge): string | undefined {
  const scopes = (parameters.get('scope') ?? '').split(' ').slice(0, MAX_SCOPES);
  const names = scopes.flatMap((scope) => /^repository:(.+):[a-z*,]+$/.exec(scope)?.[1] ?? []);
  return names.length === 0 ? undefined : names.map((repository) => `repository:${repository}:pull`).join(' ');
}

interface TokenOptions {
  readonly transport: Transport;
  readonly rules: HostRules;
  readonly clock: Clock;
  readonly mask: (secret: string) => void;
}

/** Asks the server that a challenge names for a token; `onWithheld` is reported where credentials may not be sent there. */
export async function requestToken(
  { challenge, repository: { registry }, request, credential, scope }: ChallengedRequest,
  { transport, rules, clock, mask }: TokenOptions,
  onWithheld: (realm: URL) => void,
): Promise<Result<Token, RegistryError>> {
  const realm = readRealm(challenge, request.url);
  if (realm === undefined)
    return err({
      code: 'malformed',
      registry,
      request: requestText(request),
      status: 401,
      message: `${registry} requests a token from ${shown(challenge.parameters.get('realm') ?? '')}, which can't be a token server: expected an https URL without credentials.`,
      fix: `Ask the operator of ${registry} to fix the WWW-Authenticate header of its 401 responses.`,
    });
  const service = challenge.parameters.get('service');
  const fields = { ...optionalField('service', service), scope };
  const trusted = rules.maySendCredentials(registry, realm);
  if (!trusted && credential !== undefined) onWithheld(realm);
  const tokenRequest = tokenRequestFor(realm, registry, fields, trusted ? credential : undefined);
  const response = await transport.whole(tokenRequest, 'token-bytes');
  if (!response.ok) return response;
  const name = { registry, method: tokenRequest.method, url: realm };
  if (response.value.status !== 200) {
    const error = statusError(name, { status: response.value.status, detail: readRefusal(response.value.bytes)?.code });
    return err(trusted || credential === undefined ? error : withheld(error, registry, realm));
  }
  const token = readToken(response.value.bytes, name);
  if (!token.ok) return token;
  mask(token.value.text);
  return ok({ header: `Bearer ${token.value.text}`, until: clock.now() + token.value.milliseconds });
}

/** The token of an answer, and how long it may be used. */
function readToken(
  bytes: Uint8Array,
  name: RequestName,
): Result<{ readonly text: string; readonly milliseconds: number }, RegistryError> {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    document = undefined;
  }
  const parsed = tokenDocument.safeParse(document);
  const token = parsed.success ? parsed.data.token || parsed.data.access_token : undefined;
  if (!parsed.success || token === undefined || token === null || !/^[\x21-\x7e]+$/.test(token))
    return err({
      code: 'malformed',
      registry: name.registry,
      request: requestText(name),
      message: `${requestText(name)} returned no token.`,
      fix: `Ask the operator of ${name.registry} to fix its token server.`,
    });
  const seconds = parsed.data.expires_in ?? 0;
  const life = !(seconds > 0) ? DEFAULT_LIFE_MS : Math.min(seconds * 1000, MAX_LIFE_MS);
  return ok({ text: token, milliseconds: Math.max(life - MARGIN_MS, life / 2) });
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
  const token = passwordToken(credential);
  const headers = { accept: 'application/json', ...optionalField('authorization', token?.header) };
  return { method: 'GET', url, registry, headers };
}

/** A username and a password as the header of HTTP's Basic scheme; undefined for other credentials. */
export function passwordToken(credential: Credential | undefined): Token | undefined {
  if (credential?.kind !== 'password') return undefined;
  const { username, password } = credential;
  return {
    header: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
    until: Number.POSITIVE_INFINITY,
  };
}

/** The error of a refusal, with why the registry's credentials were kept back from `realm`. */
export function withheld(error: RegistryError, registry: string, realm: URL): RegistryError {
  if (realm.protocol !== 'https:' && !isLoopback(realm)) {
    return {
      ...error,
      message: `${error.message} The credentials for ${registry} were not sent because the connection is not encrypted.`,
      fix: `Serve ${realm.host} over TLS, and remove \`insecure\` from the policy's registries.`,
    };
  }
  return {
    ...error,
    message: `${error.message} The credentials for ${registry} were not sent because its token server is another host.`,
    fix: `If ${realm.host} is the registry's token server, list it in the policy: \`registries: { ${registry}: { token-hosts: [${realm.host}] } }\`.`,
  };
}
