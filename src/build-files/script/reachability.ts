import { arithmeticTest, constantTest, type Status } from './constant-test.js';

/** A compound command that is not closed yet, or the script itself. */
interface Frame {
  readonly kind: 'script' | 'subshell' | 'group' | 'function' | 'if' | 'loop' | 'case';
  /** Whether it runs at all, as far as is known. */
  readonly runs: boolean;
  /** Whether it runs for certain where what it stands in does. */
  isCertain: boolean;
  /** Whether the part that is read now may run: a condition, a branch, the body of a loop. */
  partRuns: boolean;
  /** Whether a part before it was left by `exit` and the like, up to the part's end. */
  isLeft: boolean;
  /** Of an `if`: one of its conditions holds for certain. */
  isTaken: boolean;
  readonly isUntil: boolean;
  /** It is the body of a function, which runs where that is called. */
  readonly isBody: boolean;
  /** The functions it is part of, the outermost first. */
  readonly functions: readonly string[];
  /** Of the list that is read now, without its last pipeline. */
  status: Status;
  joint: '&&' | '||' | ';';
  pipeline: Pipeline;
}

interface Pipeline {
  status: Status;
  commands: number;
  isNegated: boolean;
  leaves: boolean;
  /** No part of it is a compound command. */
  isSimple: boolean;
  /** It is `set -e`. */
  setsErrexit: boolean;
}

/** What a command stands in, beside what decides whether it runs. */
export interface CommandPlace {
  readonly mayRun: boolean;
  /** The functions whose bodies it is part of, the outermost first. */
  readonly functions: readonly string[];
}

/** Functions within functions whose names are kept; real scripts do not nest so many. */
const MAX_NESTED_FUNCTIONS = 20;

