import { visible, visibleLines } from './visible.js';

/**
 * A piece of HTML that is safe to put into another: text of others came into it through `html` alone. Nothing outside
 * this file makes one.
 */
class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type { Markup };

/** What may stand in a template: text and numbers are escaped, pieces are put in as they are, nothing leaves nothing. */
export type Inserted = string | number | Markup | undefined | readonly (string | number | Markup | undefined)[];

/**
 * A template of HTML. Everything that is inserted is escaped for text and for quoted attribute values, which are the
 * only places where something may be inserted: an attribute's value stands in double quotes. Line ends of the template
 * and the margins behind them are left out.
 */
export function html(parts: TemplateStringsArray, ...inserted: readonly Inserted[]): Markup {
  const own = flattened(parts);
  let text = own[0] ?? '';
  inserted.forEach((value, index) => {
    text += written(value) + (own[index + 1] ?? '');
  });
  return new Markup(text);
}

const flat = new WeakMap<TemplateStringsArray, readonly string[]>();

/** A template's own text on one line: made once, since a table has the same row ten thousand times. */
function flattened(parts: TemplateStringsArray): readonly string[] {
  const known = flat.get(parts);
  if (known !== undefined) return known;
  const made = parts.map((part) => part.replace(/\s*\n\s*/g, ''));
  flat.set(parts, made);
  return made;
}

/** Concatenates pieces. */
export function joined(pieces: readonly Markup[], between = ''): Markup {
  return new Markup(pieces.join(escaped(between)));
}

/** Text of several lines, for elements that show line ends. */
export function preformatted(text: string): Markup {
  return new Markup(escaped(visibleLines(text)));
}

/** A sentence of ours that may quote text of others: what stands between backticks is code. */
export function sentence(text: string): Markup {
  const parts = visibleLines(text).trim().split('`');
  const isClosed = parts.length % 2 === 1;
  const pieces = parts.map((part, index) => {
    if (index % 2 === 0) return html`${part}`;
    return isClosed || index < parts.length - 1 ? html`<code>${part}</code>` : html`\`${part}`;
  });
  return joined(pieces);
}

/**
 * An element that holds a script or style of ours, whose text no entity may stand in.
 *
 * @throws where the text would end the element: it is ours, so that this is a defect of the build
 */
export function rawElement(name: 'script' | 'style', text: string): Markup {
  if (text.toLowerCase().includes(`</${name}`) || text.includes('<!--')) throw new Error(`The ${name} ends itself.`);
  return new Markup(`<${name}>${text}</${name}>`);
}

function written(value: Inserted): string {
  if (value === undefined) return '';
  if (value instanceof Markup) return value.toString();
  if (typeof value === 'object') return value.map(written).join('');
  const text = String(value);
  return PLAIN.test(text) ? text : escaped(visible(text));
}

/** Most of what a report holds, which is examined once instead of character by character. */
const PLAIN = /^[A-Za-z0-9 _.,:;/@()[\]#%*+=?!~|-]*$/;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
