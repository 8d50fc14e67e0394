import { compareDecimals, formatDecimal, parseDecimal } from './decimal.js';
import {
  boolValue,
  compareTexts,
  numberValue,
  ordered,
  sameType,
  sameValue,
  type Type,
  textValue,
  typeName,
  typeOf,
  type Value,
} from './value.js';

/** A value can't be had in the type that is needed; the message is a clause. */
export class ConversionError extends Error {}

/**
 * The value in another type, as `cty` converts it: texts to numbers and back, tuples to lists, objects to maps.
 *
 * @see https://github.com/zclconf/go-cty/blob/main/docs/convert.md
 */
export function convert(value: Value, type: Type): Value {
  if (type === 'dynamic' || value.kind === 'unknown') return value;
  if (value.kind === 'null') {
    if (!isConvertible(value.type, type)) throw wrong(type);
    return { kind: 'null', type };
  }
  if (typeof type === 'string') return toPrimitive(value, type);
  switch (type.kind) {
    case 'list':
      return toSequence(value, type.element, 'list');
    case 'set':
      return toSequence(value, type.element, 'set');
    case 'map':
      return toMap(value, type.element);
    case 'tuple':
      if (value.kind !== 'tuple' || value.items.length !== type.items.length) throw wrong(type);
      return { kind: 'tuple', items: value.items.map((item, index) => convert(item, type.items[index] ?? 'dynamic')) };
    case 'object':
      return toObject(value, type);
  }
}

function wrong(type: Type): ConversionError {
  return new ConversionError(`${typeName(type)} required`);
}

function toPrimitive(value: Value, type: 'string' | 'number' | 'bool'): Value {
  if (value.kind === type) return value;
  if (type === 'string') {
    if (value.kind === 'number') return textValue(formatDecimal(value.number));
    if (value.kind === 'bool') return textValue(value.value ? 'true' : 'false');
  } else if (value.kind === 'string') {
    if (type === 'bool') {
      if (value.text === 'true' || value.text === '1') return boolValue(true);
      if (value.text === 'false' || value.text === '0') return boolValue(false);
    } else {
      const number = parseDecimal(value.text);
      if (number !== undefined) return numberValue(number);
    }
  }
  throw wrong(type);
}

function toSequence(value: Value, element: Type, kind: 'list' | 'set'): Value {
  if (!('items' in value)) throw wrong({ kind, element });
  const wanted = element === 'dynamic' ? commonType(value.items.map(typeOf)) : element;
  if (wanted === undefined) throw new ConversionError('all elements must have the same type');
  const items = value.items.map((item) => convert(item, wanted));
  return kind === 'list' ? { kind, element: wanted, items } : setValue(wanted, items);
}

/** A set of distinct elements, in the order in which `cty` goes through it. */
export function setValue(element: Type, items: readonly Value[]): Value {
  const distinct: Value[] = [];
  const texts = new Set<string>();
  for (const item of items) {
    if (item.kind === 'string') {
      if (texts.has(item.text)) continue;
      texts.add(item.text);
    } else if (distinct.some((other) => sameValue(other, item))) continue;
    distinct.push(item);
  }
  return { kind: 'set', element, items: distinct.sort(compareElements) };
}

function compareElements(left: Value, right: Value): number {
  if (left.kind === 'string' && right.kind === 'string') return compareTexts(left.text, right.text);
  if (left.kind === 'number' && right.kind === 'number') return compareDecimals(left.number, right.number);
  if (left.kind === 'bool' && right.kind === 'bool') return Number(left.value) - Number(right.value);
  return 0;
}

function toMap(value: Value, element: Type): Value {
  if (!('entries' in value)) throw wrong({ kind: 'map', element });
  const wanted = element === 'dynamic' ? commonType([...value.entries.values()].map(typeOf)) : element;
  if (wanted === undefined) throw new ConversionError('all elements must have the same type');
  const entries = [...value.entries].map(([name, entry]) => [name, convert(entry, wanted)] as const);
  return { kind: 'map', element: wanted, entries: ordered(entries) };
}

function toObject(value: Value, type: Extract<Type, { kind: 'object' }>): Value {
  if (!('entries' in value)) throw wrong(type);
  const entries = [...type.attributes].map(([name, wanted]): [string, Value] => {
    const entry = value.entries.get(name);
    if (entry !== undefined) return [name, convert(entry, wanted)];
    if (type.optional?.has(name) === true) return [name, { kind: 'null', type: wanted }];
    throw new ConversionError(`attribute "${name}" is required`);
  });
  return { kind: 'object', entries: ordered(entries) };
}

