/** Aliases that a document may expand to, against alias bombs. */
const MAX_ALIASES = 10_000;

/** What a YAML file holds. */
export interface ParsedYaml {
  /** None where the file is no YAML. */
  readonly documents: readonly unknown[];
  /** Whether its aliases stand for more than is read. */
  readonly isTooLarge: boolean;
}

/** Reads YAML; tags that are not known count for nothing. It never throws on what the file holds. */
export async function parseYaml(bytes: Uint8Array): Promise<ParsedYaml> {
  const { parseAllDocuments } = await import('../yaml-library.js');
  const found = parseAllDocuments(new TextDecoder().decode(bytes), { logLevel: 'silent', stringKeys: false });
  if (!Array.isArray(found) || found.some(({ errors }) => errors.length > 0))
    return { documents: [], isTooLarge: false };
  try {
    return { documents: found.map((one): unknown => one.toJS({ maxAliasCount: MAX_ALIASES })), isTooLarge: false };
  } catch (error) {
    // Other errors are of aliases that name nothing: such a file is none.
    return { documents: [], isTooLarge: error instanceof ReferenceError && /alias count/i.test(error.message) };
  }
}

/** Own fields only: a workflow may have a job called `constructor`. */
export function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
    return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

/** The values of a map, in order. */
export function members(value: unknown): readonly unknown[] {
  return entriesOf(value).map(([, member]) => member);
}

/** The names and values of a map, in order. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

/** The items of a list; none of anything else. */
export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A literal text: expressions make a value unknown. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && !value.includes('${{') ? value : undefined;
}
