import type { Decimal } from './decimal.js';

/**
 * The type of a value, as HCL's `cty` has them.
 *
 * @see https://github.com/zclconf/go-cty/blob/main/docs/types.md
 */
export type Type =
  | 'string'
  | 'number'
  | 'bool'
  /** Any: the type of a `null` that nothing is known of. */
  | 'dynamic'
  | { readonly kind: 'list' | 'set' | 'map'; readonly element: Type }
  | { readonly kind: 'tuple'; readonly items: readonly Type[] }
  | {
      readonly kind: 'object';
      readonly attributes: ReadonlyMap<string, Type>;
      readonly optional?: ReadonlySet<string>;
    };

/** What decides a value that is not known without a run. */
export interface Cause {
  readonly decidedBy: string;
  readonly line: number;
  /** The variables that it names. */
  readonly variables?: readonly string[];
}

export type Value =
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly number: Decimal }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'null'; readonly type: Type }
  | { readonly kind: 'tuple'; readonly items: readonly Value[] }
  /** A set's elements are distinct and in order. */
  | { readonly kind: 'list' | 'set'; readonly element: Type; readonly items: readonly Value[] }
  /** Entries in the order of their keys. */
  | { readonly kind: 'object'; readonly entries: ReadonlyMap<string, Value> }
  | { readonly kind: 'map'; readonly element: Type; readonly entries: ReadonlyMap<string, Value> }
  | { readonly kind: 'unknown'; readonly cause: Cause };

export const NULL: Value = { kind: 'null', type: 'dynamic' };
export const TRUE: Value = { kind: 'bool', value: true };
export const FALSE: Value = { kind: 'bool', value: false };

/** A text; `cty` keeps all of them in Unicode's normal form C. */
export function textValue(text: string): Value {
  return { kind: 'string', text: text.normalize('NFC') };
}

export function boolValue(value: boolean): Value {
  return value ? TRUE : FALSE;
}

export function numberValue(number: Decimal): Value {
  return { kind: 'number', number };
}

export function tupleValue(items: readonly Value[]): Value {
  return { kind: 'tuple', items };
}

/** An object of entries in any order. */
export function objectValue(entries: Iterable<readonly [string, Value]>): Value {
  return { kind: 'object', entries: ordered(entries) };
}

export function ordered(entries: Iterable<readonly [string, Value]>): ReadonlyMap<string, Value> {
  return new Map([...new Map(entries)].sort(([a], [b]) => compareTexts(a, b)));
}

/** In the order of UTF-8 bytes, as Go sorts. */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    // Surrogates are of code points behind all that UTF-16 has in one unit.
    if (left !== right) return isSurrogate(left) === isSurrogate(right) ? left - right : isSurrogate(left) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

export function typeOf(value: Value): Type {
  switch (value.kind) {
    case 'string':
    case 'number':
    case 'bool':
      return value.kind;
    case 'null':
      return value.type;
    case 'unknown':
      return 'dynamic';
    case 'tuple':
      return { kind: 'tuple', items: value.items.map(typeOf) };
    case 'list':
    case 'set':
    case 'map':
      return { kind: value.kind, element: value.element };
    case 'object':
      return { kind: 'object', attributes: new Map([...value.entries].map(([name, entry]) => [name, typeOf(entry)])) };
  }
}

export function sameType(left: Type, right: Type): boolean {
  if (typeof left === 'string' || typeof right === 'string') return left === right;
  if (left.kind === 'tuple' && right.kind === 'tuple')
    return (
      left.items.length === right.items.length &&
      left.items.every((item, index) => sameType(item, right.items[index] ?? 'dynamic'))
    );
  if (left.kind === 'object' && right.kind === 'object')
    return (
      left.attributes.size === right.attributes.size &&
      [...left.attributes].every(([name, type]) => {
        const other = right.attributes.get(name);
        return other !== undefined && sameType(type, other);
      })
    );
  if (left.kind === 'tuple' || left.kind === 'object' || right.kind === 'tuple' || right.kind === 'object')
    return false;
  return left.kind === right.kind && sameType(left.element, right.element);
}

/** A type as HCL's messages name it. */
export function typeName(type: Type): string {
  if (typeof type === 'string') return type === 'dynamic' ? 'any type' : type;
  if (type.kind === 'tuple' || type.kind === 'object') return type.kind;
  return `${type.kind} of ${typeName(type.element)}`;
}

/** The first thing not known in a value, however deep; undefined where all is. */
export function unknownIn(value: Value): Cause | undefined {
  if (value.kind === 'unknown') return value.cause;
  for (const item of elementsOf(value)) {
    const cause = unknownIn(item);
    if (cause !== undefined) return cause;
  }
  return undefined;
}

/** The elements of a sequence, or the values of a map or an object; none of anything else. */
export function elementsOf(value: Value): readonly Value[] {
  if ('items' in value) return value.items;
  return 'entries' in value ? [...value.entries.values()] : [];
}

/** Whether two values are equal and of the same type. */
export function sameValue(left: Value, right: Value): boolean {
  if (left.kind === 'null' || right.kind === 'null') return left.kind === right.kind;
  if (left.kind === 'string') return right.kind === 'string' && left.text === right.text;
  if (left.kind === 'bool') return right.kind === 'bool' && left.value === right.value;
  if (left.kind === 'number')
    return (
      right.kind === 'number' && left.number.digits === right.number.digits && left.number.scale === right.number.scale
    );
  if ('items' in left)
    return (
      'items' in right &&
      left.kind === right.kind &&
      left.items.length === right.items.length &&
      left.items.every((item, index) => {
        const other = right.items[index];
        return other !== undefined && sameValue(item, other);
      })
    );
  if ('entries' in left)
    return (
      'entries' in right &&
      left.kind === right.kind &&
      left.entries.size === right.entries.size &&
      [...left.entries].every(([name, entry]) => {
        const other = right.entries.get(name);
        return other !== undefined && sameValue(entry, other);
      })
    );
  return false;
}
