import { optionalField } from '../../lib/collections.js';
import type { FileFault } from '../script/named-build.js';

/** Aliases that a document may expand to, against alias bombs. */
const MAX_ALIASES = 10_000;

/** What a YAML file holds, or why that is not known. */
export interface ParsedYaml {
  /** None where there is a fault. */
  readonly documents: readonly unknown[];
  readonly fault?: FileFault;
}

/** Reads YAML; tags that are not known count for nothing. It never throws on what the file holds. */
export async function parseYaml(bytes: Uint8Array): Promise<ParsedYaml> {
  const { parseAllDocuments } = await import('../yaml-library.js');
  try {
    const found = parseAllDocuments(new TextDecoder().decode(bytes), { logLevel: 'silent', stringKeys: false });
    if (!Array.isArray(found)) return { documents: [] };
    const [error] = found.flatMap(({ errors }) => errors);
    if (error !== undefined) {
      const reason = `it is no valid YAML: ${firstLine(error.message)}`;
      return { documents: [], fault: { reason, ...optionalField('line', error.linePos?.[0].line) } };
    }
    return { documents: found.map((one): unknown => one.toJS({ maxAliasCount: MAX_ALIASES })) };
  } catch (error) {
    // The library overflows the stack on text that nests deep enough; what it throws else is about aliases.
    if (error instanceof RangeError) return { documents: [], fault: { reason: 'it nests too deep to be read' } };
    if (!(error instanceof ReferenceError)) throw error;
    const isTooLarge = /alias count/i.test(error.message);
    return {
      documents: [],
      fault: {
        reason: isTooLarge ? 'it has more YAML aliases than are read' : 'it has a YAML alias without an anchor',
      },
    };
  }
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? '';
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
