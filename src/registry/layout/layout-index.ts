import { optionalField } from '../../lib/collections.js';
import { err, ok, type Result } from '../../lib/result.js';
import { plural } from '../../lib/text.js';
import { referrersTag } from '../../references/digest.js';
import { parseReference, repositoryName } from '../../references/reference.js';
import type { FetchedManifest, Referrers, RegistryError, Repository } from '../image-source.js';
import { type RegistryLimits, raiseLimit } from '../limits.js';
import type { Descriptor } from '../manifest/manifest.js';
import { isIndexType, isManifestType } from '../manifest/media-types.js';
import type { OpenLayout } from './open-layout.js';

const REF_NAME = 'org.opencontainers.image.ref.name';
/** containerd and BuildKit keep the full name here, and the bare tag in REF_NAME. @see https://github.com/containerd/containerd/blob/main/core/images/annotations.go */
const CONTAINERD_NAME = 'io.containerd.image.name';

/**
 * What the entries of a layout's `index.json` name and what they refer to. Names are sorted when the first is looked up;
 * manifests are read when referrers are first looked up, each once. A layout of N images then costs N reads, however
 * many lookups follow.
 */
export class LayoutIndex {
  readonly #layout: OpenLayout;
  readonly #limits: Pick<RegistryLimits, 'referrers'>;
  #names: Promise<Result<Names, RegistryError>> | undefined;
  #subjects: Promise<Result<Subjects, RegistryError>> | undefined;

  constructor(layout: OpenLayout, limits: Pick<RegistryLimits, 'referrers'>) {
    this.#layout = layout;
    this.#limits = limits;
  }

  /**
   * What a tag names: an entry with the full name, else one with the bare tag. Fails with `not-found`, and with
   * `malformed` where two entries of the name have different digests, which is an error and not a choice.
   */
  async tag(repository: Repository, tag: string): Promise<Result<Descriptor, RegistryError>> {
    const names = await this.#readNames();
    if (!names.ok) return names;
    const full = tagsOf(names.value, repository).flatMap((tags) => tags.get(tag) ?? []);
    const [first, ...others] = full.length > 0 ? full : (names.value.bare.get(tag) ?? []);
    const { path } = this.#layout;
    const name = `${repositoryName(repository)}:${tag}`;
    const at = { registry: repository.registry, request: `${path}/index.json` };
    if (first === undefined)
      return err({
        ...at,
        code: 'not-found',
        message: `The image layout ${path} has no ${name}.`,
        fix: `Give an image in its index.json this name in the annotation ${REF_NAME}, or use another tag.`,
      });
    if (others.some((entry) => entry.digest !== first.digest))
      return err({
        ...at,
        code: 'malformed',
        message: `The image layout ${path} gives the name ${name} to several images.`,
        fix: `Keep the annotation ${REF_NAME} with that name on only one entry of its index.json.`,
      });
    return ok(first);
  }

  /** The tags that `tag` finds for a repository. */
  async tags(repository: Repository): Promise<Result<readonly string[], RegistryError>> {
    const names = await this.#readNames();
    if (!names.ok) return names;
    const found = [...tagsOf(names.value, repository), names.value.bare].flatMap((tags) => [...tags.keys()]);
    return ok([...new Set(found)]);
  }

