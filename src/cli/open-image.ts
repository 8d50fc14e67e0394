import { resolve } from 'node:path';
import { loadCatalog } from '../catalog/catalog.js';
import { type EvidenceCollection, startCollection } from '../evidence/collect.js';
import type { ImageSubject } from '../evidence/collector.js';
import { collectors } from '../evidence/collectors.js';
import { layerFactsSetting, localCacheDirectory } from '../lib/cache-directory.js';
import { optionalField } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';
import { governanceOf } from '../policy/governance.js';
import type { AllowEntry } from '../policy/policy.js';
import type { Platform } from '../references/platform.js';
import { parseReference } from '../references/reference.js';
import { localCache } from '../registry/cache/local-cache.js';
import { openRegistries } from '../registry/open-registries.js';
import { attestationsOf } from './attestations.js';
import type { CommandIo } from './command.js';
import { refuseExtended } from './extended-policy.js';
import { misnamedPath } from './named-paths.js';
import type { Refusal } from './refusal.js';
import { vulnerabilitiesDirectory } from './vulnerabilities-directory.js';
import { loadWorkingTreePolicy } from './working-tree-policy.js';

/** The flags that commands about one image share, as parseArgs gives them. */
export interface ImageFlags {
  readonly policy?: string | undefined;
  readonly registry?: readonly string[] | undefined;
  readonly offline?: boolean | undefined;
  readonly 'trusted-root'?: string | undefined;
  readonly vulnerabilities?: string | undefined;
}

/** One image on the command line, with access to its evidence. Close it when done. */
export interface OpenedImage {
  readonly evidence: EvidenceCollection;
  readonly subjectOn: (platform: Platform) => ImageSubject;
  readonly close: () => Promise<void>;
}

/**
 * Opens an image that was named on the command line, by the policy of this directory (or the one given) and else by the catalog's
 * knowledge of its publisher. Fails with a message for standard error; each is wrong usage or a wrong policy.
 *
 * @param given an entry that goes before all of these: an authority named on the command line
 */
export async function openImage(
  text: string,
  flags: ImageFlags,
  io: CommandIo,
  given: AllowEntry | null = null,
): Promise<Result<OpenedImage, Refusal>> {
  const usage = (message: string) => err<Refusal>({ kind: 'usage', message });
  const pullFrom = parseReference(text);
  if (!pullFrom.ok) return usage(`"${text}" is not an image reference because ${pullFrom.error.reason}.`);
  const misnamed = misnamedPath(flags, io);
  if (misnamed !== null) return usage(misnamed);
  const catalog = loadCatalog();
  const request = {
    catalog,
    ...(flags.offline === true ? { resolveExtends: refuseExtended } : {}),
    ...optionalField('file', flags.policy),
  };
  const policy = await loadWorkingTreePolicy(io.cwd, request, io);
  if (!policy.ok) return err({ kind: 'policy', message: policy.error });
  const offline = flags.offline ?? false;
  const registries = await openRegistries({
    registries: policy.value.registries,
    // An image on the command line names its registry.
    isListed: () => true,
    routes: flags.registry ?? [],
    layouts: true,
    offline,
    environment: io.env,
    workspace: io.cwd,
    cache: localCache(io.env),
    notice: (message) => io.stderr(`${message}\n`),
  });
  if (!registries.ok) return usage(registries.error);

  const image = governanceOf(pullFrom.value, { policy: policy.value, catalog });
  const root = flags['trusted-root'];
  const settings = {
    now: new Date(),
    offline,
    limits: registries.value.limits,
    cacheDirectory: localCacheDirectory(io.env),
    ...layerFactsSetting(io.env),
    listAttestations: attestationsOf(io),
    ...vulnerabilitiesDirectory(policy.value, io.cwd, flags.vulnerabilities, io.cwd),
    ...(root === undefined ? {} : { trustedRootFile: resolve(io.cwd, root) }),
  };
  return ok({
    evidence: startCollection({ policy: policy.value, source: registries.value.source, settings, collectors }),
    subjectOn: (platform) => ({ ...image, verifiedBy: given ?? image.verifiedBy, platform }),
    close: () => registries.value.close(),
  });
}
