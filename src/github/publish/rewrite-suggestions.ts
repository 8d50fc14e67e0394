import type { HardenedFile } from '../../fix/harden/harden-file.js';
import type { Suggestion } from './review-suggestions.js';

/** More lines than that are no suggestion to be read on a line of a review; `fix --harden` shows them. */
const MAX_LINES = 60;

/**
 * Suggestions that take over the whole rewrite of a build file, each as one block: a part of it alone would not build.
 * Files whose rewrite a block can't show (more than {@link MAX_LINES} lines, or text that is not UTF-8) have none.
 */
export function rewriteSuggestions(files: readonly HardenedFile[]): readonly Suggestion[] {
  return files.flatMap((file) => {
    const suggestion = suggestionOf(file);
    return suggestion === undefined ? [] : [suggestion];
  });
}

function suggestionOf({ path, before, after, replaced }: HardenedFile): Suggestion | undefined {
  const [old, changed] = [linesOf(before), linesOf(after)];
  if (old === undefined || changed === undefined) return undefined;
  const shorter = Math.min(old.length, changed.length);
  let first = 0;
  while (first < shorter && old[first] === changed[first]) first++;
  if (first === old.length && first === changed.length) return undefined;
  let last = 0;
  while (last < shorter - first && old.at(-1 - last) === changed.at(-1 - last)) last++;
  // A block takes the place of at least one line.
  if (first > 0 && first === old.length - last) first--;
  const [end, newEnd] = [old.length - last, changed.length - last];
  if (end <= first || end - first > MAX_LINES || newEnd - first > MAX_LINES) return undefined;
  return {
    path,
    startLine: first + 1,
    line: end,
    text: changed.slice(first, newEnd).join('\n'),
    written: `rewrite of ${replaced.map(({ use }) => use.written).join(' ')}`,
    about:
      'Build on an image that the policy allows, with the changes it needs (evaluated by the gate; build and test it before you merge):',
  };
}

function linesOf(bytes: Uint8Array): readonly string[] | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).split(/\r?\n/);
  } catch {
    return undefined;
  }
}
