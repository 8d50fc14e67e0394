import { posix } from 'node:path';
import { optionalField } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';
import { plural } from '../lib/text.js';
import type { Rule } from '../rules/rule.js';
import { type Layer, problemIn, type ResolveFile } from './layer.js';
import type { PolicyProblem } from './problem.js';
import { policySchema } from './schema.js';
import { schemaProblems } from './schema-problems.js';
import { readYaml } from './yaml-document.js';

/** Key files and trusted roots that one policy may name; each may be a request to an API. */
const MAX_FILES = 64;

/** Reads each file once, however many entries name it, and no more than a policy can need. */
function limitedFiles(resolveFile: ResolveFile): ResolveFile {
  const reads = new Map<string, ReturnType<ResolveFile>>();
  return (path) => {
    const known = reads.get(path);
    if (known !== undefined) return known;
    if (reads.size >= MAX_FILES) return Promise.resolve(err(`a policy may name at most ${MAX_FILES} files`));
    const read = resolveFile(path);
    reads.set(path, read);
    return read;
  };
}

/** An organization's policy may extend another's; a longer chain would be hard to follow. */
const MAX_EXTENDS = 5;

/** `owner/repository/path@ref`, taken apart. */
export interface RemotePolicy {
  readonly owner: string;
  readonly repository: string;
  readonly path: string;
  readonly ref: string;
}

/** A policy of another repository, at the commit its ref points to. */
export interface FetchedPolicy {
  readonly text: Uint8Array | string;
  readonly commit: string;
  /** Reads further files of the same repository at the same commit. */
  readonly resolveFile: ResolveFile;
}

/** Fetches a policy of another repository. Fails with a reason that can follow "because". */
export type ResolveExtends = (target: RemotePolicy) => Promise<Result<FetchedPolicy, string>>;

export interface PolicyText {
  /** Relative to the repository's root. */
  readonly path: string;
  readonly text: Uint8Array | string;
  readonly resolveFile: ResolveFile;
  /** `owner/name`, and the commit read, where they are known. */
  readonly repository?: string;
  readonly commit?: string;
}

/** Reads a policy and what it extends. Returns the layers from the outermost base to the policy itself. */
export async function readChain(
  start: PolicyText,
  rules: readonly Rule[],
  resolveExtends: ResolveExtends,
): Promise<Result<readonly Layer[], readonly PolicyProblem[]>> {
  const schema = policySchema(rules);
  const layers: Layer[] = [];
  const seen = new Set<string>();
  let next: { source: PolicyText; name: string } | undefined = { source: start, name: start.path };
  while (next !== undefined) {
    const layer: Result<Layer, readonly PolicyProblem[]> = readLayer(next.source, next.name, schema);
    if (!layer.ok) return layer;
    layers.unshift(layer.value);
    seen.add(identityOf(next.source));
    const target: string | undefined = layer.value.file.extends;
    if (target === undefined) break;
    const refuse = (message: string, fix: string) =>
      err([problemIn(layer.value, ['extends'], { code: 'cannot-extend', message, fix })]);
    if (layers.length > MAX_EXTENDS)
      return refuse(`Policies extend each other more than ${plural(MAX_EXTENDS, 'time')}.`, 'Merge some of them.');
    const extended: Result<{ source: PolicyText; name: string }, string> = await fetchExtended(
      layer.value,
      target,
      resolveExtends,
    );
    if (!extended.ok) {
      return refuse(
        `The policy it extends, ${target}, can't be read: ${extended.error}.`,
        'Give a path in this repository, or owner/repository/path@ref; a private repository needs a token with read access.',
      );
    }
    if (seen.has(identityOf(extended.value.source)))
      return refuse(`${target} extends this policy in turn.`, 'Remove `extends` from one of them.');
    next = extended.value;
  }
  return ok(layers);
}

function identityOf({ repository, path, commit }: PolicyText): string {
  return JSON.stringify([repository, commit, path]);
}

function readLayer(
  source: PolicyText,
  name: string,
  schema: ReturnType<typeof policySchema>,
): Result<Layer, readonly PolicyProblem[]> {
  const document = readYaml(name, source.text);
  if (!document.ok) return document;
  if (document.value.value === null || document.value.value === undefined) {
    const place = document.value.place([]);
    const message = 'The policy is empty.';
    const fix = 'Start with "version: 1"; `base-image-gate policy init` generates a complete policy.';
    return err([
      { code: 'empty', severity: 'error', file: name, key: '', message, expected: 'version: 1', fix, ...place },
    ]);
  }
  const parsed = schema.safeParse(document.value.value);
  if (!parsed.success) return err(schemaProblems(parsed.error.issues, document.value, schema));
  return ok({
    name,
    path: source.path,
    document: document.value,
    file: parsed.data,
    resolveFile: limitedFiles(source.resolveFile),
    ...optionalField('repository', source.repository),
    ...optionalField('commit', source.commit),
  });
}

async function fetchExtended(
  layer: Layer,
  target: string,
  resolveExtends: ResolveExtends,
): Promise<Result<{ source: PolicyText; name: string }, string>> {
  const remote = parseRemote(target);
  if (remote !== undefined) {
    const fetched = await resolveExtends(remote);
    if (!fetched.ok) return fetched;
    const repository = `${remote.owner}/${remote.repository}`;
    return ok({ source: { ...fetched.value, path: remote.path, repository }, name: target });
  }
  const path = pathFrom(layer.path, target);
  if (path === undefined) return err('it is neither a path in this repository nor owner/repository/path@ref');
  const text = await layer.resolveFile(path);
  if (!text.ok) return text;
  const { repository, commit, resolveFile, name } = layer;
  const at = name.lastIndexOf('@');
  return ok({
    source: {
      path,
      text: text.value,
      resolveFile,
      ...optionalField('repository', repository),
      ...optionalField('commit', commit),
    },
    name:
      name === layer.path || repository === undefined ? path : `${repository}/${path}${at < 0 ? '' : name.slice(at)}`,
  });
}

/** Undefined for anything that is not `owner/repository/path@ref`. A ref may hold slashes, an owner's name may not. */
export function parseRemote(target: string): RemotePolicy | undefined {
  const at = target.indexOf('@');
  if (at < 0) return undefined;
  const [owner = '', repository = '', ...path] = target.slice(0, at).split('/');
  const ref = target.slice(at + 1);
  const named = /^[A-Za-z0-9][A-Za-z0-9-]*$/.test(owner) && /^[A-Za-z0-9._-]+$/.test(repository);
  const plain = path.length > 0 && path.every((part) => part !== '' && part !== '.' && part !== '..');
  if (!named || !plain || !/^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(ref) || ref.includes('..')) return undefined;
  return { owner, repository, path: path.join('/'), ref };
}

/** A path from the root, or from the policy's own directory where it begins with `./` or `../`; never out of the repository. */
function pathFrom(policy: string, target: string): string | undefined {
  if (target.includes('@') || target.includes('\\') || target.startsWith('/') || /^[a-z]+:/i.test(target))
    return undefined;
  const joined = /^\.\.?\//.test(target) ? posix.join(posix.dirname(policy), target) : posix.normalize(target);
  return joined === '..' || joined.startsWith('../') ? undefined : joined;
}
