import { html, type Markup } from '../../lib/escape/html.js';
import { meaningOf, type Sign } from '../signs.js';

/** How an answer is shown: never by its color alone. */
interface Mark {
  /** The class that colors it. */
  readonly name: string;
  readonly symbol: string;
}

const MARKS: Readonly<Record<Sign, Mark>> = {
  '❌': { name: 'fail', symbol: '✕' },
  '❓': { name: 'open', symbol: '?' },
  '⚠️': { name: 'warn', symbol: '!' },
  ℹ️: { name: 'note', symbol: 'i' },
  '🩹': { name: 'waived', symbol: '~' },
  '⏭️': { name: 'skip', symbol: '»' },
  '✅': { name: 'pass', symbol: '✓' },
  '–': { name: 'none', symbol: '–' },
};

export const ALL_SIGNS: readonly Sign[] = ['❌', '❓', '⚠️', 'ℹ️', '🩹', '⏭️', '✅', '–'];

export function markOf(sign: Sign): Mark {
  return MARKS[sign];
}

/** The symbol of an answer, with its meaning for screen readers. */
export function mark(sign: Sign): Markup {
  const { name, symbol } = MARKS[sign];
  return html`<span class="mark ${name}" role="img" aria-label="${meaningOf(sign)}">${symbol}</span>`;
}

/** The same with its meaning in words. */
export function label(sign: Sign, text: string = meaningOf(sign)): Markup {
  const { name, symbol } = MARKS[sign];
  return html`<span class="label ${name}"><span aria-hidden="true">${symbol}</span> ${text}</span>`;
}
