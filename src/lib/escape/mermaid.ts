import { cutMiddle, visible } from './visible.js';

const MAX_LABEL = 80;

/**
 * Text of others as a quoted Mermaid label: everything but letters, digits and a few signs is an entity code. Colons
 * are, since Mermaid's own treatment of entity codes looks for `style…:…#…;`; spaces are, since its lexer takes a line
 * for a statement that has `direction LR` anywhere, in quotes or not.
 *
 * @see https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
 */
export function mermaidLabel(text: string): string {
  // An empty label is a syntax error in Mermaid; what a variable without a value leaves is one.
  const shown = cutMiddle(visible(text), MAX_LABEL).trim() || '(empty)';
  return `"${shown.replace(/[^\p{L}\p{N}/._@-]/gu, (one) => `#${one.codePointAt(0) ?? 0};`)}"`;
}
