import type { RegistryOverride } from '../policy/policy.js';
import { canonicalHost } from '../references/registry-host.js';

/** Where a registry's API answers, if that is not the name in references. */
const API_HOSTS: ReadonlyMap<string, string> = new Map([['docker.io', 'registry-1.docker.io']]);

/**
 * Token servers that are another host than their registry, and may have its credentials.
 * @see https://docs.docker.com/reference/api/registry/auth/
 * @see https://docs.gitlab.com/api/container_registry/
 */
const TOKEN_HOSTS: ReadonlyMap<string, string> = new Map([
  ['docker.io', 'auth.docker.io'],
  ['registry.gitlab.com', 'gitlab.com'],
]);

/** Registries that answer 401 to requests without a token, for public images too (seen in 2026). */
const REQUIRE_TOKENS: ReadonlySet<string> = new Set([
  'docker.io',
  'ghcr.io',
  'quay.io',
  'registry.gitlab.com',
  'public.ecr.aws',
  'cgr.dev',
  'nvcr.io',
]);

/** What the policy says about hosts, in the form that connections ask for it. */
export interface HostRules {
  /** `https://host` or, where the policy allows it, `http://host`. */
  readonly origin: (registry: string) => string;
  /** Whether `host[:port]` may be on a private network: a registry the policy lists so, or its token server. */
  readonly mayBePrivate: (host: string) => boolean;
  /** Whether the registry's credentials may be sent to this token realm. */
  readonly maySendCredentials: (registry: string, realm: URL) => boolean;
  /** Whether the registry is known to require a token of every client. */
  readonly requiresToken: (registry: string) => boolean;
}

type Override = Pick<RegistryOverride, 'privateNetwork' | 'insecure' | 'tokenHosts'>;

/** The rules of hosts under a policy's `registries`, whose keys are `host[/prefix]`; a prefix's rule is its host's. */
export function hostRules(registries: Readonly<Record<string, Override>>): HostRules {
  const rules = Object.entries(registries).map(([key, rule]) => ({ host: hostOf(key), rule }));
  const of = (registry: string) => rules.filter(({ host }) => host === canonicalHost(registry)).map(({ rule }) => rule);
  const privateHosts = new Set(
    rules
      .filter(({ rule }) => rule.privateNetwork)
      .flatMap(({ host, rule }) => [host, ...rule.tokenHosts.map(canonicalHost)]),
  );
  return {
    origin(registry) {
      const host = canonicalHost(registry);
      const scheme = of(host).some((rule) => rule.insecure) ? 'http' : 'https';
      return `${scheme}://${API_HOSTS.get(host) ?? host}`;
    },
    mayBePrivate: (host) => privateHosts.has(canonicalHost(host)),
    maySendCredentials(registry, realm) {
      const host = canonicalHost(registry);
      // Over plain HTTP anyone on the way could read a login: only to this machine itself.
      if (realm.protocol !== 'https:')
        return (
          isLoopback(realm) &&
          of(host).some((rule) => rule.insecure) &&
          (realm.host === host || listed(of(host), realm))
        );
      return realm.hostname === hostname(host) || TOKEN_HOSTS.get(host) === realm.host || listed(of(host), realm);
    },
    requiresToken: (registry) => REQUIRE_TOKENS.has(canonicalHost(registry)),
  };
}

/** Names this machine itself, independent of any resolver. */
export function isLoopback({ hostname: name }: URL): boolean {
  return name === 'localhost' || name === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(name);
}

function listed(rules: readonly Override[], realm: URL): boolean {
  return rules.some((rule) => rule.tokenHosts.map(canonicalHost).includes(canonicalHost(realm.host)));
}

function hostOf(key: string): string {
  return canonicalHost(key.split('/', 1)[0] ?? '');
}

function hostname(host: string): string {
  return host.replace(/:[0-9]+$/, '');
}
