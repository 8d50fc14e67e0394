import { createHash } from 'node:crypto';
import { formatDecimal, parseDecimal } from '../decimal.js';
import { checkLength, type HclFunction, type Parameter, TEXT, textOf, unfit } from '../function.js';
import { boolValue, NULL, numberValue, objectValue, textValue, tupleValue, type Value } from '../value.js';

const NULLABLE: Parameter = { type: 'dynamic', nullable: true };

function ofText(change: (text: string) => string): HclFunction {
  return { parameters: [TEXT], call: ([text]) => textValue(change(textOf(text))) };
}

/** The digest of a text: a name for something, not a proof of anything. */
function digest(algorithm: string): HclFunction {
  return ofText((text) => createHash(algorithm).update(text).digest('hex'));
}

export const ENCODING_FUNCTIONS: readonly (readonly [string, HclFunction])[] = [
  ['md5', digest('md5')],
  ['sha1', digest('sha1')],
  ['sha256', digest('sha256')],
  ['sha512', digest('sha512')],
  ['base64encode', ofText((text) => Buffer.from(text).toString('base64'))],
  ['base64decode', ofText(decodeBase64)],
  ['urlencode', ofText(encodeQuery)],
  ['jsonencode', { parameters: [NULLABLE], call: ([value]) => textValue(encodeJson(value ?? NULL)) }],
  ['jsondecode', { parameters: [TEXT], call: ([text]) => decodeJson(textOf(text)) }],
];

function decodeBase64(text: string): string {
  const compact = text.replace(/[\r\n]/g, '');
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) unfit('the string is not base64');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(compact, 'base64'));
  } catch {
    return unfit('the decoded bytes are not UTF-8');
  }
}

/** Go's `url.QueryEscape`. */
function encodeQuery(text: string): string {
  checkLength(text.length * 9);
  return encodeURIComponent(Buffer.from(text).toString())
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

/** As `cty` writes JSON: no spaces, and `<`, `>` and `&` escaped. */
export function encodeJson(value: Value): string {
  switch (value.kind) {
    case 'string':
      return escapeHtml(JSON.stringify(value.text));
    case 'number':
      return formatDecimal(value.number);
    case 'bool':
      return String(value.value);
    case 'null':
      return 'null';
    case 'unknown':
      return unfit('a value in it is unknown');
    case 'tuple':
    case 'list':
    case 'set':
      return `[${value.items.map(encodeJson).join(',')}]`;
    case 'object':
    case 'map': {
      const entries = [...value.entries].map(
        ([name, entry]) => `${escapeHtml(JSON.stringify(name))}:${encodeJson(entry)}`,
      );
      return `{${entries.join(',')}}`;
    }
  }
}

function escapeHtml(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A JSON text as a value. */
export function decodeJson(text: string): Value {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return unfit('the string is not JSON');
  }
  return jsonValue(value, 0);
}

const MAX_JSON_DEPTH = 100;

function jsonValue(value: unknown, depth: number): Value {
  if (depth > MAX_JSON_DEPTH) unfit(`the JSON nests more than ${MAX_JSON_DEPTH} deep`);
  if (typeof value === 'string') return textValue(value);
  if (typeof value === 'number') return numberValue(parseDecimal(String(value)) ?? unfit('a number is too large'));
  if (typeof value === 'boolean') return boolValue(value);
  if (Array.isArray(value)) return tupleValue(value.map((item) => jsonValue(item, depth + 1)));
  if (typeof value === 'object' && value !== null)
    return objectValue(Object.entries(value).map(([name, entry]) => [name, jsonValue(entry, depth + 1)]));
  return NULL;
}
