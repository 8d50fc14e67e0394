import { parseExpressionText } from './parser.js';
import { BakeProblem } from './problem.js';
import type { Expression } from './syntax.js';
import type { Type } from './value.js';

/**
 * The type that an expression names: `string`, `list(string)`, `object({name = string})`, `any` …
 *
 * @see https://github.com/hashicorp/hcl/blob/main/ext/typeexpr/README.md
 */
export function parseType(expression: Expression, isAttribute = false): Type {
  const { at } = expression;
  if (expression.kind === 'json-text') return parseType(parseExpressionText(expression.text, at));
  if (expression.kind === 'name') {
    const { name } = expression;
    if (name === 'any') return 'dynamic';
    if (name === 'string' || name === 'number' || name === 'bool') return name;
    throw new BakeProblem(at, `There is no type "${name}".`);
  }
  if (expression.kind !== 'call') throw new BakeProblem(at, 'Expected a type such as string or list(string).');
  const [argument, ...others] = expression.arguments;
  if (argument === undefined || others.length > 0 || expression.expand)
    throw new BakeProblem(at, `${expression.name}() takes one type.`);
  switch (expression.name) {
    case 'list':
    case 'set':
    case 'map':
      return { kind: expression.name, element: parseType(argument) };
    case 'tuple':
      if (argument.kind !== 'tuple') throw new BakeProblem(at, 'tuple() takes a list of types.');
      return { kind: 'tuple', items: argument.items.map((item) => parseType(item)) };
    case 'object':
      return objectType(argument);
    case 'optional':
      if (isAttribute) return parseType(argument);
      throw new BakeProblem(at, 'optional() is only valid for an attribute of an object.');
    default:
      throw new BakeProblem(at, `There is no type "${expression.name}()".`);
  }
}

function objectType(expression: Expression): Type {
  if (expression.kind !== 'object') throw new BakeProblem(expression.at, 'object() takes names with types.');
  const attributes = new Map<string, Type>();
  const optional = new Set<string>();
  for (const { key, value } of expression.items) {
    if (key.kind !== 'name') throw new BakeProblem(key.at, 'Expected the name of an attribute.');
    attributes.set(key.name, parseType(value, true));
    if (value.kind === 'call' && value.name === 'optional') optional.add(key.name);
  }
  return optional.size === 0 ? { kind: 'object', attributes } : { kind: 'object', attributes, optional };
}
