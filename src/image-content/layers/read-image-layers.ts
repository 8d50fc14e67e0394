import { codeOf, messageOf } from '../../lib/caught.js';
import { err, ok, type Result } from '../../lib/result.js';
import { Slots } from '../../lib/slots.js';
import type { ImageSource, RegistryError, Repository } from '../../registry/image-source.js';
import type { Descriptor } from '../../registry/manifest/manifest.js';
import { BlobStreamError } from '../../registry/registry-error.js';
import type { KeptFacts } from './kept-facts.js';
import type { LayerFacts } from './layer-facts.js';
import { LAYER_LIMITS } from './limits.js';
import { type LayerError, readLayer } from './read-layer.js';

/** A layer with where it came from. */
export interface ReadLayer {
  readonly descriptor: Descriptor;
  readonly facts: LayerFacts;
}

/** Why an image's layers could not be read. */
export type LayersError =
  | { readonly kind: 'registry'; readonly error: RegistryError }
  | { readonly kind: 'layer'; readonly digest: string; readonly error: LayerError }
  | { readonly kind: 'unsupported'; readonly digest: string; readonly form: string };

/** Side by side: while one layer waits for the network, another is unpacked. */
const LANES = 3;

/** Layers of all images that are read at a time: each holds a few buffers of a megabyte or less. */
const LAYERS_AT_ONCE = 32;

/** OCI's and Docker's layer types, with any compression: that is detected from the bytes. */
const LAYER_TYPE =
  /^application\/vnd\.(?:oci\.image\.layer\.v1\.tar|docker\.image\.rootfs\.diff\.tar)(?:[.+](?:gzip|zstd))?$/;

/**
 * Reads every layer of an image, bottom first, each once a run: `once` shares what another image has read already, and
 * `kept` what earlier runs have. `diffIds` are the configuration's, one for each layer.
 */
export async function readImageLayers(
  source: ImageSource,
  repository: Repository,
  layers: readonly Descriptor[],
  diffIds: readonly string[],
  once: <T>(key: string, work: () => Promise<T>) => Promise<T>,
  kept?: KeptFacts,
): Promise<Result<readonly ReadLayer[], LayersError>> {
  for (const { digest, mediaType } of layers) {
    const form = unreadableForm(mediaType);
    if (form !== null) return err({ kind: 'unsupported', digest, form });
  }
  const slots = await once('layers that are read', async () => new Slots(LAYERS_AT_ONCE));
  const results: Result<ReadLayer, LayersError>[] = [];
  let next = 0;
  let failed = false;
  let entries = 0;
  const lane = async (): Promise<void> => {
    while (next < layers.length && !failed) {
      const index = next;
      next += 1;
      const descriptor = layers[index];
      const diffId = diffIds[index];
      if (descriptor === undefined || diffId === undefined) continue;
      const facts = await once(`layer ${descriptor.digest} ${diffId}`, () =>
        slots.run(() => recall(kept, descriptor, diffId, () => readOne(source, repository, descriptor, diffId))),
      );
      if (facts.ok) entries += facts.value.entries.length;
      const read = entries > LAYER_LIMITS['image-entries'] ? tooMany(descriptor) : facts;
      failed ||= !read.ok;
      results[index] = read.ok ? ok({ descriptor, facts: read.value }) : read;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const read: ReadLayer[] = [];
  for (const result of results) {
    if (result === undefined) continue;
    if (!result.ok) return result;
    read.push(result.value);
  }
  return ok(read);
}

/** What an earlier run learned of a layer, or what reading it shows, which is then kept. */
async function recall(
  kept: KeptFacts | undefined,
  { digest }: Descriptor,
  diffId: string,
  read: () => Promise<Result<LayerFacts, LayersError>>,
): Promise<Result<LayerFacts, LayersError>> {
  const known = await kept?.get(digest, diffId);
  if (known !== undefined) return ok(known);
  const facts = await read();
  if (facts.ok) await kept?.put(digest, facts.value);
  return facts;
}

function tooMany({ digest }: Descriptor): Result<never, LayersError> {
  const message = `together with the other layers, it has more than ${LAYER_LIMITS['image-entries']} entries`;
  return err({ kind: 'layer', digest, error: { code: 'limit', message, limit: 'image-entries' } });
}

/** Why a layer of this media type is not opened; null where it is one that we read. */
function unreadableForm(mediaType: string): string | null {
  if (LAYER_TYPE.test(mediaType)) return null;
  if (mediaType.endsWith('+encrypted')) return 'encrypted layer';
  if (/nondistributable|foreign/.test(mediaType)) return 'foreign layer, which the registry does not store';
  return `layer of type ${mediaType.slice(0, 120)}`;
}

async function readOne(
  source: ImageSource,
  repository: Repository,
  descriptor: Descriptor,
  diffId: string,
): Promise<Result<LayerFacts, LayersError>> {
  const stream = await source.blobStream(repository, descriptor, 'layer');
  if (!stream.ok) return err({ kind: 'registry', error: stream.error });
  try {
    const facts = await readLayer(stream.value, diffId);
    return facts.ok ? facts : err({ kind: 'layer', digest: descriptor.digest, error: facts.error });
  } catch (error) {
    if (error instanceof BlobStreamError) return err({ kind: 'registry', error: error.error });
    const what = codeOf(error) ?? messageOf(error);
    const message = `reading it failed unexpectedly (${what})`;
    return err({ kind: 'layer', digest: descriptor.digest, error: { code: 'malformed', message } });
  }
}
