import { z } from 'zod';
import { isBakeFile } from '../build-files/bake/discover-bake.js';
import { isComposeFile } from '../build-files/compose/discover-projects.js';
import { isDevcontainer } from '../build-files/devcontainer/devcontainer.js';
import { isWorkflow, nameKind } from '../build-files/file-names.js';
import { isScriptFile } from '../build-files/script/script-files.js';
import { formatRepositoryName, type RepositoryName } from '../github/event/environment.js';
import type { GitHubClient } from '../github/repository/client.js';
import { type BlobCache, blobId, type GitEntry } from '../github/repository/commit-tree.js';
import { attempt } from '../github/repository/github-error.js';
import { groupBy } from '../lib/collections.js';
import { CODEOWNERS_PATHS } from './code-owners.js';
import { query } from './list-repositories.js';

/** Content that is kept for the repositories that have the same. */
const MAX_KEPT_BYTES = 48 * 1024 * 1024;
/** GitHub cuts longer text short; such a file is read by itself. */
const MAX_BLOB_BYTES = 256 * 1024;
/** What one query asks for: GitHub ends one that takes ten seconds. */
const MAX_QUERY_BLOBS = 250;
const MAX_QUERY_BYTES = 2 * 1024 * 1024;
/** After so many in a row the server is taken not to answer such queries, and files are read one by one. */
const MAX_FAILURES = 3;

/** The tree of a repository whose files are about to be read. */
export interface ListedTree {
  readonly repository: RepositoryName;
  readonly entries: readonly GitEntry[];
}

/**
 * Content by object id, for all repositories of a survey: what is common to many is read once. The least recently used
 * is dropped first.
 */
export class BlobStore implements BlobCache {
  readonly #client: GitHubClient;
  readonly #kept = new Map<string, Uint8Array>();
  readonly #most: number;
  #bytes = 0;
  #failures = 0;

  constructor(client: GitHubClient, mostBytes: number = MAX_KEPT_BYTES) {
    this.#client = client;
    this.#most = mostBytes;
  }

  get(id: string): Uint8Array | undefined {
    const known = this.#kept.get(id);
    if (known === undefined) return undefined;
    this.#kept.delete(id);
    this.#kept.set(id, known);
    return known;
  }

  set(id: string, bytes: Uint8Array): void {
    this.#bytes += bytes.byteLength - (this.#kept.get(id)?.byteLength ?? 0);
    this.#kept.delete(id);
    this.#kept.set(id, bytes);
    for (const [oldest, content] of this.#kept) {
      if (this.#bytes <= this.#most) return;
      this.#kept.delete(oldest);
      this.#bytes -= content.byteLength;
    }
  }

  /**
   * Reads the files that are likely to be read next, many in one query. It is no more than a saving: what it can't get
   * is read by itself later, and whatever hashes to another object than the one that was asked for is dropped.
   */
  async prefetch(trees: readonly ListedTree[]): Promise<void> {
    const wanted = new Map<
      string,
      { readonly repository: RepositoryName; readonly id: string; readonly size: number }
    >();
    for (const { repository, entries } of trees) {
      for (const { path, id, size, mode } of entries) {
        if (mode === SUBMODULE || size === undefined || size > MAX_BLOB_BYTES || !OBJECT_ID.test(id)) continue;
        if (isLikelyRead(path) && !this.#kept.has(id)) wanted.set(id, { repository, id, size });
      }
    }
    let batch: (typeof wanted extends Map<string, infer V> ? V : never)[] = [];
    let bytes = 0;
    for (const one of wanted.values()) {
      if (batch.length === MAX_QUERY_BLOBS || bytes + one.size > MAX_QUERY_BYTES) {
        await this.#fetch(batch);
        batch = [];
        bytes = 0;
      }
      batch.push(one);
      bytes += one.size;
    }
    await this.#fetch(batch);
  }

  async #fetch(blobs: readonly { readonly repository: RepositoryName; readonly id: string }[]): Promise<void> {
    if (blobs.length === 0 || this.#failures >= MAX_FAILURES) return;
    const groups = [...groupBy(blobs, ({ repository }) => formatRepositoryName(repository)).values()];
    const asked = groups.map(([first, ...rest], index) => {
      const { owner, name } = first.repository;
      const objects = [first, ...rest].map(({ id }, at) => `b${at}: object(oid: "${id}") { ... on Blob { text } }`);
      return `r${index}: repository(owner: ${JSON.stringify(owner)}, name: ${JSON.stringify(name)}) { ${objects.join(' ')} }`;
    });
    const answer = await attempt({ doing: 'read build files', permission: 'contents: read' }, async () =>
      answers.parse(await query(this.#client, `query { ${asked.join(' ')} }`, {})),
    );
    this.#failures = answer.ok ? 0 : this.#failures + 1;
    if (!answer.ok) return;
    for (const [index, group] of groups.entries()) {
      for (const [at, { id }] of group.entries()) {
        const text = answer.value[`r${index}`]?.[`b${at}`]?.text;
        if (typeof text !== 'string') continue;
        const bytes = new TextEncoder().encode(text);
        if (blobId(bytes, id.length) === id) this.set(id, bytes);
      }
    }
  }
}

const SUBMODULE = '160000';
const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

const answers = z.record(
  z.string(),
  z.record(z.string(), z.object({ text: z.string().nullish() }).nullable()).nullable(),
);

/** Whether the reader of build files, or that of owners, opens a file of this path. */
function isLikelyRead(path: string): boolean {
  return (
    nameKind(path) === 'dockerfile' ||
    isWorkflow(path) ||
    isScriptFile(path) ||
    isComposeFile(path) ||
    isBakeFile(path) ||
    isDevcontainer(path) ||
    /(?:^|\/)(?:\.gitattributes|\.env)$/.test(path) ||
    CODEOWNERS_PATHS.includes(path)
  );
}
