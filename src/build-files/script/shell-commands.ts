import { optionalField } from '../../lib/collections.js';
import { baseName } from './program-name.js';
import { Reachability } from './reachability.js';
import { CLOSE, DEFAULT_MARK, isOpen, OPEN, OPEN_MARK, OWN_MARK, TOP_MARK } from './word-marks.js';

/** One command of a script, after quotes and the variables that are known. */
export interface ShellCommand {
  readonly words: readonly string[];
  /** 1-based, where the command ends. */
  readonly line: number;
  /** It is certain that no run of the script comes to it. */
  readonly neverRuns?: true;
  /** It never runs unless the script gives `false`, `exit` and the like another meaning, which it may do. */
  readonly isDoubtful?: true;
  /** The functions whose bodies it is part of. */
  readonly functions?: readonly string[];
  /** It is the name of a function that is defined here, and calls nothing. */
  readonly isDefinition?: true;
  /** It runs in a process of its own, in a pipeline or in the background: the directory it changes to ends with it. */
  readonly isApart?: true;
}

/** What holds for all that a command runs, too. */
type Place = Pick<ShellCommand, 'neverRuns' | 'functions'>;

/** The longest value of a variable, and all that variables stand for in one script. */
const MAX_VALUE_LENGTH = 4096;
const MAX_EXPANDED_LENGTH = 1024 * 1024;
/** Operators of here-documents that have no end: each is looked for down to the end of the script. */
const MAX_ENDLESS_HEREDOCS = 20;

/** Of more than one character. */
const OPERATORS = ['&&', '||', ';;', '|&'];

/** Scripts within scripts: substitutions, `bash -c`, `eval`. What is deeper is not read. */
const MAX_NESTING = 6;

/** Where CI systems and shells say that the repository is. */
const TOP_VARIABLES = ['GITHUB_WORKSPACE', 'CI_PROJECT_DIR', 'BUILD_SOURCESDIRECTORY', 'CIRCLE_WORKING_DIRECTORY'];
const SHELLS = new Set(['bash', 'sh', 'dash', 'ash', 'zsh', 'ksh']);
/** Words before a command that leave it the command. */
const LEADING = new Set([
  ...['sudo', 'env', 'time', 'exec', 'command', 'nohup', 'if', 'then', 'else', 'elif', 'do', 'while', 'until'],
  ...['!', '{', 'export', 'local', 'readonly', 'declare'],
]);
const ASSIGNMENT = /^([A-Za-z_]\w*)=(.*)$/s;

/**
 * Cuts a script into commands and these into words, as a shell does: quotes, escapes, continuation lines, comments,
 * here-documents, `;`, `&`, `|`; a parenthesis is a command by itself. Commands in `$(…)`, backquotes, `bash -c` and
 * `eval` are commands, too. A variable that the script sets once, to a literal, stands for its value, and `${NAME:-value}`
 * for a literal value and a mark that {@link isDefault} finds; what else is expanded leaves a mark that {@link isOpen}
 * finds. `given` are variables that are set before; `endsOnFailure` says that the shell ends where a command fails, as with `-e`.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
 */
export function shellCommands(
  script: string,
  given: Readonly<Record<string, string>> = {},
  endsOnFailure = false,
): readonly ShellCommand[] {
  const variables = new Map<string, string | null>(Object.entries(given));
  for (const name of TOP_VARIABLES) variables.set(name, TOP_MARK);
  variables.set('PWD', '.');
  const budget = { expanded: MAX_EXPANDED_LENGTH, endless: MAX_ENDLESS_HEREDOCS };
  const around = { variables, budget, endsOnFailure, depth: 0, line: 1, neverRuns: false };
  const commands = new Splitter(script, around).commands();
  if (!commands.some(changesMeanings)) return commands;
  return commands.map((command) => (command.neverRuns === true ? { ...command, isDoubtful: true } : command));
}

interface Surroundings {
  /** Null: set to what is not known, or more than once. */
  readonly variables: Map<string, string | null>;
  readonly budget: { expanded: number; endless: number };
  readonly depth: number;
  /** Of the script's first character. */
  readonly line: number;
  readonly neverRuns: boolean;
  /** Whether the shell ends where a command fails. */
  readonly endsOnFailure: boolean;
}

