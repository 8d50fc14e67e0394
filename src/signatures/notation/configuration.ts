import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../lib/caught.js';
import { err, ok, type Result } from '../../lib/result.js';
import type { NotationAuthority } from './authority-trust.js';
import type { Certificate } from './certificate.js';
import { IDENTITY_PREFIX, readTrustPolicy, type TrustStatement } from './trust-policy.js';
import { readStoreFile, type StoreType, toPem } from './trust-store.js';

const POLICY_FILE = 'trustpolicy.json';
const CONFIGURATION_LIMITS = { bytes: 4 * 1024 * 1024, files: 100 } as const;

/** Reads `trustpolicy.json` of notation's configuration directory. Fails with a sentence for the person who configured it. */
export async function readPolicyFile(directory: string): Promise<Result<readonly TrustStatement[], string>> {
  const path = join(directory, POLICY_FILE);
  const bytes = await readRegularFile(path);
  if (!bytes.ok) return err(`The trust policy ${path} ${bytes.error}.`);
  const statements = readTrustPolicy(bytes.value);
  return statements.ok ? statements : err(`The trust policy ${path} is invalid because ${statements.error}.`);
}

/** One file of a trust store, as it is and as certificates. */
export interface StoreFile {
  readonly type: StoreType;
  /** The store's name. */
  readonly store: string;
  readonly path: string;
  readonly certificates: readonly Certificate[];
}

/**
 * Reads the trust stores that a statement names, under `truststore/x509/TYPE/NAME`. Links are not followed, as notation
 * does not follow them. Fails with a sentence for the person who configured them.
 */
export async function readStores(
  directory: string,
  statement: TrustStatement,
): Promise<Result<readonly StoreFile[], string>> {
  const files: StoreFile[] = [];
  for (const { type, name } of statement.stores) {
    const store = join(directory, 'truststore', 'x509', type, name);
    const read = await readStore(store, type);
    if (!read.ok) return err(`The trust store ${store} can't be used because ${read.error}.`);
    files.push(...read.value.map((file) => ({ ...file, type, store: name })));
  }
  return ok(files);
}

async function readStore(
  store: string,
  type: StoreType,
): Promise<Result<readonly Pick<StoreFile, 'path' | 'certificates'>[], string>> {
  const files: Pick<StoreFile, 'path' | 'certificates'>[] = [];
  const names = await listDirectory(store);
  if (!names.ok) return names;
  for (const name of names.value) {
    const path = join(store, name);
    const bytes = await readRegularFile(path);
    if (!bytes.ok) return err(`${name} ${bytes.error}`);
    const certificates = readStoreFile(bytes.value, type);
    if (!certificates.ok) return err(`${name} is invalid: ${certificates.error}`);
    files.push({ path, certificates: certificates.value });
  }
  return files.length === 0 ? err('it contains no certificate') : ok(files);
}

async function listDirectory(path: string): Promise<Result<readonly string[], string>> {
  try {
    if (!(await lstat(path)).isDirectory()) return err('it is not a directory (links are not followed)');
    const names = (await readdir(path)).toSorted();
    return names.length > CONFIGURATION_LIMITS.files
      ? err(`it contains more than ${CONFIGURATION_LIMITS.files} files`)
      : ok(names);
  } catch (error) {
    return err(codeOf(error) === 'ENOENT' ? 'it does not exist' : "it can't be read");
  }
}

/** The bytes of a file; else a predicate that says why there are none. */
async function readRegularFile(path: string): Promise<Result<Buffer, string>> {
  try {
    const stats = await lstat(path);
    if (!stats.isFile()) return err('is not a regular file (links are not followed)');
    if (stats.size > CONFIGURATION_LIMITS.bytes) return err(`is larger than ${CONFIGURATION_LIMITS.bytes} bytes`);
    return ok(await readFile(path));
  } catch (error) {
    return err(codeOf(error) === 'ENOENT' ? 'does not exist' : "can't be read");
  }
}

/**
 * The authority that a statement and its stores make. Fails with a clause that can follow "because" where the statement
 * verifies no identity: the levels audit and skip let everything pass, which is never a verified signature.
 */
export function authorityOf(statement: TrustStatement, files: readonly StoreFile[]): Result<NotationAuthority, string> {
  const { actions, identities, timestamps, level, name } = statement;
  if (actions.authenticity !== 'enforce')
    return err(`the statement "${name}" (level ${level}) does not enforce authenticity, so it verifies no identity`);
  const of = (type: StoreType) =>
    files.filter((file) => file.type === type).flatMap(({ certificates }) => certificates.map(toPem));
  const onlyLogged = [
    ...(actions.expiry === 'enforce' ? [] : (['expiry'] as const)),
    ...(actions.authenticTimestamp === 'enforce' ? [] : (['authentic-timestamp'] as const)),
    ...(actions.revocation === 'log' ? (['revocation'] as const) : []),
  ];
  return ok({
    kind: 'notation',
    ca: of('ca'),
    signingAuthority: of('signingAuthority'),
    timestampRoots: of('tsa'),
    identities: identities === 'any' ? ['*'] : identities.map(({ text }) => `${IDENTITY_PREFIX} ${text}`),
    timestamps,
    revocation: actions.revocation === 'skip' ? 'skip' : 'required',
    // notation checks the timestamp authority's certificates independent of the statement's revocation setting.
    timestampRevocation: 'required',
    onlyLogged,
  });
}
