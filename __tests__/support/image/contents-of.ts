import type { CollectContext } from '../../../src/evidence/collector.js';
import { type Evidence, present } from '../../../src/evidence/evidence.js';
import type { CollectedEvidence, EvidenceKind, EvidenceKinds } from '../../../src/evidence/kinds.js';
import { collectFilesystem } from '../../../src/image-content/filesystem/collect-filesystem.js';
import { err, ok } from '../../../src/lib/result.js';
import { collectOwnership } from '../../../src/packages/collect-ownership.js';
import { collectPackages } from '../../../src/packages/collect-packages.js';
import { builtInPolicy } from '../../../src/policy/baseline.js';
import type { ImageSource, RegistryError } from '../../../src/registry/image-source.js';
import { registryLimits } from '../../../src/registry/limits.js';
import { readConfiguration } from '../../../src/registry/manifest/read-configuration.js';
import { readManifest } from '../../../src/registry/manifest/read-manifest.js';
import type { ResolvedImage } from '../../../src/registry/resolved-image.js';
import { type ImageOptions, type MadeImage, makeImage } from './image-maker.js';

/** What was collected of an image that a test made, and how often each layer was asked for. */
export interface MadeContents {
  readonly image: ResolvedImage;
  readonly evidence: Required<Pick<CollectedEvidence, 'image' | 'filesystem' | 'packages' | 'ownership'>>;
}

/** Makes an image from files, and collects what its layers hold, as a run would. */
export async function contentsOf(options: ImageOptions): Promise<MadeContents> {
  return collectContents(await makeImage(options));
}

/** The same of a made image whose source the test has changed. */
export async function collectContents(made: MadeImage, source: ImageSource = sourceOf(made)): Promise<MadeContents> {
  return collectResolved(resolvedImage(made), source);
}

/** The same of an image that some other program made. */
export async function collectResolved(image: ResolvedImage, source: ImageSource): Promise<MadeContents> {
  const context = contextOf(image, source);
  return {
    image,
    evidence: {
      image: present(image, 'the test'),
      filesystem: await context.get('filesystem'),
      packages: await context.get('packages'),
      ownership: await context.get('ownership'),
    },
  };
}

/** A source that holds one image's blobs in memory; everything else it was never given is not found. */
export function sourceOf(made: MadeImage, asked: string[] = []): ImageSource {
  const missing = err<RegistryError>({
    code: 'not-found',
    registry: 'memory',
    request: 'memory',
    message: 'The test holds no such content.',
    fix: 'Make it.',
  });
  return {
    resolveTag: async () => missing,
    tags: async () => missing,
    manifest: async () => missing,
    referrers: async () => missing,
    blob: async (_, { digest }) => {
      const bytes = made.blobs.get(digest);
      return bytes === undefined ? missing : ok(bytes);
    },
    blobStream: async (_, { digest }) => {
      asked.push(digest);
      const bytes = made.blobs.get(digest);
      return bytes === undefined ? missing : ok(inPieces(bytes));
    },
  };
}

async function* inPieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 16_384) yield bytes.subarray(at, at + 16_384);
}

const REPOSITORY = { registry: 'registry.test', repository: 'made' } as const;

/** What resolving the image would have said, read from its own manifest and configuration. */
function resolvedImage(made: MadeImage): ResolvedImage {
  const { digest } = made.descriptor;
  const document = made.manifests.get(digest);
  const manifest = readManifest(document?.bytes ?? new Uint8Array(0), document?.mediaType, registryLimits());
  const configuration = readConfiguration(made.blobs.get(made.config.digest) ?? new Uint8Array(0));
  if (!manifest.ok || manifest.value.kind !== 'manifest' || !configuration.ok) throw new Error('the image is not one');
  const { os, architecture } = configuration.value;
  return {
    reference: { ...REPOSITORY, tag: 'latest' },
    repository: REPOSITORY,
    digest,
    kind: 'manifest',
    platform: `${os}/${architecture}`,
    manifestDigest: digest,
    manifest: manifest.value,
    configDigest: made.config.digest,
    configuration: configuration.value,
  };
}

function contextOf(image: ResolvedImage, source: ImageSource): CollectContext {
  const collected = new Map<EvidenceKind, Promise<unknown>>();
  const shared = new Map<string, Promise<unknown>>();
  const collectors: {
    readonly [K in EvidenceKind]?: (context: CollectContext) => Promise<Evidence<EvidenceKinds[K]>>;
  } = {
    image: async () => present(image, 'the test'),
    filesystem: collectFilesystem,
    packages: collectPackages,
    ownership: collectOwnership,
  };
  const context: CollectContext = {
    subject: {
      reference: image.reference,
      pullFrom: image.reference,
      verifiedBy: null,
      platform: { os: 'linux', architecture: 'amd64' },
    },
    policy: builtInPolicy(),
    source,
    settings: { now: new Date('2026-11-21T00:00:00Z'), offline: true },
    get<K extends EvidenceKind>(kind: K): Promise<Evidence<EvidenceKinds[K]>> {
      const running = collected.get(kind);
      // Held under its kind, so it is that kind's.
      if (running !== undefined) return running as Promise<Evidence<EvidenceKinds[K]>>;
      const collector = collectors[kind];
      if (collector === undefined) throw new Error(`the test collects no ${kind}`);
      const started = collector(context);
      collected.set(kind, started);
      return started;
    },
    once<T>(key: string, work: () => Promise<T>): Promise<T> {
      const running = shared.get(key);
      // The key names the work, so whoever shares a key shares its type.
      if (running !== undefined) return running as Promise<T>;
      const started = work();
      shared.set(key, started);
      return started;
    },
  };
  return context;
}
