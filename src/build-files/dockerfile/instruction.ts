import { optionalField } from '../../lib/collections.js';
import { plural } from '../../lib/text.js';
import { type Pair, parseJsonForm, parsePairs, splitBlanks, splitQuoted, type Word } from './argument-forms.js';
import { type Flag, splitFlags } from './flags.js';
import { LimitPassed, MAX_TRIGGER_DEPTH } from './limits.js';
import type { EscapeCharacter, LogicalLine } from './logical-lines.js';
import { isBlank, skipSpace, toLower, trimSpaceEnd } from './white-space.js';

/** A heredoc's body as it stands in the file. */
export interface HeredocBody {
  readonly name: string;
  readonly body: string;
}

/** One instruction as BuildKit's parser sees it, before its meaning is checked. */
export interface Instruction {
  /** In lower case; what it says may be no instruction at all. */
  readonly keyword: string;
  readonly line: LogicalLine;
  /** Where the keyword begins in the line: not at its start in an ONBUILD trigger. */
  readonly start: number;
  /** The last line, heredocs included. */
  readonly endLine: number;
  readonly flags: readonly Flag[];
  /** The arguments after the flags, trimmed, and where they begin in the line. */
  readonly text: string;
  readonly textStart: number;
  /** The elements of the JSON form, where the arguments are in it. */
  readonly json?: readonly string[];
  /** Words of the instructions that are cut at blanks, and of ARG. */
  readonly words: readonly Word[];
  /** ENV and LABEL. */
  readonly pairs: readonly Pair[];
  readonly heredocs: readonly HeredocBody[];
  /** ONBUILD: the instruction it keeps for later. */
  readonly trigger?: Instruction;
  /** Why BuildKit's parser refuses the arguments, in a clause; then they are left out. */
  readonly fault?: string;
}

type Arguments = Pick<Instruction, 'words' | 'pairs'> & Pick<Partial<Instruction>, 'json' | 'trigger' | 'fault'>;

const NO_WORDS: readonly never[] = [];
const PLAIN: Arguments = { words: NO_WORDS, pairs: NO_WORDS };

/**
 * Cuts a logical line, from `start` on, into keyword, flags and arguments. Whether the instruction exists and makes
 * sense is `checkInstruction`'s question.
 *
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/parser.go `newNodeFromLine`
 */
export function parseInstruction(
  line: LogicalLine,
  start: number,
  escapeWith: EscapeCharacter,
  flagEscape = escapeWith,
  depth = 0,
): Instruction {
  const { text } = line;
  // A line that begins with a lone escape character keeps the blanks of the next.
  const first = skipSpace(text, start, text.length);
  const end = trimSpaceEnd(text, first, text.length);
  let keywordEnd = first;
  while (keywordEnd < end && !isBlank(text.charCodeAt(keywordEnd))) keywordEnd++;
  let after = keywordEnd;
  while (after < end && isBlank(text.charCodeAt(after))) after++;
  const keyword = toLower(text.slice(first, keywordEnd));

  const split = splitFlags(text, after, end, flagEscape);
  const textStart = skipSpace(text, split.rest, end);
  const rest = split.cutRest === undefined ? text.slice(textStart, end) : split.cutRest.slice(textStart - split.rest);
  return {
    keyword,
    line,
    start: first,
    endLine: line.endLine,
    flags: split.flags,
    text: rest,
    textStart,
    heredocs: NO_WORDS,
    ...parseArguments(keyword, rest, line, textStart, escapeWith, flagEscape, depth),
  };
}

function parseArguments(
  keyword: string,
  text: string,
  line: LogicalLine,
  textStart: number,
  escapeWith: EscapeCharacter,
  flagEscape: EscapeCharacter,
  depth: number,
): Arguments {
  switch (keyword) {
    case 'run':
    case 'cmd':
    case 'entrypoint':
    case 'shell':
      return withJson(text, false);
    case 'add':
    case 'copy':
    case 'volume':
      return withJson(text, true);
    case 'from':
    case 'expose':
      return { words: splitBlanks(text), pairs: NO_WORDS };
    case 'arg':
      return { words: splitQuoted(text, escapeWith), pairs: NO_WORDS };
    case 'env':
    case 'label': {
      const pairs = parsePairs(text, keyword.toUpperCase(), escapeWith);
      return pairs.ok ? { words: NO_WORDS, pairs: pairs.value } : { ...PLAIN, fault: pairs.error };
    }
    case 'healthcheck':
      return parseHealthcheck(text);
    case 'onbuild': {
      if (text === '') return PLAIN;
      if (depth >= MAX_TRIGGER_DEPTH)
        throw new LimitPassed(
          'trigger-depth',
          `ONBUILD is nested more than ${plural(MAX_TRIGGER_DEPTH, 'level')} deep`,
        );
      const trigger = parseInstruction(line, textStart, escapeWith, flagEscape, depth + 1);
      return { ...PLAIN, trigger, ...optionalField('fault', trigger.fault) };
    }
    default:
      return PLAIN;
  }
}

function withJson(text: string, split: boolean): Arguments {
  const json = parseJsonForm(text);
  if (!json.ok) return { ...PLAIN, fault: json.error };
  if (json.value !== undefined) return { ...PLAIN, json: json.value };
  return split ? { words: splitBlanks(text), pairs: NO_WORDS } : PLAIN;
}

/** The type, then arguments that may be a JSON array. Blanks are sought byte by byte: any 85 or A0 is one. */
function parseHealthcheck(text: string): Arguments {
  const bytes = Buffer.from(text).toString('latin1');
  const cut = /^([^\t-\r \x85\xa0]*)[\t-\r \x85\xa0]*/.exec(bytes);
  const type = cut?.[1] ?? '';
  if (type === '') return PLAIN;
  const rest = Buffer.from(bytes.slice(cut?.[0].length), 'latin1').toString();
  const json = parseJsonForm(rest);
  if (!json.ok) return { ...PLAIN, fault: json.error };
  const words: Word[] = [{ text: type, start: 0 }];
  if (rest !== '' && json.value === undefined) words.push({ text: rest, start: text.length - rest.length });
  return { words, pairs: NO_WORDS, ...optionalField('json', json.value) };
}