const ASSIGNMENT = /^[A-Za-z_]\w*\+?=/;
/** Words before a command of the shell that leave it one. */
const LEADING = new Set(['command', 'builtin']);
/** Words before a program of the system that leave it the command; a command of the shell is none to them. */
const RUNNING = new Set(['env', 'sudo', 'nohup']);
/** Programs of the system that end as the shell's own do. */
const SYSTEM_PROGRAM = /^\/(?:usr\/)?bin\/(?=(?:true|false|test|\[)$)/;
const OPENING: Readonly<Record<string, 'if' | 'loop'>> = { if: 'if', while: 'loop', until: 'loop' };
/** Words that end a compound command, and behind which only its redirections stand. */
const COMPLETE: ReadonlySet<string> = new Set(['}', 'fi', 'done', 'esac', 'for', 'select', 'case']);
const CLOSED_BY: Readonly<Record<string, readonly string[]>> = {
  '}': ['group', 'function'],
  fi: ['if'],
  done: ['loop'],
  esac: ['case'],
};
/** What begins a block of PowerShell, whose braces close what a shell's would not. */
const FOREIGN = /^(?:try|catch|finally|switch|foreach)$/i;
const REDIRECTION = /^(?:\d*|\{\w+\})(?:<{1,3}|>{1,2}|>\||<>|&>{1,2})/;
/** Redirections that never fail; a file that is missing, or can't be made, fails the command. */
const SURE_REDIRECTION = /^\d?>{1,2}&\d$|^(?:\d?|&)>{1,2}(?:\/dev\/null)?$|^\/dev\/null$/;
/** Options of `exec`, of which `-a` takes a word. */
const EXEC_OPTION = /^-[cl]*a?$|^--$/;
/** What `exit` and its like may be given and still leave: `exit --help` and `exit 1 2` do not. */
const LEAVING_OPERAND = /^\d*$/;
/** They may run `set +e` where no word of the script says so. */
const CHANGING_OPTIONS = new Set(['eval', '.', 'source', 'trap']);
const CASE_END = ';;';

/**
 * Follows a shell script command by command, and says which of them never run: behind `false &&` and `true ||`, in a
 * branch or loop whose condition is one of these words, after `exit`, `return` or `exec`. What a run decides may run, and
 * so may all of a script whose braces are not those of a POSIX shell.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_09
 */
export class Reachability {
  readonly #stack: Frame[];
  /** What came last is a name, and then `()`: what follows is the body of a function. */
  #sign: 'name' | 'name(' | 'function' | 'closed' | undefined;
  #isForeign = false;
  /** Of the function whose body is expected. */
  #name: string | undefined;

  /** Whether the shell ends where a command fails, and whether that may be taken back. */
  #endsOnFailure: boolean;
  #mayGoOn = false;

  /**
   * @param runs whether the script itself may run
   * @param endsOnFailure whether the shell ends where a command fails, as with `set -e`
   */
  constructor(runs: boolean, endsOnFailure: boolean) {
    this.#stack = [frame('script', runs)];
    this.#endsOnFailure = endsOnFailure;
  }

  /**
   * Takes the next simple command, with the reserved words before it.
   *
   * @param isLiteral whether no part of its words came from a variable or a substitution
   * @returns whether it may run, and in which function
   */
  command(words: readonly string[], isLiteral: boolean): CommandPlace {
    let isBehindCompound = this.#sign === 'closed';
    if (isBehindCompound && words[0] === '{') this.#isForeign = true;
    let at = words[0] === 'function' ? 2 : 0;
    if (at > 0) {
      this.#sign = 'function';
      this.#name = words[1];
    }
    for (; this.#takesReserved(words, at); at++) isBehindCompound = COMPLETE.has(words[at] ?? '');
    const rest = words.slice(at);
    // What follows a compound command is its redirections.
    if (rest.length > 0 && !isBehindCompound) this.#simple(rest, isLiteral);
    const isName = rest.length === 1 && !isBehindCompound && !ASSIGNMENT.test(rest[0] ?? '');
    if (isName) {
      this.#sign = 'name';
      this.#name = rest[0];
    } else if (rest.length > 0 || this.#sign !== 'function') this.#sign = undefined;
    if (words.at(-1) === '{' && FOREIGN.test(words[0] ?? '')) this.#isForeign = true;
    return { mayRun: this.#mayRun(), functions: this.#top().functions };
  }

  /** Whether what was read so far has the form of a POSIX shell's script, so that functions end where they seem to. */
  get isUnderstood(): boolean {
    return !this.#isForeign && this.#stack.length === 1;
  }

  /** The functions that what comes next is part of. */
  get functions(): readonly string[] {
    return this.#top().functions;
  }

  /** Whether the command that came last is the name of a function, if `(` follows. */
  get isName(): boolean {
    return this.#sign === 'name';
  }

  /** Takes an operator between commands: `;`, `&`, `|`, `&&`, `||`, `;;`, `(`, `)` or the end of a line. */
  operator(operator: string): void {
    const top = this.#top();
    if (operator === '(') this.#open();
    else if (operator === ')') this.#close();
    else if (operator !== '\n' || top.pipeline.commands > 0) this.#separate(operator, top);
  }

  #separate(operator: string, top: Frame): void {
    this.#sign = this.#sign === 'function' && operator === '\n' ? 'function' : undefined;
    if (operator === '|' || operator === '|&') {
      top.pipeline.leaves = false;
      return;
    }
    this.#endPipeline(operator === '&', operator === '&&' || operator === '||');
    top.joint = operator === '&&' || operator === '||' ? operator : ';';
    if (operator === CASE_END && top.kind === 'case') this.#part(top.runs);
  }

  #top(): Frame {
    return this.#stack.at(-1) ?? frame('script', true);
  }

  /** Whether what stands at this place may run. */
  #mayRun(): boolean {
    const { partRuns, isLeft, status, joint } = this.#top();
    if (this.#isForeign) return true;
    if (!partRuns || isLeft) return false;
    return !((joint === '&&' && status === 'fails') || (joint === '||' && status === 'succeeds'));
  }

  /** Takes the word at this place, where it is a reserved one: the words behind it are a command, or nothing. */
  #takesReserved(words: readonly string[], at: number): boolean {
    const word = words[at] ?? '';
    const top = this.#top();
    const opened = OPENING[word];
    if (word === '!') top.pipeline.isNegated = !top.pipeline.isNegated;
    else if (word === '{') this.#push(this.#sign === 'function' ? 'function' : 'group');
    else if (opened !== undefined) this.#push(opened, word === 'until');
    else if (word === 'then' || word === 'do') {
      if (top.kind === (word === 'do' ? 'loop' : 'if')) this.#branch(top);
    } else if (word === 'elif' || word === 'else') {
      if (top.kind === 'if') this.#otherwise(top);
    } else if (word === 'for' || word === 'select' || word === 'case') {
      this.#push(word === 'case' ? 'case' : 'loop');
      this.#top().isCertain = false;
      // `for NAME in` without words goes around no time.
      if (words.length === at + 3 && words[at + 2] === 'in') this.#top().status = 'fails';
    } else if (COMPLETE.has(word)) {
      if (CLOSED_BY[word]?.includes(top.kind) === true) this.#pop();
      else this.#isForeign ||= word === '}';
    } else return word === 'time';
    if (this.#sign === 'function') this.#sign = undefined;
    return true;
  }

  #simple(words: readonly string[], isLiteral: boolean): void {
    const { pipeline, functions } = this.#top();
    pipeline.commands++;
    const own = words.filter((word) => !ASSIGNMENT.test(word) && !LEADING.has(word));
    this.#followOptions(own, isLiteral);
    pipeline.leaves = pipeline.commands === 1 && isLiteral && this.#leaves(own);
    // Outside of a function Bash refuses it and goes on, and other shells end.
    const isRefused = own[0] === 'return' && functions.length === 0;
    const status = isRefused ? 'fails' : isLiteral ? statusOf(words) : 'open';
    // With `pipefail`, a pipeline fails by any of its commands.
    const isKnown = status === 'fails' || pipeline.commands === 1 || pipeline.status === 'succeeds';
    pipeline.status = isKnown ? status : 'open';
  }

  /** Notes `set -e`, and what may take it back, wherever that stands. */
  #followOptions([first = '', ...words]: readonly string[], isLiteral: boolean): void {
    const isSet = first === 'set';
    this.#mayGoOn ||=
      CHANGING_OPTIONS.has(first) ||
      (isSet && (!isLiteral || words.some((word) => word.startsWith('+')))) ||
      (first === 'shopt' && (!isLiteral || words.includes('errexit')));
    const { pipeline } = this.#top();
    pipeline.setsErrexit =
      isSet && pipeline.commands === 1 && (/^-[A-Za-z]*e/.test(words[0] ?? '') || words[1] === 'errexit');
  }

  /** Whether a command of literal words ends the part it stands in. A redirection that fails keeps it from doing so. */
  #leaves([first = '', ...words]: readonly string[]): boolean {
    const { words: operands, areSure } = withoutRedirections(words);
    if (!areSure) return false;
    if (first === 'exec') return replacesShell(operands);
    const [operand = '', ...others] = operands[0] === '--' ? operands.slice(1) : operands;
    const isOrder = others.length === 0 && LEAVING_OPERAND.test(operand);
    if (first === 'exit') return isOrder;
    if (first === 'break' || first === 'continue') {
      const around = this.#stack.findLast(({ kind }) => kind !== 'group' && kind !== 'if' && kind !== 'case');
      return isOrder && around?.kind === 'loop';
    }
    return first === 'return' && isOrder && this.#top().functions.length > 0;
  }

  #branch(top: Frame): void {
    this.#endPipeline(false);
    const holds = top.isUntil ? opposite(top.status) : top.status;
    const isAfterTaken = top.isTaken;
    top.isTaken ||= holds === 'succeeds';
    top.isCertain &&= holds === 'succeeds';
    this.#part(top.runs && !isAfterTaken && holds !== 'fails' && !top.isLeft);
  }

  #otherwise(top: Frame): void {
    this.#endPipeline(false);
    top.isCertain = false;
    this.#part(top.runs && !top.isTaken);
  }

  /** Begins a condition, a branch, a body. */
  #part(runs: boolean): void {
    const top = this.#top();
    top.partRuns = runs;
    top.isLeft = false;
    top.status = 'open';
    top.joint = ';';
    top.pipeline = newPipeline();
  }

  #endPipeline(isAsynchronous: boolean, goesOn = false): void {
    const top = this.#top();
    const { pipeline, joint, status } = top;
    if (pipeline.commands === 0) return;
    const own = pipeline.isNegated ? opposite(pipeline.status) : pipeline.status;
    const isCertain = joint === ';' || status === (joint === '&&' ? 'succeeds' : 'fails');
    if (this.#mayRun()) {
      const endsShell = own === 'fails' && !goesOn && this.#heedsFailure(pipeline);
      if ((pipeline.leaves || endsShell) && isCertain && !isAsynchronous) top.isLeft = true;
      if (pipeline.setsErrexit && pipeline.commands === 1 && isCertain && !goesOn && !isAsynchronous)
        this.#endsOnFailure ||= this.#stack.length === 1;
      // Whether or not it runs, a list that ends with `&& false` fails.
      const decides = isCertain || own === (joint === '&&' ? 'fails' : 'succeeds');
      top.status = decides ? own : 'open';
    }
    if (isAsynchronous) top.status = 'succeeds';
    top.joint = ';';
    top.pipeline = newPipeline();
  }

  /** Whether the shell ends where a pipeline fails: not in a condition, which what is a part of another command may be. */
  #heedsFailure({ isNegated, isSimple }: Pipeline): boolean {
    return this.#endsOnFailure && !this.#mayGoOn && this.#stack.length === 1 && isSimple && !isNegated;
  }

  #push(kind: Frame['kind'], isUntil = false): void {
    const { joint, status, functions } = this.#top();
    const isCertain = joint === ';' || status === (joint === '&&' ? 'succeeds' : 'fails');
    const isBody = this.#sign === 'function';
    const isNamed = isBody && functions.length < MAX_NESTED_FUNCTIONS;
    this.#stack.push({
      ...frame(kind, this.#mayRun(), isUntil),
      isBody,
      isCertain: isCertain && !isBody,
      functions: isNamed ? [...functions, this.#name ?? ''] : functions,
    });
  }

  #pop(): void {
    if (this.#stack.length === 1) return;
    this.#endPipeline(false);
    const inner = this.#stack.pop();
    const { pipeline } = this.#top();
    pipeline.commands++;
    pipeline.isSimple = false;
    const isOne = pipeline.commands === 1;
    const isGroup = inner?.kind === 'group' || inner?.kind === 'subshell';
    pipeline.status = isGroup && isOne && !inner.isLeft ? inner.status : 'open';
    const staysInside = inner?.kind === 'subshell' || inner?.isBody === true || inner?.kind === 'loop';
    pipeline.leaves = isOne && !staysInside && inner?.isLeft === true && inner.isCertain;
    this.#sign = undefined;
  }

  #open(): void {
    if (this.#sign === 'name') {
      // The name of a function is no command.
      this.#top().pipeline = newPipeline();
      this.#sign = 'name(';
    } else {
      const isBody = this.#sign === 'function';
      this.#push(isBody ? 'function' : 'subshell');
      this.#sign = undefined;
    }
  }

  #close(): void {
    const top = this.#top();
    const isEmptySign =
      this.#sign !== 'name(' && top.kind === 'function' && top.pipeline.commands === 0 && top.status === 'open';
    if (isEmptySign) this.#stack.pop();
    if (isEmptySign || this.#sign === 'name(') {
      this.#sign = 'function';
      return;
    }
    if (top.kind === 'subshell' || top.kind === 'function') this.#pop();
    else if (top.kind === 'case') this.#part(top.runs);
    this.#sign = top.kind === 'subshell' ? 'closed' : undefined;
  }
}