class Splitter {
  readonly #script: string;
  readonly #around: Surroundings;
  readonly #found: ShellCommand[] = [];
  readonly #reachability: Reachability;
  /** How many commands were found before the current one, and whether that has no expansion yet. */
  #before = 0;
  #isLiteral = true;
  #at = 0;
  #line: number;
  /** How many commands there were when one ended, and whether a pipe leads to the next one. */
  #ended = -1;
  #isPiped = false;
  #words: string[] = [];
  #word: string | undefined;
  /** A plain one has its variables and substitutions expanded. */
  #heredocs: { readonly end: string; readonly stripsTabs: boolean; readonly isPlain: boolean }[] = [];

  constructor(script: string, around: Surroundings) {
    this.#script = script;
    this.#around = around;
    this.#line = around.line;
    this.#reachability = new Reachability(!around.neverRuns, around.endsOnFailure);
  }

  commands(): readonly ShellCommand[] {
    while (this.#at < this.#script.length) this.#next();
    this.#endCommand();
    if (this.#reachability.isUnderstood) return this.#found;
    // Where functions end is not known, so it is not known which of them are called.
    return this.#found.map(({ functions: _unsure, ...command }) => command);
  }

  #next(): void {
    const script = this.#script;
    const character = script[this.#at] ?? '';
    if (character === '\\') {
      const escaped = script[this.#at + 1] ?? '';
      this.#at += 2;
      if (escaped === '\n') this.#line++;
      else this.#appendQuoted(escaped);
    } else if (character === "'") {
      const end = script.indexOf("'", this.#at + 1);
      this.#appendQuoted(this.#take(end < 0 ? script.length : end).slice(1));
      this.#at++;
    } else if (character === '"') this.#doubleQuoted();
    else if (character === '$' || character === '`') this.#append(this.#expansion());
    else if (character === '#' && this.#word === undefined) {
      const end = script.indexOf('\n', this.#at);
      this.#at = end < 0 ? script.length : end;
    } else if (character === '<' && script.startsWith('<<', this.#at) && script[this.#at + 2] !== '<') this.#heredoc();
    else if (character === '\n') {
      this.#endCommand();
      this.#reachability.operator(character);
      this.#at++;
      this.#line++;
      this.#skipHeredocs();
    } else if (character === OPEN && script.startsWith('((', this.#at) && this.#arithmetic()) {
      // It is a command, and was taken.
    } else if (/[;&|()]/.test(character) && !this.#isRedirectedCopy(character)) {
      this.#endCommand();
      const last = this.#found.at(-1);
      if (character === OPEN && this.#reachability.isName && last !== undefined)
        this.#found[this.#found.length - 1] = { ...last, isDefinition: true };
      const operator = OPERATORS.find((one) => script.startsWith(one, this.#at)) ?? character;
      this.#noteProcess(operator);
      if (character === CLOSE) this.#found.push(placed({ words: [CLOSE], line: this.#line }, this.#place()));
      this.#reachability.operator(operator);
      if (character === OPEN) this.#found.push(placed({ words: [OPEN], line: this.#line }, this.#place()));
      this.#before = this.#found.length;
      this.#at += operator.length;
    } else if (/\s/.test(character)) {
      this.#endWord();
      this.#at++;
    } else {
      this.#append(character);
      this.#at++;
    }
  }

  /** What holds for what stands here by the functions around it. */
  #place(): Place {
    const { functions } = this.#reachability;
    return functions.length === 0 ? {} : { functions };
  }

  /** Marks a command that a pipe or `&` follows, and remembers a pipe for the command behind it. */
  #noteProcess(operator: string): void {
    const last = this.#ended === this.#found.length ? this.#found.at(-1) : undefined;
    const isPipe = operator === '|' || operator === '|&';
    if (last !== undefined && (isPipe || operator === '&')) this.#found[this.#ended - 1] = { ...last, isApart: true };
    this.#isPiped = isPipe;
  }

  /** `2>&1` and `&>file` are redirections, and end no command. */
  #isRedirectedCopy(character: string): boolean {
    return character === '&' && (this.#script[this.#at - 1] === '>' || this.#script[this.#at + 1] === '>');
  }

  /** Takes `((NUMBER))` and `((NUMBER < NUMBER))`, which are commands. */
  #arithmetic(): boolean {
    const literal = /\(\([ \t]*(\d{1,15})[ \t]*(?:([=!<>]=|[<>])[ \t]*(\d{1,15})[ \t]*)?\)\)/y;
    literal.lastIndex = this.#at;
    const [whole, ...parts] = literal.exec(this.#script) ?? [];
    // A leading zero makes it octal.
    if (whole === undefined || this.#word !== undefined || parts.some((part) => /^0\d/.test(part))) return false;
    this.#words.push('((', ...parts.filter((part) => part !== undefined), '))');
    this.#at += whole.length;
    return true;
  }

  #append(text: string): void {
    this.#word = (this.#word ?? '') + text;
  }

  /** A bracket in quotes is no redirection, which the words of the command no longer show. */
  #appendQuoted(text: string): void {
    if (/[<>]/.test(text)) this.#isLiteral = false;
    this.#append(text);
  }

  #take(end: number): string {
    const text = this.#script.slice(this.#at, end);
    this.#line += text.split('\n').length - 1;
    this.#at = end;
    return text;
  }

  #doubleQuoted(): void {
    this.#append('');
    this.#at++;
    while (this.#at < this.#script.length && this.#script[this.#at] !== '"') {
      const character = this.#script[this.#at] ?? '';
      if (character === '$' || character === '`') this.#append(this.#expansion());
      else if (character === '\\' && /["\\$`\n]/.test(this.#script[this.#at + 1] ?? '')) {
        const escaped = this.#script[this.#at + 1] ?? '';
        if (escaped === '\n') this.#line++;
        else this.#append(escaped);
        this.#at += 2;
      } else this.#appendQuoted(this.#take(this.#at + 1));
    }
    this.#at++;
  }

  /** The value of what begins at a `$` or a backquote, after which reading goes on. */
  #expansion(): string {
    const script = this.#script;
    const start = this.#at;
    this.#isLiteral = false;
    if (script[start] === '`') {
      const end = script.indexOf('`', start + 1);
      return this.#substitution(start + 1, end < 0 ? script.length : end);
    }
    if (script[start + 1] === '(') return this.#substitution(start + 2, closing(script, start + 1, '(', ')'));
    if (script[start + 1] === '{') {
      const line = this.#line;
      const text = this.#take(closing(script, start + 1, '{', '}')).slice(2);
      this.#at++;
      this.#substitutionsIn(text, line, {});
      return this.#variable(text);
    }
    const name = /[A-Za-z_]\w*|[0-9@*#?!$-]/y;
    name.lastIndex = start + 1;
    const [found] = name.exec(script) ?? [];
    this.#at = start + 1 + (found?.length ?? 0);
    return found === undefined ? '$' : this.#variable(found);
  }

  #substitution(start: number, end: number): string {
    this.#at = start;
    const line = this.#line;
    const text = this.#take(end);
    this.#at++;
    if (/^\s*pwd\s*$/.test(text)) return '.';
    if (/^\s*git rev-parse --show-toplevel\s*$/.test(text)) return TOP_MARK;
    if (OWN_DIRECTORY.test(text)) return OWN_MARK;
    this.#nested(text, line, {});
    return OPEN_MARK;
  }

  #nested(script: string, line: number, place: Place): void {
    const { depth } = this.#around;
    if (depth >= MAX_NESTING) return;
    const neverRuns = place.neverRuns === true || this.#around.neverRuns;
    // `bash -c` and substitutions of Bash do not take over `-e`.
    const around = { ...this.#around, depth: depth + 1, line, neverRuns, endsOnFailure: false };
    const inner = new Splitter(script, around).commands();
    const all = [{ words: [OPEN], line }, ...inner, { words: [CLOSE], line }];
    this.#found.push(...all.map((command) => placed(command, place)));
  }

  /** The commands of `$(…)` and backquotes in a text that is no command, such as a default or a here-document. */
  #substitutionsIn(text: string, line: number, place: Place): void {
    const begun = /\\.|\$\(|`/gs;
    for (let match = begun.exec(text); match !== null; match = begun.exec(text)) {
      const [mark] = match;
      if (mark.startsWith('\\')) continue;
      const start = begun.lastIndex;
      const quote = text.indexOf('`', start);
      const end = mark === '`' ? (quote < 0 ? text.length : quote) : closing(text, start - 1, '(', ')');
      this.#nested(text.slice(start, end), line + text.slice(0, start).split('\n').length - 1, place);
      begun.lastIndex = end + 1;
    }
  }

  #variable(text: string): string {
    const value = this.#around.variables.get(text);
    if (typeof value === 'string') {
      this.#around.budget.expanded -= value.length;
      return this.#around.budget.expanded < 0 ? OPEN_MARK : value;
    }
    const [, name, byDefault] = DEFAULT.exec(text) ?? [];
    if (name !== undefined && byDefault !== undefined) {
      const given = this.#around.variables.get(name);
      this.#around.budget.expanded -= byDefault.length;
      if (typeof given === 'string') return given;
      // What is set to something that is not known has no default.
      if (given === undefined && this.#around.budget.expanded >= 0) return `${byDefault}${DEFAULT_MARK}`;
    }
    return text === '0%/*' || text === 'BASH_SOURCE%/*' ? OWN_MARK : OPEN_MARK;
  }

  #heredoc(): void {
    // The number of what it is redirected to.
    if (/^\d+$/.test(this.#word ?? '')) this.#word = undefined;
    this.#endWord();
    const operator = /<<(-?)[ \t]*(?:'([^'\n]*)'|"([^"\n]*)"|\\?([^\s;&|()<>'"]+))/y;
    operator.lastIndex = this.#at;
    const found = operator.exec(this.#script);
    if (found === null) {
      this.#at += 2;
      return;
    }
    this.#at += found[0].length;
    const end = found[2] ?? found[3] ?? found[4] ?? '';
    const isPlain = found[4] !== undefined && !found[0].includes('\\');
    this.#heredocs.push({ end, stripsTabs: found[1] === '-', isPlain });
    this.#words.push('<<', end);
  }

  /** Lines that a command takes as its input are no commands, unless that command is a shell. */
  #skipHeredocs(): void {
    const pending = this.#heredocs;
    this.#heredocs = [];
    const last = this.#found.at(-1);
    for (const { end, stripsTabs, isPlain } of pending) {
      if (this.#around.budget.endless === 0) return;
      const line = this.#line;
      const start = this.#at;
      const body = heredocEnd(this.#script, start, end, stripsTabs);
      // A shift in arithmetic looks like a here-document, and has no end.
      if (body === undefined) {
        this.#around.budget.endless--;
        return;
      }
      this.#take(body.next);
      if (last?.words.some((word) => SHELLS.has(baseName(word))) === true)
        this.#nested(this.#script.slice(start, body.end), line, placeOf(last));
      else if (isPlain)
        this.#substitutionsIn(this.#script.slice(start, body.end), line, last === undefined ? {} : placeOf(last));
      this.#before = this.#found.length;
    }
  }

  #endWord(): void {
    if (this.#word !== undefined) this.#words.push(this.#word);
    this.#word = undefined;
  }

  #endCommand(): void {
    this.#endWord();
    const words = this.#words;
    const isLiteral = this.#isLiteral;
    this.#words = [];
    this.#isLiteral = true;
    if (words.length === 0) return;
    const { mayRun, functions } = this.#reachability.command(words, isLiteral);
    const place: Place = {
      ...(mayRun ? {} : { neverRuns: true }),
      ...optionalField('functions', functions.length === 0 ? undefined : functions),
    };
    // Its substitutions were found before it.
    const inside = this.#found.splice(this.#before);
    for (const command of inside) this.#found.push(placed(command, place));
    this.#assign(words, !mayRun);
    this.#found.push({ words, line: this.#line, ...place, ...(this.#isPiped ? { isApart: true } : {}) });
    this.#ended = this.#found.length;
    this.#isPiped = false;
    const script = innerScript(words);
    if (script !== undefined) this.#nested(script, this.#line, place);
    this.#before = this.#found.length;
  }

  #assign(words: readonly string[], neverRuns: boolean): void {
    const { variables } = this.#around;
    let first = 0;
    while (LEADING.has(words[first] ?? '')) first++;
    if (words[first] === 'for' || words[first] === 'read') {
      for (const name of words.slice(first + 1)) if (/^\w+$/.test(name)) variables.set(name, null);
      return;
    }
    // Before a command they are the command's alone.
    const isAlone = words.slice(first).every((word) => ASSIGNMENT.test(word));
    for (const word of words.slice(first)) {
      const [, name = '', value = ''] = ASSIGNMENT.exec(word) ?? [];
      if (name === '') return;
      const isKnown = !neverRuns && !variables.has(name) && !isOpen(value) && value.length <= MAX_VALUE_LENGTH;
      if (isAlone) variables.set(name, isKnown ? value : null);
    }
  }
}

/** Words of a shell that a script may give another meaning. */
const MEANINGS = new Set([
  'true',
  'false',
  ':',
  'test',
  '[',
  'exit',
  'return',
  'break',
  'continue',
  'exec',
  'command',
  'builtin',
]);

/** Whether a command may change what such words do, or is not known to leave them as they are. */
function changesMeanings({ words, isDefinition }: ShellCommand): boolean {
  const own = words.slice(words.findIndex((word) => !LEADING.has(word) && !ASSIGNMENT.test(word)));
  const [first = '', second = ''] = own;
  if (isDefinition === true) return MEANINGS.has(words.at(-1) ?? '');
  if (first === 'function') return MEANINGS.has(second);
  if (first === 'alias' || first === 'enable' || first === 'shopt')
    return own.some((word) => word === 'execfail' || MEANINGS.has(word.replace(/=.*$/s, '')));
  return first === '.' || first === 'source' || (first === 'eval' && own.some(isOpen));
}

function placeOf({ neverRuns, functions }: ShellCommand): Place {
  return { ...optionalField('neverRuns', neverRuns), ...optionalField('functions', functions) };
}

/** A command of a script in a script, with what holds for it by where that stands. */
function placed(command: ShellCommand, { neverRuns, functions = [] }: Place): ShellCommand {
  return {
    ...command,
    ...optionalField('neverRuns', neverRuns),
    ...(functions.length === 0 ? {} : { functions: [...functions, ...(command.functions ?? [])] }),
  };
}

/** A variable with a literal default that is not empty: an empty one mostly stands for flags that may come. */
const DEFAULT = /^([A-Za-z_]\w*):?[-=]["']?([\w./:@%+,=~-]+)["']?$/;

const OWN_DIRECTORY =
  /^\s*(?:cd (?:-- )?)?["']?(?:\$\()?\s*dirname (?:-- )?["']?\$(?:0|\{0\}|BASH_SOURCE|\{BASH_SOURCE(?:\[0\])?(?::-\$0)?\})["']?\s*\)?["']?(?: >\/dev\/null(?: 2>&1)?)?(?:\s*&&\s*pwd(?: -P)?)?\s*$/;

/** The script that a command runs: that of `bash -c`, or what `eval` puts together. */
function innerScript(words: readonly string[]): string | undefined {
  const first = words.findIndex((word) => !LEADING.has(word) && !ASSIGNMENT.test(word) && !word.startsWith('-'));
  if (words[first] === 'eval') return words.slice(first + 1).join(' ');
  if (words[first] === 'trap') return words.slice(first + 1).find((word) => !word.startsWith('-'));
  const shell = words.findIndex((word) => SHELLS.has(baseName(word)));
  const flag = shell < 0 ? -1 : words.findIndex((word, index) => index > shell && /^-[a-z]*c$/.test(word));
  return flag < 0 ? undefined : words[flag + 1];
}

/** Where the bracket that opens at `at` is closed; the end of the script where it is not. Quotes may hold brackets. */
function closing(script: string, at: number, open: string, close: string): number {
  let depth = 0;
  for (let index = at; index < script.length; index++) {
    const character = script[index];
    if (character === '\\') index++;
    else if (character === "'") {
      const end = script.indexOf("'", index + 1);
      // An apostrophe within double quotes opens nothing; one without an end is such.
      if (end > 0 && open === '(') index = end;
    } else if (character === open) depth++;
    else if (character === close && --depth === 0) return index;
  }
  return script.length;
}

function heredocEnd(
  script: string,
  start: number,
  end: string,
  stripsTabs: boolean,
): { readonly end: number; readonly next: number } | undefined {
  for (let at = start; at < script.length; ) {
    const lineEnd = script.indexOf('\n', at);
    const stop = lineEnd < 0 ? script.length : lineEnd;
    const line = script.slice(at, stop);
    if ((stripsTabs ? line.replace(/^\t+/, '') : line) === end)
      return { end: at, next: Math.min(stop + 1, script.length) };
    at = stop + 1;
  }
  return undefined;
}
