import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { err, ok, type Result } from '../../lib/result.js';
import { type SignatureError, signatureError } from '../signature-error.js';
import { readTrustedRoot, rootOfInstance, type SigstoreInstance, type TrustedRoot } from './trusted-root.js';

/** Where a run's trusted root comes from, the first that is there. */
export interface TrustedRootSettings {
  /** Which Sigstore; the public-good instance unless it says otherwise. */
  readonly instance?: SigstoreInstance;
  /** A file that was named on the command line. */
  readonly file?: string | undefined;
  /** The document the policy names, already read from the policy's own commit. */
  readonly policyDocument?: string | undefined;
  /** Never ask the network. */
  readonly offline: boolean;
  /** Where the update framework's metadata may be kept; a directory of the run's own where there is none. */
  readonly cacheDirectory?: string | undefined;
  /** A repository in place of sigstore's own, and the root to start from, for tests. */
  readonly repository?: { readonly url: string; readonly rootPath: string };
}

const REFRESH_MS = 5000;
const MAX_REASON = 200;

/**
 * The trusted root of a run: the named file, else the policy's, else the public-good root refreshed by TUF, else the
 * embedded snapshot with a note that says so. Fails only where a named root can't be read: another would be a surprise.
 */
export async function loadTrustedRoot(settings: TrustedRootSettings): Promise<Result<TrustedRoot, SignatureError>> {
  const { instance = 'public-good' } = settings;
  const named = (bytes: Uint8Array, name: string) => {
    const own = rootOfInstance(bytes, instance);
    if (own !== undefined) return readTrustedRoot(own, name);
    return instance === 'github' ? embeddedOfGitHub() : readTrustedRoot(bytes, name);
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
  if (instance === 'github') return embeddedOfGitHub();
  if (settings.offline) return embedded('the run is offline');
  const fresh = await refresh(settings);
  return fresh.ok ? fresh : embedded(`it could not be refreshed: ${fresh.error.reason}`);
}

async function embeddedOfGitHub(): Promise<Result<TrustedRoot, SignatureError>> {
  const { GITHUB_ROOT } = await import('./github-root.js');
  const name = `GitHub's Sigstore root, embedded snapshot of ${GITHUB_ROOT.date}`;
  return readTrustedRoot(Buffer.from(GITHUB_ROOT.json), name, { mayBeOutdated: true });
}

async function embedded(why: string): Promise<Result<TrustedRoot, SignatureError>> {
  const { PUBLIC_GOOD_ROOT } = await import('./public-good-root.js');
  const name = `Sigstore public-good root, embedded snapshot of ${PUBLIC_GOOD_ROOT.date}`;
  const note = `The embedded trusted root of ${PUBLIC_GOOD_ROOT.date} was used: ${why}.`;
  return readTrustedRoot(Buffer.from(PUBLIC_GOOD_ROOT.json), name, { mayBeOutdated: true, note });
}

async function refresh(settings: TrustedRootSettings): Promise<Result<TrustedRoot, SignatureError>> {
  const { getTrustedRoot } = await import('./tuf-library.js');
  const { repository } = settings;
  const own = settings.cacheDirectory === undefined ? await mkdtemp(join(tmpdir(), 'base-image-gate-tuf-')) : undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    const root = await Promise.race([
      getTrustedRoot({
        cachePath: own ?? join(settings.cacheDirectory ?? '', 'tuf'),
        timeout: REFRESH_MS,
        retry: 0,
        ...(repository === undefined ? {} : { mirrorURL: repository.url, rootPath: repository.rootPath }),
      }),
      new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error('no answer in time')), REFRESH_MS);
      }),
    ]);
    const { TrustedRoot: Message } = await import('./sigstore-library.js');
    const bytes = Buffer.from(JSON.stringify(Message.toJSON(root)));
    const read = await readTrustedRoot(bytes, 'Sigstore public-good root, refreshed by TUF');
    return read.ok ? ok(read.value) : read;
  } catch (cause) {
    // Whatever went wrong on the way (DNS, proxy, expired metadata), the answer is the same: use the snapshot, and say so.
    return err(signatureError('unsupported', reasonOf(cause).slice(0, MAX_REASON)));
  } finally {
    clearTimeout(timer);
    if (own !== undefined) await rm(own, { recursive: true, force: true });
  }
}

/** What happened, and why: the client wraps what the network or the repository did. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
