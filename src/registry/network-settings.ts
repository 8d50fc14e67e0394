import { err, ok, type Result } from '../lib/result.js';
import { trustedAuthorities } from './http/certificates.js';
import { type Environment, type ProxySettings, readProxies } from './http/proxy.js';
import { LIMITS_VARIABLE, parseLimits, type RegistryLimits } from './limits.js';

/** What an environment says of the network: whom to trust, through which proxies, within which limits. */
export interface NetworkSettings {
  readonly authorities: readonly string[] | undefined;
  readonly proxies: ProxySettings;
  /** The limits that it changes. */
  readonly limits: Partial<RegistryLimits>;
}

/** Reads the network's variables. Fails with a sentence that names the one that is wrong. */
export async function readNetworkSettings(environment: Environment): Promise<Result<NetworkSettings, string>> {
  const limits = parseLimits(environment[LIMITS_VARIABLE] ?? '');
  if (!limits.ok) return err(`${LIMITS_VARIABLE}: ${limits.error}`);
  const proxies = readProxies(environment);
  if (!proxies.ok) return proxies;
  const authorities = await trustedAuthorities(environment);
  if (!authorities.ok) return authorities;
  return ok({ authorities: authorities.value, proxies: proxies.value, limits: limits.value });
}
