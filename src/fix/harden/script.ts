import { err, ok, type Result } from '../../lib/result.js';

/** A word of a script as it is written, and where. */
export interface ScriptWord {
  /** Without quotes and escapes. */
  readonly text: string;
  /** Nothing in it is expanded. */
  readonly isLiteral: boolean;
  /** It redirects, or is the operator that does. */
  readonly isRedirection: boolean;
  /** Offsets in the script, end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** A simple command, and the operator after it: empty at the end of the script. */
export interface ScriptCommand {
  readonly words: readonly [ScriptWord, ...ScriptWord[]];
  readonly operator: string;
}

/** A script of one line with the places of its words. */
export interface Script {
  readonly commands: readonly ScriptCommand[];
  /** It is a chain of `&&` and `;`, so that a command can be taken out. */
  readonly isChain: boolean;
}

const OPERATOR = /&&|\|\||;;|\|&|[;&|()\n]/y;
/** Words that stand where a program may, and join commands to more than a chain. */
export const JOINING_WORDS = [
  ...['if', 'then', 'else', 'elif', 'fi', 'while', 'until', 'do', 'done', 'esac'],
  ...['{', '}', '!'],
] as const;
/** Words after which a command may not be left out. */
const KEYWORDS = new Set<string>([...JOINING_WORDS, 'for', 'case']);

/**
 * Cuts a shell script, whose continuation lines were joined, into words with their places. Fails with a clause where it
 * is not certain what is a word: an open quote, a here-document, a comment.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
 */
export function readScript(script: string): Result<Script, string> {
  const commands: ScriptCommand[] = [];
  let words: ScriptWord[] = [];
  let isChain = true;
  const end = (operator: string) => {
    const [first, ...rest] = words;
    if (first !== undefined) commands.push({ words: [first, ...rest], operator });
    if (!['&&', ';', ''].includes(operator) || words.some(({ text }) => KEYWORDS.has(text))) isChain = false;
    words = [];
  };
  for (let at = 0; at < script.length; ) {
    const character = script[at] ?? '';
    if (/[ \t]/.test(character)) {
      at++;
      continue;
    }
    OPERATOR.lastIndex = at;
    const operator = OPERATOR.exec(script)?.[0];
    if (operator !== undefined && script[at + 1] !== '>') {
      end(operator);
      at += operator.length;
      continue;
    }
    if (character === '#') return err('its script has a comment within a line');
    if (script.startsWith('<<', at)) return err('its script has a here-document');
    const word = readWord(script, at);
    if (word === undefined) return err('its script has a quote or an expansion that is not closed');
    words.push(word);
    at = word.end;
  }
  end('');
  return ok({ commands, isChain });
}

function readWord(script: string, start: number): ScriptWord | undefined {
  let text = '';
  let isLiteral = true;
  let isRedirection = false;
  let at = start;
  while (at < script.length) {
    const character = script[at] ?? '';
    if (/[\s;|()]/.test(character)) break;
    if (character === '&' && script[at - 1] !== '>' && script[at + 1] !== '>') break;
    if (character === '<' || character === '>') isRedirection = true;
    if (character === '\\') {
      text += script[at + 1] ?? '';
      at += 2;
    } else if (character === "'" || character === '"') {
      const close = quoteEnd(script, at);
      if (close === undefined) return undefined;
      const inside = script.slice(at + 1, close);
      if (character === '"' && /[$`]/.test(inside)) isLiteral = false;
      text += character === '"' ? inside.replace(/\\(["\\$`])/g, '$1') : inside;
      at = close + 1;
    } else if (character === '$' || character === '`') {
      isLiteral = false;
      const close = expansionEnd(script, at);
      if (close === undefined) return undefined;
      text += script.slice(at, close);
      at = close;
    } else {
      text += character;
      at++;
    }
  }
  return {
    text,
    isLiteral: isLiteral && !/[*?[\]{}~]/.test(text),
    isRedirection,
    start,
    end: Math.min(at, script.length),
  };
}

function quoteEnd(script: string, start: number): number | undefined {
  const quote = script[start];
  for (let at = start + 1; at < script.length; at++) {
    if (script[at] === quote) return at;
    if (quote === "'") continue;
    if (script[at] === '\\') at++;
    else if (script[at] === '$' || script[at] === '`') {
      const close = expansionEnd(script, at);
      if (close === undefined) return undefined;
      at = close - 1;
    }
  }
  return undefined;
}

/** After `$NAME`, `${…}`, `$(…)` or a backquoted command. Brackets within quotes count, so that what is odd fails. */
function expansionEnd(script: string, start: number): number | undefined {
  const opening = script[start] === '`' ? '`' : script[start + 1];
  if (opening === '`') {
    const close = script.indexOf('`', start + 1);
    return close < 0 ? undefined : close + 1;
  }
  if (opening !== '(' && opening !== '{') return start + 1;
  const closing = opening === '(' ? ')' : '}';
  let depth = 0;
  for (let at = start + 1; at < script.length; at++) {
    if (script[at] === '\\') at++;
    else if (script[at] === opening) depth++;
    else if (script[at] === closing && --depth === 0) return at + 1;
  }
  return undefined;
}
