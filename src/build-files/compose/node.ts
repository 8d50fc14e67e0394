import type { SourceRange } from '../image-use.js';
import { LITERAL, type UnsetVariables } from './interpolation.js';
import type { ScalarValue } from './scalar.js';

/** Where a node stands. */
export interface NodePlace extends SourceRange {
  readonly file: string;
}

/** A value of a Compose file: typed, interpolated, anchors and merge keys resolved. Never changed once it is made. */
export type ComposeNode = ComposeMap | ComposeList | ComposeScalar;

export interface ComposeScalar extends ScalarValue, UnsetVariables {
  readonly kind: 'scalar';
  readonly at: NodePlace;
}

export interface ComposeList {
  readonly kind: 'list';
  readonly items: readonly ComposeNode[];
  readonly at: NodePlace;
}

export interface ComposeMap {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, ComposeEntry>;
  /** Keys that `!reset` or `!override` takes away from what the map is merged into. */
  readonly replaced: ReadonlySet<string>;
  readonly at: NodePlace;
}

export interface ComposeEntry {
  readonly value: ComposeNode;
  /** Where its key stands. */
  readonly at: NodePlace;
}

/** The value of a key; undefined where the node is no map, or has none. */
export function entry(node: ComposeNode | undefined, key: string): ComposeNode | undefined {
  return node?.kind === 'map' ? node.entries.get(key)?.value : undefined;
}

/** Whether a node says nothing. */
export function isNull(node: ComposeNode | undefined): boolean {
  return node === undefined || (node.kind === 'scalar' && node.type === 'null');
}

/** A text; undefined where the node is not one: a number is no text. */
export function textOf(node: ComposeNode | undefined): string | undefined {
  return node?.kind === 'scalar' && node.type === 'string' ? node.text : undefined;
}

/** A map of entries that stands where another node does. */
export function mapAt(at: NodePlace, entries: ReadonlyMap<string, ComposeEntry>): ComposeMap {
  return { kind: 'map', entries, replaced: new Set(), at };
}

/** A text that stands where another node does, decided by the variables that decide that. */
export function textAt(at: NodePlace, text: string, { open, defaulted }: UnsetVariables = LITERAL): ComposeScalar {
  return { kind: 'scalar', type: 'string', text, open, defaulted, at };
}
