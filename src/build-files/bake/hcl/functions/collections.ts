import { commonType, convert, setValue } from '../convert.js';
import { addDecimals, compareDecimals, type Decimal, decimal, wholeNumber } from '../decimal.js';
import {
  ANY,
  entriesOf,
  type HclFunction,
  itemsOf,
  LIST_OF_TEXT,
  listOfTexts,
  NUMBER,
  PARTIAL,
  type Parameter,
  TEXT,
  textOf,
  unfit,
  wholeOf,
} from '../function.js';
import { areEqual } from '../operators.js';
import { TooMuch } from '../too-much.js';
import {
  boolValue,
  numberValue,
  objectValue,
  ordered,
  sameType,
  sameValue,
  type Type,
  textValue,
  tupleValue,
  typeOf,
  type Value,
} from '../value.js';

const ANY_LIST: Parameter = { type: { kind: 'list', element: 'dynamic' } };
const ANY_SET: Parameter = { type: { kind: 'set', element: 'dynamic' } };
const NULLABLE: Parameter = { type: 'dynamic', nullable: true, partial: true };

/** Elements that a product of lists may have. */
const MAX_PRODUCT = 100_000;

export const COLLECTION_FUNCTIONS: readonly (readonly [string, HclFunction])[] = [
  ['concat', { parameters: [], rest: PARTIAL, call: concat }],
  ['merge', { parameters: [], rest: NULLABLE, call: merge }],
  ['flatten', { parameters: [PARTIAL], call: ([list]) => tupleValue(flatten(itemsOf(list))) }],
  ['keys', { parameters: [PARTIAL], call: ([map]) => keys(map) }],
  ['values', { parameters: [PARTIAL], call: ([map]) => values(map) }],
  ['length', { parameters: [PARTIAL], call: ([collection]) => count(length(collection)) }],
  ['lookup', { parameters: [PARTIAL, TEXT, PARTIAL], call: lookup }],
  ['element', { parameters: [PARTIAL, NUMBER], call: element }],
  ['slice', { parameters: [PARTIAL, NUMBER, NUMBER], call: slice }],
  ['index', { parameters: [PARTIAL, ANY], call: ([collection, key]) => indexed(collection, key) }],
  [
    'hasindex',
    { parameters: [PARTIAL, ANY], call: ([collection, key]) => boolValue(has(collection, key) !== undefined) },
  ],
  ['indexof', { parameters: [ANY, ANY], call: indexOf }],
  ['contains', { parameters: [ANY, ANY], call: contains }],
  ['compact', { parameters: [{ type: LIST_OF_TEXT }], call: ([list]) => compact(list) }],
  ['distinct', { parameters: [ANY_LIST], call: ([list]) => distinct(list) }],
  ['reverselist', { parameters: [PARTIAL], call: ([list]) => reversed(list) }],
  ['chunklist', { parameters: [ANY_LIST, NUMBER], call: chunk }],
  ['coalesce', { parameters: [], rest: NULLABLE, call: coalesce }],
  ['coalescelist', { parameters: [], rest: NULLABLE, call: coalesceList }],
  ['zipmap', { parameters: [{ type: LIST_OF_TEXT }, PARTIAL], call: zipmap }],
  ['range', { parameters: [], rest: NUMBER, call: range }],
  ['setproduct', { parameters: [], rest: ANY, call: product }],
  ['sethaselement', { parameters: [ANY_SET, ANY], call: hasElement }],
  ['setunion', setOperation((counts) => counts > 0)],
  ['setintersection', setOperation((counts, sets) => counts === sets)],
  ['setsymmetricdifference', setOperation((counts) => counts === 1)],
  ['setsubtract', { parameters: [ANY_SET, ANY_SET], call: subtract }],
];

function count(number: number): Value {
  return numberValue(decimal(BigInt(number)));
}

function typed(value: Value | undefined): Type {
  return value === undefined ? 'dynamic' : typeOf(value);
}

function isList(value: Value): value is Extract<Value, { kind: 'list' }> {
  return value.kind === 'list';
}

/** A list or a tuple with other elements, in the kind of the first. */
function like(value: Value | undefined, items: readonly Value[]): Value {
  return value?.kind === 'list' || value?.kind === 'set'
    ? { kind: 'list', element: value.element, items }
    : tupleValue(items);
}

function ordinal(value: Value | undefined): readonly Value[] {
  return value?.kind === 'list' || value?.kind === 'tuple' ? value.items : unfit('a list or a tuple is needed');
}

function concat(given: readonly Value[]): Value {
  if (given.length === 0) unfit('at least one argument is needed');
  const items = given.flatMap(ordinal);
  if (!given.every(isList)) return tupleValue(items);
  const type = commonType(given.map(typeOf));
  return type === undefined ? tupleValue(items) : convert(tupleValue(items), type);
}

