import { MAX_DEPTH } from '../limits.js';
import { parseDecimal } from './decimal.js';
import { type Token, type TokenType, tokenize } from './lexer.js';
import { BakeProblem, type Position } from './problem.js';
import { located } from './scope.js';
import type { Attribute, BinaryOperator, Block, Body, Expression, ObjectItem } from './syntax.js';
import { assembleTemplate, removeIndentation, type TemplatePiece, unescapeQuoted } from './template.js';
import { FALSE, NULL, numberValue, TRUE, type Value } from './value.js';

/** The operators, from those that bind least. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];
const LEVEL_OF = new Map<string, { readonly operator: BinaryOperator; readonly level: number }>(
  LEVELS.flatMap((operators, level) => operators.map((operator) => [operator, { operator, level }] as const)),
);

const KEYWORDS = new Map<string, Value>([
  ['true', TRUE],
  ['false', FALSE],
  ['null', NULL],
]);

/**
 * Reads an HCL file. Throws a {@link BakeProblem} with the place of the first thing that HCL's own parser refuses.
 *
 * @see https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
 */
export function parseHcl(file: string, source: string): Body {
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  return new Parser(tokenize(text, positions(file, text), 'main')).file();
}

/** Reads a text of HCL's JSON form: a template, whose value begins at `at`. */
export function parseTemplate(source: string, at: Position): Expression {
  return new Parser(tokenize(source, () => at, 'bare')).bareTemplate(at);
}

/** Reads an expression that JSON holds in a text, as it does parameter names and types. */
export function parseExpressionText(source: string, at: Position): Expression {
  return new Parser(tokenize(source, () => at, 'main')).wholeExpression();
}

/** Finds line and column of an offset. */
function positions(file: string, source: string): (offset: number) => Position {
  const starts = [0];
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1);
  let line = 0;
  return (offset) => {
    if (offset < (starts[line] ?? 0)) line = 0;
    while ((starts[line + 1] ?? Number.POSITIVE_INFINITY) <= offset) line++;
    return { file, line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  };
}

