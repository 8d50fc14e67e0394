import { displayWidth } from './display-width.js';

/**
 * Breaks a text into lines of at most `width` columns, only at spaces: a longer word, such as an address that is to be
 * copied, has a line of its own and stays whole. The text has no line ends and no control characters. No further line
 * begins with `::`, which GitHub's runner would take for a command.
 */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/ +/).filter((part) => part !== '')) {
    const fits = displayWidth(line) + 1 + displayWidth(word) <= width;
    if (line !== '' && !fits && !word.startsWith('::')) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

/** As many words of a text as fit into `lines` lines of `width` columns, with `…` where some are left out. */
export function shortened(text: string, width: number, lines = 1): readonly string[] {
  const all = wrapped(text, width);
  const kept = all.slice(0, lines);
  const last = kept.at(-1);
  if (last === undefined || all.length <= lines) return kept;
  let words = last.split(' ');
  while (words.length > 1 && displayWidth(words.join(' ')) + 2 > width) words = words.slice(0, -1);
  return [...kept.slice(0, -1), `${words.join(' ').replace(/[,;:]$/, '')} …`];
}
