import { MAX_DEPTH } from '../limits.js';
import { parseDecimal } from './decimal.js';
import { BakeProblem, type Position } from './problem.js';
import { located } from './scope.js';
import type { Attribute, Block, Body, Expression } from './syntax.js';
import { FALSE, NULL, numberValue, TRUE } from './value.js';

/** A JSON value with its place. */
type Node =
  | { readonly kind: 'text'; readonly at: Position; readonly text: string }
  | { readonly kind: 'scalar'; readonly at: Position; readonly expression: Expression; readonly isNull: boolean }
  | { readonly kind: 'array'; readonly at: Position; readonly items: readonly Node[] }
  | { readonly kind: 'object'; readonly at: Position; readonly members: readonly Member[] };

interface Member {
  readonly name: string;
  readonly at: Position;
  readonly value: Node;
}

/** The blocks that a body may have, with the number of their labels: JSON itself does not say what is a block. */
export type BlockTypes = ReadonlyMap<string, { readonly labels: 0 | 1; readonly within: BlockTypes }>;

/**
 * Reads the JSON form of an HCL file. Throws a {@link BakeProblem} with the place of the first thing that HCL refuses.
 *
 * @see https://github.com/hashicorp/hcl/blob/main/json/spec.md
 */
export function parseHclJson(file: string, source: string, blocks: BlockTypes): Body {
  return bodyOf(new JsonReader(file, source).file(), blocks);
}

function bodyOf(node: Node, types: BlockTypes): Body {
  const attributes = new Map<string, Attribute>();
  const blocks: Block[] = [];
  for (const { name, at, value } of membersOf(node)) {
    const type = types.get(name);
    if (type !== undefined) {
      if (type.labels === 0) blocks.push(...blocksOf(name, [], at, value, type.within));
      else
        for (const member of membersOf(value))
          blocks.push(...blocksOf(name, [member.name], member.at, member.value, type.within));
    } else if (name !== '//') {
      if (attributes.has(name)) throw new BakeProblem(at, `"${name}" is set more than once; keep one.`);
      attributes.set(name, { name, at, value: expressionOf(value) });
    }
  }
  return { attributes, blocks };
}

function membersOf(node: Node): readonly Member[] {
  if (node.kind === 'object') return node.members;
  if (node.kind === 'scalar' && node.isNull) return [];
  if (node.kind === 'array')
    return node.items.flatMap((item) => {
      if (item.kind === 'object') return item.members;
      throw new BakeProblem(item.at, 'Expected a JSON object.');
    });
  throw new BakeProblem(node.at, 'Expected a JSON object.');
}

function blocksOf(type: string, labels: readonly string[], at: Position, node: Node, within: BlockTypes): Block[] {
  if (node.kind === 'scalar' && node.isNull) return [];
  if (node.kind === 'object') return [{ type, at, labels, body: bodyOf(node, within) }];
  if (node.kind === 'array') return node.items.map((item) => ({ type, at, labels, body: bodyOf(item, within) }));
  throw new BakeProblem(node.at, 'Expected a JSON object or an array of objects.');
}

function expressionOf(node: Node): Expression {
  const { at } = node;
  switch (node.kind) {
    case 'text':
      return { kind: 'json-text', at, text: node.text };
    case 'scalar':
      return node.expression;
    case 'array':
      return { kind: 'tuple', at, items: node.items.map(expressionOf) };
    case 'object': {
      const items = node.members.map(({ name, at: place, value }) => {
        const key: Expression = { kind: 'json-text', at: place, text: name };
        return { key, value: expressionOf(value) };
      });
      return { kind: 'object', at, items };
    }
  }
}

const SPACE = /[ \t\r\n]*/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

class JsonReader {
  readonly #file: string;
  readonly #source: string;
  #offset = 0;
  #line = 1;
  #lineStart = 0;
  #depth = 0;

  constructor(file: string, source: string) {
    this.#file = file;
    this.#source = source.startsWith('\uFEFF') ? source.slice(1) : source;
  }

  file(): Node {
    const node = this.#value();
    this.#skipSpace();
    if (this.#offset < this.#source.length) this.#fail('Unexpected text after the end of the JSON.');
    return node;
  }

  get #at(): Position {
    return { file: this.#file, line: this.#line, column: this.#offset - this.#lineStart + 1 };
  }

  #fail(message: string): never {
    throw new BakeProblem(this.#at, message);
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#offset;
    const end = this.#offset + (SPACE.exec(this.#source)?.[0].length ?? 0);
    for (
      let at = this.#source.indexOf('\n', this.#offset);
      at >= 0 && at < end;
      at = this.#source.indexOf('\n', at + 1)
    ) {
      this.#line++;
      this.#lineStart = at + 1;
    }
    this.#offset = end;
  }

  #skip(character: string): boolean {
    this.#skipSpace();
    const is = this.#source[this.#offset] === character;
    if (is) this.#offset++;
    return is;
  }

  #value(): Node {
    this.#skipSpace();
    const at = this.#at;
    const character = this.#source[this.#offset];
    if (character === '"') return { kind: 'text', at, text: this.#text() };
    if (character === '{' || character === '[') {
      this.#depth++;
      if (this.#depth > MAX_DEPTH) throw new BakeProblem(at, `This nests more than ${MAX_DEPTH} deep`, 'bake-depth');
      this.#offset++;
      const node: Node =
        character === '{'
          ? { kind: 'object', at, members: this.#members() }
          : { kind: 'array', at, items: this.#items() };
      this.#depth--;
      return node;
    }
    SCALAR.lastIndex = this.#offset;
    const scalar = SCALAR.exec(this.#source)?.[0];
    if (scalar === undefined || scalar === '') return this.#fail('Expected a JSON value.');
    this.#offset += scalar.length;
    return { kind: 'scalar', at, expression: scalarExpression(scalar, at), isNull: scalar === 'null' };
  }

  #items(): Node[] {
    const items: Node[] = [];
    if (this.#skip(']')) return items;
    do items.push(this.#value());
    while (this.#skip(','));
    if (!this.#skip(']')) this.#fail('Expected "," or "]".');
    return items;
  }

  #members(): Member[] {
    const members: Member[] = [];
    if (this.#skip('}')) return members;
    do {
      this.#skipSpace();
      const at = this.#at;
      if (this.#source[this.#offset] !== '"') this.#fail('Expected a name in quotes.');
      const name = this.#text();
      if (!this.#skip(':')) this.#fail('Expected ":".');
      members.push({ name, at, value: this.#value() });
    } while (this.#skip(','));
    if (!this.#skip('}')) this.#fail('Expected "," or "}".');
    return members;
  }

  #text(): string {
    const start = this.#offset;
    let end = start + 1;
    while (end < this.#source.length && this.#source[end] !== '"') {
      // A line end is not valid in a text, and a text that is not closed must not take the rest of the file.
      if (this.#source[end] === '\n') break;
      end += this.#source[end] === '\\' ? 2 : 1;
    }
    const parsed = parseText(this.#source.slice(start, end + 1));
    if (parsed === undefined) return this.#fail('This string is not valid JSON.');
    this.#offset = end + 1;
    return parsed;
  }
}

function parseText(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function scalarExpression(text: string, at: Position): Expression {
  if (text === 'null') return { kind: 'literal', at, value: NULL };
  if (text === 'true' || text === 'false') return { kind: 'literal', at, value: text === 'true' ? TRUE : FALSE };
  const number = located(at, () => parseDecimal(text));
  if (number === undefined) throw new BakeProblem(at, `"${text}" is not a number.`);
  return { kind: 'literal', at, value: numberValue(number) };
}
