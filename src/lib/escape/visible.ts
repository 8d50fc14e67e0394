/**
 * Characters that a reader can't see or that act on the reader's screen: controls (ANSI sequences begin with one),
 * format characters (bidi controls, zero-width), line and paragraph separators, private use, lone surrogates, and
 * the fillers that look like nothing. U+FE0F stays: it only asks for the color form of an emoji.
 *
 * @see https://trojansource.codes/ why bidi controls are shown
 */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]|\u034f|\u17b4|\u17b5|[\ufe00-\ufe0e]|[\u{e0100}-\u{e01ef}]/gu;

/** The same between the line ends of a JSON text, which are the only ones it has: those in strings are escaped. */
export const UNSEEN_IN_JSON = new RegExp(`(?!\\n)(?:${UNSEEN.source})`, 'gu');

function codePoint(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`;
}

/** Most text is this: the pattern above takes milliseconds to compile, and is not needed for it. */
const SEEN = /^[\x20-\x7e]*$/;

/** The text on one line, with every unseen character written as `\u{1B}`; line ends too. */
export function visible(text: string): string {
  return SEEN.test(text) ? text : text.replace(UNSEEN, codePoint);
}

/** As `visible`, but line feeds stay line ends. For places that may hold several lines. */
export function visibleLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => visible(line))
    .join('\n');
}

/**
 * Text for a terminal or a log. A GitHub runner reads what a step prints and takes `##[command]` anywhere in a line
 * for a command, so that form is broken up; `::command` counts only at the start of a line, where no report puts
 * text of others.
 *
 * @see https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
export function terminal(text: string): string {
  return visible(text).replaceAll('##[', '#\\u{23}[');
}

/** The same with its line ends, for text that is to be copied: no line of it begins a command of a runner. */
export function terminalLines(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => terminal(line).replace(/^(\s*):(?=:)/, '$1\\u{3A}'));
  return lines.join('\n');
}

/** At most `length` UTF-16 units, the last of them `…` where something was cut; never half a surrogate pair. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = Math.max(0, length - 1);
  const last = text.charCodeAt(end - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return `${text.slice(0, splitsPair ? end - 1 : end)}…`;
}

/** Keeps the beginning and the end, so that both an image's name and its digest can be reported. */
export function cutMiddle(text: string, length: number): string {
  if (text.length <= length) return text;
  const head = cut(text, Math.ceil(length / 2) + 1);
  let start = text.length - (length - head.length);
  const first = text.charCodeAt(start);
  if (first >= 0xdc00 && first <= 0xdfff) start += 1;
  return head + text.slice(start);
}
