import { err, ok, type Result } from '../../lib/result.js';
import type { Authority } from '../../policy/policy.js';
import type { Certificate } from './certificate.js';
import { readIdentities } from './trust-policy.js';
import { readStoreFile, type StoreType } from './trust-store.js';
import type { NotationTrust } from './verify.js';

export type NotationAuthority = Extract<Authority, { readonly kind: 'notation' }>;

const read = new WeakMap<NotationAuthority, Result<NotationTrust, string>>();

/** What an authority of the policy trusts, read once. Fails with a clause where its certificates or identities can't be used. */
export function trustOfAuthority(authority: NotationAuthority): Result<NotationTrust, string> {
  const known = read.get(authority);
  if (known !== undefined) return known;
  const trust = readTrust(authority);
  read.set(authority, trust);
  return trust;
}

function readTrust(authority: NotationAuthority): Result<NotationTrust, string> {
  const ca = readStore(authority.ca, 'ca');
  if (!ca.ok) return ca;
  const signingAuthority = readStore(authority.signingAuthority, 'signingAuthority');
  if (!signingAuthority.ok) return signingAuthority;
  const tsa = readStore(authority.timestampRoots, 'tsa');
  if (!tsa.ok) return tsa;
  const identities = readIdentities(authority.identities);
  if (!identities.ok) return identities;
  if (identities.value !== 'any' && identities.value.length === 0) return err('it names no identity');
  const action = (check: NotationAuthority['onlyLogged'][number]) =>
    authority.onlyLogged.includes(check) ? 'log' : 'enforce';
  return ok({
    ca: ca.value,
    signingAuthority: signingAuthority.value,
    tsa: tsa.value,
    identities: identities.value,
    timestamps: authority.timestamps,
    expiry: action('expiry'),
    authenticTimestamp: action('authentic-timestamp'),
    revocation: authority.revocation === 'skip' ? 'skip' : action('revocation'),
    timestampRevocation: authority.timestampRevocation === 'skip' ? 'skip' : 'enforce',
  });
}

function readStore(pems: readonly string[], type: StoreType): Result<readonly Certificate[], string> {
  const certificates: Certificate[] = [];
  for (const pem of pems) {
    const file = readStoreFile(Buffer.from(pem), type);
    if (!file.ok) return file;
    certificates.push(...file.value);
  }
  return ok(certificates);
}
