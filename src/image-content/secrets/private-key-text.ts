import { readKeyFile } from './key-files.js';

/** A private key in a text. */
export interface KeyInText {
  /** Such as `RSA private key`. */
  readonly kind: string;
  /** Where its first line begins, and where that ends. */
  readonly at: number;
  readonly end: number;
}

/** PEM as OpenSSL, OpenSSH and OpenPGP write it, and the form of ssh.com. */
const FIRST_LINE =
  /-----BEGIN ((?:[A-Z0-9]{1,12} ){0,3})PRIVATE KEY(?: BLOCK)?-----|---- BEGIN (SSH2 (?:ENCRYPTED )?)PRIVATE KEY ----/g;
/** Base64 of `-----BEGIN `, with the types of keys behind it: what Kubernetes and CI systems keep a key as. */
const ENCODED_FIRST_LINE = /LS0tLS1CRUdJTi(?:[A-Za-z0-9+/]{1,64}?)(?:UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW)/g;

/** Where neither of these is in a text, no key is. */
export const KEY_TEXT_MARKS = ['PRIVATE KEY', 'LS0tLS1CRUdJTi'] as const;

/** Header lines that may come before a key's base64, such as "Proc-Type: …"; what sets a line in or off may be before them. */
const KEY_HEADERS = /(?<=^|\n)[^A-Za-z\n]{0,40}[A-Za-z][A-Za-z0-9-]{0,31}: [^\n]{0,200}(?=\n)/g;
/** Line ends that a program's text, JSON or a URL has written out, escaped again and again. */
const WRITTEN_LINE_END = /\\{1,4}r?\\{0,4}n|\\{1,4}r|%0[AaDd]/g;
/** What stands between the lines of a key that is indented, quoted, commented out, or put together from texts. */
const BETWEEN_LINES = /[\s"'`#*>|,;+\\-]/g;
/** Prose and code have no word as long as a line of a key. */
const KEY_LINE = /[A-Za-z0-9+/]{40}/;
/** The first characters of keys in base64: DER of 30 octets and more, and the name of OpenSSH's form. */
const KEY_START = /^(?:M[A-I][A-Za-z0-9+/]|b3BlbnNzaC1rZXktdjE)/;
const OPENSSH = 'openssh-key-v1\0';

/** RSA keys of 16,384 bits have 12,600 characters. */
export const MAX_PEM = 32 * 1024;
/** As much of a key's body as is examined to know it by its lines. */
const MAX_BODY = 2048;
/** Before a key's first line of base64 there are headers, or words of a program, and no more than this. */
const MAX_LEAD = 300;
/** Texts of one file that are decoded; so many first lines of keys in base64 are no chance. */
const MAX_DECODED = 64;
/** Fewer different characters than this are a row of x's or an example that counts up. */
const MIN_DIFFERENT = 12;

/** Documentation leaves the middle of a key out, or writes over it: `MIIEow…fvY4+te`, `MIIBEXAMPLE`. */
const ELIDED =
  /[A-Za-z0-9+/]{16}(?:\.{3}|\u2026|\xe2\x80\xa6)(?:[A-Za-z0-9+/]|$)|[A-Za-z0-9+/]{16}EXAMPLE|EXAMPLE[A-Za-z0-9+/]{16}/m;

function withoutElided(body: string): string {
  const lines = body.replaceAll(WRITTEN_LINE_END, '\n').split('\n');
  return lines.filter((line) => !ELIDED.test(line)).join('\n');
}

/** Private keys in a text: a first line alone is none, and neither are prose, code and dots behind it. */
export function privateKeysIn(text: string): readonly KeyInText[] {
  const found: KeyInText[] = [];
  if (text.includes('PRIVATE KEY')) {
    for (const match of text.matchAll(FIRST_LINE)) {
      const end = match.index + match[0].length;
      // To the key's own last line: what else the file holds says nothing of the key.
      const [body = ''] = text.slice(end, end + MAX_PEM).split(/-{4}/, 1);
      const isElided = ELIDED.test(body);
      const isKey =
        (!isElided && hasKeyLines(body.slice(0, MAX_BODY))) ||
        hasKeyStructure(body) ||
        // A line among those of a whole key may look so.
        (isElided && hasKeyStructure(withoutElided(body)));
      if (!isKey) continue;
      const type = `${match[1] ?? match[2] ?? ''}private key`.replace('PGP private key', 'OpenPGP private key');
      found.push({ kind: type.startsWith('ENCRYPTED') ? 'encrypted private key' : type, at: match.index, end });
    }
  }
  if (text.includes('LS0tLS1CRUdJTi')) {
    let decoded = 0;
    for (const { index } of text.matchAll(ENCODED_FIRST_LINE)) {
      decoded += 1;
      const [encoded = ''] =
        decoded > MAX_DECODED ? [] : (/^[A-Za-z0-9+/=\s]*/.exec(text.slice(index, index + MAX_PEM)) ?? []);
      const inner = Buffer.from(encoded, 'base64').toString('latin1');
      if (decoded > MAX_DECODED || privateKeysIn(inner).length > 0)
        found.push({ kind: 'private key in base64', at: index, end: index });
    }
  }
  return found;
}

/** Whether what follows a key's first line is base64 in lines as long as keys have them. */
function hasKeyLines(given: string): boolean {
  const body = given.replaceAll(WRITTEN_LINE_END, '\n').replaceAll(KEY_HEADERS, '');
  const bare = body.replaceAll(BETWEEN_LINES, '');
  const line = KEY_LINE.exec(body);
  if (line === null || !isVaried(bare.replaceAll(/[^A-Za-z0-9/]/g, '').slice(-200))) return false;
  return /^[A-Za-z0-9/=]{50}/.test(bare) || (line.index < MAX_LEAD && KEY_START.test(line[0]));
}

/** Whether the base64 is a key by what it encodes, however short its lines are. */
function hasKeyStructure(body: string): boolean {
  const base64 = body
    .replaceAll(WRITTEN_LINE_END, '\n')
    .replaceAll(KEY_HEADERS, '')
    // A plus sign between texts puts them together; one within a text is base64.
    .replaceAll(/["'`]\s*\+|\+\s*["'`]/g, '')
    .replaceAll(/[^A-Za-z0-9+/=]/g, '');
  if (!KEY_START.test(base64)) return false;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.subarray(0, OPENSSH.length).toString('latin1') === OPENSSH || readKeyFile(bytes) !== null;
}

/** Whether a text has as many different characters at its end as something random. */
export function isVaried(text: string): boolean {
  return new Set(text.slice(-40)).size >= MIN_DIFFERENT;
}
