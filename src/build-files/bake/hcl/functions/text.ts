import { decimal } from '../decimal.js';
import {
  checkLength,
  type HclFunction,
  itemsOf,
  LIST_OF_TEXT,
  listOfTexts,
  NUMBER,
  TEXT,
  textOf,
  unfit,
  wholeOf,
} from '../function.js';
import { compareTexts, numberValue, textValue } from '../value.js';

/** A function of one text that gives another. */
function ofText(change: (text: string) => string): HclFunction {
  return { parameters: [TEXT], call: ([text]) => textValue(change(textOf(text))) };
}

/** A function of two texts that gives another. */
function ofTexts(change: (text: string, other: string) => string): HclFunction {
  return { parameters: [TEXT, TEXT], call: ([text, other]) => textValue(change(textOf(text), textOf(other))) };
}

export const TEXT_FUNCTIONS: readonly (readonly [string, HclFunction])[] = [
  ['upper', ofText((text) => eachCharacter(text, (character) => character.toUpperCase()))],
  ['lower', ofText((text) => eachCharacter(text, (character) => character.toLowerCase()))],
  ['title', ofText(title)],
  ['chomp', ofText((text) => text.slice(0, lastOf(text, '\r\n')))],
  ['trimspace', ofText((text) => text.trim())],
  ['trim', ofTexts(trim)],
  ['trimprefix', ofTexts((text, prefix) => (text.startsWith(prefix) ? text.slice(prefix.length) : text))],
  [
    'trimsuffix',
    ofTexts((text, suffix) => (text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text)),
  ],
  ['reverse', ofText((text) => graphemes(text).reverse().join(''))],
  ['sanitize', ofText((text) => text.replace(/[^a-zA-Z0-9_-]/gu, '_'))],
  ['basename', ofText(basename)],
  ['dirname', ofText(dirname)],
  ['strlen', { parameters: [TEXT], call: ([text]) => numberValue(decimal(BigInt(graphemes(textOf(text)).length))) }],
  ['byteslen', { parameters: [TEXT], call: ([text]) => numberValue(decimal(BigInt(Buffer.byteLength(textOf(text))))) }],
  [
    'bytesslice',
    {
      parameters: [TEXT, NUMBER, NUMBER],
      call: ([text, offset, length]) => textValue(bytesSlice(textOf(text), wholeOf(offset), wholeOf(length))),
    },
  ],
  [
    'substr',
    {
      parameters: [TEXT, NUMBER, NUMBER],
      call: ([text, offset, length]) => textValue(substr(textOf(text), wholeOf(offset), wholeOf(length))),
    },
  ],
  [
    'join',
    {
      parameters: [TEXT],
      rest: { type: LIST_OF_TEXT },
      call: ([separator, ...lists]) => {
        if (lists.length === 0) unfit('at least one list is needed');
        const texts = lists.flatMap((list) => itemsOf(list).map(textOf));
        const between = textOf(separator);
        checkLength(texts.reduce((sum, text) => sum + text.length + between.length, 0));
        return textValue(texts.join(between));
      },
    },
  ],
  [
    'split',
    {
      parameters: [TEXT, TEXT],
      call: ([separator, text]) => {
        const between = textOf(separator);
        return listOfTexts(between === '' ? [...textOf(text)] : textOf(text).split(between));
      },
    },
  ],
  [
    'sort',
    {
      parameters: [{ type: LIST_OF_TEXT }],
      call: ([list]) => listOfTexts(itemsOf(list).map(textOf).sort(compareTexts)),
    },
  ],
  [
    'replace',
    {
      parameters: [TEXT, TEXT, TEXT],
      call: ([text, old, replacement]) => textValue(replaceAll(textOf(text), textOf(old), textOf(replacement))),
    },
  ],
  [
    'indent',
    {
      parameters: [NUMBER, TEXT],
      call: ([spaces, text]) => {
        const count = wholeOf(spaces);
        if (count < 0) unfit('the number of spaces is negative');
        checkLength(count);
        return textValue(replaceAll(textOf(text), '\n', `\n${' '.repeat(count)}`));
      },
    },
  ],
];

/** What has a longer form in the other case stays as it is, as in Go. */
function eachCharacter(text: string, change: (character: string) => string): string {
  return Array.from(text, (character) => {
    const changed = change(character);
    return [...changed].length === 1 ? changed : character;
  }).join('');
}

/** Go's `strings.Title`: the first letter of each word. */
function title(text: string): string {
  return text.replace(/(?<![\p{L}\p{Nd}_])\p{L}/gu, (letter) => eachCharacter(letter, (one) => one.toUpperCase()));
}

/** The end of a text without the characters it ends with. */
function lastOf(text: string, characters: string): number {
  let end = text.length;
  while (end > 0 && characters.includes(text[end - 1] ?? '')) end--;
  return end;
}

function trim(text: string, characters: string): string {
  const set = new Set(characters);
  const all = [...text];
  let start = 0;
  let end = all.length;
  while (start < end && set.has(all[start] ?? '')) start++;
  while (end > start && set.has(all[end - 1] ?? '')) end--;
  return all.slice(start, end).join('');
}

function replaceAll(text: string, old: string, replacement: string): string {
  const parts = old === '' ? ['', ...text, ''] : text.split(old);
  checkLength(text.length + (parts.length - 1) * replacement.length);
  return parts.join(replacement);
}

/** What a person takes for characters: `cty` counts them, too. */
export function graphemes(text: string): string[] {
  // Of ASCII, only a line end has two.
  if (/^[\0-\x7f]*$/.test(text) && !text.includes('\r')) return text.split('');
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}

function substr(text: string, offset: number, length: number): string {
  const all = graphemes(text);
  const start = offset < 0 ? Math.max(offset + all.length, 0) : offset;
  if (offset >= 0 && length === 0) return '';
  return all.slice(start, length < 0 ? undefined : length === 0 ? undefined : start + length).join('');
}

function bytesSlice(text: string, offset: number, length: number): string {
  const bytes = Buffer.from(text);
  if (offset < 0 || length < 0 || offset + length > bytes.length) unfit('the range is outside the string');
  return bytes.subarray(offset, offset + length).toString();
}

/** Go's `path.Base`. */
function basename(path: string): string {
  if (path === '') return '.';
  const trimmed = path.slice(0, lastOf(path, '/'));
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** Go's `path.Dir`. */
function dirname(path: string): string {
  const directory = path.slice(0, path.lastIndexOf('/') + 1);
  const segments: string[] = [];
  for (const segment of directory.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..' && segments.length > 0 && segments.at(-1) !== '..') segments.pop();
    else if (segment !== '..' || !directory.startsWith('/')) segments.push(segment);
  }
  const cleaned = `${directory.startsWith('/') ? '/' : ''}${segments.join('/')}`;
  return cleaned === '' ? '.' : cleaned;
}
