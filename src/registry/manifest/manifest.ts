/** @see https://github.com/opencontainers/image-spec/blob/main/descriptor.md */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** A part that the entry leaves out is empty. */
  readonly platform?: {
    readonly os: string;
    readonly architecture: string;
    readonly variant?: string;
    readonly 'os.version'?: string;
  };
  readonly urls?: readonly string[];
}

/** An entry of an index that is no descriptor, such as one whose digest is of an unknown algorithm. */
export interface UnreadableEntry {
  /** A clause that can follow "because". */
  readonly reason: string;
  /** The platform it is for, where it says so. */
  readonly platform?: NonNullable<Descriptor['platform']>;
}

/** @see https://github.com/opencontainers/image-spec/blob/main/image-index.md and Docker's manifest list v2 */
export interface ImageIndex {
  readonly kind: 'index';
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly manifests: readonly Descriptor[];
  /** What else it lists. Left out where every entry is a descriptor. */
  readonly unreadable?: readonly UnreadableEntry[];
  readonly subject?: Descriptor;
  readonly annotations: Readonly<Record<string, string>>;
}

/** @see https://github.com/opencontainers/image-spec/blob/main/manifest.md and Docker's image manifest v2, schema 2 */
export interface ImageManifest {
  readonly kind: 'manifest';
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations: Readonly<Record<string, string>>;
}

export type Manifest = ImageIndex | ImageManifest;
