import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServiceNetwork } from '../../../src/signatures/public-service.js';

/** A repository of The Update Framework with one target, as sigstore's mirrors serve its trusted root. */
export interface UpdateRepository {
  readonly url: string;
  /** The root that a client starts from. */
  readonly start: string;
  /** The machine's own network, without proxies. */
  readonly network: ServiceNetwork;
  close(): Promise<void>;
}

export interface UpdateRepositoryOptions {
  readonly trustedRoot: object;
  /** When its metadata ends to hold. Default: in an hour. */
  readonly expires?: Date;
  /** What is served instead of the target that was signed. */
  readonly served?: string;
}

const TARGET = 'trusted_root.json';

/** @see https://theupdateframework.github.io/specification/latest/ */
export async function startUpdateRepository(options: UpdateRepositoryOptions): Promise<UpdateRepository> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const keyid = createHash('sha256').update(spki).digest('hex');
  const expires = (options.expires ?? new Date(Date.now() + 3_600_000)).toISOString().replace(/\.[0-9]+Z$/, 'Z');
  const document = (type: string, content: object) => {
    const signed = sorted({ _type: type, spec_version: '1.0.31', version: 1, expires, ...content });
    const sig = sign(null, Buffer.from(JSON.stringify(signed)), privateKey).toString('hex');
    return JSON.stringify({ signed, signatures: [{ keyid, sig }] });
  };
  const role = { keyids: [keyid], threshold: 1 };
  const keyval = { public: spki.subarray(-32).toString('hex') };
  const target = JSON.stringify(options.trustedRoot);
  const hashes = { sha256: createHash('sha256').update(target).digest('hex') };
  const files = new Map([
    ['/timestamp.json', document('timestamp', { meta: { 'snapshot.json': { version: 1 } } })],
    ['/snapshot.json', document('snapshot', { meta: { 'targets.json': { version: 1 } } })],
    ['/targets.json', document('targets', { targets: { [TARGET]: { length: Buffer.byteLength(target), hashes } } })],
    [`/targets/${TARGET}`, options.served ?? target],
  ]);
  const roles = { root: role, timestamp: role, snapshot: role, targets: role };
  const keys = { [keyid]: { keytype: 'ed25519', scheme: 'ed25519', keyval } };
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    response.writeHead(file === undefined ? 404 : 200).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server's address is never a string or null once it listens.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    start: document('root', { consistent_snapshot: false, keys, roles }),
    network: { environment: {}, mayBePrivate: () => true },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Keys in order, without white space: the canonical form of documents whose texts need no escapes. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, content]) => [key, sorted(content)]),
  );
}
