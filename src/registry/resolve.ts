import { optionalField } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';
import { plural, shown } from '../lib/text.js';
import { formatPlatform, type Platform, readablePlatforms } from '../references/platform.js';
import { formatReference, type Reference } from '../references/reference.js';
import type { FetchedManifest, ImageSource, RegistryError, Repository } from './image-source.js';
import { registryLimits } from './limits.js';
import {
  choosePlatform,
  compatiblePlatforms,
  normalPlatform,
  platformOf,
  rivalOf,
} from './manifest/choose-platform.js';
import { beyondLimit, type DocumentFault, malformed, unsupportedForm } from './manifest/document-fault.js';
import type { Descriptor, ImageManifest } from './manifest/manifest.js';
import { isImageConfigType } from './manifest/media-types.js';
import { readConfiguration } from './manifest/read-configuration.js';
import { documentError } from './registry-error.js';
import type { ResolvedImage } from './resolved-image.js';

/**
 * Pins a reference to digests for one platform: the index or manifest that its tag or digest names, the manifest that a
 * runtime would take from the index, and its configuration.
 */
export async function resolveImage(
  source: ImageSource,
  reference: Reference,
  platform: Platform,
  maxDepth: number = registryLimits()['index-depth'],
): Promise<Result<ResolvedImage, RegistryError>> {
  const repository: Repository = { registry: reference.registry, repository: reference.repository };
  const digest = await digestOfReference(source, repository, reference);
  if (!digest.ok) return digest;
  const root = await source.manifest(repository, digest.value);
  if (!root.ok) return root;
  const chosen = await choose(source, repository, root.value, platform, maxDepth);
  if (!chosen.ok) return chosen;
  const { fetched, manifest, entry } = chosen.value;

  const at = (what: string) => ({ registry: repository.registry, request: formatReference(reference), what });
  if (!isImageConfigType(manifest.config.mediaType))
    return err(documentError(noImage(manifest), at(`The manifest ${fetched.digest} of ${formatReference(reference)}`)));
  const bytes = await source.blob(repository, manifest.config, 'config');
  if (!bytes.ok) return bytes;
  const read = readConfiguration(bytes.value);
  const what = `The configuration ${manifest.config.digest} of ${formatReference(reference)}`;
  if (!read.ok) return err(documentError(read.error, at(what)));
  const fault = findDisagreement(manifest, read.value, entry, platform);
  if (fault !== undefined) return err(documentError(fault, at(what)));
  return ok({
    reference,
    repository,
    digest: root.value.digest,
    kind: root.value.manifest.kind,
    ...(root.value.manifest.kind === 'index'
      ? { index: { digest: root.value.digest, manifests: root.value.manifest.manifests } }
      : {}),
    platform: platformOfImage(read.value, entry, platform),
    manifestDigest: fetched.digest,
    manifest,
    configDigest: manifest.config.digest,
    configuration: read.value,
  });
}

async function digestOfReference(
  source: ImageSource,
  repository: Repository,
  reference: Reference,
): Promise<Result<string, RegistryError>> {
  if (reference.digest !== undefined) return ok(reference.digest);
  const resolved = await source.resolveTag(repository, reference.tag ?? 'latest');
  return resolved.ok ? ok(resolved.value.digest) : resolved;
}

interface Chosen {
  readonly fetched: FetchedManifest;
  readonly manifest: ImageManifest;
  /** The index's entry that it was chosen by; undefined for a manifest that no index lists. */
  readonly entry: Descriptor | undefined;
}

/** Goes down indexes to the platform's manifest. A digest can't be met twice but by a cycle, which is refused. */
async function choose(
  source: ImageSource,
  repository: Repository,
  root: FetchedManifest,
  platform: Platform,
  maxDepth: number,
): Promise<Result<Chosen, RegistryError>> {
  const met = new Set<string>();
  let fetched = root;
  let entry: Descriptor | undefined;
  for (;;) {
    const { manifest, digest } = fetched;
    if (manifest.kind === 'manifest') return ok({ fetched, manifest, entry });
    const fail = (fault: DocumentFault) => err(documentError(fault, at(repository, digest)));
    met.add(digest);
    if (met.size > maxDepth)
      return fail(beyondLimit('index-depth', maxDepth, `indexes are nested more than ${maxDepth} deep`));
    const next = choosePlatform(manifest.manifests, platform);
    const rival = rivalOf(manifest.unreadable ?? [], next, platform);
    if (rival !== undefined) return fail(malformed(rival.reason));
    if (next === undefined) return err(missingPlatform(repository, digest, manifest.manifests, platform));
    if (met.has(next.digest)) return fail(malformed(`it refers back to ${next.digest}`));
    const child = await source.manifest(repository, next.digest);
    if (!child.ok) return child;
    if (child.value.mediaType !== next.mediaType)
      return fail(malformed(`it lists ${next.digest} as ${shown(next.mediaType)}, but it is ${child.value.mediaType}`));
    if (child.value.bytes.length !== next.size)
      return fail(
        malformed(
          `it lists ${next.digest} with ${plural(next.size, 'byte')}, but it has ${plural(child.value.bytes.length, 'byte')}`,
        ),
      );
    fetched = child.value;
    entry = next;
  }
}

