import { tmpdir } from 'node:os';
import type { RegistryOverride } from '../../../src/policy/policy.js';
import type { ImageSource } from '../../../src/registry/image-source.js';
import { openRegistries, type RegistriesOptions } from '../../../src/registry/open-registries.js';

/** What a policy says of a test server: on loopback, over plain HTTP. */
export const LOOPBACK_HTTP: RegistryOverride = { privateNetwork: true, insecure: true, tokenHosts: [] };
export const LOOPBACK_TLS: RegistryOverride = { privateNetwork: true, insecure: false, tokenHosts: [] };

const opened: { close(): Promise<void> }[] = [];

/** Opens registries of a test over a server at `host`; `closeRegistries` closes them all. */
export async function openFor(
  host: string | readonly string[],
  options: Partial<RegistriesOptions> = {},
): Promise<ImageSource> {
  const hosts = typeof host === 'string' ? [host] : host;
  const registries = await openRegistries({
    registries: Object.fromEntries(hosts.map((one) => [one, LOOPBACK_HTTP])),
    isListed: () => true,
    environment: { HOME: '/nonexistent' },
    workspace: tmpdir(),
    ...options,
  });
  if (!registries.ok) throw new Error(registries.error);
  opened.push(registries.value);
  return registries.value.source;
}

/** For `afterEach`. */
export async function closeRegistries(): Promise<void> {
  await Promise.all(opened.splice(0).map((one) => one.close()));
}
