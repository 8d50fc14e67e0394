import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CollectContext } from '../../../src/evidence/collector.js';
import { type Evidence, present } from '../../../src/evidence/evidence.js';
import { EMPTY_CONFIGURATION } from '../../../src/image-content/configuration.js';
import { optionalField } from '../../../src/lib/collections.js';
import { builtInPolicy } from '../../../src/policy/baseline.js';
import type { AllowEntry, Authority, Policy } from '../../../src/policy/policy.js';
import { parseReference, type Reference } from '../../../src/references/reference.js';
import type { ImageSource } from '../../../src/registry/image-source.js';
import { LayoutSource } from '../../../src/registry/layout/layout.js';
import type { ResolvedImage } from '../../../src/registry/resolved-image.js';
import type { MadeContent } from '../image/image-maker.js';
import { type LayoutEntry, writeLayout } from '../image/image-maker-layout.js';
import { makeAllowEntry } from './allow-entry.js';

export function allowEntry(authorities: readonly Authority[], changes: Partial<AllowEntry> = {}): AllowEntry {
  return makeAllowEntry({ pattern: 'registry.example/**', authorities, ...changes });
}

export function reference(text: string): Reference {
  const parsed = parseReference(text);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return parsed.value;
}

export interface ContextOptions {
  readonly entry: AllowEntry | null;
  /** The trusted root file. */
  readonly trustedRootFile?: string;
  readonly source: ImageSource;
  readonly image: ResolvedImage;
  /** What became of the image, where it could not be resolved. */
  readonly unresolved?: Evidence<ResolvedImage>;
  readonly reference?: Reference;
  readonly pullFrom?: Reference;
  readonly now?: Date;
  readonly policy?: Partial<Policy>;
}

/** What a collector is given, with an image that is resolved already. */
export function collectContext(options: ContextOptions): CollectContext {
  const shared = new Map<string, unknown>();
  const own = options.reference ?? options.image.reference;
  return {
    subject: {
      reference: own,
      pullFrom: options.pullFrom ?? own,
      verifiedBy: options.entry,
      platform: { os: 'linux', architecture: 'amd64' },
    },
    policy: { ...builtInPolicy('hardened'), ...options.policy },
    source: options.source,
    settings: {
      now: options.now ?? new Date(Date.now() + 60_000),
      offline: true,
      ...optionalField('trustedRootFile', options.trustedRootFile),
    },
    // A test's image is the one kind that a signature's collector asks for.
    get: (async (kind) => {
      if (kind !== 'image') throw new Error(`a collector of signatures asked for ${kind}`);
      return options.unresolved ?? present(options.image, 'the test');
    }) as CollectContext['get'],
    once<T>(key: string, work: () => Promise<T>): Promise<T> {
      const running = shared.get(key) ?? work();
      shared.set(key, running);
      // The key names the work, so whoever shares a key shares its type.
      return running as Promise<T>;
    },
  };
}

/** An image of an index with this platform's manifest, or of the manifest alone. */
export function resolvedImage(name: Reference, platform: MadeContent, index?: MadeContent): ResolvedImage {
  const { digest, mediaType, size } = platform.descriptor;
  const empty = { mediaType, digest, size };
  const children = index === undefined ? [] : childrenOf(index);
  return {
    reference: name,
    repository: { registry: name.registry, repository: name.repository },
    digest: (index ?? platform).descriptor.digest,
    kind: index === undefined ? 'manifest' : 'index',
    ...(index === undefined ? {} : { index: { digest: index.descriptor.digest, manifests: children } }),
    platform: 'linux/amd64',
    manifestDigest: digest,
    manifest: { kind: 'manifest', mediaType, config: empty, layers: [], annotations: {} },
    configDigest: digest,
    configuration: EMPTY_CONFIGURATION,
  };
}

function childrenOf(index: MadeContent): NonNullable<ResolvedImage['index']>['manifests'] {
  const made = index.manifests.get(index.descriptor.digest);
  // The maker wrote this document, so its shape is known.
  const { manifests } = JSON.parse(Buffer.from(made?.bytes ?? '{}').toString()) as {
    manifests: NonNullable<ResolvedImage['index']>['manifests'];
  };
  return manifests;
}

/** Content in a layout of its own, as a source of images. */
export async function layoutSource(
  entries: readonly LayoutEntry[],
  directory = mkdtempSync(join(tmpdir(), 'signatures-layout-')),
): Promise<LayoutSource> {
  await writeLayout(directory, entries);
  return new LayoutSource(directory);
}
