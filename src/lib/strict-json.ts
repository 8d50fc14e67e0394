import { err, ok, type Result } from './result.js';
import { scanJson } from './scan-json.js';
import { shown } from './text.js';

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
  const flaw = scanJson(bytes, MAX_DEPTH);
  if (flaw === null) return ok(value);
  return err(
    flaw.code === 'too-deep'
      ? `it is nested deeper than ${MAX_DEPTH}`
      : `one object has the key ${shown(flaw.key)} twice`,
  );
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
