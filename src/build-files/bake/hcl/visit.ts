import { parseTemplate } from './parser.js';
import type { Expression } from './syntax.js';

/** Goes through an expression, with the names that `for` hides. Where `see` returns false, it does not go deeper. */
export function visit(
  expression: Expression,
  hidden: ReadonlySet<string>,
  see: (expression: Expression, hidden: ReadonlySet<string>) => boolean,
): void {
  if (!see(expression, hidden)) return;
  if (expression.kind === 'for' || expression.kind === 'join') {
    const loop = expression.kind === 'for' ? expression : expression.parts;
    visit(loop.collection, hidden, see);
    const more = new Set([...hidden, loop.valueName, ...(loop.keyName === undefined ? [] : [loop.keyName])]);
    for (const part of [loop.key, loop.value, loop.condition]) if (part !== undefined) visit(part, more, see);
    return;
  }
  for (const child of childrenOf(expression)) visit(child, hidden, see);
}

function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'template':
      return expression.parts;
    case 'wrapped':
    case 'parentheses':
      return [expression.inner];
    case 'json-text':
      return [parseTemplate(expression.text, expression.at)];
    case 'attribute':
      return [expression.source];
    case 'index':
      return [expression.source, expression.key];
    case 'splat':
      return [expression.source, expression.each];
    case 'call':
      return expression.arguments;
    case 'tuple':
      return expression.items;
    case 'object':
      return expression.items.flatMap(({ key, value }) => (key.kind === 'name' ? [value] : [key, value]));
    case 'conditional':
      return [expression.condition, expression.yes, expression.no];
    case 'unary':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    default:
      return [];
  }
}
