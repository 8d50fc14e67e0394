/** What is known of how a command ends: it succeeds, it fails, or only a run knows. */
export type Status = 'succeeds' | 'fails' | 'open';

const COMPARISONS: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '-eq': (left, right) => left === right,
  '-ne': (left, right) => left !== right,
  '-lt': (left, right) => left < right,
  '-le': (left, right) => left <= right,
  '-gt': (left, right) => left > right,
  '-ge': (left, right) => left >= right,
};
const ARITHMETIC: Readonly<Record<string, string>> = {
  '==': '-eq',
  '!=': '-ne',
  '<': '-lt',
  '<=': '-le',
  '>': '-gt',
  '>=': '-ge',
};
const INTEGER = /^[+-]?\d{1,15}$/;
/** What a shell may replace by names of files or other words, match as a pattern, or take for an operator within a word. */
const PATTERN = /[*?[\]~{<>]/;

/**
 * How `test`, `[` or `[[` ends, where its words decide it: comparisons of two texts or numbers, and whether a text is
 * empty. What asks about files, variables or more than one thing is open. `words` are those behind the program's, without
 * redirections, and have no expansion.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/test.html
 */
export function constantTest(program: string, words: readonly string[]): Status {
  if (program === 'test') return decided(evaluate(words, false));
  if (program === '[' && words.at(-1) === ']') return decided(evaluate(words.slice(0, -1), false));
  if (program === '[[' && words.at(-1) === ']]') return decided(evaluate(words.slice(0, -1), true));
  return 'open';
}

/** How `((` ends, whose words are a number, or two of them and what compares them. */
export function arithmeticTest([, left = '', operator = '', right = '']: readonly string[]): Status {
  if (operator === '))') return decided(Number(left) !== 0);
  return decided(COMPARISONS[ARITHMETIC[operator] ?? '']?.(Number(left), Number(right)));
}

function decided(holds: boolean | undefined): Status {
  if (holds === undefined) return 'open';
  return holds ? 'succeeds' : 'fails';
}

function evaluate(words: readonly string[], isKeyword: boolean): boolean | undefined {
  const [first = '', second = '', third = ''] = words;
  if (words.some((word) => PATTERN.test(word))) return undefined;
  if (words.length === 0) return false;
  if (words.length === 1) return first !== '';
  if (words.length <= 4 && first === '!' && !isOperator(second)) {
    const inner = evaluate(words.slice(1), isKeyword);
    return inner === undefined ? undefined : !inner;
  }
  if (words.length === 2) return first === '-n' ? second !== '' : first === '-z' ? second === '' : undefined;
  if (words.length !== 3) return undefined;
  if (['=', '==', '!='].includes(second)) {
    // An option of Bash lets `[[` disregard the case.
    if (isKeyword && first !== third && first.toLowerCase() === third.toLowerCase()) return undefined;
    return (first === third) === (second !== '!=');
  }
  const compare = COMPARISONS[second];
  if (compare === undefined || !INTEGER.test(first) || !INTEGER.test(third)) return undefined;
  // `[[` takes a number with a leading zero for an octal one.
  if (isKeyword && [first, third].some((number) => /^[+-]?0\d/.test(number))) return undefined;
  return compare(Number(first), Number(third));
}

function isOperator(word: string): boolean {
  return word === '=' || word === '==' || word === '!=' || word in COMPARISONS || word === '-a' || word === '-o';
}
