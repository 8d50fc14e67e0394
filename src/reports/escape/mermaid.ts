import { cutMiddle, visible } from './visible.js';

const MAX_LABEL = 80;

/**
 * Text of others as a quoted Mermaid label: everything but letters, digits and a few signs is an entity code. A colon
 * is one too, since Mermaid's own treatment of entity codes looks for `style…:…#…;`.
 *
 * @see https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
 */
export function mermaidLabel(text: string): string {
  const shown = cutMiddle(visible(text), MAX_LABEL);
  return `"${shown.replace(/[^\p{L}\p{N} /._@-]/gu, (one) => `#${one.codePointAt(0) ?? 0};`)}"`;
}