class Parser {
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;
  /** Whether line ends count: within brackets they do not. */
  #newlines = true;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  file(): Body {
    return this.#body(undefined);
  }

  bareTemplate(at: Position): Expression {
    return this.#template('end', false, at);
  }

  wholeExpression(): Expression {
    const expression = this.#withNewlines(false, () => this.#expression());
    if (this.#peek().type !== 'end') this.#fail('Unexpected text after the end of an expression.');
    return expression;
  }

  #peek(): Token {
    for (;;) {
      const token = this.#tokens[this.#index];
      if (token === undefined) return END;
      if (token.type !== 'newline' || this.#newlines) return token;
      this.#index++;
    }
  }

  #read(): Token {
    const token = this.#peek();
    if (token.type !== 'end') this.#index++;
    return token;
  }

  #isSymbol(text: string): boolean {
    const token = this.#peek();
    return token.type === 'symbol' && token.text === text;
  }

  #isWord(text: string): boolean {
    const token = this.#peek();
    return token.type === 'identifier' && token.text === text;
  }

  #skipSymbol(text: string): boolean {
    const is = this.#isSymbol(text);
    if (is) this.#index++;
    return is;
  }

  #expectSymbol(text: string, message: string): void {
    if (!this.#skipSymbol(text)) this.#fail(message);
  }

  #expect(type: TokenType, message: string): Token {
    if (this.#peek().type !== type) this.#fail(message);
    return this.#read();
  }

  #fail(message: string): never {
    const token = this.#peek();
    throw new BakeProblem(token.at, token.type === 'end' ? `Unexpected end of file. ${message}` : message);
  }

  #withNewlines<T>(count: boolean, read: () => T): T {
    const before = this.#newlines;
    this.#newlines = count;
    const result = read();
    this.#newlines = before;
    return result;
  }

  #nested<T>(read: () => T): T {
    this.#depth++;
    if (this.#depth > MAX_DEPTH)
      throw new BakeProblem(this.#peek().at, `This nests more than ${MAX_DEPTH} deep`, 'bake-depth');
    const result = read();
    this.#depth--;
    return result;
  }

  /** The attributes and blocks up to the end of the file, or to the brace that closes a block. */
  #body(open: Position | undefined): Body {
    const attributes = new Map<string, Attribute>();
    const blocks: Block[] = [];
    for (;;) {
      const token = this.#read();
      if (token.type === 'newline') continue;
      if (token.type === 'end') {
        if (open !== undefined) throw new BakeProblem(open, 'This block is not closed; end it with "}".');
        return { attributes, blocks };
      }
      if (token.type === 'symbol' && token.text === '}' && open !== undefined) return { attributes, blocks };
      if (token.type !== 'identifier') throw new BakeProblem(token.at, 'Expected the name of an argument or a block.');
      if (this.#isSymbol('=')) {
        if (attributes.has(token.text))
          throw new BakeProblem(token.at, `The argument "${token.text}" is set more than once; keep one.`);
        attributes.set(token.text, this.#attribute(token));
        this.#endOfLine('argument');
      } else blocks.push(this.#block(token));
    }
  }

  #attribute(name: Token): Attribute {
    this.#expectSymbol('=', 'Expected "=" after the name of an argument.');
    return { name: name.text, at: name.at, value: this.#expression() };
  }

  #endOfLine(what: string): void {
    const token = this.#peek();
    if (token.type !== 'newline' && token.type !== 'end') this.#fail(`Expected a line break after this ${what}.`);
    this.#read();
  }

  #block(type: Token): Block {
    const labels: string[] = [];
    while (!this.#isSymbol('{')) {
      const token = this.#read();
      if (token.type === 'identifier') labels.push(token.text);
      else if (token.type === 'open-quote') labels.push(this.#label());
      else throw new BakeProblem(token.at, 'Expected a label or "{" on the first line of a block.');
    }
    const open = this.#read().at;
    const body = this.#nested(() => this.#blockBody(open));
    this.#endOfLine('block');
    return { type: type.text, at: type.at, labels, body };
  }

  /** A block in one line holds at most one argument. */
  #blockBody(open: Position): Body {
    const token = this.#peek();
    if (token.type !== 'identifier') return this.#body(open);
    this.#read();
    const attribute = this.#attribute(token);
    this.#expectSymbol('}', 'A block on one line must end with "}" after its only argument.');
    return { attributes: new Map([[attribute.name, attribute]]), blocks: [] };
  }

  #label(): string {
    let text = '';
    for (;;) {
      const token = this.#read();
      if (token.type === 'close-quote') return text;
      if (token.type !== 'quoted') throw new BakeProblem(token.at, 'A label must be a string without "${" or "%{".');
      text += unescapeQuoted(token.text, token.at);
    }
  }

  #expression(): Expression {
    return this.#nested(() => {
      const condition = this.#binary(0);
      if (!this.#skipSymbol('?')) return condition;
      const yes = this.#expression();
      this.#expectSymbol(':', 'Expected ":" before the second value of "? :".');
      return { kind: 'conditional', at: condition.at, condition, yes, no: this.#expression() };
    });
  }

  #binary(level: number): Expression {
    let left = this.#traversals(this.#term());
    for (;;) {
      const token = this.#peek();
      const found = token.type === 'symbol' ? LEVEL_OF.get(token.text) : undefined;
      if (found === undefined || found.level < level) return left;
      this.#read();
      const right = this.#nested(() => this.#binary(found.level + 1));
      left = { kind: 'binary', at: left.at, operator: found.operator, left, right };
    }
  }

  /** `.name`, `[key]`, `.0`, `[*]` and `.*` behind a term. */
  #traversals(from: Expression): Expression {
    let result = from;
    for (let steps = 0; ; steps++) {
      // What is built here is as deep as it has steps.
      if (steps > MAX_DEPTH) throw new BakeProblem(result.at, `This has more than ${MAX_DEPTH} steps`, 'bake-depth');
      const { at } = result;
      if (this.#skipSymbol('.')) {
        if (this.#skipSymbol('*')) result = this.#attributeSplat(result);
        else result = this.#dotStep(result);
      } else if (this.#skipSymbol('[')) {
        if (this.#skipSymbol('*')) {
          this.#expectSymbol(']', 'Expected "]" after "[*".');
          const source = result;
          const each = this.#nested(() => this.#traversals({ kind: 'element', at }));
          result = { kind: 'splat', at, source, each };
        } else {
          const source = result;
          const key = this.#withNewlines(false, () => {
            const read = this.#expression();
            this.#expectSymbol(']', 'Expected "]" after an index.');
            return read;
          });
          result = { kind: 'index', at, source, key };
        }
      } else return result;
    }
  }

  #dotStep(source: Expression): Expression {
    const token = this.#peek();
    if (token.type === 'identifier') {
      this.#read();
      return { kind: 'attribute', at: source.at, source, name: token.text };
    }
    if (token.type !== 'number' || token.text.includes('.')) this.#fail('Expected a name after ".".');
    this.#read();
    return { kind: 'index', at: source.at, source, key: number(token) };
  }

  /** `.*`, which takes only names and numbers behind it. */
  #attributeSplat(source: Expression): Expression {
    let each: Expression = { kind: 'element', at: source.at };
    for (let steps = 0; this.#skipSymbol('.'); steps++) {
      if (steps > MAX_DEPTH) throw new BakeProblem(source.at, `This has more than ${MAX_DEPTH} steps`, 'bake-depth');
      each = this.#dotStep(each);
    }
    return { kind: 'splat', at: source.at, source, each };
  }

  #term(): Expression {
    const token = this.#read();
    const { at, text } = token;
    switch (token.type) {
      case 'number':
        return number(token);
      case 'identifier':
        return this.#word(token);
      case 'open-quote':
        return this.#template('close-quote', false, at);
      case 'open-heredoc':
        return this.#template('close-heredoc', text.startsWith('<<-'), at);
      case 'symbol':
        break;
      case 'end':
        return this.#fail('Expected an expression.');
      default:
        throw new BakeProblem(at, 'Expected an expression.');
    }
    if (text === '-' || text === '!') {
      const operand = this.#nested(() => this.#traversals(this.#term()));
      return { kind: 'unary', at, operator: text, operand };
    }
    if (text === '(') {
      const inner = this.#withNewlines(false, () => {
        const read = this.#expression();
        this.#expectSymbol(')', 'Expected ")".');
        return read;
      });
      return { kind: 'parentheses', at, inner };
    }
    if (text === '[') return this.#withNewlines(false, () => this.#tuple(at));
    if (text === '{') return this.#object(at);
    throw new BakeProblem(at, 'Expected an expression.');
  }

  #word({ at, text }: Token): Expression {
    let name = text;
    while (this.#skipSymbol('::')) name += `::${this.#expect('identifier', 'Expected a name after "::".').text}`;
    if (this.#skipSymbol('(')) return this.#withNewlines(false, () => this.#call(name, at));
    if (name !== text) this.#fail('Expected "(" after the name of a function.');
    const value = KEYWORDS.get(text);
    return value === undefined ? { kind: 'name', at, name } : { kind: 'literal', at, value, keyword: text };
  }

  #call(name: string, at: Position): Expression {
    const given: Expression[] = [];
    let expand = false;
    while (!this.#isSymbol(')')) {
      given.push(this.#expression());
      if (this.#skipSymbol('...')) {
        expand = true;
        break;
      }
      if (!this.#skipSymbol(',')) break;
    }
    this.#expectSymbol(')', 'Expected "," or ")" after an argument.');
    return { kind: 'call', at, name, arguments: given, expand };
  }

  #tuple(at: Position): Expression {
    if (this.#isWord('for')) return this.#for(at, ']');
    const items: Expression[] = [];
    while (!this.#isSymbol(']')) {
      items.push(this.#expression());
      if (!this.#skipSymbol(',')) break;
    }
    this.#expectSymbol(']', 'Expected "," or "]" after an element.');
    return { kind: 'tuple', at, items };
  }

  #object(at: Position): Expression {
    if (this.#withNewlines(false, () => this.#isForAhead())) return this.#withNewlines(false, () => this.#for(at, '}'));
    return this.#withNewlines(true, () => {
      const items: ObjectItem[] = [];
      for (;;) {
        while (this.#peek().type === 'newline') this.#read();
        if (this.#skipSymbol('}')) return { kind: 'object', at, items };
        const key = this.#expression();
        if (!this.#skipSymbol('=')) this.#expectSymbol(':', 'Expected "=" after the key of an object.');
        items.push({ key, value: this.#expression() });
        if (this.#skipSymbol('}')) return { kind: 'object', at, items };
        if (this.#peek().type === 'newline') this.#read();
        else this.#expectSymbol(',', 'Expected a line break, "," or "}" after the value of an object.');
      }
    });
  }

  /** Looks past line ends without taking them: in an object they count, in a `for` they do not. */
  #isForAhead(): boolean {
    const before = this.#index;
    const is = this.#isWord('for');
    if (!is) this.#index = before;
    return is;
  }

  #for(at: Position, close: ']' | '}'): Expression {
    this.#read();
    const { keyName, valueName, collection } = this.#forHead();
    this.#expectSymbol(':', 'Expected ":" after the collection of a "for".');
    let value = this.#expression();
    let key: Expression | undefined;
    if (this.#skipSymbol('=>')) {
      key = value;
      value = this.#expression();
    }
    const group = this.#skipSymbol('...');
    let condition: Expression | undefined;
    if (this.#isWord('if')) {
      this.#read();
      condition = this.#expression();
    }
    this.#expectSymbol(close, `Expected "${close}" at the end of a "for".`);
    if (close === ']' && (key !== undefined || group))
      throw new BakeProblem(at, 'A "for" that creates a list must not have "=>" or "...".');
    if (close === '}' && key === undefined)
      throw new BakeProblem(at, 'A "for" that creates an object needs a key and "=>" before its value.');
    return { kind: 'for', at, keyName, valueName, collection, key, value, condition, group };
  }

  #forHead(): { keyName: string | undefined; valueName: string; collection: Expression } {
    let valueName = this.#expect('identifier', 'Expected a name after "for".').text;
    let keyName: string | undefined;
    if (this.#skipSymbol(',')) {
      keyName = valueName;
      valueName = this.#expect('identifier', 'Expected a name after ",".').text;
    }
    if (!this.#isWord('in')) this.#fail('Expected "in" after the names of a "for".');
    this.#read();
    return { keyName, valueName, collection: this.#expression() };
  }

  #template(end: TokenType, flush: boolean, at: Position): Expression {
    const pieces = this.#withNewlines(true, () => this.#nested(() => this.#pieces(end, at)));
    if (flush) removeIndentation(pieces);
    return assembleTemplate(pieces, at);
  }

  /** The pieces of a template, with the white space gone that `~` takes away. */
  #pieces(end: TokenType, open: Position): TemplatePiece[] {
    const pieces: TemplatePiece[] = [];
    let trimsNext = false;
    for (;;) {
      const token = this.#read();
      if (token.type === end) return pieces;
      const { at, text } = token;
      const last = pieces.at(-1);
      if (token.type === 'quoted' || token.type === 'text') {
        const plain = token.type === 'quoted' ? unescapeQuoted(text, at) : text.replace(/^([$%])\1\{/, '$1{');
        pieces.push({ kind: 'text', text: trimsNext ? plain.trimStart() : plain, at });
        trimsNext = false;
      } else if (token.type === 'interpolation' || token.type === 'directive') {
        if (text.endsWith('~') && last?.kind === 'text') last.text = last.text.trimEnd();
        const { type } = token;
        trimsNext = this.#withNewlines(false, () => {
          pieces.push(
            type === 'directive' ? this.#directive(at) : { kind: 'expression', at, expression: this.#expression() },
          );
          return this.#expect('sequence-end', 'Expected "}" at the end of "${" or "%{".').text.startsWith('~');
        });
      } else throw new BakeProblem(open, 'This string is not closed.');
    }
  }

  #directive(at: Position): TemplatePiece {
    const keyword = this.#expect('identifier', 'Expected a keyword such as "if" or "for" after "%{".');
    const { text } = keyword;
    if (text === 'else' || text === 'endif' || text === 'endfor') return { kind: text, at };
    if (text === 'if') return { kind: 'if', at, condition: this.#expression() };
    if (text === 'for') return { kind: 'for', at, ...this.#forHead() };
    throw new BakeProblem(keyword.at, `"${text}" is not a template directive.`);
  }
}

const END: Token = { type: 'end', text: '', at: { file: '', line: 1, column: 1 } };

function number({ text, at }: Token): Expression {
  const value = located(at, () => parseDecimal(text));
  if (value === undefined) throw new BakeProblem(at, `"${text}" is not a number.`);
  return { kind: 'literal', at, value: numberValue(value) };
}
