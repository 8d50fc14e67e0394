import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { optionalField } from '../../../src/lib/collections.js';
import { digestOf } from '../../../src/references/digest.js';
import type { Descriptor } from '../../../src/registry/manifest/manifest.js';
import {
  DOCKER_CONFIG,
  DOCKER_INDEX,
  DOCKER_MANIFEST,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_MANIFEST,
} from '../../../src/registry/manifest/media-types.js';

/** A file of a layer. Without `type` it is a symbolic link if it has `link`, a directory if its path ends in `/`, else a regular file. */
export interface LayerFile {
  readonly path: string;
  readonly content?: string | Uint8Array;
  /** Permission bits with set-user-id and friends; 0o644, for directories 0o755. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly link?: string;
  readonly type?: 'file' | 'directory' | 'symlink' | 'link' | 'character-device' | 'block-device' | 'fifo';
  readonly mtime?: Date;
}

/** Content as a registry holds it: the descriptor of its root, and every manifest and blob under it. */
export interface MadeContent {
  readonly descriptor: Descriptor;
  readonly manifests: ReadonlyMap<string, { readonly mediaType: string; readonly bytes: Uint8Array }>;
  readonly blobs: ReadonlyMap<string, Uint8Array>;
}

export interface MadeLayer {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
  readonly diffId: string;
}

export interface MadeImage extends MadeContent {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly diffIds: readonly string[];
}

const EPOCH = new Date(0);

/** The bytes of a tar with these files, in this order. Same files, same bytes. */
export async function makeTar(files: readonly LayerFile[]): Promise<Buffer> {
  const archive = pack();
  for (const file of files) {
    const type = file.type ?? (file.link !== undefined ? 'symlink' : file.path.endsWith('/') ? 'directory' : 'file');
    archive.entry(
      {
        name: file.path,
        type,
        mode: file.mode ?? (type === 'link' ? modeOf(files, file.link) : type === 'directory' ? 0o755 : 0o644),
        uid: file.uid ?? 0,
        gid: file.gid ?? 0,
        mtime: file.mtime ?? EPOCH,
        ...optionalField('linkname', file.link),
      },
      type === 'file' ? Buffer.from(file.content ?? '') : '',
    );
  }
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Archivers write the file's own mode into the header of its second names. */
function modeOf(files: readonly LayerFile[], path: string | undefined): number {
  const target = files.findLast((file) => file.path === path);
  return target === undefined ? 0o644 : target.type === 'link' ? modeOf(files, target.link) : (target.mode ?? 0o644);
}

export async function makeLayer(
  files: readonly LayerFile[],
  options: { readonly compression?: 'gzip' | 'none'; readonly docker?: boolean } = {},
): Promise<MadeLayer> {
  return layerOf(await makeTar(files), options);
}

/** A layer of a tar that was made otherwise: a hostile one, for instance. */
export function layerOf(
  tar: Uint8Array,
  { compression = 'gzip', docker = false }: { readonly compression?: 'gzip' | 'none'; readonly docker?: boolean } = {},
): MadeLayer {
  const bytes = compression === 'gzip' ? gzipSync(tar) : tar;
  const suffix = compression === 'gzip' ? 'gzip' : '';
  const mediaType = docker
    ? `application/vnd.docker.image.rootfs.diff.tar${suffix && `.${suffix}`}`
    : `application/vnd.oci.image.layer.v1.tar${suffix && `+${suffix}`}`;
  return { descriptor: describe(mediaType, bytes), bytes, diffId: digestOf(tar) };
}

export interface ImageOptions {
  /** `os/architecture[/variant]`; linux/amd64. */
  readonly platform?: string;
  /** Files of each layer, or layers made otherwise. */
  readonly layers?: readonly (readonly LayerFile[] | MadeLayer)[];
  /** The `config` object: `User`, `Env`, `Entrypoint`, `Labels` … */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly created?: string;
  readonly history?: readonly Readonly<Record<string, unknown>>[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly subject?: Descriptor;
  /** Docker's media types in place of OCI's. */
  readonly docker?: boolean;
  readonly compression?: 'gzip' | 'none';
}

/** A whole image for one platform: layers, configuration, manifest. */
export async function makeImage(options: ImageOptions = {}): Promise<MadeImage> {
  const { docker = false, compression = 'gzip' } = options;
  const layers: MadeLayer[] = [];
  for (const layer of options.layers ?? [[{ path: 'etc/hostname', content: 'made\n' }]])
    layers.push('diffId' in layer ? layer : await makeLayer(layer, { compression, docker }));
  const [os = 'linux', architecture = 'amd64', variant] = (options.platform ?? 'linux/amd64').split('/');
  const configuration = json({
    architecture,
    os,
    ...optionalField('variant', variant),
    created: options.created ?? '2026-01-02T03:04:05Z',
    config: options.config ?? {},
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    history: options.history ?? layers.map(() => ({ created: options.created ?? '2026-01-02T03:04:05Z' })),
  });
  const config = describe(docker ? DOCKER_CONFIG : OCI_CONFIG, configuration);
  const blobs = new Map<string, Uint8Array>([[config.digest, configuration]]);
  for (const layer of layers) blobs.set(layer.descriptor.digest, layer.bytes);
  const made = root(
    docker ? DOCKER_MANIFEST : OCI_MANIFEST,
    {
      config,
      layers: layers.map((layer) => layer.descriptor),
      ...optionalField('subject', options.subject),
      ...optionalField('annotations', options.annotations),
    },
    blobs,
  );
  return {
    ...made,
    descriptor: { ...made.descriptor, platform: { os, architecture, ...optionalField('variant', variant) } },
    config,
    layers: layers.map((layer) => layer.descriptor),
    diffIds: layers.map((layer) => layer.diffId),
  };
}

/** An index over images (or indexes). Each entry's descriptor may be changed with `entries`, to make an index that lies. */
export function makeIndex(
  children: readonly MadeContent[],
  options: {
    readonly annotations?: Readonly<Record<string, string>>;
    readonly docker?: boolean;
    readonly subject?: Descriptor;
    readonly artifactType?: string;
    readonly entries?: readonly Descriptor[];
  } = {},
): MadeContent {
  const { docker = false, entries, ...rest } = options;
  return root(
    docker ? DOCKER_INDEX : OCI_INDEX,
    { manifests: entries ?? children.map((child) => child.descriptor), ...rest },
    new Map(children.flatMap((child) => [...child.blobs])),
    new Map(children.flatMap((child) => [...child.manifests])),
  );
}

const EMPTY = Buffer.from('{}');
const EMPTY_MEDIA_TYPE = 'application/vnd.oci.empty.v1+json';

export interface ArtifactOptions {
  /** Left out of the manifest if undefined; registries then take the config's media type. */
  readonly artifactType?: string;
  readonly subject?: Descriptor;
  readonly layers: readonly {
    readonly mediaType: string;
    readonly content: string | Uint8Array;
    readonly annotations?: Readonly<Record<string, string>>;
  }[];
  /** `{}` of the empty media type unless given: cosign's tags have an image config here. */
  readonly config?: { readonly mediaType: string; readonly content: string | Uint8Array };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A manifest whose layers are documents: signature, bundle, attestation, SBOM. */
export function makeArtifact(options: ArtifactOptions): MadeContent {
  const configBytes = Buffer.from(options.config?.content ?? EMPTY);
  const config = describe(options.config?.mediaType ?? EMPTY_MEDIA_TYPE, configBytes);
  const blobs = new Map<string, Uint8Array>([[config.digest, configBytes]]);
  const layers = options.layers.map((layer) => {
    const bytes = Buffer.from(layer.content);
    const descriptor = describe(layer.mediaType, bytes);
    blobs.set(descriptor.digest, bytes);
    return layer.annotations === undefined ? descriptor : { ...descriptor, annotations: layer.annotations };
  });
  const { artifactType, subject, annotations } = options;
  const made = root(
    OCI_MANIFEST,
    {
      ...optionalField('artifactType', artifactType),
      config,
      layers,
      ...optionalField('subject', subject),
      ...optionalField('annotations', annotations),
    },
    blobs,
  );
  return {
    ...made,
    descriptor: {
      ...made.descriptor,
      artifactType: artifactType ?? config.mediaType,
      ...optionalField('annotations', annotations),
    },
  };
}

/** What is in `content` besides its descriptor's own fields: a subject names a thing by these three. */
export function subjectOf(content: MadeContent): Descriptor {
  const { mediaType, digest, size } = content.descriptor;
  return { mediaType, digest, size };
}

/** `sha256-<hex>`: the tag under which clients keep referrers where a registry has no API for them. */
export function fallbackTag(digest: string, suffix: '' | '.sig' | '.att' | '.sbom' = ''): string {
  return `${digest.replace(':', '-')}${suffix}`;
}

/** Content whose root is exactly these bytes: a manifest that is malformed, for instance. */
export function contentOf(mediaType: string, bytes: Uint8Array): MadeContent {
  const descriptor = describe(mediaType, bytes);
  return { descriptor, manifests: new Map([[descriptor.digest, { mediaType, bytes }]]), blobs: new Map() };
}

function root(
  mediaType: string,
  body: Readonly<Record<string, unknown>>,
  blobs: ReadonlyMap<string, Uint8Array>,
  children: MadeContent['manifests'] = new Map(),
): MadeContent {
  const bytes = json({ schemaVersion: 2, mediaType, ...body });
  const descriptor = describe(mediaType, bytes);
  return { descriptor, manifests: new Map([...children, [descriptor.digest, { mediaType, bytes }]]), blobs };
}

function describe(mediaType: string, bytes: Uint8Array): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
