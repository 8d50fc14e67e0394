import type { Collector } from '../../evidence/collector.js';
import { type Evidence, present } from '../../evidence/evidence.js';
import { plural } from '../../lib/text.js';
import { registryErrorEvidence } from '../../registry/registry-error.js';
import { openKeptFacts } from '../layers/kept-facts.js';
import { isHardLink, type LayerFacts } from '../layers/layer-facts.js';
import { type LayersError, readImageLayers } from '../layers/read-image-layers.js';
import type { FileEntry } from './file-entry.js';
import type { FileTree } from './file-tree.js';
import type { FilesystemFacts, SecretFile } from './filesystem-facts.js';
import { layOver } from './overlay.js';
import { findPrograms } from './programs.js';
import { searchPathOf } from './search-path.js';

/** Every key and credential of every layer, hidden ones included. No path excuses one: the publisher chooses the paths. */
function findSecrets(layers: readonly LayerFacts[], tree: FileTree): readonly SecretFile[] {
  const found: SecretFile[] = [];
  for (const [layer, facts] of layers.entries()) {
    for (const entry of facts.entries) {
      if (isHardLink(entry) || entry.content?.secrets === undefined) continue;
      const hidden = tree.get(entry.path)?.content !== entry.content;
      for (const mark of entry.content.secrets) found.push({ path: entry.path, ...mark, layer, hidden });
    }
  }
  return found;
}

type Notable = Pick<
  FilesystemFacts,
  'fileCount' | 'totalBytes' | 'setUid' | 'setGid' | 'withCapabilities' | 'worldWritable' | 'devices'
>;

/** Counts files, and lists those whose mode or kind says something about what a process could become or change. */
function notableFiles(tree: FileTree): Notable {
  let fileCount = 0;
  let totalBytes = 0;
  const setUid: FileEntry[] = [];
  const setGid: FileEntry[] = [];
  const withCapabilities: FileEntry[] = [];
  const worldWritable: FileEntry[] = [];
  const devices: FileEntry[] = [];
  for (const entry of tree.entries()) {
    const { type, mode } = entry;
    if (type === 'file' || type === 'link') fileCount += 1;
    if (type === 'file' && entry.hardLinkTo === undefined) totalBytes += entry.size;
    if (type === 'character-device' || type === 'block-device') devices.push(entry);
    // On directories the set-gid bit only hands down a group, and links have no mode of their own.
    if (type === 'file') {
      if ((mode & 0o4000) !== 0) setUid.push(entry);
      // Without the group's execute bit it once meant mandatory locking, and does not change the user.
      if ((mode & 0o2010) === 0o2010) setGid.push(entry);
      if ((entry.capabilities?.length ?? 0) > 0) withCapabilities.push(entry);
      if ((mode & 0o002) !== 0) worldWritable.push(entry);
    }
    if (type === 'directory' && (mode & 0o1002) === 0o002) worldWritable.push(entry);
  }
  return { fileCount, totalBytes, setUid, setGid, withCapabilities, worldWritable, devices };
}

/** Reads an image's layers and says what is in them. Windows layers are `unsupported`: content rules don't ask for them. */
export const collectFilesystem: Collector<'filesystem'> = async (context) => {
  const image = await context.get('image');
  if (image.status !== 'present') return image;
  const { repository, manifest, manifestDigest, configuration } = image.value;
  if (configuration.os === 'windows') {
    return {
      status: 'unsupported',
      form: 'Windows layers',
      message: 'Layers of Windows images contain registry hives and links, which are not read.',
    };
  }
  if (configuration.diffIds.length !== manifest.layers.length) {
    return {
      status: 'unavailable',
      cause: 'malformed',
      message: `The manifest ${manifestDigest} lists ${plural(manifest.layers.length, 'layer')}, but its configuration lists ${plural(configuration.diffIds.length, 'diffID')}.`,
      fix: "Ask the image's publisher to push it again.",
    };
  }
  const { layerFactsDirectory } = context.settings;
  const kept =
    layerFactsDirectory === undefined
      ? undefined
      : await context.once('kept facts about layers', () => openKeptFacts(layerFactsDirectory));
  const { layers: blobs } = manifest;
  const read = await readImageLayers(
    context.source,
    repository,
    blobs,
    configuration.diffIds,
    (key, work) => context.once(key, work),
    kept,
  );
  if (!read.ok) return errorEvidence(read.error);
  const layers = read.value.map(({ facts }) => facts);
  const overlay = layOver(layers);
  if (!overlay.ok) {
    const { message, limit } = overlay.error;
    return {
      status: 'unavailable',
      cause: 'limit',
      message: `The layers of ${manifestDigest} can't be combined: ${message} (limit ${limit}).`,
      fix: 'Use an image with fewer files, or accept it by a waiver with `covers: indeterminate`.',
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
        fix:
          error.error.limit === undefined
            ? "Ask the image's publisher to build and push it again, or use another image."
            : 'Use an image that is smaller, or accept it by a waiver with `covers: indeterminate`.',
      };
  }
}
