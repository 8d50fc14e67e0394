import { err, ok, type Result } from '../../lib/result.js';
import { canonicalHost, loginHost } from '../../references/registry-host.js';

/** The credentials of a login. */
export type Credential =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** A refresh token, which the registry's token server exchanges. */
  | { readonly kind: 'identity-token'; readonly token: string }
  /** Sent to the registry as it is. */
  | { readonly kind: 'registry-token'; readonly token: string };

/** Where credentials for a registry are found. Fails with a sentence that holds no secret. */
export interface CredentialStore {
  for(registry: string): Promise<Result<Credential | undefined, string>>;
  /** Whether anything is configured for the registry itself, without asking a helper. */
  mentions(registry: string): Promise<boolean>;
}

/** The username under which helpers hand out identity tokens. @see https://github.com/docker/docker-credential-helpers */
export const TOKEN_USERNAME = '<token>';

/**
 * Reads the input `registry-credentials`: a registry (as `docker login` takes it), a username and a password a line, separated by spaces; the
 * password is the rest of the line. Empty lines and lines that start with `#` are skipped. Fails with the number of a
 * line that is otherwise, never with its text.
 */
export function parseCredentialInput(text: string): Result<ReadonlyMap<string, Credential>, string> {
  const credentials = new Map<string, Credential>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const [, registry, username, password] = /^(\S+)[ \t]+(\S+)[ \t]+(\S.*)$/.exec(trimmed) ?? [];
    if (registry === undefined || username === undefined || password === undefined)
      return err(`Line ${index + 1} of registry-credentials is not of the form "REGISTRY USERNAME PASSWORD".`);
    credentials.set(loginHost(registry), { kind: 'password', username, password });
  }
  return ok(credentials);
}

/** Credentials given by name come first; what they don't name is looked up further on. */
export function credentialsFirst(given: ReadonlyMap<string, Credential>, then: CredentialStore): CredentialStore {
  return {
    async for(registry) {
      const credential = given.get(canonicalHost(registry));
      return credential === undefined ? then.for(registry) : ok(credential);
    },
    mentions: async (registry) => given.has(canonicalHost(registry)) || then.mentions(registry),
  };
}

/** Every text of a credential that must not be seen in a log. */
export function secretsOf(credential: Credential): readonly string[] {
  if (credential.kind !== 'password') return [credential.token];
  const { username, password } = credential;
  return [password, Buffer.from(`${username}:${password}`).toString('base64')];
}