function frame(kind: Frame['kind'], runs: boolean, isUntil = false): Frame {
  return {
    ...{
      kind,
      runs,
      isUntil,
      isBody: false,
      isCertain: true,
      partRuns: runs,
      isLeft: false,
      isTaken: false,
      functions: [],
    },
    ...{ status: 'open', joint: ';', pipeline: newPipeline() },
  };
}

function newPipeline(): Pipeline {
  return { status: 'open', commands: 0, isNegated: false, leaves: false, isSimple: true, setsErrexit: false };
}

function opposite(status: Status): Status {
  if (status === 'open') return status;
  return status === 'fails' ? 'succeeds' : 'fails';
}

/** How a command of literal words ends. */
function statusOf(words: readonly string[]): Status {
  const start = words.findIndex((word) => !ASSIGNMENT.test(word) && !LEADING.has(word) && !RUNNING.has(word));
  const isRun = words.slice(0, start).some((word) => RUNNING.has(word));
  const first = words[start]?.replace(SYSTEM_PROGRAM, '') ?? '';
  // What `[[` holds may be cut at its `&&`; what `env` and its like run is found where the script says.
  if (isRun || (words.at(-1) === ']]' && !words.includes('[['))) return 'open';
  if (first === '((') return arithmeticTest(words.slice(start));
  const end = first === '[[' ? words.lastIndexOf(']]') + 1 : start + 1;
  const behind = withoutRedirections(words.slice(end));
  const status = plainStatus(first, [...words.slice(start + 1, end), ...behind.words]);
  return status === 'succeeds' && !behind.areSure ? 'open' : status;
}

function plainStatus(first: string, words: readonly string[]): Status {
  if (first === 'true' || first === ':') return 'succeeds';
  return first === 'false' ? 'fails' : constantTest(first, words);
}

/** Whether `exec` has a command among its words, and not options alone, or one that it does not know. */
function replacesShell(words: readonly string[]): boolean {
  let at = 0;
  while (EXEC_OPTION.test(words[at] ?? '')) at += words[at]?.endsWith('a') === true ? 2 : 1;
  return words[at]?.startsWith('-') === false;
}

/** The words of a command beside its redirections, and whether these never fail. */
function withoutRedirections(words: readonly string[]): {
  readonly words: readonly string[];
  readonly areSure: boolean;
} {
  const isRedirection = (word: string, index: number) => REDIRECTION.test(word) || isBareRedirection(words[index - 1]);
  return {
    words: words.filter((word, index) => !isRedirection(word, index)),
    areSure: words.filter(isRedirection).every((word) => SURE_REDIRECTION.test(word)),
  };
}

function isBareRedirection(word: string | undefined): boolean {
  return word !== undefined && word.replace(REDIRECTION, '') === '' && word !== '';
}
