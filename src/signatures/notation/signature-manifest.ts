import { ok, type Result } from '../../lib/result.js';
import type { FetchedManifest } from '../../registry/image-source.js';
import type { Descriptor } from '../../registry/manifest/manifest.js';
import { type NotationRefusal, refuse } from './refusal.js';

export const NOTATION_TYPE = 'application/vnd.cncf.notary.signature';
const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json';

/**
 * The envelope of a signature manifest over a digest, in either form: the type as `artifactType` with an empty config,
 * or as the config's media type. Null where the manifest is no Notary Project signature. Its subject must be the digest
 * (a registry may list what it likes), and its envelope the only layer. Thumbprint annotations are unsigned, and not read.
 *
 * @see https://github.com/notaryproject/specifications/blob/main/specs/signature-specification.md#storage
 */
export function findEnvelope(
  { manifest }: FetchedManifest,
  digest: string,
): Result<Descriptor, NotationRefusal> | null {
  if (manifest.kind !== 'manifest') return null;
  const { artifactType, config, layers, subject } = manifest;
  const isSignature =
    artifactType === undefined
      ? config.mediaType === NOTATION_TYPE
      : artifactType === NOTATION_TYPE && (config.mediaType === EMPTY_TYPE || config.mediaType === NOTATION_TYPE);
  if (!isSignature) return null;
  if (subject?.digest !== digest) return refuse('manifest', 'it signs another subject');
  const [layer, ...others] = layers;
  return layer === undefined || others.length > 0
    ? refuse('manifest', `it has ${layers.length} layers; a signature has one`)
    : ok(layer);
}
