import type { CollectContext } from '../../src/evidence/collector.js';
import { type Evidence, present } from '../../src/evidence/evidence.js';
import { collectFilesystem } from '../../src/evidence/filesystem/collect-filesystem.js';
import type { CollectedEvidence, EvidenceKind, EvidenceKinds } from '../../src/evidence/kinds.js';
import { collectPackages } from '../../src/evidence/packages/collect-packages.js';
import { collectOwnership } from '../../src/evidence/packages/ownership.js';
import { parsePlatform } from '../../src/images/platform.js';
import type { Descriptor, ImageSource, RegistryError } from '../../src/registry/image-source.js';
import { readConfiguration } from '../../src/registry/read-configuration.js';
import type { ResolvedImage } from '../../src/registry/resolved-image.js';
import { err, ok } from '../../src/result.js';
import { type ImageOptions, type MadeImage, makeImage } from './image-maker.js';
import { aPolicy } from './policy-maker.js';

/** What was collected of an image that a test made, and how often each layer was asked for. */
export interface MadeContents {
  readonly image: ResolvedImage;
  readonly evidence: Required<Pick<CollectedEvidence, 'image' | 'filesystem' | 'packages' | 'ownership'>>;
}

/** Makes an image from files, and collects what its layers hold, as a run would. */
export async function contentsOf(options: ImageOptions): Promise<MadeContents> {
  return collectContents(await makeImage(options));
}

export async function collectContents(made: MadeImage, source: ImageSource = sourceOf(made)): Promise<MadeContents> {
  const image = resolvedImage(made);
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
    remedy: 'Make it.',
  });
  return {
    resolveTag: async () => missing,
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
