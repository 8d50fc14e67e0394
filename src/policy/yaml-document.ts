import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { SourceRange } from '../build-files/image-use.js';
import { optionalField } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';
import { plural } from '../lib/text.js';
import { formatKey, type PolicyProblem, type PolicyProblemCode } from './problem.js';

export const MAX_POLICY_BYTES = 1024 * 1024;
/** Tokens of the lexer; a policy with a thousand entries has some twenty thousand. Bounds the time of parsing. */
const MAX_TOKENS = 100_000;
/** `[[[…`, `- - -…` and columns of indentation: the parser is recursive, and a policy is seven levels deep. */
const MAX_NESTING = 32;
const MAX_INDENTATION = 128;
const MAX_ALIASES = 100;
const MAX_REPORTED = 20;
/** Keys that JavaScript objects carry already: no policy needs them, and none may reach an object's prototype. */
const RESERVED_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** A YAML text as data, with the place of each part. */
export interface YamlDocument {
  readonly file: string;
  readonly value: unknown;
  /** The range of a value, of its key, or of the nearest part around it that exists. */
  readonly place: (path: readonly PropertyKey[], part?: 'key' | 'value') => SourceRange;
}

const START: SourceRange = { line: 1, column: 1, endLine: 1, endColumn: 2 };

/**
 * Reads one YAML 1.2 document, as bytes (then it must be UTF-8) or text. Fails with every problem of syntax; keys that
 * occur twice, aliases that multiply, and texts made to exhaust the parser are among them. Merge keys (`<<`) are off.
 */
export function readYaml(file: string, source: Uint8Array | string): Result<YamlDocument, readonly PolicyProblem[]> {
  const whole = (code: PolicyProblemCode, message: string, fix: string): PolicyProblem => {
    return { code, severity: 'error', file, key: '', message, fix, ...START };
  };
  const length = typeof source === 'string' ? Buffer.byteLength(source) : source.byteLength;
  if (length > MAX_POLICY_BYTES) {
    return err([
      whole(
        'too-large',
        `The policy has ${plural(length, 'byte')}; at most ${plural(MAX_POLICY_BYTES, 'byte')} are read.`,
        'Split it with `extends`.',
      ),
    ]);
  }
  const text = typeof source === 'string' ? source : decode(source);
  if (text === undefined) {
    return err([whole('not-utf-8', 'The policy is not valid UTF-8.', 'Save the file as UTF-8.')]);
  }
  const exhausting = findExhausting(text);
  if (exhausting !== undefined)
    return err([whole('too-complex', exhausting, 'Write it with fewer levels and parts, or split it with `extends`.')]);

  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    merge: false,
    version: '1.2',
    schema: 'core',
    // Else `!!binary`, `!!set` and their kin of YAML 1.1 make bytes and sets, which no policy holds.
    resolveKnownTags: false,
    // Compared pair by pair there, which takes minutes for a hundred thousand keys; findKeyProblems does it below.
    uniqueKeys: false,
  });
  const rangeAt = (start: number, end: number): SourceRange => {
    const from = lines.linePos(start);
    const to = lines.linePos(Math.max(end, start + 1));
    return { line: from.line, column: from.col, endLine: to.line, endColumn: to.col };
  };
  // Its warnings are tags that nothing resolves: the value would be another than what is written.
  const syntax = [...document.errors, ...document.warnings]
    .slice(0, MAX_REPORTED)
    .map((error) => syntaxProblem(file, text, error, document, rangeAt));
  if (syntax.length > 0) return err(syntax);
  const keys = findKeyProblems(file, document, rangeAt);
  if (keys.length > 0) return err(keys);
  const aliases = unresolvedAliases(file, document, rangeAt);
  if (aliases.length > 0) return err(aliases);

  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const code = reason.startsWith('Excessive') ? 'too-complex' : 'syntax';
    return err([
      whole(code, `The aliases of the policy can't be resolved: ${reason}.`, 'Replace the aliases with their values.'),
    ]);
  }
  return ok({ file, value, place: (path, part = 'value') => placeOf(document, path, part, rangeAt) });
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** What would take the parser long, or exhaust its stack, reported from the tokens before it starts. */
function findExhausting(text: string): string | undefined {
  let tokens = 0;
  let flow = 0;
  let indicators = 0;
  let inScalar = false;
  for (const token of new Lexer().lex(text)) {
    if (++tokens > MAX_TOKENS) return `The policy has more than ${plural(MAX_TOKENS, 'part')}.`;
    // The lexer announces a scalar with this token; what follows is text and not structure.
    if (inScalar) inScalar = false;
    else if (token === '\u001f') inScalar = true;
    else if (token === '[' || token === '{') flow++;
    else if (token === ']' || token === '}') flow--;
    else if (token === '\n') indicators = 0;
    else if (token === '-' || token === '?') indicators++;
    else if (token.length > MAX_INDENTATION && /^ +$/.test(token)) {
      return `A line of the policy is indented by more than ${plural(MAX_INDENTATION, 'column')}.`;
    }
    if (flow > MAX_NESTING || indicators > MAX_NESTING) return `The policy nests more than ${MAX_NESTING} levels deep.`;
  }
  return undefined;
}

