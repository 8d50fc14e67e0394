import { visible, visibleLines } from './visible.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** What XML 1.0 has no way to write. @see https://www.w3.org/TR/xml/#charsets */
const NO_CHARACTER = /[\ufffe\uffff]/g;

function escaped(text: string): string {
  return text.replace(NO_CHARACTER, '\ufffd').replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** Text for an attribute's value, on one line; characters that a reader can't see are written out. */
function xmlAttribute(text: string): string {
  return escaped(visible(text));
}

/** Text between tags, with its line ends. */
export function xmlText(text: string): string {
  return escaped(visibleLines(text));
}

/** A start tag, or with `empty` an element without content. Names are ours; values are escaped here. */
export function xmlTag(
  name: string,
  attributes: Readonly<Record<string, string | number>> = {},
  { empty = false }: { readonly empty?: boolean } = {},
): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${xmlAttribute(String(value))}"`);
  return `<${name}${written.join('')}${empty ? '/' : ''}>`;
}
