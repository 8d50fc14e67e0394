import type { IncomingMessage, ServerResponse } from 'node:http';

export type RegistryAuth =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | {
      readonly kind: 'token';
      /** Who may pull; without it anonymous tokens are given. */
      readonly username?: string;
      readonly password?: string;
      /** A refresh token that POST /token exchanges. */
      readonly identityToken?: string;
      /** The realm of the challenge, if it is not this server's own /token. */
      readonly realm?: string;
      readonly expiresIn?: number;
      /** Which field of the answer holds the token. Default `token`; the other is null, as Go servers write it. */
      readonly field?: 'token' | 'access_token';
      /** The repository's name behind this server, which alone its tokens are good for. */
      readonly rewrite?: (repository: string) => string;
      /** Whether the token server refuses scopes of other names than those behind it. */
      readonly refusesOthers?: boolean;
    };

/** The token this server gives for a scope, so that a test can tell what it was given for. */
function tokenFor(scope: string): string {
  return `token-for-${Buffer.from(scope).toString('base64url')}`;
}

/** Answers 401 with a challenge, and false, if the request is not authorized. */
export function authorize(
  auth: RegistryAuth | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  origin: string,
): boolean {
  if (auth === undefined) return true;
  const given = request.headers.authorization;
  const repository = /^\/v2\/(.+)\/(?:manifests|blobs|referrers|tags)\//.exec(url.pathname)?.[1];
  const behind = auth.kind === 'token' && auth.rewrite ? auth.rewrite(repository ?? '') : repository;
  const scope = `repository:${behind}:pull`;
  const wanted =
    auth.kind === 'basic'
      ? `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`
      : `Bearer ${tokenFor(scope)}`;
  if (given === wanted) return true;
  const challenge =
    auth.kind === 'basic'
      ? 'Basic realm="registry"'
      : `Bearer realm="${auth.realm ?? `${origin}/token`}",service="test-registry",scope="${scope},push"`;
  response.writeHead(401, { 'www-authenticate': challenge, 'content-type': 'application/json' });
  response.end('{"errors":[{"code":"UNAUTHORIZED"}]}');
  return false;
}

/** The token server. @see https://distribution.github.io/distribution/spec/auth/token/ */
export async function serveToken(
  auth: RegistryAuth & { readonly kind: 'token' },
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const form = request.method === 'POST' ? new URLSearchParams(await text(request)) : url.searchParams;
  const basic = `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
  const allowed =
    request.method === 'POST'
      ? auth.identityToken !== undefined && form.get('refresh_token') === auth.identityToken
      : auth.username === undefined || request.headers.authorization === basic;
  response.setHeader('content-type', 'application/json');
  response.statusCode = allowed ? 200 : 401;
  const scope = form.get('scope') ?? '';
  const name = scope.split(':')[1] ?? '';
  if (auth.refusesOthers && auth.rewrite && auth.rewrite(name) !== name) response.statusCode = 403;
  const body = {
    token: null,
    access_token: null,
    [auth.field ?? 'token']: tokenFor(scope),
    expires_in: auth.expiresIn ?? 300,
  };
  response.end(JSON.stringify(response.statusCode === 200 ? body : { details: 'incorrect username or password' }));
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
