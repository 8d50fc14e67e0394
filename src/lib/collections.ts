/** A type with readonly lists and objects at any depth: what a zod schema describes, as it is passed on. */
export type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** An object with one field, or with none where there is no value: optional fields are left out, never undefined. */
export function optionalField<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  // A computed key widens to an index signature; K is the one key that was given.
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}

/** The values in their order, one of those that are the same as JSON: the last of them, in the place of the first. */
export function distinct<T>(values: Iterable<T>): readonly T[] {
  return [...new Map([...values].map((value) => [JSON.stringify(value), value])).values()];
}

/** Items by key, in the order they came, one at least by each: Map.groupBy, which Node 20 lacks. */
export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, [T, ...T[]]> {
  const groups = new Map<K, [T, ...T[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