  /**
   * What refers to `digest`: every manifest of index.json whose `subject` it is, and what the fallback tag `sha256-<hex>`
   * lists. Fails where any manifest of index.json can't be read, since it may refer to this digest.
   *
   * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
   */
  async referrers(repository: Repository, digest: string): Promise<Result<Referrers, RegistryError>> {
    this.#subjects ??= this.#readSubjects();
    const subjects = await this.#subjects;
    if (!subjects.ok) return subjects;
    const found = new Map(subjects.value.get(digest)?.map((entry) => [entry.digest, entry]));
    const tagged = await this.tag(repository, referrersTag(digest));
    if (!tagged.ok && tagged.error.code !== 'not-found') return tagged;
    if (tagged.ok) {
      const list = await this.#layout.manifest(tagged.value.digest);
      if (!list.ok) return list;
      const listed = list.value.manifest.kind === 'index' ? list.value.manifest.manifests : [];
      for (const entry of listed) if (!found.has(entry.digest)) found.set(entry.digest, entry);
    }
    if (found.size > this.#limits.referrers)
      return err({
        code: 'limit',
        registry: repository.registry,
        request: `${this.#layout.path}/index.json`,
        message: `${digest} has more than ${plural(this.#limits.referrers, 'referrer')} in the image layout ${this.#layout.path} (limit referrers).`,
        fix: raiseLimit('referrers', this.#limits.referrers),
        limit: 'referrers',
      });
    return ok({ via: 'layout', descriptors: [...found.values()], unreadable: [] });
  }

  #readNames(): Promise<Result<Names, RegistryError>> {
    this.#names ??= this.#layout.entries().then((entries) => (entries.ok ? ok(namesOf(entries.value)) : entries));
    return this.#names;
  }

  async #readSubjects(): Promise<Result<Subjects, RegistryError>> {
    const entries = await this.#layout.entries();
    if (!entries.ok) return entries;
    const manifests = entries.value.filter(({ mediaType }) => isIndexType(mediaType) || isManifestType(mediaType));
    const subjects = new Map<string, Descriptor[]>();
    for (const digest of new Set(manifests.map((entry) => entry.digest))) {
      // Read without being kept: an index may list more manifests than memory holds.
      const fetched = await this.#layout.readManifest(digest);
      if (!fetched.ok) return fetched;
      const subject = fetched.value.manifest.subject?.digest;
      if (subject !== undefined) listUnder(subjects, subject, referrer(fetched.value));
    }
    return ok(subjects);
  }
}

/** What refers to a digest, by that digest. */
type Subjects = ReadonlyMap<string, readonly Descriptor[]>;

/** Entries by tag. */
type Tags = Map<string, Descriptor[]>;

interface Names {
  /** By `registry/repository`, as references are normalized. */
  readonly references: ReadonlyMap<string, Tags>;
  /** By the repository as it is written, which then holds for any registry. */
  readonly repositories: ReadonlyMap<string, Tags>;
  /** Tags that hold for any repository. */
  readonly bare: Tags;
}

function namesOf(entries: readonly Descriptor[]): Names {
  const references = new Map<string, Tags>();
  const repositories = new Map<string, Tags>();
  const bare: Tags = new Map();
  for (const entry of entries) {
    const refName = entry.annotations?.[REF_NAME];
    const containerdName = entry.annotations?.[CONTAINERD_NAME];
    for (const name of new Set([containerdName, refName])) {
      if (name === undefined) continue;
      if (!/[:/]/.test(name)) {
        if (containerdName === undefined) listUnder(bare, name, entry);
        continue;
      }
      const colon = name.lastIndexOf(':');
      if (colon >= 0) listTag(repositories, name.slice(0, colon), name.slice(colon + 1), entry);
      const parsed = parseReference(name);
      if (!parsed.ok || parsed.value.digest !== undefined || parsed.value.tag === undefined) continue;
      listTag(references, repositoryName(parsed.value), parsed.value.tag, entry);
    }
  }
  return { references, repositories, bare };
}

function listTag(names: Map<string, Tags>, name: string, tag: string, entry: Descriptor): void {
  const tags: Tags = names.get(name) ?? new Map();
  names.set(name, tags);
  listUnder(tags, tag, entry);
}

function listUnder(lists: Map<string, Descriptor[]>, key: string, entry: Descriptor): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [entry]);
  else list.push(entry);
}

function tagsOf({ references, repositories }: Names, repository: Repository): readonly Tags[] {
  return [references.get(repositoryName(repository)), repositories.get(repository.repository)].filter(
    (tags) => tags !== undefined,
  );
}

/** As a registry lists it: the artifact's type and annotations are the manifest's own. */
function referrer({ manifest, mediaType, digest, bytes }: FetchedManifest): Descriptor {
  const artifactType = manifest.artifactType ?? (manifest.kind === 'manifest' ? manifest.config.mediaType : undefined);
  return {
    mediaType,
    digest,
    size: bytes.length,
    annotations: manifest.annotations,
    ...optionalField('artifactType', artifactType),
  };
}
