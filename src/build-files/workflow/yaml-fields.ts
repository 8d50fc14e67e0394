import type { Node } from 'yaml';
import type { SourceRange } from '../image-use.js';
import type { FileFault } from '../script/named-build.js';

/** Aliases that a document may expand to, against alias bombs. */
const MAX_ALIASES = 10_000;

/** What a YAML file holds, or why that is not known. */
export interface ParsedYaml {
  /** None where there is a fault. */
  readonly documents: readonly unknown[];
  readonly fault?: FileFault;
  /** Where a value stands, by default of the first document, or what is nearest to it from the outside. */
  readonly placeOf: (path: YamlPath, document?: number) => SourceRange;
  /** The line of a value in a document of {@link documents}; of a block of text, that of its first line. */
  readonly lineOf: (path: YamlPath, document?: number) => number;
}

/** Names and indexes, from the top of a document. */
export type YamlPath = readonly (string | number)[];

const TOP: SourceRange = { line: 1, column: 1, endLine: 1, endColumn: 1 };
const NO_DOCUMENTS: ParsedYaml = { documents: [], placeOf: () => TOP, lineOf: () => 1 };

/** Reads YAML; tags that are not known count for nothing. It never throws on what the file holds. */
export async function parseYaml(bytes: Uint8Array): Promise<ParsedYaml> {
  const { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocuments } = await import('../yaml-library.js');
  const lineCounter = new LineCounter();
  const failed = (fault: FileFault): ParsedYaml => ({ ...NO_DOCUMENTS, fault });
  try {
    const text = new TextDecoder().decode(bytes);
    const parsed = parseDocuments(text, lineCounter, { stringKeys: false });
    if ('error' in parsed) {
      const { message, offset } = parsed.error;
      const reason = `it is not valid YAML: ${firstLine(message)}`;
      return failed({ reason, line: Math.max(lineCounter.linePos(offset).line, 1) });
    }
    const found = parsed.documents;
    const documents = found.map((one): unknown => one.toJS({ maxAliasCount: MAX_ALIASES }));
    const first = Math.max(
      found.findIndex(({ contents }) => contents !== null),
      0,
    );
    /** The node of a path, and its range, or that of what is nearest to it from the outside. */
    const find = (path: YamlPath, place: number) => {
      const document = found[place];
      let node: unknown = document?.contents;
      let range = rangeOf(node);
      const target = () => (isAlias(node) && document !== undefined ? node.resolve(document) : node);
      for (const step of path) {
        const outer = target();
        node = isMap(outer) || isSeq(outer) ? outer.get(step, true) : undefined;
        range = rangeOf(node) ?? range;
      }
      return { node: target(), range };
    };
    const placeOf = (path: YamlPath, document = first): SourceRange => {
      const { range } = find(path, document);
      if (range === undefined) return TOP;
      const [start, end] = [lineCounter.linePos(range[0]), lineCounter.linePos(range[1])];
      return { line: start.line, column: start.col, endLine: end.line, endColumn: end.col };
    };
    const lineOf = (path: YamlPath, document = first): number => {
      const { node, range } = find(path, document);
      const [start] = rangeOf(node) ?? range ?? [0];
      const { line } = lineCounter.linePos(start);
      const isBlock = isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
      return Math.max(isBlock ? line + 1 : line, 1);
    };
    return { documents, placeOf, lineOf };
  } catch (error) {
    // The library overflows the stack on text that nests deep enough; what it throws else is about aliases.
    if (error instanceof RangeError) return failed({ reason: 'it is nested too deeply to be read' });
    if (!(error instanceof ReferenceError)) throw error;
    const isTooLarge = /alias count/i.test(error.message);
    return failed({
      reason: isTooLarge ? 'it has too many YAML aliases' : 'it has a YAML alias without an anchor',
    });
  }
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? '';
}

function rangeOf(node: unknown): NonNullable<Node['range']> | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  const { range } = node;
  if (!Array.isArray(range)) return undefined;
  const [start, valueEnd, nodeEnd]: readonly unknown[] = range;
  return typeof start === 'number' && typeof valueEnd === 'number' && typeof nodeEnd === 'number'
    ? [start, valueEnd, nodeEnd]
    : undefined;
}

/** Own fields only: a workflow may have a job called `constructor`. */
export function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
    return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
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
