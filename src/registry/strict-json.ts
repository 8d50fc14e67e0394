import { err, ok, type Result } from '../result.js';

const MAX_DEPTH = 64;

/**
 * Parses JSON that another program will read too, and refuses what programs read differently: invalid UTF-8, a key
 * that an object has twice (Go merges them, JavaScript takes the last), nesting deeper than 64. Fails with a clause
 * that can follow "because".
 *
 * @see https://github.com/opencontainers/image-spec/security/advisories/GHSA-77vh-xpmg-72qh documents that two readers read differently
 */
export function parseStrictJson(bytes: Uint8Array): Result<unknown, string> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return err('it is not UTF-8 text');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err('it is not JSON');
  }
  const ambiguity = findAmbiguity(text);
  return ambiguity === undefined ? ok(value) : err(ambiguity);
}

/** Walks text that is known to be JSON, so it need only tell strings from brackets and keys from values. */
function findAmbiguity(text: string): string | undefined {
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[') {
      open.push(character === '{' ? new Set() : null);
      if (open.length > MAX_DEPTH) return `it is nested deeper than ${MAX_DEPTH}`;
    } else if (character === '}' || character === ']') {
      open.pop();
    } else if (character === '"') {
      const end = endOfString(text, at);
      const keys = open.at(-1);
      if (keys instanceof Set && followedByColon(text, end)) {
        // The slice is a JSON string, so that it parses to one.
        const key = JSON.parse(text.slice(at, end)) as string;
        if (keys.has(key)) return `one object has the key ${JSON.stringify(key)} twice`;
        keys.add(key);
      }
      at = end - 1;
    }
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function followedByColon(text: string, from: number): boolean {
  let at = from;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  return text[at] === ':';
}

/**
 * The first key that Go would take for one of `known` (it ignores case, and folds K and ſ) though it is spelt otherwise.
 * @see https://pkg.go.dev/encoding/json#Unmarshal
 */
export function misspelt(value: object, known: readonly string[]): string | undefined {
  const exact = new Set(known);
  const folded = new Set(known.map(fold));
  return Object.keys(value).find((key) => !exact.has(key) && folded.has(fold(key)));
}

function fold(key: string): string {
  return key.toUpperCase().toLowerCase();
}