/** Whether values of a type may be had in another. */
function isConvertible(from: Type, to: Type): boolean {
  if (from === 'dynamic' || to === 'dynamic') return true;
  if (typeof from === 'string' || typeof to === 'string')
    return (
      from === to ||
      (to === 'string' && typeof from === 'string') ||
      (from === 'string' && (to === 'number' || to === 'bool'))
    );
  switch (to.kind) {
    case 'list':
    case 'set':
      if (from.kind === 'tuple') {
        if (to.element === 'dynamic') return commonType(from.items) !== undefined;
        return from.items.every((item) => isConvertible(item, to.element));
      }
      return (from.kind === 'list' || from.kind === 'set') && isConvertible(from.element, to.element);
    case 'map':
      if (from.kind === 'object') return [...from.attributes.values()].every((type) => isConvertible(type, to.element));
      return from.kind === 'map' && isConvertible(from.element, to.element);
    case 'tuple':
      return (
        from.kind === 'tuple' &&
        from.items.length === to.items.length &&
        from.items.every((item, index) => isConvertible(item, to.items[index] ?? 'dynamic'))
      );
    case 'object':
      if (from.kind === 'map') return [...to.attributes.values()].every((type) => isConvertible(from.element, type));
      return (
        from.kind === 'object' &&
        [...to.attributes].every(([name, type]) => {
          const own = from.attributes.get(name);
          return own === undefined ? to.optional?.has(name) === true : isConvertible(own, type);
        })
      );
  }
}

/**
 * The type that all types convert to; undefined if there is none. A type that is not
 * known is that of the others where they are primitive, and else leaves all of it unknown.
 *
 * @see https://github.com/zclconf/go-cty/blob/main/cty/convert/unify.go
 */
export function commonType(types: readonly Type[]): Type | undefined {
  const [first] = types;
  if (first === undefined) return 'dynamic';
  if (types.every((type) => sameType(type, first))) return first;
  const kinds = new Set(
    types.flatMap((type) => (type === 'dynamic' ? [] : typeof type === 'string' ? type : type.kind)),
  );
  const [kind] = kinds;
  // What is not known of one of them could be anything.
  const isOpen = types.includes('dynamic');
  if (isOpen && kinds.size === 1 && kind !== undefined && STRUCTURES.has(kind)) return 'dynamic';
  const only = (...names: readonly string[]) => [...kinds].every((kind) => names.includes(kind));
  if (only('tuple')) return commonTuple(types);
  if (only('object')) return commonObject(types);
  if (!isOpen && only('object', 'map')) return commonCollection('map', types);
  if (!isOpen && only('tuple', 'list')) return commonCollection('list', types);
  if (only('set')) return commonCollection('set', types);
  if (kinds.has('tuple') && kinds.has('object')) return undefined;
  return preferred(types).find((type) => types.every((from) => isConvertible(from, type)));
}

const STRUCTURES = new Set(['list', 'set', 'map', 'object', 'tuple']);

/** Texts first, since anything primitive becomes one. */
function preferred(types: readonly Type[]): readonly Type[] {
  const rank = (type: Type) => ORDER.indexOf(typeof type === 'string' ? type : type.kind);
  return [...types].sort((a, b) => rank(a) - rank(b));
}

const ORDER = ['string', 'number', 'bool', 'list', 'set', 'map', 'object', 'tuple', 'dynamic'];

function elementTypes(type: Type): readonly Type[] {
  if (typeof type === 'string') return [];
  if (type.kind === 'tuple') return type.items;
  return type.kind === 'object' ? [...type.attributes.values()] : [type.element];
}

function commonCollection(kind: 'list' | 'set' | 'map', types: readonly Type[]): Type | undefined {
  const elements = types.flatMap(elementTypes);
  const element = elements.length === 0 ? undefined : commonType(elements);
  return element === undefined ? undefined : { kind, element };
}

function commonTuple(types: readonly Type[]): Type | undefined {
  const lists = types.map(elementTypes);
  const length = lists[0]?.length ?? 0;
  if (lists.some((list) => list.length !== length)) return commonCollection('list', types);
  const items = Array.from({ length }, (_, index) => commonType(lists.flatMap((list) => list[index] ?? [])));
  const known = items.filter((item) => item !== undefined);
  return known.length === length ? { kind: 'tuple', items: known } : undefined;
}

function commonObject(types: readonly Type[]): Type | undefined {
  const objects = types.filter((type) => typeof type !== 'string' && type.kind === 'object');
  const [first] = objects;
  if (first === undefined) return undefined;
  const names = [...first.attributes.keys()];
  const isAlike = objects.every(
    ({ attributes }) => attributes.size === names.length && names.every((name) => attributes.has(name)),
  );
  if (!isAlike) return commonCollection('map', types);
  const attributes = new Map<string, Type>();
  for (const name of names) {
    const type = commonType(objects.flatMap((object) => object.attributes.get(name) ?? []));
    if (type === undefined) return undefined;
    attributes.set(name, type);
  }
  return { kind: 'object', attributes };
}
