import type { Name } from '@peculiar/asn1-x509';
import { err, ok, type Result } from '../../lib/result.js';

/** An attribute of a name: its type as an OID, and its value as text. */
export interface NameAttribute {
  readonly type: string;
  readonly value: string;
}

/** A subject in the order in which the certificate holds it. An RDN has one attribute, or several in the multi-valued form. */
export type DistinguishedName = readonly (readonly NameAttribute[])[];

/** What `x509.subject:` in a policy asks of a subject: values by OID, all of which the subject must have. */
export interface SubjectIdentity {
  /** As the policy writes it, without the prefix. */
  readonly text: string;
  readonly attributes: ReadonlyMap<string, string>;
}

const COUNTRY = '2.5.4.6';
const STATE = '2.5.4.8';
const ORGANIZATION = '2.5.4.10';

/** The short names of RFC 4514 and of Go's crypto/x509/pkix, and S, which the specification takes for ST. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['C', COUNTRY],
  ['ST', STATE],
  ['S', STATE],
  ['L', '2.5.4.7'],
  ['STREET', '2.5.4.9'],
  ['O', ORGANIZATION],
  ['OU', '2.5.4.11'],
  ['CN', '2.5.4.3'],
  ['SERIALNUMBER', '2.5.4.5'],
  ['POSTALCODE', '2.5.4.17'],
  ['DC', '0.9.2342.19200300.100.1.25'],
  ['UID', '0.9.2342.19200300.100.1.1'],
]);
const SHORT_NAMES = new Map([...TYPES].filter(([name]) => name !== 'S').map(([name, type]) => [type, name]));
const REQUIRED = [
  [COUNTRY, 'C'],
  [STATE, 'ST'],
  [ORGANIZATION, 'O'],
] as const;
const MAX_IDENTITY = 1024;

/** The attributes of a parsed X.501 name. */
export function readName(name: Name): DistinguishedName {
  return [...name].map((rdn) => [...rdn].map(({ type, value }) => ({ type, value: value.toString() })));
}

/** A name as RFC 4514 writes it, the most specific attribute first: `CN=…,O=…,C=US`. */
export function formatName(name: DistinguishedName): string {
  return name
    .toReversed()
    .map((rdn) => rdn.map(({ type, value }) => `${SHORT_NAMES.get(type) ?? type}=${escapeValue(value)}`).join('+'))
    .join(',');
}

function escapeValue(value: string): string {
  return value.replaceAll(/[\\,+"<>;]|^[ #]| $/g, '\\$&');
}

/**
 * Parses the text after `x509.subject:`, a distinguished name as RFC 4514 writes it. It must name C, ST (or S) and O;
 * an attribute may stand once, in an RDN of its own. Fails with a clause that can follow "because".
 *
 * @see https://github.com/notaryproject/specifications/blob/main/specs/trust-store-trust-policy.md#trusted-identities-constraints
 */
export function parseSubjectIdentity(text: string): Result<SubjectIdentity, string> {
  if (text.length > MAX_IDENTITY) return err(`it is longer than ${MAX_IDENTITY} characters`);
  const attributes = new Map<string, string>();
  for (const part of splitUnescaped(text)) {
    const attribute = parseAttribute(part);
    if (!attribute.ok) return attribute;
    const { type, value } = attribute.value;
    if (attributes.has(type)) return err(`it names ${SHORT_NAMES.get(type) ?? type} twice`);
    attributes.set(type, value);
  }
  const missing = REQUIRED.find(([type]) => (attributes.get(type) ?? '') === '');
  return missing === undefined
    ? ok({ text: text.trim(), attributes })
    : err(`it has no ${missing[1]}; C, ST and O are required`);
}

/** Splits at commas that no backslash escapes. */
function splitUnescaped(text: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === ',') {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

function parseAttribute(part: string): Result<NameAttribute, string> {
  const match = /^\s*([A-Za-z]+|\d+(?:\.\d+)+)\s*=\s*([\s\S]*)$/.exec(part);
  const [, name, written] = match ?? [];
  if (name === undefined || written === undefined)
    return err(`"${part.trim()}" is not an attribute of the form NAME=value`);
  const type = /^\d/.test(name) ? name : TYPES.get(name);
  if (type === undefined)
    return err(`${name} is not a known attribute; expected one of ${[...TYPES.keys()].join(', ')}`);
  if (written.startsWith('#')) return err(`the value of ${name} is hexadecimal, which is not supported`);
  const value = unescapeValue(written);
  if (value === undefined) return err(`the value of ${name} must escape , + " < > ; and \\ with a backslash`);
  if (value === '') return err(`the value of ${name} is empty`);
  return ok({ type, value });
}

/** The value without its escapes and without the blanks around it; undefined where a special character is not escaped. */
function unescapeValue(written: string): string | undefined {
  const bytes: Buffer[] = [];
  let kept = 0;
  for (const [token = ''] of written.matchAll(/\\[0-9A-Fa-f]{2}|\\?[\s\S]/gu)) {
    if (token === '\\' || /^[+"<>;]$/.test(token)) return undefined;
    const escaped = token.startsWith('\\');
    if (escaped && token.length === 3) bytes.push(Buffer.from(token.slice(1), 'hex'));
    else bytes.push(Buffer.from(escaped ? token.slice(1) : token));
    if (escaped || token.trim() !== '') kept = bytes.length;
  }
  return Buffer.concat(bytes.slice(0, kept)).toString('utf8');
}

/**
 * Whether a subject has every attribute of an identity with exactly its value. A subject with a multi-valued RDN, with
 * an attribute twice, or without C, ST and O matches none.
 */
export function matchesSubject(identity: SubjectIdentity, subject: DistinguishedName): boolean {
  const seen = new Map<string, string>();
  for (const rdn of subject) {
    const [attribute, ...others] = rdn;
    if (attribute === undefined || others.length > 0 || seen.has(attribute.type)) return false;
    seen.set(attribute.type, attribute.value);
  }
  return (
    REQUIRED.every(([type]) => seen.has(type)) &&
    [...identity.attributes].every(([type, value]) => seen.get(type) === value)
  );
}

/** Two identities of one policy of which one matches everything that the other matches: the specification forbids them. */
export function findOverlap(
  identities: readonly SubjectIdentity[],
): readonly [SubjectIdentity, SubjectIdentity] | undefined {
  for (const wide of identities)
    for (const narrow of identities)
      if (wide !== narrow && [...wide.attributes].every(([type, value]) => narrow.attributes.get(type) === value))
        return [wide, narrow];
  return undefined;
}
