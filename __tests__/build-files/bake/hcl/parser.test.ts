// biome-ignore-all lint/suspicious/noTemplateCurlyInString: HCL has the syntax of template strings.
import { expect, test } from '@jest/globals';
import { parseHclJson } from '../../../../src/build-files/bake/hcl/json.js';
import { parseHcl } from '../../../../src/build-files/bake/hcl/parser.js';
import { BakeProblem } from '../../../../src/build-files/bake/hcl/problem.js';

/** Where a file is refused: `line:column`; `read` where it is not. */
function placeOf(read: () => unknown): string {
  try {
    read();
    return 'read';
  } catch (error) {
    if (!(error instanceof BakeProblem)) throw error;
    return `${error.at.line}:${error.at.column}`;
  }
}

test('blocks, labels and attributes are read with their places', () => {
  const { attributes, blocks } = parseHcl(
    'b.hcl',
    'a = 1 # one\n/* two */ b "x" y {\n  c = [\n    1,\n  ]\n  d {}\n}\n',
  );
  expect([...attributes.keys()]).toEqual(['a']);
  expect(blocks.map(({ type, labels, at }) => ({ type, labels, line: at.line, column: at.column }))).toEqual([
    { type: 'b', labels: ['x', 'y'], line: 2, column: 11 },
  ]);
  expect([...(blocks[0]?.body.attributes.keys() ?? [])]).toEqual(['c']);
  expect(blocks[0]?.body.blocks.map(({ type }) => type)).toEqual(['d']);
});

test.each([
  ['a byte order mark', '\uFEFFa = 1\n'],
  ['carriage returns', 'a = 1\r\nb "x" {\r\n}\r\n'],
  ['no line end at the end', 'a = 1'],
  ['a block of one line', 'b "x" { a = 1 }\n'],
  ['a heredoc', 'a = <<EOT\n${1}\n  x\nEOT\n'],
  ['an indented heredoc', 'a = <<-EOT\n    x\n  EOT\n'],
  ['line ends within brackets', 'a = [\n1\n,\n2\n]\n'],
  ['an empty file', ''],
])('%s is read', (_, text) => {
  expect(placeOf(() => parseHcl('b.hcl', text))).toBe('read');
});

test.each([
  ['a newline in quotes', 'a = "x\ny"\n', '1:7'],
  ['an attribute that no line end follows', 'a = 1 b = 2\n', '1:7'],
  ['an attribute that is set twice', 'a = 1\na = 2\n', '2:1'],
  ['two attributes in a block of one line', 'b { a = 1, c = 2 }\n', '1:10'],
  ['a block that is not closed', 'b "x" {\n  a = 1\n', '1:7'],
  ['a brace too many', '}\n', '1:1'],
  ['a comment that has no end', 'a = 1 /* x\n', '1:7'],
  ['a heredoc without its end', 'a = <<EOT\nx\n', '1:5'],
  ['a character that HCL has no use for', 'a = 1 @\n', '1:7'],
  ['a label that is a template', 'b "${x}" {\n}\n', '1:4'],
  ['a NUL', 'a = "x\0"\nb = \0\n', '2:5'],
])('%s is refused', (_, text, place) => {
  expect(placeOf(() => parseHcl('b.hcl', text))).toBe(place);
});

test.each([
  ['brackets', `a = ${'['.repeat(200)}${']'.repeat(200)}\n`],
  ['parentheses', `a = ${'('.repeat(5_000)}1\n`],
  ['templates', `a = ${'"${'.repeat(200)}1${'}"'.repeat(200)}\n`],
  ['blocks', `${'b {\n'.repeat(200)}${'}\n'.repeat(200)}`],
  ['negations', `a = ${'!'.repeat(10_000)}true\n`],
  ['conditionals', `a = ${'true ? 1 : '.repeat(10_000)}2\n`],
])('%s that nest too deep are refused by a limit', (_, text) => {
  expect(() => parseHcl('b.hcl', text)).toThrow(/limit bake-depth/);
});

test('JSON that nests too deep is refused by a limit', () => {
  const text = `{"a": ${'['.repeat(200)}${']'.repeat(200)}}`;
  expect(() => parseHclJson('b.json', text, new Map())).toThrow(/limit bake-depth/);
});

test.each([
  ['a key without quotes', '{a: 1}', '1:2'],
  ['a comma too many', '{"a": 1,}', '1:9'],
  ['a text that is not closed', '{"a": "x\n}', '1:7'],
  ['more than one value', '{} {}', '1:4'],
  ['a key that is set twice', '{"a": 1,\n "a": 2}', '2:2'],
  ['an array where objects are expected', '[1]', '1:2'],
  ['nothing', '', '1:1'],
])('JSON with %s is refused', (_, text, place) => {
  expect(placeOf(() => parseHclJson('b.json', text, new Map()))).toBe(place);
});
