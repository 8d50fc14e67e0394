/** An object with one field, or with none where there is no value: optional fields are left out, never undefined. */
export function optionalField<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  // A computed key widens to an index signature; K is the one key that was given.
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}
