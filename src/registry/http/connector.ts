import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { isPublicAddress } from './addresses.js';

export const REFUSED_ADDRESS = 'ERR_REFUSED_ADDRESS';

/** Thrown out of a connection to an address that is not public, for a host that the policy does not list. */
export class RefusedAddressError extends Error {
  override readonly name = 'RefusedAddressError';
  readonly code = REFUSED_ADDRESS;

  constructor(host: string, address: string) {
    super(`${host} resolves to ${address}, which is not a public address`);
  }
}

export interface ConnectorOptions {
  readonly authorities: readonly string[] | undefined;
  readonly connectMs: number;
  /** Whether the policy lets `host[:port]` be on a private network. */
  readonly mayBePrivate: (host: string) => boolean;
  /** How names become addresses; the system's way unless a test says otherwise. */
  readonly lookup?: LookupFunction;
}

/**
 * Connects, and refuses addresses that are not public: when a name is looked up, and again on the socket's own remote
 * address, so that nothing can change between the check and the connection (DNS rebinding, literal addresses, odd notations).
 */
export function guardedConnector(options: ConnectorOptions): buildConnector.connector {
  const base = {
    timeout: options.connectMs,
    ...(options.authorities === undefined ? {} : { ca: [...options.authorities] }),
  };
  const lookup = options.lookup ?? systemLookup;
  const open = buildConnector({ ...base, lookup });
  const guarded = buildConnector({ ...base, lookup: guardedLookup(lookup) });
  return (target, callback) => {
    if (options.mayBePrivate(target.host ?? target.hostname)) {
      open(target, callback);
      return;
    }
    if (isIP(target.hostname) !== 0 && !isPublicAddress(target.hostname)) {
      callback(new RefusedAddressError(target.hostname, target.hostname), null);
      return;
    }
    guarded(target, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      const address = socket.remoteAddress ?? 'an unknown address';
      if (isPublicAddress(address)) return callback(null, socket);
      socket.destroy();
      callback(new RefusedAddressError(target.hostname, address), null);
    });
  };
}

/** A name with any address that is not public is refused whole: an answer that mixes them is an attack or a mistake. */
function guardedLookup(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, address, family) => {
      const addresses = typeof address === 'string' ? [address] : (address ?? []).map((entry) => entry.address);
      const refused = error === null ? addresses.find((entry) => !isPublicAddress(entry)) : undefined;
      if (refused === undefined) callback(error, address, family);
      else callback(new RefusedAddressError(hostname, refused), address, family);
    });
  };
}
