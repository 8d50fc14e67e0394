import { err, ok, type Result } from '../lib/result.js';
import { normalizeName, normalizeNamespace } from './purl-types.js';

/**
 * A package URL in its parts, decoded and normalized as its type requires: the identity two documents share.
 * @see https://github.com/package-url/purl-spec/blob/main/PURL-SPECIFICATION.rst
 */
export interface Purl {
  readonly type: string;
  readonly namespace?: string;
  readonly name: string;
  readonly version?: string;
  /** Keys in lower case, in the order of the canonical text. */
  readonly qualifiers: ReadonlyMap<string, string>;
  readonly subpath?: string;
}

/** What may be given to build one; empty parts count as left out. */
export interface PurlParts {
  readonly type: string;
  readonly namespace?: string;
  readonly name: string;
  readonly version?: string;
  readonly qualifiers?: ReadonlyMap<string, string>;
  readonly subpath?: string;
}

/** The longest text that is read as a purl; real ones stay under 1,000 characters. */
export const MAX_PURL_LENGTH = 4096;

const TYPE = /^[a-z][a-z0-9.-]*$/;
const QUALIFIER_KEY = /^[a-z][a-z0-9._-]*$/;

/**
 * Reads a purl the way its specification says to: scheme and type in any case, slashes after the scheme ignored, parts
 * percent-decoded and normalized. Fails with a reason that can follow "because".
 */
export function parsePurl(text: string): Result<Purl, string> {
  if (text.length > MAX_PURL_LENGTH) return err(`it is longer than ${MAX_PURL_LENGTH} characters`);
  if (text.slice(0, 4).toLowerCase() !== 'pkg:') return err('it does not start with "pkg:"');
  const [beforeSubpath, subpathText] = splitAt(text.slice(4), '#', 'last');
  const [path, qualifierText] = splitAt(beforeSubpath, '?', 'first');
  const trimmed = stripSlashes(path);
  const slash = trimmed.indexOf('/');
  if (slash < 0) return err('it lacks a type or a name; expected for example pkg:apk/wolfi/curl');
  const [rest, versionText] = splitVersion(trimmed.slice(slash + 1));

  const segments = rest.split('/').filter((segment) => segment !== '');
  const decoded = decodeAll([...segments, versionText ?? '']);
  if (decoded === null) return err('it has an invalid percent-encoding');
  const version = decoded.pop();
  const name = decoded.pop();
  const qualifiers = readQualifiers(qualifierText ?? '');
  if (!qualifiers.ok) return qualifiers;
  const subpath = readSubpath(subpathText ?? '');
  if (subpath === null) return err('its subpath has an invalid percent-encoding');
  return makePurl({
    type: trimmed.slice(0, slash),
    namespace: decoded.join('/'),
    name: name ?? '',
    version: version ?? '',
    qualifiers: qualifiers.value,
    subpath,
  });
}

/** Checks and normalizes parts. Fails when a purl cannot be made of them, with a reason that can follow "because". */
export function makePurl(parts: PurlParts): Result<Purl, string> {
  const type = parts.type.toLowerCase();
  if (!TYPE.test(type)) return err(`"${type.slice(0, 40)}" is not a purl type such as apk or npm`);
  if (parts.name === '') return err('it names no package');
  const qualifiers: [string, string][] = [];
  for (const [key, value] of parts.qualifiers ?? []) {
    const lower = key.toLowerCase();
    if (!QUALIFIER_KEY.test(lower)) return err(`"${key.slice(0, 40)}" is not a valid qualifier name`);
    if (value !== '') qualifiers.push([lower, value]);
  }
  qualifiers.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const namespace = normalizeNamespace(type, parts.namespace ?? '');
  const subpath = parts.subpath ?? '';
  return ok({
    type,
    name: normalizeName(type, parts.name),
    qualifiers: new Map(qualifiers),
    ...(namespace === '' ? {} : { namespace }),
    ...(parts.version === undefined || parts.version === '' ? {} : { version: parts.version }),
    ...(subpath === '' ? {} : { subpath }),
  });
}

/** The canonical text: the same package always gives the same text. */
export function formatPurl(purl: Purl): string {
  const namespace = purl.namespace === undefined ? '' : `${purl.namespace.split('/').map(encode).join('/')}/`;
  const version = purl.version === undefined ? '' : `@${encode(purl.version)}`;
  const qualifiers = [...purl.qualifiers].map(([key, value]) => `${key}=${encode(value)}`).join('&');
  const subpath = purl.subpath === undefined ? '' : `#${purl.subpath.split('/').map(encode).join('/')}`;
  return `pkg:${purl.type}/${namespace}${encode(purl.name)}${version}${qualifiers === '' ? '' : `?${qualifiers}`}${subpath}`;
}

/** Percent-encodes all but what the specification keeps: letters, digits, `.-_~`, the colon. Half a surrogate pair becomes U+FFFD. */
function encode(text: string): string {
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd'))
    .replaceAll('%3A', ':')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The version follows the last `@`, unless that begins a namespace: `pkg:npm/@babel/core` has a scope that is not percent-encoded. */
function splitVersion(text: string): readonly [string, string | undefined] {
  const at = text.lastIndexOf('@');
  const isScope = (at === 0 || text[at - 1] === '/') && text.includes('/', at);
  return at < 0 || isScope ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function readQualifiers(text: string): Result<ReadonlyMap<string, string>, string> {
  const qualifiers = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const [key, value = ''] = splitAt(pair, '=', 'first');
    const decoded = decode(value);
    if (decoded === null) return err(`its qualifier "${key.slice(0, 40)}" has an invalid percent-encoding`);
    const lower = key.toLowerCase();
    if (qualifiers.has(lower)) return err(`its qualifier "${key.slice(0, 40)}" is given twice`);
    qualifiers.set(lower, decoded);
  }
  return ok(qualifiers);
}

/** Segments that are empty, `.` or `..` are dropped, as the specification says. */
function readSubpath(text: string): string | null {
  const segments = decodeAll(text.split('/').filter((segment) => segment !== ''));
  return segments?.filter((segment) => segment !== '.' && segment !== '..' && segment !== '').join('/') ?? null;
}

function decodeAll(texts: readonly string[]): string[] | null {
  const decoded: string[] = [];
  for (const text of texts) {
    const value = decode(text);
    if (value === null) return null;
    decoded.push(value);
  }
  return decoded;
}

function decode(text: string): string | null {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function splitAt(text: string, mark: string, which: 'first' | 'last'): readonly [string, string | undefined] {
  const at = which === 'first' ? text.indexOf(mark) : text.lastIndexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function stripSlashes(text: string): string {
  let start = 0;
  let end = text.length;
  while (text[start] === '/') start += 1;
  while (end > start && text[end - 1] === '/') end -= 1;
  return text.slice(start, end);
}
