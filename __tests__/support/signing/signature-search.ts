import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CollectContext } from '../../../src/evidence/collector.js';
import { err } from '../../../src/lib/result.js';
import type { ImageSource, RegistryError } from '../../../src/registry/image-source.js';
import {
  allowEntry,
  type ContextOptions,
  collectContext,
  layoutSource,
  reference,
  resolvedImage,
} from './signer-context.js';
import { makeScene, type Pushed, RELEASE, type Scene } from './signer-forgery.js';

export const NAME = 'registry.example/base:latest';
const REPOSITORY = 'registry.example/base';

/** A scene's image, what is written next to it, and who looks for signatures of it. */
export interface SignatureSearch {
  readonly scene: Scene;
  /** A file with the trusted root of the scene's sigstore. */
  readonly trustedRootFile: string;
  /** The image under its tag, and what is pushed beside it: tags go into `repository`. */
  source(pushed: readonly Pushed[], repository?: string): Promise<ImageSource>;
  /** What a collector is given: the release workflow's signature is asked for, unless `changes` say otherwise. */
  context(source: ImageSource, changes?: Partial<ContextOptions>): CollectContext;
}

export async function startSignatureSearch(): Promise<SignatureSearch> {
  const scene = await makeScene();
  const trustedRootFile = writeTrustedRoot(JSON.stringify(scene.sigstore.trustedRoot()));
  return {
    scene,
    trustedRootFile,
    source: (pushed, repository = REPOSITORY) =>
      layoutSource([
        { content: scene.index, name: NAME },
        { content: scene.platform },
        ...pushed.map(({ content, tag }) => ({
          content,
          ...(tag === undefined ? {} : { name: `${repository}:${tag}` }),
        })),
      ]),
    context: (source, changes = {}) =>
      collectContext({
        entry: allowEntry([RELEASE]),
        trustedRootFile,
        source,
        image: resolvedImage(reference(NAME), scene.platform, scene.index),
        ...changes,
      }),
  };
}

/** A file with this text, to be named as the trusted root. */
export function writeTrustedRoot(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'signatures-root-')), 'trusted_root.json');
  writeFileSync(file, text);
  return file;
}

/** A source of which some questions fail: those for a tag, for a manifest by its digest, and `referrers`. */
export function failingSource(
  source: ImageSource,
  fails: (question: string) => boolean,
  code: RegistryError['code'] = 'network',
): ImageSource {
  const refuse = (request: string) =>
    err<RegistryError>({
      code,
      registry: 'registry.example',
      request,
      message: `${request} failed`,
      fix: 'Try again.',
    });
  return {
    resolveTag: async (repository, tag) => (fails(tag) ? refuse(tag) : source.resolveTag(repository, tag)),
    manifest: async (repository, digest) => (fails(digest) ? refuse(digest) : source.manifest(repository, digest)),
    tags: (repository) => source.tags(repository),
    blob: (repository, descriptor, kind) => source.blob(repository, descriptor, kind),
    blobStream: (repository, descriptor, kind) => source.blobStream(repository, descriptor, kind),
    referrers: async (repository, digest) =>
      fails('referrers') ? refuse('referrers') : source.referrers(repository, digest),
  };
}
