import { type ComposeEntry, type ComposeMap, type ComposeNode, isNull, type NodePlace, textAt } from './node.js';

/** What can't be merged, in a sentence. */
export interface MergeError {
  readonly at: NodePlace;
  readonly message: string;
}

/** Notes what can't be merged. */
export type OnMergeError = (error: MergeError) => void;

/** The fields of a service that decide what is built or run; of the others, the later one stands. */
const MERGED_FIELDS = new Set(['build', 'environment', 'extends', 'pre_start', 'profiles', 'volumes']);
const KEYED_LISTS = new Set(['build.args', 'build.additional_contexts', 'environment']);

/**
 * Takes away from `base` what the later document marks with `!reset` or `!override`.
 *
 * @see https://docs.docker.com/reference/compose-file/merge/#reset-value
 */
export function withoutReplaced(base: ComposeMap, later: ComposeMap): ComposeMap {
  const entries = new Map<string, ComposeEntry>();
  for (const [name, kept] of base.entries) {
    if (later.replaced.has(name)) continue;
    const over = later.entries.get(name)?.value;
    const value = kept.value.kind === 'map' && over?.kind === 'map' ? withoutReplaced(kept.value, over) : kept.value;
    entries.set(name, { ...kept, value });
  }
  return { ...base, entries };
}

/**
 * A service of a later file over the one before, or over the one that it extends: arguments and contexts by name, lists
 * appended without what is there already, all else replaced; a null replaces nothing.
 *
 * @see https://docs.docker.com/reference/compose-file/merge/
 * @see https://github.com/compose-spec/compose-go/blob/v2.16.2/override/merge.go
 */
export function mergeService(base: ComposeNode, over: ComposeNode, onError: OnMergeError): ComposeNode {
  if (isNull(over)) return base;
  if (base.kind !== 'map' || over.kind !== 'map') {
    if (!isNull(base)) onError({ at: over.at, message: 'A service is not a map.' });
    return over;
  }
  const entries = new Map(base.entries);
  for (const [name, later] of over.entries) {
    const earlier = entries.get(name);
    if (earlier === undefined || !MERGED_FIELDS.has(name)) {
      if (earlier === undefined || !isNull(later.value)) entries.set(name, later);
    } else {
      const value = mergeField(earlier.value, later.value, [name], onError);
      entries.set(name, { at: earlier.at, value });
    }
  }
  return { ...base, entries };
}

function mergeField(base: ComposeNode, over: ComposeNode, path: readonly string[], onError: OnMergeError): ComposeNode {
  const name = path.join('.');
  if (KEYED_LISTS.has(name)) return mergeKeyed(base, over, onError);
  if (name === 'build') return mergeMaps(asBuild(base), asBuild(over), path, onError);
  if (isNull(over)) return base;
  if (base.kind === 'scalar') return over;
  if (base.kind === 'map' && over.kind === 'map') return mergeMaps(base, over, path, onError);
  if (base.kind === 'list' && over.kind === 'list') return { ...base, items: appended(base.items, over.items) };
  onError({ at: over.at, message: `A value of another type can't override ${name}.` });
  return over;
}

function mergeMaps(base: ComposeNode, over: ComposeNode, path: readonly string[], onError: OnMergeError): ComposeNode {
  if (base.kind !== 'map') return over;
  if (over.kind !== 'map') return base;
  const entries = new Map(base.entries);
  for (const [name, later] of over.entries) {
    const earlier = entries.get(name);
    if (earlier === undefined) entries.set(name, later);
    else entries.set(name, { at: earlier.at, value: mergeField(earlier.value, later.value, [...path, name], onError) });
  }
  return { ...base, entries };
}

/** `build: directory` is short for its context. */
export function asBuild(node: ComposeNode): ComposeNode {
  if (node.kind !== 'scalar' || node.type !== 'string') return node;
  return {
    kind: 'map',
    entries: new Map([['context', { value: node, at: node.at }]]),
    replaced: new Set(),
    at: node.at,
  };
}

/** Both as lists of `NAME=value`; the last entry of a name counts, where the first one stands. */
function mergeKeyed(base: ComposeNode, over: ComposeNode, onError: OnMergeError): ComposeNode {
  const items = new Map<string, ComposeNode>();
  for (const item of [...asList(base), ...asList(over)]) {
    if (item.kind === 'scalar' && item.type === 'string') items.set(item.text.split('=', 1)[0] ?? '', item);
    else onError({ at: item.at, message: 'An item of a list of NAME=value is not a string.' });
  }
  return { kind: 'list', items: [...items.values()], at: over.at };
}

function asList(node: ComposeNode): readonly ComposeNode[] {
  if (node.kind === 'list') return node.items;
  if (node.kind === 'scalar') return node.type === 'string' ? [node] : [];
  return [...node.entries].flatMap(([name, { value, at }]) => {
    if (isNull(value)) return [textAt(at, name)];
    if (value.kind === 'scalar') return [textAt(value.at, `${name}=${value.text}`, value)];
    return value.kind === 'list'
      ? value.items.map((item) => (item.kind === 'scalar' ? textAt(item.at, `${name}=${item.text}`, item) : item))
      : [value];
  });
}

function appended(base: readonly ComposeNode[], over: readonly ComposeNode[]): readonly ComposeNode[] {
  const seen = new Set(base.map(fingerprint));
  const added = over.filter((item) => {
    const mark = fingerprint(item);
    if (seen.has(mark)) return false;
    seen.add(mark);
    return true;
  });
  return [...base, ...added];
}

/** Equal where Compose finds two values equal. */
export function fingerprint(node: ComposeNode): string {
  if (node.kind === 'scalar') return `${node.type}:${JSON.stringify(node.text)}`;
  if (node.kind === 'list') return `[${node.items.map(fingerprint).join()}]`;
  const pairs = [...node.entries].map(([name, { value }]) => `${JSON.stringify(name)}:${fingerprint(value)}`);
  return `{${pairs.sort().join()}}`;
}
