/** An object of a parsed document with unchecked fields. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value of JSON is an object, which a list and null are not. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of a list; other values are ignored. A value that is not a list gives an empty one. */
export function objects(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

/** A text that says something: strings of white space count as left out. */
export function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  // Nearly every text begins with a printed character, which is quicker to see than to trim.
  return value.charCodeAt(0) > 0x20 || value.trim() !== '' ? value : undefined;
}

/** The texts of a list. */
export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => text(item) !== undefined) : [];
}
