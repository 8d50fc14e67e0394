import { type BlockTypes, parseHclJson } from './hcl/json.js';
import { parseHcl } from './hcl/parser.js';
import { BakeProblem } from './hcl/problem.js';
import type { Attribute, Block, Body, Expression } from './hcl/syntax.js';

/** What the bake files that are read together define; where a name is defined twice, the last counts. */
export interface Definitions {
  readonly variables: ReadonlyMap<string, Block>;
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  /** `NAME = value` at the top of a file: a variable that can't be overridden. */
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** In order; blocks of one name are merged. */
  readonly targets: readonly NamedBlock[];
  readonly groups: readonly NamedBlock[];
}

export interface NamedBlock extends Block {
  readonly label: string;
}

export interface FunctionDefinition extends NamedBlock {
  readonly parameters: readonly string[];
  readonly rest: string | undefined;
  readonly result: Expression;
}

const NONE: BlockTypes = new Map();
const BLOCK_TYPES: BlockTypes = new Map([
  ['variable', { labels: 1, within: new Map([['validation', { labels: 0, within: NONE }]]) }],
  ['function', { labels: 1, within: NONE }],
  ['target', { labels: 1, within: NONE }],
  ['group', { labels: 1, within: NONE }],
]);

/** Names that no variable or function of a file can have. */
export const BUILT_IN = new Set(['target', 'group', 'BAKE_CMD_CONTEXT', 'BAKE_LOCAL_PLATFORM']);

/** Reads one bake file; throws a {@link BakeProblem} where buildx refuses it. */
export function parseBakeFile(path: string, source: string): Body {
  return path.endsWith('.json') ? parseHclJson(path, source, BLOCK_TYPES) : parseHcl(path, source);
}

/** Puts the files that are read together into one definition. */
export function collectDefinitions(bodies: readonly Body[]): Definitions {
  const blocks = bodies.flatMap((body) => body.blocks);
  const named = (type: string) => blocks.filter((block) => block.type === type).map(withLabel);
  const attributes = bodies.flatMap((body) => [...body.attributes.values()]);
  return {
    variables: byLabel(named('variable')),
    functions: byLabel(named('function').map(functionOf)),
    attributes: new Map(
      attributes.filter(({ name }) => !BUILT_IN.has(name)).map((attribute) => [attribute.name, attribute]),
    ),
    targets: named('target'),
    groups: named('group'),
  };
}

function byLabel<T extends NamedBlock>(blocks: readonly T[]): ReadonlyMap<string, T> {
  return new Map(blocks.filter(({ label }) => !BUILT_IN.has(label)).map((block) => [block.label, block]));
}

function withLabel(block: Block): NamedBlock {
  const [label, ...more] = block.labels;
  if (label === undefined || more.length > 0)
    throw new BakeProblem(block.at, `The block "${block.type}" needs exactly one label, its name.`);
  return { ...block, label };
}

const FUNCTION_ATTRIBUTES = new Set(['params', 'variadic_params', 'result']);

function functionOf(block: NamedBlock): FunctionDefinition {
  const { attributes, blocks } = block.body;
  const other = [...attributes.values()].find(({ name }) => !FUNCTION_ATTRIBUTES.has(name)) ?? blocks[0];
  if (other !== undefined)
    throw new BakeProblem(other.at, 'A function has only "params", "variadic_params" and "result".');
  const params = attributes.get('params');
  const result = attributes.get('result');
  if (params === undefined || result === undefined)
    throw new BakeProblem(block.at, `The function "${block.label}" needs "params" and "result".`);
  if (params.value.kind !== 'tuple') throw new BakeProblem(params.at, '"params" is a list of names.');
  const rest = attributes.get('variadic_params');
  return {
    ...block,
    parameters: params.value.items.map(nameOf),
    rest: rest === undefined ? undefined : nameOf(rest.value),
    result: result.value,
  };
}

function nameOf(expression: Expression): string {
  const name =
    expression.kind === 'name'
      ? expression.name
      : expression.kind === 'json-text'
        ? expression.text
        : expression.kind === 'literal'
          ? expression.keyword
          : undefined;
  if (name === undefined || !/^[\p{ID_Start}_][\p{ID_Continue}-]*$/u.test(name))
    throw new BakeProblem(expression.at, 'Expected the name of a parameter.');
  return name;
}
