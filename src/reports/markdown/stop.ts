import { block, inline, prose } from '../../lib/escape/markdown.js';
import { cut } from '../../lib/escape/visible.js';
import type { Explanation } from '../../lib/failure.js';

/** What happened, and what can be done about it: a sentence each, and further lines as they are to be read or copied. */
type Stop = Explanation;

const MAX_TITLE = 60;
const MAX_CHARACTERS = 4_096;

/** Why a run decided nothing, as a part of the comment. `title` distinguishes several jobs. */
export function stopMarkdown({ message, fix }: Stop, { title }: { readonly title?: string } = {}): string {
  const name = title === undefined ? 'Base images' : `Base images, ${inline(cut(title, MAX_TITLE))}`;
  const heading = `### ❓ ${name}: indeterminate · nothing was decided`;
  return `${heading}\n\n${paragraphs(message)}\n\n👉 ${paragraphs(fix, 'yaml')}`;
}

/** A sentence and, where there are more lines, these in a block. */
export function paragraphs(text: string, language = ''): string {
  const [sentence = '', ...lines] = cut(text, MAX_CHARACTERS).split('\n');
  const rest = lines.join('\n').replace(/^\n+/, '');
  return rest === '' ? prose(sentence) : `${prose(sentence)}\n\n${block(rest, language)}`;
}
