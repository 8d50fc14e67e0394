import { z } from 'zod';
import { optionalField } from '../../lib/collections.js';
import { err, ok, type Result } from '../../lib/result.js';
import { misspelt, parseStrictJson } from '../../lib/strict-json.js';
import { plural, shown } from '../../lib/text.js';
import { isDigest } from '../../references/reference.js';
import { amountOf, type RegistryLimits } from '../limits.js';
import { beyondLimit, type DocumentFault, malformed, unsupportedForm } from './document-fault.js';
import type { Descriptor, Manifest, UnreadableEntry } from './manifest.js';
import { isIndexType, isManifestType, isSchema1, OCI_INDEX, OCI_MANIFEST } from './media-types.js';

/** Go writes an empty slice or map as null where a field has no `omitempty`. */
function orNull<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** Go reads null in place of a string as an empty one. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

const annotations = orNull(z.record(z.string(), text));

const platform = z
  .object({
    os: text,
    architecture: text,
    variant: orNull(z.string()),
    'os.version': orNull(z.string()),
  })
  .transform(withoutUndefined);

/** @see https://github.com/opencontainers/image-spec/blob/main/descriptor.md#properties */
const descriptor = z
  .object({
    mediaType: z.string().min(1),
    digest: z.string().refine(isDigest, 'is not a digest'),
    size: z.int().min(0),
    artifactType: orNull(z.string()),
    annotations,
    platform: orNull(platform),
    urls: orNull(z.array(z.string())),
  })
  .transform(withoutUndefined);

const DESCRIPTOR_KEYS = ['mediaType', 'digest', 'size', 'artifactType', 'annotations', 'platform', 'urls', 'data'];
const DOCUMENT_KEYS = [
  'schemaVersion',
  'mediaType',
  'artifactType',
  'config',
  'layers',
  'manifests',
  'subject',
  'annotations',
  'fsLayers',
];
const PLATFORM_KEYS = ['os', 'architecture', 'variant', 'os.version', 'os.features'];

const common = {
  schemaVersion: z.literal(2),
  artifactType: orNull(z.string()),
  subject: orNull(descriptor),
  annotations,
};
const indexDocument = z.object({ ...common, manifests: z.array(z.unknown()).nullable() });
const manifestDocument = z.object({ ...common, config: descriptor, layers: z.array(descriptor).nullable() });
const entryPlatform = z.object({ platform });

type Limits = Pick<RegistryLimits, 'manifest-bytes' | 'index-entries' | 'layers'>;

/**
 * Reads an image manifest or index of OCI or Docker v2 schema 2. `declared` is the media type that the registry's
 * `Content-Type` or the descriptor gave; the body's own `mediaType`, where it has one, must be the same. Documents
 * that two readers could read differently are refused: both kinds of content in one, doubled or misspelt keys.
 *
 * @see https://github.com/advisories/GHSA-mc8v-mgrf-8f4m what became of registries' ambiguous documents (CVE-2021-41190)
 */
export function readManifest(
  bytes: Uint8Array,
  declared: string | undefined,
  limits: Limits,
): Result<Manifest, DocumentFault> {
  if (bytes.length > limits['manifest-bytes'])
    return err(
      beyondLimit(
        'manifest-bytes',
        limits['manifest-bytes'],
        `it is larger than ${amountOf('manifest-bytes', limits['manifest-bytes'])}`,
      ),
    );
  if (declared !== undefined && isSchema1(declared)) return err(schema1());
  const json = parseStrictJson(bytes);
  if (!json.ok) return err(malformed(json.error));
  const document = json.value;
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    return err(malformed('it is not a JSON object'));

  const type = documentType(document, declared);
  if (!type.ok) return type;
  const spelling = findMisspelling(document);
  if (spelling !== undefined)
    return err(malformed(`its key ${shown(spelling)} differs only in case from a key of the format`));
  return isIndexType(type.value) ? readIndex(document, type.value, limits) : readImage(document, type.value, limits);
}

function schema1(): DocumentFault {
  return unsupportedForm(
    'Docker image manifest v2 schema 1',
    'it is a Docker manifest of schema 1, which Docker no longer supports; expected OCI or Docker v2 schema 2',
  );
}

