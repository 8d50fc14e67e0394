/** Aliases that a document may expand to, against alias bombs. */
const MAX_ALIASES = 100;

/** What a YAML document holds; undefined where it is none. */
export async function parseYaml(bytes: Uint8Array): Promise<unknown> {
  const { parse } = await import('../yaml-library.js');
  try {
    return parse(new TextDecoder().decode(bytes), { maxAliasCount: MAX_ALIASES, logLevel: 'silent' });
  } catch {
    return undefined;
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
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.values(value) : [];
}

/** A literal text: expressions make a value unknown. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && !value.includes('${{') ? value : undefined;
}
