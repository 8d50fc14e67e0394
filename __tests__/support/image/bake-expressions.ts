// biome-ignore-all lint/suspicious/noTemplateCurlyInString: HCL has the syntax of template strings.

/** Expressions and the text that each gives an argument; the peer test asks buildx for the same. */
export const EXPRESSION_VALUES: readonly (readonly [expression: string, value: string])[] = [
  // Literals, and how they print.
  ['"a"', 'a'],
  ['1.50', '1.5'],
  ['1e3', '1000'],
  ['-0', '-0'],
  ['0 * -1', '-0'],
  ['-int(-0)', '0'],
  ['ceil(0)', '0'],
  ['absolute(-0)', '0'],
  ['true', 'true'],
  ['"\\u00e9\\t\\"\\\\"', 'é\t"\\'],
  ['"$${x} %%{y} $ %"', '${x} %{y} $ %'],
  // Templates.
  ['"${V}-${1 + 2}"', 'v-3'],
  ['"${"a"}"', 'a'],
  ['"%{ if true }y%{ else }n%{ endif }"', 'y'],
  ['"%{ for i, x in ["a", "b"] }${i}${x};%{ endfor }"', '0a;1b;'],
  ['"a  ${~ "b" ~}  c"', 'abc'],
  // Operators.
  ['1 + 2 * 3', '7'],
  ['(1 + 2) * 3', '9'],
  ['7 % 4', '3'],
  ['-7 % 4', '-3'],
  ['1 / 4', '0.25'],
  ['!true', 'false'],
  ['"1" == 1', 'false'],
  ['1 < 2 && 2 <= 2', 'true'],
  ['null == null', 'true'],
  ['true || missing', 'true'],
  ['missing || true', 'true'],
  ['false && missing', 'false'],
  ['null && true', 'false'],
  ['null || true', 'true'],
  // Conditionals: what fails in the branch that is not taken counts for its type alone.
  ['true ? "y" : missing()', 'y'],
  ['false ? [1][5] : "n"', 'n'],
  ['true ? 1 : "x"', '1'],
  ['true ? null == null : false', 'true'],
  // Collections.
  ['["a", "b"][1]', 'b'],
  ['{ a = 1, "b" : 2 }.b', '2'],
  ['{ (V) = "k" }["v"]', 'k'],
  ['join(",", [{ n = "x" }, { n = "y" }][*].n)', 'x,y'],
  ['[{ n = "x" }].*.n[0]', 'x'],
  ['join(",", [for x in ["a", "b"] : upper(x) if x != "a"])', 'B'],
  ['join(",", keys({ for x in ["b", "a"] : x => x }))', 'a,b'],
  ['length({ for x in ["aa", "ab"] : substr(x, 0, 1) => x... }.a)', '2'],
  ['lookup({ a = "1" }, "b", "none")', 'none'],
  ['try([1][3], "fallback")', 'fallback'],
  ['try(convert(true ? 1 > 0 : false ? parseint("ff", 10) : 1 % parseint("0x1", 16), string), "none")', 'none'],
  ['can(missing)', 'false'],
  ['convert("1", number) + 1', '2'],
  // Functions of all kinds.
  ['replace("", "", "x")', 'x'],
  ['replace("ab", "", "-")', '-a-b-'],
  ['format("%s-%03d-%.2f-%q", "a", 7, 1.005, "q")', 'a-007-1.00-"q"'],
  ['format("%.2f", -0.001)', '-0.00'],
  ['format("%v %v %v %v", 100000000, 999999, 1234567.5, 0.00001)', '1e+08 999999 1.2345675e+06 1e-05'],
  ['format("%v %v %v", 0.0001, -1000000, 12.5)', '0.0001 -1e+06 12.5'],
  ['notequal(sort([]), regexall("[a-z]", "2"))', 'false'],
  ['regexall("(?P<n>[a-z])", "ab")[1].n', 'b'],
  ['join("|", split(".", "1.2.3"))', '1|2|3'],
  ['regex_replace("a1b22", "[0-9]+", "<$0>")', 'a<1>b<22>'],
  ['regex("^(v)([0-9]+)", "v12")[1]', '12'],
  ['length(regexall("[a-z]", "a1b"))', '2'],
  ['md5("a")', '0cc175b9c0f1b6a831c399e269772661'],
  ['sha256("")', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['base64decode(base64encode("é"))', 'é'],
  ['urlencode("a b&c")', 'a+b%26c'],
  ['jsonencode({ b = [1, null], a = "<" })', '{"a":"\\u003c","b":[1,null]}'],
  ['jsondecode("{\\"a\\": [1, 2]}").a[1]', '2'],
  ['sanitize("a/b:c.d")', 'a_b_c_d'],
  ['trimprefix(trimsuffix(trimspace(" v1.x "), ".x"), "v")', '1'],
  ['title("hello big world")', 'Hello Big World'],
  ['substr("hello", -3, 2)', 'll'],
  ['element(["a", "b"], 3)', 'b'],
  ['join(",", slice(["a", "b", "c"], 1, 3))', 'b,c'],
  ['join(",", sort(["b", "a"]))', 'a,b'],
  ['join(",", distinct(["b", "a", "b"]))', 'b,a'],
  ['join(",", setunion(["b"], ["a"]))', 'a,b'],
  ['join(",", flatten([["a"], [["b"]]]))', 'a,b'],
  ['merge({ a = "1" }, { a = "2" }).a', '2'],
  ['coalesce(null, "", "x")', ''],
  ['parseint("ff", 16)', '255'],
  ['pow(2, 10)', '1024'],
  ['max(1, 3, 2)', '3'],
  ['basename(dirname("/a/b/c"))', 'b'],
  ['own("x")', 'f-x'],
  ['rest("a", "b", "c")', 'a2'],
];

/** Expressions that buildx refuses, or that have no value. */
export const REFUSED_EXPRESSIONS: readonly string[] = [
  // Of the parser.
  '"a',
  "'a'",
  '1 +',
  '(1',
  '[1, 2',
  '{ a 1 }',
  '"${1"',
  '"%{ if true }y"',
  '"%{ endif }"',
  '"\\q"',
  '"\\ud800"',
  '1 & 2',
  'a ~ b',
  '..a',
  '1 ? 2',
  '[for x in]',
  '{ for x in [1] : x }',
  'f(',
  '<<EOT',
  // Of the evaluator.
  'missing',
  'missing()',
  '"a${null}"',
  '"${[1]}"',
  '[1][1]',
  '{ a = 1 }.b',
  '"a".b',
  'null ? 1 : 2',
  '[1] ? 1 : 2',
  'true ? 1 : false',
  'true ? [1] : {}',
  'true ? true : (10 > [] ? 1 : 2)',
  '1 + "x"',
  '-"x"',
  '!1.5',
  'null || false',
  'upper()',
  'upper("a", "b")',
  'upper(null)',
  'upper([])',
  'join(",", [["a"]])',
  'substr("a")',
  'regex("(", "a")',
  'regex("b", "a")',
  'parseint("z", 10)',
  'coalescelist(null, ["d"])',
  'convert("x", number)',
  'jsondecode("{")',
  'try()',
  'try([1][1], missing)',
  '{ for x in ["a", "a"] : x => x }',
  '{ (null) = 1 }',
  '[for x in 1 : x]',
  'own()',
];

const FUNCTIONS = `function "own" {
  params = [a]
  result = "f-\${a}"
}
function "rest" {
  params = [a]
  variadic_params = others
  result = "\${a}\${length(others)}"
}
`;

/** A bake file whose target has the value of the expression for its argument. */
export function fileOfExpression(expression: string): string {
  return `variable "V" {\n  default = "v"\n}\n${FUNCTIONS}target "t" {\n  args = {\n    A = ${expression}\n  }\n}\n`;
}
