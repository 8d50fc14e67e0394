import { RE2JS, RE2JSException } from 're2js';
import { checkLength, type HclFunction, TEXT, textOf, unfit } from '../function.js';
import { objectValue, type Type, textValue, tupleValue, typeOf, type Value } from '../value.js';

/** A match costs its text many times over. */
const COST = 64;
/** The longest pattern; RE2 itself limits what repetitions make of it. */
const MAX_PATTERN_LENGTH = 1_000;

/** RE2's own syntax, in time that is linear in the text: a pattern of a pull request must not backtrack. */
export const REGEX_FUNCTIONS: readonly (readonly [string, HclFunction])[] = [
  ['regex', { parameters: [TEXT, TEXT], cost: COST, call: ([pattern, text]) => first(textOf(pattern), textOf(text)) }],
  ['regexall', { parameters: [TEXT, TEXT], cost: COST, call: ([pattern, text]) => all(textOf(pattern), textOf(text)) }],
  [
    'regex_replace',
    {
      parameters: [TEXT, TEXT, TEXT],
      cost: COST,
      call: ([text, pattern, replacement]) => textValue(replaceAll(textOf(text), textOf(pattern), textOf(replacement))),
    },
  ],
];

interface Match {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | null)[];
}

function compile(pattern: string): RE2JS {
  if (pattern.length > MAX_PATTERN_LENGTH) unfit(`the pattern has more than ${MAX_PATTERN_LENGTH} characters`);
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (error instanceof RE2JSException) return unfit('the pattern is not valid');
    throw error;
  }
}

/** The matches that do not overlap; no empty one directly behind another, as in Go. */
function* matches(expression: RE2JS, text: string): Generator<Match> {
  const matcher = expression.matcher(text);
  let last = -1;
  while (matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    if (start === end && start === last) continue;
    last = end;
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group));
    yield { start, end, groups };
  }
}

/** What a match gives: its text, or its groups as a tuple, or as an object where they have names. */
function result(expression: RE2JS, { groups: [whole, ...groups] }: Match): Value {
  const names = Object.entries(expression.namedGroups());
  if (names.length > 0 && names.length < groups.length) unfit('the pattern mixes named and unnamed groups');
  const toValue = (group: string | null | undefined): Value =>
    typeof group === 'string' ? textValue(group) : { kind: 'null', type: 'string' };
  if (groups.length === 0) return toValue(whole);
  if (names.length === 0) return tupleValue(groups.map(toValue));
  return objectValue(names.map(([name, place]) => [name, toValue(groups[place - 1])]));
}

function first(pattern: string, text: string): Value {
  const expression = compile(pattern);
  for (const match of matches(expression, text)) return result(expression, match);
  return unfit('the pattern does not match');
}

function all(pattern: string, text: string): Value {
  const expression = compile(pattern);
  const items = Array.from(matches(expression, text), (match) => result(expression, match));
  const element: Type = typeOf(result(expression, noMatch(expression)));
  return { kind: 'list', element, items };
}

/** What has the type of a match. */
function noMatch(expression: RE2JS): Match {
  const groups = Array.from({ length: expression.groupCount() + 1 }, () => null);
  return { start: 0, end: 0, groups };
}

function replaceAll(text: string, pattern: string, replacement: string): string {
  const expression = compile(pattern);
  const names = new Map(Object.entries(expression.namedGroups()));
  const parts: string[] = [];
  let at = 0;
  let length = text.length;
  for (const { start, end, groups } of matches(expression, text)) {
    const expanded = expand(replacement, groups, names);
    length += expanded.length;
    checkLength(length);
    parts.push(text.slice(at, start), expanded);
    at = end;
  }
  return `${parts.join('')}${text.slice(at)}`;
}

/** `$1`, `$name` and `${name}`; the longest name counts, and one that no group has is nothing. */
function expand(replacement: string, groups: readonly (string | null)[], names: ReadonlyMap<string, number>): string {
  return replacement.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, plain, braced) => {
    if (whole === '$$') return '$';
    const name = String(plain ?? braced);
    const place = /^\d+$/.test(name) ? Number(name) : names.get(name);
    return (place === undefined ? undefined : groups[place]) ?? '';
  });
}
