import type { Alias, LineCounter, Node, Pair, ParsedNode, Scalar, YAMLMap } from 'yaml';
import { YamlRefusal } from '../yaml-refusal.js';
import { interpolate, LITERAL, type Variables } from './interpolation.js';
import type { ComposeEntry, ComposeMap, ComposeNode, NodePlace } from './node.js';
import { plainScalar, type ScalarValue } from './scalar.js';

/** Nodes of one file, as many as Compose itself visits. */
const MAX_NODES = 100_000;
/** How deep nodes may nest. */
const MAX_DEPTH = 200;
/** Nodes of one file where every alias is written out, against aliases that multiply each other. */
const MAX_WRITTEN_OUT = 1_000_000;
/** All texts of one file after interpolation. */
const MAX_TEXT = 8 * 1024 * 1024;

/** Why a file is refused, and where. */
export interface DocumentError {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** The documents of a file, which Compose merges in their order, or why it has none. */
export type DocumentsReading =
  | { readonly ok: true; readonly documents: readonly ComposeNode[] }
  | { readonly ok: false; readonly error: DocumentError };

/**
 * Reads the YAML of a Compose file as Compose does: scalars are typed, then texts are interpolated; keys are not. Merge
 * keys are shallow, and equal keys are an error.
 *
 * @see https://github.com/compose-spec/compose-go/blob/v2.16.2/loader/loader.go `loadYamlFile`
 */
export async function readDocuments(file: string, bytes: Uint8Array, variables: Variables): Promise<DocumentsReading> {
  const { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocuments } = await import('../yaml-library.js');
  const lines = new LineCounter();
  const text = new TextDecoder('utf-8').decode(bytes);
  const failure = (offset: number, message: string): DocumentsReading => {
    const { line, col } = lines.linePos(offset);
    return { ok: false, error: { line: Math.max(line, 1), column: Math.max(col, 1), message } };
  };
  try {
    const parsed = parseDocuments(text, lines, { schema: 'failsafe' });
    if ('error' in parsed)
      return failure(parsed.error.offset, `it is not valid YAML: ${firstLine(parsed.error.message)}`);
    const documents: ComposeNode[] = [];
    const converter = new Converter({ isAlias, isMap, isScalar, isSeq }, file, variables, lines);
    for (const document of parsed.documents) {
      documents.push(converter.document(document.contents, (alias) => alias.resolve(document)));
    }
    return { ok: true, documents };
  } catch (error) {
    if (error instanceof YamlRefusal) return failure(error.offset, error.message);
    // The library overflows the stack on text that nests deep enough.
    if (error instanceof RangeError) return failure(0, 'it is nested too deeply to be read');
    throw error;
  }
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? '';
}

type Library = Pick<typeof import('../yaml-library.js'), 'isAlias' | 'isMap' | 'isScalar' | 'isSeq'>;
type Resolve = (alias: Alias) => Node | undefined;

/** Where in a document the conversion is. */
interface Position {
  readonly resolve: Resolve;
  readonly depth: number;
  /** Within `!override`, Compose looks at no tags. */
  readonly overridden: boolean;
}

class Converter {
  readonly #yaml: Library;
  readonly #file: string;
  readonly #variables: Variables;
  readonly #lines: LineCounter;
  /** What an anchor stands for is read once; null while it is. */
  readonly #known = new Map<Node, ComposeNode | null>();
  /** How many nodes each has where its aliases are written out. */
  readonly #sizes = new Map<ComposeNode, number>();
  #nodes = 0;
  #text = 0;

  constructor(yaml: Library, file: string, variables: Variables, lines: LineCounter) {
    this.#yaml = yaml;
    this.#file = file;
    this.#variables = variables;
    this.#lines = lines;
  }

  document(contents: ParsedNode | null, resolve: Resolve): ComposeNode {
    return contents === null ? this.#nothing(0) : this.#convert(contents, { resolve, depth: 0, overridden: false });
  }

  #convert(node: Node, position: Position): ComposeNode {
    const target = this.#yaml.isAlias(node) ? position.resolve(node) : node;
    if (target === undefined) throw new YamlRefusal(offsetOf(node), 'it has an alias without an anchor');
    const known = this.#known.get(target);
    if (known === null) throw new YamlRefusal(offsetOf(node), 'an anchor contains itself');
    if (known !== undefined) return known;
    if (++this.#nodes > MAX_NODES) throw new YamlRefusal(offsetOf(node), `it has more than ${MAX_NODES} nodes`);
    if (position.depth > MAX_DEPTH)
      throw new YamlRefusal(offsetOf(node), `it nests more than ${MAX_DEPTH} levels deep`);
    this.#known.set(target, null);
    const converted = this.#convertTarget(target, position);
    this.#known.set(target, converted);
    this.#measure(node, converted);
    return converted;
  }