function merge(given: readonly Value[]): Value {
  const maps = given.filter((value) => value.kind !== 'null');
  const entries = maps.flatMap((map) => [...entriesOf(map)]);
  const [first] = maps;
  const isAlike = first?.kind === 'map' && maps.every((map) => sameType(typeOf(map), typeOf(first)));
  return isAlike ? { kind: 'map', element: first.element, entries: ordered(entries) } : objectValue(entries);
}

function flatten(items: readonly Value[]): readonly Value[] {
  return items.flatMap((item) => {
    if (item.kind === 'unknown') unfit('a list in it is unknown');
    return 'items' in item ? flatten(item.items) : [item];
  });
}

function keys(map: Value | undefined): Value {
  const names = [...entriesOf(map).keys()];
  return map?.kind === 'map' ? listOfTexts(names) : tupleValue(names.map(textValue));
}

function values(map: Value | undefined): Value {
  const items = [...entriesOf(map).values()];
  return map?.kind === 'map' ? { kind: 'list', element: map.element, items } : tupleValue(items);
}

function length(collection: Value | undefined): number {
  if (collection?.kind === 'map') return collection.entries.size;
  return collection?.kind === 'object' ? unfit('an object has no length') : itemsOf(collection).length;
}

function lookup([map, key, other]: readonly Value[]): Value {
  const found = entriesOf(map).get(textOf(key));
  if (map?.kind !== 'map') return found ?? other ?? unfit('there is no such key');
  const fallback = convert(other ?? unfit('a default is needed'), map.element);
  return found ?? fallback;
}

function element([list, place]: readonly Value[]): Value {
  const items = ordinal(list);
  if (items.length === 0) unfit('the list is empty');
  const rest = wholeOf(place) % items.length;
  return items[rest < 0 ? rest + items.length : rest] ?? unfit('there is no such element');
}

function slice([list, start, end]: readonly Value[]): Value {
  const items = ordinal(list);
  const [from, to] = [wholeOf(start), wholeOf(end)];
  if (from < 0 || to > items.length || from > to) unfit('the range is outside the list');
  return like(list, items.slice(from, to));
}

function has(collection: Value | undefined, key: Value | undefined): Value | undefined {
  if (collection?.kind === 'map') return key?.kind === 'string' ? collection.entries.get(key.text) : undefined;
  const items = ordinal(collection);
  const place = key?.kind === 'number' ? wholeNumber(key.number) : undefined;
  return place === undefined ? undefined : items[place];
}

function indexed(collection: Value | undefined, key: Value | undefined): Value {
  return has(collection, key) ?? unfit('there is no element with this index');
}

function isEqual(left: Value | undefined, right: Value | undefined): boolean {
  return left !== undefined && right !== undefined && areEqual(left, right) === true;
}

function indexOf([list, wanted]: readonly Value[]): Value {
  const place = ordinal(list).findIndex((item) => isEqual(item, wanted));
  return place < 0 ? unfit('there is no such element') : count(place);
}

function contains([list, wanted]: readonly Value[]): Value {
  return boolValue(itemsOf(list).some((item) => isEqual(item, wanted)));
}

function compact(list: Value | undefined): Value {
  const kept = itemsOf(list).filter((item) => item.kind !== 'null' && textOf(item) !== '');
  return { kind: 'list', element: 'string', items: kept };
}

function distinct(list: Value | undefined): Value {
  const texts = new Set<string>();
  const kept: Value[] = [];
  for (const item of itemsOf(list)) {
    if (item.kind === 'string') {
      if (texts.has(item.text)) continue;
      texts.add(item.text);
    } else {
      if (kept.length > MAX_COMPARED)
        throw new TooMuch(`A list has more than ${MAX_COMPARED} elements`, 'bake-elements');
      if (kept.some((other) => sameValue(other, item))) continue;
    }
    kept.push(item);
  }
  return like(list, kept);
}

/** Elements that are each compared with each. */
const MAX_COMPARED = 2_000;

function reversed(list: Value | undefined): Value {
  return like(list, [...itemsOf(list)].reverse());
}

function chunk([list, size]: readonly Value[]): Value {
  const items = itemsOf(list);
  const step = wholeOf(size);
  if (step < 0) unfit('the size is negative');
  const chunks: Value[] = [];
  for (let start = 0; start < items.length; start += step === 0 ? items.length : step)
    chunks.push(like(list, items.slice(start, step === 0 ? undefined : start + step)));
  return { kind: 'list', element: typed(list), items: chunks };
}