function documentType(document: object, declared: string | undefined): Result<string, DocumentFault> {
  const written = 'mediaType' in document ? document.mediaType : undefined;
  // To programs in Go, null and an empty text are a media type that is left out.
  const own = written === null || written === '' ? undefined : written;
  if (own !== undefined && typeof own !== 'string') return err(malformed('its mediaType is not a string'));
  if (('schemaVersion' in document && document.schemaVersion === 1) || (own !== undefined && isSchema1(own)))
    return err(schema1());
  const hasManifests = 'manifests' in document;
  const hasImage = 'layers' in document || 'config' in document || 'fsLayers' in document;
  if (hasManifests && hasImage)
    return err(malformed('it has the fields of both an index and a manifest, so programs read it differently'));
  if (own !== undefined && declared !== undefined && own !== declared)
    return err(malformed(`its mediaType is ${shown(own)}, but it was announced as ${shown(declared)}`));
  const type = own ?? declared ?? (hasManifests ? OCI_INDEX : OCI_MANIFEST);
  if (!isIndexType(type) && !isManifestType(type))
    return err(
      unsupportedForm(shown(type), `its media type ${shown(type)} is neither an image manifest nor an image index`),
    );
  return ok(type);
}

function readIndex(document: object, mediaType: string, limits: Limits): Result<Manifest, DocumentFault> {
  if (
    'manifests' in document &&
    Array.isArray(document.manifests) &&
    document.manifests.length > limits['index-entries']
  )
    return err(
      beyondLimit(
        'index-entries',
        limits['index-entries'],
        `it lists more than ${plural(limits['index-entries'], 'manifest')}`,
      ),
    );
  const parsed = indexDocument.safeParse(document);
  if (!parsed.success) return err(malformed(firstIssue(parsed.error)));
  const { manifests: entries, ...rest } = parsed.data;
  const manifests: Descriptor[] = [];
  const unreadable: UnreadableEntry[] = [];
  for (const [at, entry] of (entries ?? []).entries()) {
    const read = descriptor.safeParse(entry);
    if (read.success) manifests.push(read.data);
    else unreadable.push({ reason: firstIssue(read.error, `manifests.${at}`), ...platformOfEntry(entry) });
  }
  return ok({
    kind: 'index',
    mediaType,
    manifests,
    ...(unreadable.length === 0 ? {} : { unreadable }),
    ...shared(rest),
  });
}

function platformOfEntry(entry: unknown): Pick<UnreadableEntry, 'platform'> {
  const read = entryPlatform.safeParse(entry);
  return read.success ? read.data : {};
}

function readImage(document: object, mediaType: string, limits: Limits): Result<Manifest, DocumentFault> {
  if ('layers' in document && Array.isArray(document.layers) && document.layers.length > limits.layers)
    return err(beyondLimit('layers', limits.layers, `it lists more than ${plural(limits.layers, 'layer')}`));
  const parsed = manifestDocument.safeParse(document);
  if (!parsed.success) return err(malformed(firstIssue(parsed.error)));
  const { config, layers, ...rest } = parsed.data;
  return ok({ kind: 'manifest', mediaType, config, layers: layers ?? [], ...shared(rest) });
}

function shared(rest: {
  artifactType: string | undefined;
  subject: Descriptor | undefined;
  annotations: Record<string, string> | undefined;
}) {
  return {
    annotations: rest.annotations ?? {},
    ...(rest.artifactType === undefined || rest.artifactType === '' ? {} : { artifactType: rest.artifactType }),
    ...optionalField('subject', rest.subject),
  };
}

function findMisspelling(document: object): string | undefined {
  const own = misspelt(document, DOCUMENT_KEYS);
  if (own !== undefined) return own;
  for (const key of ['config', 'subject', 'layers', 'manifests'] as const) {
    const value: unknown = Reflect.get(document, key);
    for (const item of Array.isArray(value) ? value : [value]) {
      if (typeof item !== 'object' || item === null) continue;
      const found =
        misspelt(item, DESCRIPTOR_KEYS) ??
        ('platform' in item && typeof item.platform === 'object' && item.platform !== null
          ? misspelt(item.platform, PLATFORM_KEYS)
          : undefined);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function firstIssue(error: z.ZodError, within?: string): string {
  const issue = error.issues[0];
  const place = [...(within === undefined ? [] : [within]), ...(issue?.path ?? [])].join('.');
  return `its ${shown(place || 'content')} is invalid (${issue?.message ?? 'unknown'})`;
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Leaves out what is undefined, as our optional fields are left out and never undefined. */
function withoutUndefined<T extends object>(value: T): Present<T> {
  // What is left are exactly the defined fields, which Object.fromEntries can't express.
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Present<T>;
}
