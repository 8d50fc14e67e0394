import type { Position } from './problem.js';
import type { Value } from './value.js';

/** The operators of two operands. */
export type BinaryOperator = '||' | '&&' | '==' | '!=' | '<' | '>' | '<=' | '>=' | '+' | '-' | '*' | '/' | '%';

/**
 * An HCL expression.
 *
 * @see https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#expressions
 */
export type Expression = { readonly at: Position } & (
  | {
      readonly kind: 'literal';
      readonly value: Value /** `true`, `false` and `null` name object keys, too. */;
      readonly keyword?: string;
    }
  | { readonly kind: 'template'; readonly parts: readonly Expression[] }
  /** A text of HCL's JSON form: a template, or where a name or a type is expected, the text itself. */
  | { readonly kind: 'json-text'; readonly text: string }
  /** A template of one interpolation alone keeps the type of its value. */
  | { readonly kind: 'wrapped'; readonly inner: Expression }
  | { readonly kind: 'parentheses'; readonly inner: Expression }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'attribute'; readonly source: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly source: Expression; readonly key: Expression }
  | { readonly kind: 'splat'; readonly source: Expression; readonly each: Expression }
  /** The element of the splat around it. */
  | { readonly kind: 'element' }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly arguments: readonly Expression[];
      readonly expand: boolean;
    }
  | { readonly kind: 'tuple'; readonly items: readonly Expression[] }
  | { readonly kind: 'object'; readonly items: readonly ObjectItem[] }
  | ForExpression
  /** The text of a `%{ for }` directive. */
  | { readonly kind: 'join'; readonly parts: ForExpression & { readonly at: Position } }
  | { readonly kind: 'conditional'; readonly condition: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly kind: 'unary'; readonly operator: '-' | '!'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
);

export interface ForExpression {
  readonly kind: 'for';
  readonly keyName: string | undefined;
  readonly valueName: string;
  readonly collection: Expression;
  /** Undefined where a tuple is made. */
  readonly key: Expression | undefined;
  readonly value: Expression;
  readonly condition: Expression | undefined;
  readonly group: boolean;
}

export interface ObjectItem {
  readonly key: Expression;
  readonly value: Expression;
}

export interface Attribute {
  readonly name: string;
  readonly at: Position;
  readonly value: Expression;
}

export interface Block {
  readonly type: string;
  readonly at: Position;
  readonly labels: readonly string[];
  readonly body: Body;
}

/** A file, or what stands in a block's braces. */
export interface Body {
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly blocks: readonly Block[];
}