function at(repository: Repository, digest: string) {
  return {
    registry: repository.registry,
    request: `${repository.registry}/${repository.repository}@${digest}`,
    what: `The index ${repository.registry}/${repository.repository}@${digest}`,
  };
}

function missingPlatform(
  repository: Repository,
  digest: string,
  entries: readonly Descriptor[],
  platform: Platform,
): RegistryError {
  const there = [...new Set(entries.flatMap((entry) => platformOf(entry) ?? []))].filter(
    (name) => !/unknown/.test(name),
  );
  return {
    code: 'not-found',
    registry: repository.registry,
    request: `${repository.registry}/${repository.repository}@${digest}`,
    message: `The index ${repository.registry}/${repository.repository}@${digest} has no image for ${formatPlatform(platform)}; it has ${there.slice(0, 20).join(', ') || 'no platform'}.`,
    fix: 'Set the platforms that are built in the policy (`platforms`), or use an image that has this one.',
    platforms: readablePlatforms(there),
  };
}

function noImage(manifest: ImageManifest): DocumentFault {
  const type = shown(manifest.artifactType ?? manifest.config.mediaType);
  return unsupportedForm(`artifact of type ${type}`, `it is an artifact of type ${type}; expected an image`);
}

/** A configuration without an architecture is taken for the requested platform by both Docker and containerd. */
function platformOfImage(
  { os, architecture, variant }: ResolvedImage['configuration'],
  entry: Descriptor | undefined,
  wanted: Platform,
): string {
  if (architecture === '') return (entry && platformOf(entry)) ?? formatPlatform(wanted);
  return normalPlatform({ os, architecture, ...optionalField('variant', variant) }) ?? `${os}/${architecture}`;
}

/** What the configuration says must be what the manifest and the index say: else one of them is about another image. */
function findDisagreement(
  manifest: ImageManifest,
  configuration: ResolvedImage['configuration'],
  entry: Descriptor | undefined,
  wanted: Platform,
): DocumentFault | undefined {
  if (configuration.diffIds.length !== manifest.layers.length)
    return malformed(
      `it lists ${plural(configuration.diffIds.length, 'layer')}, but its manifest lists ${manifest.layers.length}`,
    );
  // An entry without a platform is matched by its configuration, which must then name one.
  if (configuration.architecture === '' && (entry === undefined || entry.platform !== undefined)) return undefined;
  const own = normalPlatform(configuration);
  // A runtime reads the configuration then, and passes over what is for another: so this is not what it takes.
  if (entry !== undefined && entry.platform === undefined && !compatiblePlatforms(wanted).includes(own ?? '')) {
    const { os, architecture } = configuration;
    const other = own ?? shown(`${os}/${architecture}`);
    return malformed(`it is for ${other}, which the index does not say; expected ${formatPlatform(wanted)}`);
  }
  const listed = entry === undefined ? undefined : platformOf(entry);
  if (listed === undefined || listed === own) return undefined;
  const { os, architecture } = configuration;
  // A configuration may leave out the variant that the index names: many builders write it only to the index.
  const withoutVariant = normalPlatform({ os, architecture, ...variantOf(entry) });
  if (configuration.variant === undefined && withoutVariant === listed) return undefined;
  return malformed(`it is for ${own ?? shown(`${os}/${architecture}`)}, but the index lists it as ${listed}`);
}

function variantOf(entry: Descriptor | undefined): { readonly variant?: string } {
  const variant = entry?.platform?.variant;
  return variant === undefined ? {} : { variant };
}