  #measure(node: Node, converted: ComposeNode): void {
    const children =
      converted.kind === 'map'
        ? [...converted.entries.values()].map(({ value }) => value)
        : converted.kind === 'list'
          ? converted.items
          : [];
    const size = children.reduce((sum, child) => sum + (this.#sizes.get(child) ?? 1), 1);
    if (size > MAX_WRITTEN_OUT) throw new YamlRefusal(offsetOf(node), 'its aliases expand it too far');
    this.#sizes.set(converted, size);
  }

  #convertTarget(node: Node, position: Position): ComposeNode {
    const at = this.#place(node);
    if (this.#yaml.isMap(node)) return this.#map(node, at, position);
    if (this.#yaml.isSeq(node)) {
      const items: ComposeNode[] = [];
      for (const item of node.items) {
        if (!isNode(item) || (tagOf(item) === '!reset' && !position.overridden)) continue;
        items.push(this.#convert(item, deeper(position)));
      }
      return { kind: 'list', items, at };
    }
    if (!this.#yaml.isScalar(node)) throw new YamlRefusal(offsetOf(node), 'it has a node of an unknown kind');
    const value = scalarOf(node);
    if (value.type !== 'string') return { kind: 'scalar', ...value, ...LITERAL, at };
    const interpolated = interpolate(value.text, this.#variables);
    if (interpolated === undefined) {
      throw new YamlRefusal(
        offsetOf(node),
        'it has a "$" that is not a valid interpolation (write "$$" for a literal one)',
      );
    }
    this.#text += interpolated.text.length;
    if (this.#text > MAX_TEXT)
      throw new YamlRefusal(offsetOf(node), `its values have more than ${MAX_TEXT} characters`);
    return { kind: 'scalar', type: 'string', ...interpolated, at };
  }

  #map(node: YAMLMap, at: NodePlace, position: Position): ComposeMap {
    const entries = new Map<string, ComposeEntry>();
    const replaced = new Set<string>();
    const merged: ComposeMap[] = [];
    for (const pair of node.items) {
      const { key, value } = this.#pair(pair, node, position.resolve);
      if (isMergeKey(key)) {
        merged.push(...this.#mergeSources(value, node, position));
        continue;
      }
      const name = this.#keyName(key);
      const tag = position.overridden ? undefined : this.#tag(value, position.resolve);
      if (tag === '!reset' || tag === '!override') replaced.add(name);
      if (tag === '!reset') continue;
      const inside = { ...deeper(position), overridden: position.overridden || tag === '!override' };
      const converted = value === undefined ? this.#nothing(endOf(key)) : this.#convert(value, inside);
      entries.set(name, { value: converted, at: this.#place(key) });
    }
    for (const source of merged) {
      for (const [name, inherited] of source.entries) {
        if (!entries.has(name)) entries.set(name, inherited);
      }
      for (const name of source.replaced) replaced.add(name);
    }
    this.#nodes += entries.size;
    return { kind: 'map', entries, replaced, at };
  }

  #pair(pair: Pair<unknown, unknown>, map: YAMLMap, resolve: Resolve): { key: Scalar; value: Node | undefined } {
    const written = isNode(pair.key) ? pair.key : undefined;
    const key = written !== undefined && this.#yaml.isAlias(written) ? resolve(written) : written;
    if (key === undefined || !this.#yaml.isScalar(key))
      throw new YamlRefusal(offsetOf(map), 'it has a key that is not a string');
    return { key, value: isNode(pair.value) ? pair.value : undefined };
  }

  #keyName(key: Scalar): string {
    const { type, text } = scalarOf(key);
    if (type !== 'string')
      throw new YamlRefusal(offsetOf(key), `it has the key ${text}, which is not a string (quote it)`);
    return text;
  }

  #tag(value: Node | undefined, resolve: Resolve): string | undefined {
    if (value === undefined) return undefined;
    return tagOf(this.#yaml.isAlias(value) ? resolve(value) : value);
  }

  #mergeSources(value: Node | undefined, map: YAMLMap, position: Position): readonly ComposeMap[] {
    const source = value === undefined ? undefined : this.#convert(value, deeper(position));
    if (source?.kind === 'map') return [source];
    const sources = source?.kind === 'list' ? source.items : [];
    const maps = sources.filter((item) => item.kind === 'map');
    if (source?.kind === 'list' && maps.length === sources.length) return maps;
    throw new YamlRefusal(offsetOf(map), 'it has a merge key "<<" whose value is not a map');
  }

  #nothing(offset: number): ComposeNode {
    const { line, col } = this.#lines.linePos(offset);
    const place = { line: Math.max(line, 1), column: Math.max(col, 1) };
    const at = { file: this.#file, ...place, endLine: place.line, endColumn: place.column };
    return { kind: 'scalar', type: 'null', text: '', ...LITERAL, at };
  }

  #place(node: Node): NodePlace {
    const from = this.#lines.linePos(offsetOf(node));
    const to = this.#lines.linePos(endOf(node));
    return {
      file: this.#file,
      line: Math.max(from.line, 1),
      column: Math.max(from.col, 1),
      endLine: Math.max(to.line, 1),
      endColumn: Math.max(to.col, 1),
    };
  }
}

function deeper(position: Position): Position {
  return { ...position, depth: position.depth + 1 };
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'range' in value;
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function endOf(node: Node): number {
  return node.range?.[1] ?? 0;
}

function tagOf(node: Node | undefined): string | undefined {
  return node !== undefined && 'tag' in node ? node.tag : undefined;
}

function isMergeKey(key: Scalar): boolean {
  return (
    key.type === 'PLAIN' && key.source === '<<' && (key.tag === undefined || key.tag === 'tag:yaml.org,2002:merge')
  );
}

const STRING_TAG = 'tag:yaml.org,2002:str';
const TYPED_TAG = /^tag:yaml\.org,2002:(?:bool|int|float|null|timestamp)$/;

/** Its type and text: by its tag, else a plain scalar by what it looks like; all others are texts. */
function scalarOf(node: Scalar): ScalarValue {
  const text = typeof node.value === 'string' ? node.value : '';
  const isPlain = node.type === 'PLAIN' || node.type === undefined;
  const { tag } = node;
  if (tag === STRING_TAG) return { type: 'string', text };
  if (tag === undefined ? isPlain : TYPED_TAG.test(tag)) return plainScalar(text);
  return { type: 'string', text };
}
