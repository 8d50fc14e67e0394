import type { Collector } from '../../evidence/collector.js';
import { type Evidence, present } from '../../evidence/evidence.js';
import { plural } from '../../lib/plural.js';
import { registryErrorEvidence } from '../../registry/registry-error.js';
import { type LayersError, readImageLayers } from '../layers/read-image-layers.js';
import { findSecrets } from '../secrets/find-secrets.js';
import { notableFiles } from './notable-files.js';
import { layOver } from './overlay.js';
import { findPrograms } from './programs.js';
import { searchPathOf } from './search-path.js';

/** Reads an image's layers and says what is in them. Windows layers are `unsupported`: content rules don't ask for them. */
export const collectFilesystem: Collector<'filesystem'> = async (context) => {
  const image = await context.get('image');
  if (image.status !== 'present') return image;
  const { repository, manifest, manifestDigest, configuration } = image.value;
  if (configuration.os === 'windows') {
    return {
      status: 'unsupported',
      form: 'Windows layers',
      message: 'Layers of Windows images hold registry hives and links that are not files of a Linux tree.',
    };
  }
  if (configuration.diffIds.length !== manifest.layers.length) {
    return {
      status: 'unavailable',
      cause: 'malformed',
      message: `The manifest ${manifestDigest} lists ${plural(manifest.layers.length, 'layer')}, and its configuration ${plural(configuration.diffIds.length, 'diffID')}.`,
      remedy: "Ask the image's publisher to push it again.",
    };
  }
  const read = await readImageLayers(context.source, repository, manifest.layers, configuration.diffIds, (key, work) =>
    context.once(key, work),
  );
  if (!read.ok) return errorEvidence(read.error);
  const layers = read.value.map(({ facts }) => facts);
  const overlay = layOver(layers);
  if (!overlay.ok) {
    const { message, limit } = overlay.error;
    return {
      status: 'unavailable',
      cause: 'limit',
      message: `The layers of ${manifestDigest} can't be laid over each other: ${message} (limit ${limit}).`,
      remedy: 'Use an image with fewer files, or accept it by a waiver with `covers: indeterminate`.',
    };
  }
  const { tree, unread } = overlay.value;
  return present(
    {
      layers: read.value.map(({ descriptor, facts }) => ({
        digest: descriptor.digest,
        diffId: facts.diffId,
        mediaType: descriptor.mediaType,
        compressedBytes: descriptor.size,
        uncompressedBytes: facts.uncompressedBytes,
        entries: facts.entries.length,
      })),
      tree,
      ...notableFiles(tree),
      programs: findPrograms(tree, searchPathOf(configuration.env)),
      secrets: findSecrets(layers, tree),
      unread: [...layers.flatMap((layer) => layer.unread), ...unread],
    },
    `${plural(layers.length, 'layer')} of ${manifestDigest}`,
  );
};

function errorEvidence(error: LayersError): Evidence<never> {
  switch (error.kind) {
    case 'registry':
      return registryErrorEvidence(error.error);
    case 'unsupported':
      return {
        status: 'unsupported',
        form: error.form,
        message: `The layer ${error.digest} can't be opened: it is a ${error.form}.`,
      };
    case 'layer':
      return {
        status: 'unavailable',
        cause: error.error.code,
        message: `The layer ${error.digest} can't be read: ${error.error.message}${error.error.limit === undefined ? '' : ` (limit ${error.error.limit})`}.`,
        remedy:
          error.error.limit === undefined
            ? "Ask the image's publisher to build and push it again, or use another image."
            : 'Use an image that is smaller, or accept it by a waiver with `covers: indeterminate`.',
      };
  }
}