type RangeAt = (start: number, end: number) => SourceRange;

function syntaxProblem(
  file: string,
  text: string,
  error: YAMLError,
  document: Document,
  rangeAt: RangeAt,
): PolicyProblem {
  const opening = unclosedQuote(document, error);
  if (opening !== undefined) {
    const message = 'This is not valid YAML: The quote that begins here is not closed.';
    const fix = `Add the closing ${text.charAt(opening)} at the end of the value.`;
    return { code: 'syntax', severity: 'error', file, key: '', message, fix, ...rangeAt(opening, opening + 1) };
  }
  const several = error.code === 'MULTIPLE_DOCS';
  const message = several ? 'The file holds more than one YAML document' : error.message.replace(/\.$/, '');
  const fix = syntaxFix(error, text.slice(error.pos[0]));
  return {
    code: 'syntax',
    severity: 'error',
    file,
    key: '',
    message: `This is not valid YAML: ${message}.`,
    ...optionalField('fix', fix),
    ...rangeAt(error.pos[0], error.pos[1]),
  };
}

/** What to write instead, where the parser's message does not say it. `rest` is the text from the error on. */
function syntaxFix({ code, message }: YAMLError, rest: string): string | undefined {
  const word = /^[^\s,\]}]{1,80}/.exec(rest)?.[0] ?? '';
  switch (code) {
    case 'MULTIPLE_DOCS':
      return 'Keep one document, without --- lines.';
    case 'TAB_AS_INDENT':
      return 'Indent with spaces.';
    case 'BAD_SCALAR_START':
      return `Put it in quotes: ${JSON.stringify(word)}.`;
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'Quote a value that contains ": ", and start each key on its own line.';
    case 'MULTILINE_IMPLICIT_KEY':
      return 'Write a key as "key: value", with a space after the colon, and indent keys of one map alike.';
    case 'BAD_INDENT':
      return message.startsWith('Flow')
        ? 'Close the bracket that an earlier line opens.'
        : 'Indent keys of one map alike.';
    case 'MISSING_CHAR':
      return message.startsWith('Sequence item')
        ? 'Indent the line as the keys of the entry above it, or begin it with "- ".'
        : undefined;
    default:
      return undefined;
  }
}

/** Where a quote begins that is never closed: the parser reports the end of the file, which is far from the mistake. */
function unclosedQuote(document: Document, { code, message, pos }: YAMLError): number | undefined {
  if (code !== 'MISSING_CHAR' || !message.startsWith('Missing closing')) return undefined;
  let start: number | undefined;
  visit(document, {
    Scalar: (_key, { type, range }) => {
      if (type?.startsWith('QUOTE') !== true || range?.[1] !== pos[0]) return undefined;
      start = range[0];
      return visit.BREAK;
    },
  });
  return start;
}

