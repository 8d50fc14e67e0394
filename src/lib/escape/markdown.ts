import { terminalLines, visible } from './visible.js';

/**
 * Text of others in GitHub-flavoured Markdown. Every function returns text that stays where it is put: in its
 * paragraph, table cell, list item or link, with any content.
 *
 * Signs are written as numeric references, which CommonMark never takes for structure.
 * @see https://spec.commonmark.org/0.31.2/#entity-and-numeric-character-references
 */
const STRUCTURE = /[\\`*_[\]<>#|~&$]/;

/** What begins a list or a heading, where the text comes first in its paragraph. */
const BLOCK_START = /^(?:[-+=]|[0-9]{1,9}[.)](?= |$))/;

/**
 * Mentions, references to issues and commits, and bare addresses are linked from the rendered text, so that writing
 * their signs as references can't stop it. A zero-width space inside does, and is what bots on GitHub use.
 *
 * @see https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
 */
const BREAK = '&#8203;';
const LINKED = /(?<=[@#])(?!\s)|(?<=gh)(?=-[0-9])|(?<=:)(?=\/\/)|(?<=ww)(?=w\.)/gi;
/** What may name a commit, which takes seven digits. */
const COMMIT = /(?<![0-9a-z])[0-9a-f]{7,40}(?![0-9a-z])/gi;
const COMMIT_STEP = 6;

/** One line of plain text: no emphasis, no link, no HTML, no mention, no reference to an issue or commit. */
export function inline(text: string): string {
  const shown = visible(text).trim();
  return plain(shown, BLOCK_START.exec(shown)?.[0].length ?? 0);
}

/** `leading`: how many characters at the start would begin a block; the last of them is made harmless. */
function plain(shown: string, leading: number): string {
  const breaks = new Set(Array.from(shown.matchAll(LINKED), (match) => match.index));
  for (const { index, 0: digits } of shown.matchAll(COMMIT)) {
    for (let at = COMMIT_STEP; at < digits.length; at += COMMIT_STEP) breaks.add(index + at);
  }
  let safe = '';
  for (let i = 0; i < shown.length; i++) {
    const character = shown.charAt(i);
    if (breaks.has(i)) safe += BREAK;
    safe += STRUCTURE.test(character) || i === leading - 1 ? numeric(character) : character;
  }
  return breaks.has(shown.length) ? safe + BREAK : safe;
}

function numeric(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

/** Characters that are themselves in a code span, in a table cell too, and can't begin an HTML comment. */
const PLAIN_CODE = /^[A-Za-z0-9_.,:;/@#$%^*()+=?{}[\]!'"~ \u00a1-\u{10ffff}-]+$/u;

/**
 * A code span, on one line. GitHub links nothing inside. What a code span can't hold (backticks, pipes in a table,
 * HTML, a command of a GitHub runner) goes into a `<code>` element with every sign as a reference.
 */
export function code(text: string): string {
  const shown = visible(text);
  if (shown === '') return '`(empty)`';
  if (PLAIN_CODE.test(shown) && shown.trim() === shown && !shown.includes('##[')) return `\`${shown}\``;
  return `<code>${shown.replace(/[^A-Za-z0-9\u0080-\uffff ]/g, numeric).replaceAll('  ', ' &#32;')}</code>`;
}

/** A sentence of ours that may quote text of others: what stands between backticks is code, the rest is plain. */
export function prose(text: string): string {
  const [first = '', ...parts] = visible(text).trim().split('`');
  const rest = parts.map((part, index) => {
    if (index % 2 === 1) return plain(part, 0);
    const closed = index < parts.length - 1;
    return closed ? code(part) : plain(`\`${part}`, 0);
  });
  return plain(first, BLOCK_START.exec(first)?.[0].length ?? 0) + rest.join('');
}

/**
 * A fenced block of several lines, with a fence that nothing inside can close. Stands on lines of its own. Our own
 * comment marker can't be forged in it, nor a command of a runner whose log it is printed to.
 */
export function block(text: string, language = ''): string {
  const lines = terminalLines(text).replaceAll('<!--', '<! --');
  const longest = (lines.match(/`+/g) ?? []).reduce((length, run) => Math.max(length, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${lines}\n${fence}`;
}

/** A link whose text is Markdown that is already safe. The address is ours but for its percent-encoded path. */
export function link(label: string, address: string): string {
  return `[${label}](${address.replace(/[()<>\s\\]/g, (one) => encodeURIComponent(one).replace('(', '%28').replace(')', '%29'))})`;
}

/** A path as part of a URL: every byte that is not unreserved is percent-encoded, `/` stays. Lone surrogates become U+FFFD. */
export function urlPath(path: string): string {
  return [...Buffer.from(path, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9._~/-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
