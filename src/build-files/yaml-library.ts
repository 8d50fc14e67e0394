import {
  Composer,
  type Document,
  isScalar,
  type LineCounter,
  type ParseOptions,
  Parser,
  type SchemaOptions,
  visit,
} from 'yaml';
import { YamlRefusal } from './yaml-refusal.js';

// `yaml` is CommonJS: bundled, a dynamic import of it would have a default export alone.
export { isAlias, isMap, isScalar, isSeq, LineCounter } from 'yaml';

/** What keeps a text from being YAML, and where. */
export interface YamlError {
  /** Of characters, from the start of the text. */
  readonly offset: number;
  readonly message: string;
}

/** A row of them, which no editor writes, takes the library the square of its length. */
const CARRIAGE_RETURNS = /\r{100}/;

/**
 * Parses all documents of a text up to the first error: the library goes on behind one, and a text of nothing but errors
 * would cost it a hundred times what YAML does. Throws a RangeError where the text nests too deep.
 */
export function parseDocuments(
  text: string,
  lineCounter: LineCounter,
  options: ParseOptions & SchemaOptions = {},
): { readonly documents: readonly Document.Parsed[] } | { readonly error: YamlError } {
  const row = text.search(CARRIAGE_RETURNS);
  if (row >= 0) return { error: { offset: row, message: 'A row of 100 carriage returns is not read' } };
  const composer = new StrictComposer({ ...options, lineCounter, prettyErrors: false, uniqueKeys: false });
  const documents: Document.Parsed[] = [];
  try {
    for (const token of new Parser(lineCounter.addNewLine).parse(text)) {
      if (token.type === 'error') return { error: { offset: token.offset, message: token.message } };
      documents.push(...composer.next(token));
    }
    documents.push(...composer.end(false, text.length));
  } catch (error) {
    if (error instanceof YamlRefusal) return { error: { offset: error.offset, message: error.message } };
    throw error;
  }
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error !== undefined) return { error: { offset: error.pos[0], message: error.message } };
  for (const document of documents) {
    const offset = repeatedKey(document);
    if (offset !== undefined) return { error: { offset, message: 'Map keys must be unique' } };
  }
  return { documents };
}

/** Where a map has a key again. The library compares each key with all before it. */
function repeatedKey(document: Document.Parsed): number | undefined {
  let found: number | undefined;
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          found = key.range?.[0] ?? 0;
          return visit.BREAK;
        }
        seen.add(key.value);
      }
      return undefined;
    },
  });
  return found;
}

class StrictComposer extends Composer {
  constructor(options: ParseOptions & SchemaOptions) {
    super(options);
    // The library has no option for it, and calls its own field at each error.
    const onError = (source: unknown, _code: unknown, message: string, isWarning?: boolean) => {
      if (isWarning !== true) throw new YamlRefusal(offsetOf(source), message);
    };
    Object.assign(this, { onError });
  }
}

/** Of what the library takes for the place of an error: an offset, a range, or a token. */
function offsetOf(source: unknown): number {
  if (typeof source === 'number') return source;
  if (Array.isArray(source)) return offsetOf(source[0]);
  return typeof source === 'object' && source !== null && 'offset' in source ? offsetOf(source.offset) : 0;
}
