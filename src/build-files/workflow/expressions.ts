import { OWN_MARK, TOP_MARK } from '../script/shell-commands.js';
import type { Combination } from './matrix.js';

/** What is known where an expression stands. */
export interface ExpressionScope {
  readonly matrix: Combination;
  readonly env: ReadonlyMap<string, string>;
}

/** The text with the value of each expression that is known: of the matrix, `env`, a literal, a directory. */
export function withValues(text: string, scope: ExpressionScope): string {
  if (!text.includes('${{')) return text;
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    const open = text.indexOf('${{', at);
    const close = open < 0 ? -1 : text.indexOf('}}', open);
    if (close < 0) break;
    const value = knownValue(text.slice(open + 3, close).trim(), scope);
    parts.push(text.slice(at, open), value ?? text.slice(open, close + 2));
    at = close + 2;
  }
  return `${parts.join('')}${text.slice(at)}`;
}

/** Where inputs and labels stand; what is deeper is nothing that a step is given. */
const MAX_DEPTH = 3;

/** The same of every text in a value. */
export function withValuesIn(value: unknown, scope: ExpressionScope, depth = 0): unknown {
  if (depth > MAX_DEPTH) return undefined;
  if (typeof value === 'string') return withValues(value, scope);
  if (Array.isArray(value)) return value.map((item: unknown) => withValuesIn(item, scope, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withValuesIn(item, scope, depth + 1)]));
}

function knownValue(expression: string, { matrix, env }: ExpressionScope): string | undefined {
  const quoted = /^'((?:[^']|'')*)'$/.exec(expression);
  if (quoted !== null) return (quoted[1] ?? '').replaceAll("''", "'");
  if (expression === 'github.workspace') return TOP_MARK;
  if (expression === 'github.action_path') return OWN_MARK;
  const path = /^(matrix|env)((?:\.[\w-]+|\['[\w-]+'\])+)$/.exec(expression);
  if (path === null) return undefined;
  const names = [...(path[2] ?? '').matchAll(/[\w-]+/g)].map(([name]) => name);
  const [first = '', ...deeper] = names;
  if (path[1] === 'env') return deeper.length === 0 ? env.get(first) : undefined;
  return scalar(deeper.reduce<unknown>(member, matrix.get(first)));
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function scalar(value: unknown): string | undefined {
  if (typeof value === 'string') return value.includes('${{') ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
