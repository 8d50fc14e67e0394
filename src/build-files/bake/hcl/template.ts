import { BakeProblem, type Position } from './problem.js';
import type { Expression, ForExpression } from './syntax.js';
import { textValue } from './value.js';

/** A piece of a template, before its directives are put together. */
export type TemplatePiece = TextPiece | ForPiece | OtherPiece;

interface TextPiece {
  readonly kind: 'text';
  readonly at: Position;
  text: string;
}

interface ForPiece {
  readonly kind: 'for';
  readonly at: Position;
  readonly keyName: string | undefined;
  readonly valueName: string;
  readonly collection: Expression;
}

type OtherPiece =
  | { readonly kind: 'expression'; readonly at: Position; readonly expression: Expression }
  | { readonly kind: 'if'; readonly at: Position; readonly condition: Expression }
  | { readonly kind: 'else'; readonly at: Position }
  | { readonly kind: 'endif'; readonly at: Position }
  | { readonly kind: 'endfor'; readonly at: Position };

/** The text that a piece of a quoted template stands for. */
export function unescapeQuoted(text: string, at: Position): string {
  const sequence = /^([$%])\1(\{~?)$/.exec(text);
  if (sequence !== null) return `${sequence[1]}${sequence[2]}`;
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gsu, (whole, short, long, other) => {
    if (typeof other === 'string') {
      const plain = ESCAPES.get(other);
      if (plain === undefined) throw new BakeProblem(at, `"\\${other}" is not a valid escape sequence.`);
      return plain;
    }
    const code = Number.parseInt(short ?? long, 16);
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
      throw new BakeProblem(at, `"${whole}" is not a Unicode character.`);
    return String.fromCodePoint(code);
  });
}

const ESCAPES = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['"', '"'],
  ['\\', '\\'],
]);

/**
 * Takes the indentation that all lines of a `<<-` heredoc share off each of them.
 *
 * @see https://github.com/hashicorp/hcl/blob/main/hclsyntax/parser_template.go `flushHeredocTemplateParts`
 */
export function removeIndentation(pieces: readonly TemplatePiece[]): void {
  let least = Number.POSITIVE_INFINITY;
  let startOfLine = true;
  const indented: TextPiece[] = [];
  for (const piece of pieces) {
    if (startOfLine) {
      startOfLine = false;
      if (piece.kind !== 'text') least = 0;
      else if (piece.text.trimStart() !== '' || !piece.text.endsWith('\n')) {
        least = Math.min(least, piece.text.length - piece.text.trimStart().length);
        indented.push(piece);
      }
    }
    if (piece.kind === 'text' && piece.text.endsWith('\n')) startOfLine = true;
  }
  for (const piece of indented) piece.text = piece.text.slice(least);
}

/** Puts the pieces of a template together: text and values, and what stands between directives. */
export function assembleTemplate(pieces: readonly TemplatePiece[], at: Position): Expression {
  const joined = joinTexts(pieces);
  const [only] = joined;
  if (joined.length === 1 && only?.kind === 'expression') return { kind: 'wrapped', at, inner: only.expression };
  const reader = { pieces: joined, index: 0 };
  const parts = readParts(reader);
  const rest = reader.pieces[reader.index];
  if (rest !== undefined) throw new BakeProblem(rest.at, `"${rest.kind}" belongs to no open directive.`);
  return { kind: 'template', at, parts };
}

function joinTexts(pieces: readonly TemplatePiece[]): readonly TemplatePiece[] {
  const joined: TemplatePiece[] = [];
  let texts: string[] = [];
  let start: Position | undefined;
  const flush = () => {
    if (start !== undefined) joined.push({ kind: 'text', text: texts.join(''), at: start });
    texts = [];
    start = undefined;
  };
  for (const piece of pieces) {
    if (piece.kind === 'text') {
      start ??= piece.at;
      texts.push(piece.text);
    } else {
      flush();
      joined.push(piece);
    }
  }
  flush();
  return joined;
}

interface PieceReader {
  readonly pieces: readonly TemplatePiece[];
  index: number;
}

/** The parts up to the end, or up to `else`, `endif` or `endfor`. */
function readParts(reader: PieceReader): Expression[] {
  const parts: Expression[] = [];
  for (;;) {
    const piece = reader.pieces[reader.index];
    if (piece === undefined || piece.kind === 'else' || piece.kind === 'endif' || piece.kind === 'endfor') return parts;
    reader.index++;
    if (piece.kind === 'text') parts.push({ kind: 'literal', at: piece.at, value: textValue(piece.text) });
    else if (piece.kind === 'expression') parts.push(piece.expression);
    else if (piece.kind === 'if') parts.push(readIf(reader, piece.condition, piece.at));
    else parts.push(readFor(reader, piece));
  }
}

function readIf(reader: PieceReader, condition: Expression, at: Position): Expression {
  const yes: Expression = { kind: 'template', at, parts: readParts(reader) };
  let no: Expression = { kind: 'template', at, parts: [] };
  if (reader.pieces[reader.index]?.kind === 'else') {
    reader.index++;
    no = { kind: 'template', at, parts: readParts(reader) };
  }
  endDirective(reader, 'endif', at);
  return { kind: 'conditional', at, condition, yes, no };
}

function readFor(reader: PieceReader, { keyName, valueName, collection, at }: ForPiece): Expression {
  const value: Expression = { kind: 'template', at, parts: readParts(reader) };
  endDirective(reader, 'endfor', at);
  const parts: ForExpression & { at: Position } = {
    kind: 'for',
    at,
    keyName,
    valueName,
    collection,
    key: undefined,
    value,
    condition: undefined,
    group: false,
  };
  return { kind: 'join', at, parts };
}

function endDirective(reader: PieceReader, end: 'endif' | 'endfor', at: Position): void {
  const piece = reader.pieces[reader.index];
  if (piece?.kind !== end) throw new BakeProblem(piece?.at ?? at, `This directive is not closed with "${end}".`);
  reader.index++;
}