/** Words that begin with `*`, which YAML takes for an alias: mostly patterns whose quotes were forgotten. */
function unresolvedAliases(file: string, document: Document.Parsed, rangeAt: RangeAt): readonly PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  visit(document, {
    Alias: (_key, alias) => {
      if (problems.length >= MAX_REPORTED) return visit.BREAK;
      if (alias.resolve(document) !== undefined) return undefined;
      const written = `*${alias.source}`;
      problems.push({
        code: 'syntax',
        severity: 'error',
        file,
        key: '',
        message: `This is not valid YAML: ${JSON.stringify(written)} begins with *, which YAML reads as an alias.`,
        fix: `Put it in quotes: ${JSON.stringify(written)}.`,
        ...nodeRange(alias, rangeAt),
      });
      return undefined;
    },
  });
  return problems;
}

/** Keys that occur twice in a map, and keys no map may have. The walk needs no recursion: it meets each node once. */
function findKeyProblems(file: string, document: Document.Parsed, rangeAt: RangeAt): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const pending: { readonly node: unknown; readonly path: readonly PropertyKey[] }[] = [
    { node: document.contents, path: [] },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, path } = next;
    if (isSeq(node)) pending.push(...node.items.map((item, index) => ({ node: item, path: [...path, index] })));
    if (!isMap(node)) continue;
    const seen = new Map<string, Node>();
    for (const pair of node.items) {
      if (!isScalar(pair.key)) continue;
      const key = String(pair.key.value);
      const here = {
        severity: 'error' as const,
        file,
        key: formatKey([...path, key]),
        ...nodeRange(pair.key, rangeAt),
      };
      const first = seen.get(key);
      if (first !== undefined) {
        const line = nodeRange(first, rangeAt).line;
        const message = `The key "${key}" occurs twice; the first is on line ${line}.`;
        problems.push({ ...here, code: 'duplicate-key', message, fix: 'Keep one of them.' });
      } else if (RESERVED_KEYS.has(key)) {
        problems.push({
          ...here,
          code: 'reserved-key',
          message: `"${key}" can't be a key of a policy.`,
          fix: 'Remove it.',
        });
      }
      seen.set(key, pair.key);
      pending.push({ node: pair.value, path: [...path, key] });
    }
  }
  return problems.sort((a, b) => a.line - b.line || a.column - b.column).slice(0, MAX_REPORTED);
}

function nodeRange(node: Node, rangeAt: RangeAt): SourceRange {
  const range = node.range;
  return range ? rangeAt(range[0], range[1]) : START;
}

/** Follows a path as far as it exists. A missing part gets the position of its parent's key. */
function placeOf(
  document: Document.Parsed,
  path: readonly PropertyKey[],
  part: 'key' | 'value',
  rangeAt: RangeAt,
): SourceRange {
  let node: unknown = document.contents;
  let place: SourceRange = isMap(node) || isSeq(node) ? START : nodeOr(node, START, rangeAt);
  for (const [depth, step] of path.entries()) {
    node = isAlias(node) ? node.resolve(document) : node;
    const pair: Pair | undefined = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step))
      : undefined;
    const child: unknown = isSeq(node) && typeof step === 'number' ? node.items[step] : pair?.value;
    if (pair === undefined && child === undefined) return place;
    const isLast = depth === path.length - 1;
    const wantsKey = isLast ? part === 'key' : isMap(child) || isSeq(child);
    place = nodeOr(wantsKey && pair !== undefined ? pair.key : child, place, rangeAt);
    if (child === null || child === undefined) return nodeOr(pair?.key, place, rangeAt);
    node = child;
  }
  return place;
}

function nodeOr(node: unknown, otherwise: SourceRange, rangeAt: RangeAt): SourceRange {
  if (isMap(node) || isSeq(node)) return firstLine(nodeRange(node, rangeAt));
  return isScalar(node) || isAlias(node) ? nodeRange(node, rangeAt) : otherwise;
}

/** A whole map or list is shown by where it begins. */
function firstLine(range: SourceRange): SourceRange {
  return { ...range, endLine: range.line, endColumn: range.column + 1 };
}
