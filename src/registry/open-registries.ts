import { resolve } from 'node:path';
import { err, ok, type Result } from '../lib/result.js';
import type { RegistryOverride } from '../policy/policy.js';
import { canonicalHost } from '../references/registry-host.js';
import { Authorization } from './auth/authorization.js';
import { type Credential, type CredentialStore, credentialsFirst } from './auth/credentials.js';
import { dockerCredentials } from './auth/docker-config.js';
import type { BlobCache } from './cache/cache.js';
import { CachedSource } from './cache/cached-source.js';
import { RegistryClient } from './client.js';
import { hostRules } from './hosts.js';
import { type Clock, systemClock } from './http/clock.js';
import type { Environment } from './http/proxy.js';
import { Transport } from './http/transport.js';
import type { ImageSource } from './image-source.js';
import { LayoutSource } from './layout/layout.js';
import { type RegistryLimits, registryLimits } from './limits.js';
import { readNetworkSettings } from './network-settings.js';
import { offlineSource } from './refusing-source.js';
import { type Route, RoutedSource } from './routed-source.js';
import { parseRoute, type RouteText } from './routes.js';
import { SharedSource } from './shared-source.js';

export interface RegistriesOptions {
  /** The policy's `registries`. */
  readonly registries: Readonly<Record<string, RegistryOverride>>;
  /** Whether the policy or the catalog names a registry: no other is contacted. */
  readonly isListed: (registry: string) => boolean;
  /** The values of `--registry`, which come before the policy. */
  readonly routes?: readonly string[];
  /** Whether the policy may put image layouts in a registry's place: on the command line only. */
  readonly layouts?: boolean;
  readonly offline?: boolean;
  /** Limits that the run changes, over those of the environment variable BASE_IMAGE_GATE_LIMITS. */
  readonly limits?: Partial<RegistryLimits>;
  readonly environment: Environment;
  /** The checkout under evaluation; the policy's layouts are relative to it. */
  readonly workspace: string;
  /** Credentials that the run was given, by registry. */
  readonly credentials?: ReadonlyMap<string, Credential>;
  /** Whether a registry may be sent a credential that its environment has; every listed one may unless given. */
  readonly mayReceiveCredentials?: (registry: string) => boolean;
  readonly cache?: BlobCache;
  /** Reported every text that must not be seen in a log. */
  readonly mask?: (secret: string) => void;
  /** Reported what a person may want to know of the configuration. */
  readonly notice?: (message: string) => void;
  readonly clock?: Clock;
}

/** The images of a run, wherever they are, until it is closed. */
export interface Registries {
  readonly source: ImageSource;
  readonly limits: RegistryLimits;
  /** Whether images of a registry may be private: it was sent credentials, is in a private network or has a stand-in. */
  mayBePrivate(registry: string): boolean;
  close(): Promise<void>;
}

/**
 * Opens everything that images are read through: registries, mirrors, layouts, cache, credentials. Fails with a sentence
 * for the person who configured it; nothing is contacted yet.
 */
export async function openRegistries(options: RegistriesOptions): Promise<Result<Registries, string>> {
  const network = await readNetworkSettings(options.environment);
  if (!network.ok) return network;
  const { authorities, proxies } = network.value;
  const limits = registryLimits({ ...network.value.limits, ...options.limits });
  const nothing = () => undefined;
  const { environment, workspace, cache, mask = nothing, notice = nothing, clock = systemClock } = options;
  const stands = standIns(options);
  if (!stands.ok) return stands;

  // A stand-in is named on the command line by the user, so its network may be private.
  const named = stands.value.flatMap((stand) => (stand.to === 'registry' ? [stand.registry] : []));
  const rules = hostRules(options.registries);
  const mayBePrivate = (host: string) => rules.mayBePrivate(host) || named.includes(canonicalHost(host));
  const transport = new Transport({ limits, proxies, authorities, mayBePrivate, clock });
  const found = credentialsFirst(
    options.credentials ?? new Map(),
    dockerCredentials({ environment, workspace, notice }),
  );
  const withCredentials = new Set<string>();
  const { mayReceiveCredentials = () => true } = options;
  const mayReceive = (registry: string) => named.includes(canonicalHost(registry)) || mayReceiveCredentials(registry);
  const credentials = noticed(withheld(found, mayReceive), (registry) => withCredentials.add(canonicalHost(registry)));
  const authorization = new Authorization({ transport, credentials, rules, clock, mask: onceEach(mask) });
  const client = options.offline ? offlineSource : new RegistryClient({ transport, authorization, rules });
  const isPrivate = (registry: string) => withCredentials.has(canonicalHost(registry)) || rules.mayBePrivate(registry);
  const registries = cache === undefined ? client : new CachedSource(client, cache, limits, isPrivate);
  const routes = stands.value.map((stand): Route => {
    if (stand.to === 'layout') return { from: stand.from, source: new LayoutSource(stand.path, limits) };
    return { from: stand.from, source: registries, to: { registry: stand.registry, repository: stand.prefix } };
  });
  return ok({
    limits,
    mayBePrivate: (registry) =>
      isPrivate(registry) || stands.value.some(({ from }) => from.split('/')[0] === canonicalHost(registry)),
    source: new SharedSource(new RoutedSource(routes, registries, options.isListed)),
    async close() {
      await transport.close();
      await cache?.close();
    },
  });
}

function withheld(store: CredentialStore, mayReceive: (registry: string) => boolean): CredentialStore {
  return {
    for: async (registry) => (mayReceive(registry) ? await store.for(registry) : ok(undefined)),
    mentions: async (registry) => mayReceive(registry) && (await store.mentions(registry)),
  };
}

function noticed(store: CredentialStore, report: (registry: string) => void): CredentialStore {
  return {
    async for(registry) {
      const credential = await store.for(registry);
      if (credential.ok && credential.value !== undefined) report(registry);
      return credential;
    },
    mentions: (registry) => store.mentions(registry),
  };
}

function standIns(options: RegistriesOptions): Result<readonly RouteText[], string> {
  const found = new Map<string, RouteText>();
  for (const text of options.routes ?? []) {
    const route = parseRoute(text);
    if (!route.ok) return route;
    if (found.has(route.value.from)) return err(`--registry is given more than once for ${route.value.from}.`);
    found.set(route.value.from, route.value);
  }
  for (const [key, { layout }] of Object.entries(options.registries)) {
    const from = key.replace(/^[^/]+/, canonicalHost);
    if (layout === undefined || !options.layouts || found.has(from)) continue;
    found.set(from, { from, to: 'layout', path: resolve(options.workspace, layout) });
  }
  return ok([...found.values()]);
}

/** A secret is reported once: a runner writes a line to its log for each. */
function onceEach(report: (secret: string) => void): (secret: string) => void {
  const reported = new Set<string>();
  return (secret) => {
    if (!reported.has(secret)) report(secret);
    reported.add(secret);
  };
}
