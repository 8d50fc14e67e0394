import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { err, type Result } from '../../lib/result.js';
import type { ServiceNetwork } from '../public-service.js';
import { type SignatureError, signatureError } from '../signature-error.js';
import { readTrustedRoot, rootOfInstance, type SigstoreInstance, type TrustedRoot } from './trusted-root.js';
import { readUpdatedRoot, type UpdateRepository } from './update-repository.js';

/** Where a run's trusted root comes from, the first that is there. */
export interface TrustedRootSettings {
  /** Which Sigstore; the public-good instance unless it says otherwise. */
  readonly instance?: SigstoreInstance;
  /** A file that was named on the command line. */
  readonly file?: string | undefined;
  /** The document the policy names, already read from the policy's own commit. */
  readonly policyDocument?: string | undefined;
  /** Never use the network. */
  readonly offline: boolean;
  /** Where the update framework's metadata may be kept; a directory of the run's own where there is none. */
  readonly cacheDirectory?: string | undefined;
  /** A repository in place of the instance's own, and the network it is in, for tests. */
  readonly repository?: (UpdateRepository & { readonly network: ServiceNetwork }) | undefined;
}

const REFRESH_MS = 5000;
const MAX_REASON = 200;

/** What is known of an instance without a request. */
interface Instance {
  readonly name: string;
  readonly embedded: () => Promise<{ readonly date: string; readonly json: string }>;
  readonly updates: () => Promise<UpdateRepository>;
  /** Whether the update framework's metadata may be kept between runs. GitHub's always starts from the embedded root. */
  readonly keepsMetadata: boolean;
}

const INSTANCES: Readonly<Record<SigstoreInstance, Instance>> = {
  'public-good': {
    name: 'Sigstore public-good root',
    embedded: async () => (await import('./public-good-root.js')).PUBLIC_GOOD_ROOT,
    updates: async () => ({
      url: 'https://tuf-repo-cdn.sigstore.dev',
      start: (await import('./public-good-update-root.js')).PUBLIC_GOOD_UPDATE_ROOT,
    }),
    keepsMetadata: true,
  },
  github: {
    name: "GitHub's Sigstore root",
    embedded: async () => (await import('./github-root.js')).GITHUB_ROOT,
    updates: async () => ({
      url: 'https://tuf-repo.github.com',
      start: (await import('./github-update-root.js')).GITHUB_UPDATE_ROOT,
    }),
    keepsMetadata: false,
  },
};

/**
 * The trusted root of a run for one instance: of the named file, else of the policy's, where they hold one of it; else
 * refreshed by TUF, else the embedded snapshot with a note that says so. Fails only where a named root can't be read:
 * another would be a surprise.
 */
export async function loadTrustedRoot(settings: TrustedRootSettings): Promise<Result<TrustedRoot, SignatureError>> {
  const { instance = 'public-good' } = settings;
  const named = async (bytes: Uint8Array, name: string) => {
    const own = rootOfInstance(bytes, instance);
    if (own !== undefined) return readTrustedRoot(own, name);
    // A root that was given for the public instance says nothing about GitHub's.
    return instance === 'github' ? fresh(settings, INSTANCES.github) : readTrustedRoot(bytes, name);
  };
  if (settings.file !== undefined) {
    try {
      return await named(await readFile(settings.file), settings.file);
    } catch {
      return err(signatureError('malformed', `the trusted root ${settings.file} can't be read`));
    }
  }
  if (settings.policyDocument !== undefined)
    return named(Buffer.from(settings.policyDocument), "the policy's trusted root");
  return fresh(settings, INSTANCES[instance]);
}

/** Refreshed where the network allows it, else embedded. */
async function fresh(settings: TrustedRootSettings, instance: Instance): Promise<Result<TrustedRoot, SignatureError>> {
  if (settings.offline) return embedded(instance, 'the run is offline');
  const refreshed = await refresh(settings, instance);
  return refreshed.ok ? refreshed : embedded(instance, `it could not be refreshed: ${refreshed.error.reason}`);
}

async function embedded({ name, embedded }: Instance, why: string): Promise<Result<TrustedRoot, SignatureError>> {
  const { date, json } = await embedded();
  const note = `${name}: the embedded snapshot of ${date} was used because ${why}.`;
  return readTrustedRoot(Buffer.from(json), `${name}, embedded snapshot of ${date}`, {
    mayBeOutdated: true,
    note,
    snapshot: { name, date },
  });
}

async function refresh(
  settings: TrustedRootSettings,
  { name, updates, keepsMetadata }: Instance,
): Promise<Result<TrustedRoot, SignatureError>> {
  const kept = keepsMetadata ? settings.cacheDirectory : undefined;
  const own = kept === undefined ? await mkdtemp(join(tmpdir(), 'base-image-gate-tuf-')) : undefined;
  try {
    const repository = settings.repository ?? (await updates());
    const root = await readUpdatedRoot(repository, {
      // By host, so that one repository's metadata is never where another starts.
      directory: join(own ?? kept ?? '', 'tuf', encodeURIComponent(new URL(repository.url).host)),
      timeMs: REFRESH_MS,
      network: settings.repository?.network,
    });
    return await readTrustedRoot(root, `${name}, refreshed by TUF`);
  } catch (cause) {
    // After any failure (DNS, proxy, expired metadata) the snapshot is used, and the report says so.
    return err(signatureError('unsupported', reasonOf(cause).slice(0, MAX_REASON)));
  } finally {
    if (own !== undefined) await rm(own, { recursive: true, force: true });
  }
}

/** What happened, and why, as a clause: the client wraps what the network or the repository did. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no response';
  const reason = error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
  return reason.replace(/\.$/, '');
}
