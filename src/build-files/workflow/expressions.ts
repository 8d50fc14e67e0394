import { OWN_MARK, TOP_MARK } from '../script/word-marks.js';
import { evaluateExpression, type Scalar, textOf } from './evaluate-expression.js';
import type { Combination } from './matrix.js';

/** What is known where an expression stands. */
export interface ExpressionScope {
  readonly matrix: Combination;
  readonly env: ReadonlyMap<string, string>;
  /** Defaults and choices of the inputs that the workflow or action declares; a caller may give others. */
  readonly inputs?: ReadonlyMap<string, readonly Scalar[]>;
  /** The inputs are those of one call: no other has a say. */
  readonly isCalled?: boolean;
  /** Of expressions that may have several values: the one that is examined; undefined for one that is not known. */
  readonly chosen?: ReadonlyMap<string, string | undefined>;
}

/** The text with the value of each expression that has but one: of the matrix, `env`, literals, a directory. */
export function withValues(text: string, scope: ExpressionScope): string {
  if (!text.includes('${{')) return text;
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, expression } of expressionsIn(text)) {
    parts.push(text.slice(at, start), onlyValue(expression, scope) ?? text.slice(start, end));
    at = end;
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

/** Ways in which one step is examined. */
const MAX_ALTERNATIVES = 16;

/**
 * A scope for each way in which the expressions of a value may come out, as far as they are literal: `cond && 'a' || 'b'`
 * is both, and `inputs.x || 'a'` is `'a'` and what is not known, which comes first.
 */
export function alternatives<T extends ExpressionScope>(value: unknown, scope: T): readonly T[] {
  const expressions = new Set(
    textsIn(value).flatMap((text) => expressionsIn(text).map(({ expression }) => expression)),
  );
  let found: readonly ReadonlyMap<string, string | undefined>[] = [new Map()];
  for (const expression of expressions) {
    const { options, isComplete } = evaluateExpression(expression, contextOf(scope));
    const texts = [...new Set(options.map(textOf))];
    const choices = isComplete ? texts : [undefined, ...texts];
    if (choices.length < 2) continue;
    found = found
      .flatMap((chosen) => choices.map((choice) => new Map([...chosen, [expression, choice]])))
      .slice(0, MAX_ALTERNATIVES);
  }
  return found.map((chosen) => ({ ...scope, chosen }));
}

function textsIn(value: unknown, depth = 0): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH) return [];
  return Object.values(value).flatMap((item: unknown) => textsIn(item, depth + 1));
}

interface PlacedExpression {
  readonly start: number;
  readonly end: number;
  readonly expression: string;
}

function expressionsIn(text: string): readonly PlacedExpression[] {
  const found: PlacedExpression[] = [];
  let at = 0;
  for (;;) {
    const start = text.indexOf('${{', at);
    const close = start < 0 ? -1 : text.indexOf('}}', start);
    if (close < 0) return found;
    found.push({ start, end: close + 2, expression: text.slice(start + 3, close).trim() });
    at = close + 2;
  }
}

function onlyValue(expression: string, scope: ExpressionScope): string | undefined {
  if (scope.chosen?.has(expression) === true) return scope.chosen.get(expression);
  const { options, isComplete } = evaluateExpression(expression, contextOf(scope));
  const [only] = options;
  return isComplete && only !== undefined && options.length === 1 ? textOf(only) : undefined;
}

function contextOf({ matrix, env, inputs, isCalled = false }: ExpressionScope) {
  return (path: readonly string[]) => {
    const [context = '', name = '', ...deeper] = path;
    const joined = path.join('.');
    if (joined === 'github.workspace') return known(TOP_MARK);
    if (joined === 'github.action_path') return known(OWN_MARK);
    if (context === 'env') return deeper.length === 0 ? known(env.get(name)) : undefined;
    if (context === 'matrix') return known(deeper.reduce<unknown>(member, matrix.get(name)));
    const input = context === 'inputs' ? name : joined.startsWith('github.event.inputs.') ? path[3] : undefined;
    const given = input === undefined ? undefined : inputs?.get(input);
    return given === undefined ? undefined : { options: given, isComplete: isCalled };
  };
}

function known(value: unknown): { options: readonly Scalar[]; isComplete: boolean } | undefined {
  const isLiteral = typeof value === 'string' ? !value.includes('${{') : isScalar(value);
  return isLiteral && isScalar(value) ? { options: [value], isComplete: true } : undefined;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}