function coalesce(given: readonly Value[]): Value {
  const type = commonType(given.map(typeOf));
  if (type === undefined) unfit('all arguments must have the same type');
  const first = given.find((value) => value.kind !== 'null');
  return first === undefined ? unfit('all arguments are null') : convert(first, type);
}

function coalesceList(given: readonly Value[]): Value {
  const other = given.find((value) => value.kind === 'null' && !isListType(value.type));
  if (other !== undefined) unfit('null is not a list');
  const first = given.find((value) => value.kind === 'unknown' || (value.kind !== 'null' && ordinal(value).length > 0));
  return first ?? unfit('all lists are empty');
}

function isListType(type: Type): boolean {
  return typeof type !== 'string' && (type.kind === 'list' || type.kind === 'tuple');
}

function zipmap([names, list]: readonly Value[]): Value {
  const keys = itemsOf(names).map(textOf);
  const items = ordinal(list);
  if (keys.length !== items.length) unfit('the numbers of keys and values differ');
  const entries = keys.map((key, place): [string, Value] => [key, items[place] ?? unfit('a value is missing')]);
  return list?.kind === 'list'
    ? { kind: 'map', element: list.element, entries: ordered(entries) }
    : objectValue(entries);
}

function range(given: readonly Value[]): Value {
  const zero = decimal(0n);
  const [first = zero, second, third] = given.map((value) => (value.kind === 'number' ? value.number : zero));
  if (given.length === 0 || given.length > 3) unfit('one, two or three numbers are needed');
  const [start, end] = second === undefined ? [zero, first] : [first, second];
  const step = third ?? decimal(compareDecimals(end, start) < 0 ? -1n : 1n);
  if (step.digits === 0n) unfit('the step is zero');
  /** Below zero where a number is in front of the end, as the step goes. */
  const toEnd = (at: Decimal) => compareDecimals(at, end) * (step.digits < 0n ? -1 : 1);
  if (toEnd(start) > 0) unfit('the step has the wrong sign');
  const items: Value[] = [];
  for (let at = start; toEnd(at) < 0; at = addDecimals(at, step)) {
    if (items.length >= 1024) unfit('it creates more than 1024 numbers');
    items.push(numberValue(at));
  }
  return { kind: 'list', element: 'number', items };
}

function product(given: readonly Value[]): Value {
  if (given.length < 2) unfit('at least two lists are needed');
  const total = given.reduce((sum, list) => sum * itemsOf(list).length, 1);
  if (total * given.length > MAX_PRODUCT)
    throw new TooMuch(`A product has more than ${MAX_PRODUCT} elements`, 'bake-elements');
  const types = given.map(
    (list) => commonType(itemsOf(list).map(typeOf)) ?? unfit('all elements must have the same type'),
  );
  let rows: Value[][] = [[]];
  for (const [place, list] of given.entries())
    rows = rows.flatMap((row) => itemsOf(list).map((item) => [...row, convert(item, types[place] ?? 'dynamic')]));
  const items = total === 0 ? [] : rows.map(tupleValue);
  const row: Type = { kind: 'tuple', items: types };
  return given.some((list) => list.kind === 'set')
    ? { kind: 'set', element: row, items }
    : { kind: 'list', element: row, items };
}

function hasElement([set, wanted]: readonly Value[]): Value {
  if (set?.kind !== 'set' || wanted === undefined) return unfit('a set is needed');
  const item = convert(wanted, set.element);
  return boolValue(set.items.some((other) => sameValue(other, item)));
}

/** An operation over sets, by how many of them have an element. */
function setOperation(keeps: (counts: number, sets: number) => boolean): HclFunction {
  return {
    parameters: [ANY_SET],
    rest: ANY_SET,
    call: (given) => {
      const type = commonType(given.map(typeOf));
      if (type === undefined || typeof type === 'string' || type.kind !== 'set')
        return unfit('sets of one type are needed');
      const sets = given.map((set) => itemsOf(convert(set, type)));
      const all = setValue(type.element, sets.flat());
      const kept = itemsOf(all).filter((item) =>
        keeps(sets.filter((set) => set.some((other) => sameValue(other, item))).length, sets.length),
      );
      return { kind: 'set', element: type.element, items: kept };
    },
  };
}

function subtract([from, what]: readonly Value[]): Value {
  const type = commonType([typed(from), typed(what)]);
  if (type === undefined || from === undefined || what === undefined) return unfit('sets of one type are needed');
  const [kept, gone] = [convert(from, type), convert(what, type)];
  const items = itemsOf(kept).filter((item) => !itemsOf(gone).some((other) => sameValue(other, item)));
  return kept.kind === 'set' ? { ...kept, items } : unfit('sets are needed');
}
