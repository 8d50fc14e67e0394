import type { ImageSource } from '../../../src/registry/image-source.js';

/** A source that notes which registries were asked. */
export function watchedSource(source: ImageSource): { source: ImageSource; asked: Set<string> } {
  const asked = new Set<string>();
  const noting =
    <A extends readonly unknown[], R>(
      method: (repository: Parameters<ImageSource['resolveTag']>[0], ...rest: A) => R,
    ) =>
    (repository: Parameters<ImageSource['resolveTag']>[0], ...rest: A): R => {
      asked.add(repository.registry);
      return method(repository, ...rest);
    };
  return {
    asked,
    source: {
      resolveTag: noting(source.resolveTag.bind(source)),
      manifest: noting(source.manifest.bind(source)),
      blob: noting(source.blob.bind(source)),
      blobStream: noting(source.blobStream.bind(source)),
      referrers: noting(source.referrers.bind(source)),
      tags: noting(source.tags.bind(source)),
    },
  };
}
