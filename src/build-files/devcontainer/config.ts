import type { MemberNode, ObjectNode, ValueNode } from '@humanwhocodes/momoa';
import { err, ok, type Result } from '../../lib/result.js';
import type { DefinitionFile, DefinitionProblem } from '../build-definition.js';
import type { Place } from '../image-use.js';

/** A devcontainer.json; larger ones are refused. */
const MAX_BYTES = 256 * 1024;

/** A text of the file after variables. */
export interface ConfigValue {
  readonly text: string;
  /** What decides parts of it that are not known. */
  readonly open: readonly string[];
  /** What decides parts of it for which a default stands. */
  readonly defaulted: readonly string[];
  /** What stands behind `${localWorkspaceFolder}`, where the text begins with that. */
  readonly workspace?: string;
  readonly at: Place;
}

/** What of a dev container's configuration decides what is built or run. */
export interface DevcontainerConfig {
  readonly name?: ConfigValue;
  readonly image?: ConfigValue;
  readonly dockerfile?: ConfigValue;
  readonly context?: ConfigValue;
  readonly args: ReadonlyMap<string, ConfigValue>;
  readonly target?: ConfigValue;
  /** Flags of `docker build`. */
  readonly options: readonly ConfigValue[];
  readonly composeFiles: readonly ConfigValue[];
  readonly hasCompose: boolean;
}

/**
 * Reads JSON with comments and trailing commas. Fields of another type than they have are left out, as the reference
 * implementation does.
 *
 * @see https://containers.dev/implementors/json_reference/#image-specific
 */
export async function readConfig(
  { path, bytes }: DefinitionFile,
  environment: Readonly<Record<string, string>>,
): Promise<Result<DevcontainerConfig, DefinitionProblem>> {
  const fail = (message: string, line = 1, column = 1) => err({ file: path, line, column, message });
  if (bytes.length > MAX_BYTES) return fail(`The file has more than ${MAX_BYTES} bytes and is not read.`);
  const text = new TextDecoder('utf-8').decode(bytes);
  const { parse } = await import('@humanwhocodes/momoa');
  try {
    const { body } = parse(text, { mode: 'jsonc', allowTrailingCommas: true });
    if (body.type !== 'Object') return fail('The file is not a JSON object.');
    return ok(configOf(body, path, environment));
  } catch (error) {
    // The library has no class of its own for a syntax error, and overflows the stack on deep nesting.
    if (!(error instanceof Error)) throw error;
    const { line, column } = placeOf(error);
    return fail(
      `The file is not valid JSON with comments: ${error.message.replace(/\.? \(\d+:\d+\)$/, '')}.`,
      line,
      column,
    );
  }
}

function placeOf(error: Error): { readonly line: number; readonly column: number } {
  const line = 'line' in error && typeof error.line === 'number' ? error.line : 1;
  const column = 'column' in error && typeof error.column === 'number' ? error.column : 1;
  return { line, column };
}

function configOf(body: ObjectNode, file: string, environment: Readonly<Record<string, string>>): DevcontainerConfig {
  const read = (node: ValueNode | undefined) => readText(node, file, environment);
  const optional = <K extends string>(key: K, value: ConfigValue | undefined) =>
    value === undefined ? {} : { [key]: value };
  const build = objectOf(member(body, 'build'));
  const old = read(member(body, 'dockerFile'));
  const args = objectOf(member(build, 'args'));
  const compose = member(body, 'dockerComposeFile');
  return {
    ...optional('name', read(member(body, 'name'))),
    ...optional('image', read(member(body, 'image'))),
    ...optional('dockerfile', old ?? read(member(build, 'dockerfile'))),
    ...optional('context', read(old === undefined ? member(build, 'context') : member(body, 'context'))),
    args: new Map(
      (args?.members ?? []).flatMap((one): [string, ConfigValue][] => {
        const value = read(one.value);
        return value === undefined ? [] : [[nameOf(one), value]];
      }),
    ),
    ...optional('target', read(member(build, 'target'))),
    options: listOf(member(build, 'options')).flatMap((option) => read(option) ?? []),
    composeFiles: (compose?.type === 'Array' ? listOf(compose) : [compose]).flatMap((one) => read(one) ?? []),
    hasCompose: compose !== undefined,
  };
}

/** The last member of a name counts, as in JSON.parse. */
function member(object: ObjectNode | undefined, name: string): ValueNode | undefined {
  return object?.members.findLast((one) => nameOf(one) === name)?.value;
}

function nameOf({ name }: MemberNode): string {
  return name.type === 'String' ? name.value : name.name;
}

function objectOf(node: ValueNode | undefined): ObjectNode | undefined {
  return node?.type === 'Object' ? node : undefined;
}

function listOf(node: ValueNode | undefined): readonly ValueNode[] {
  return node?.type === 'Array' ? node.elements.map(({ value }) => value) : [];
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the format
const WORKSPACE = '${localWorkspaceFolder}';

function readText(
  node: ValueNode | undefined,
  file: string,
  environment: Readonly<Record<string, string>>,
): ConfigValue | undefined {
  if (node?.type !== 'String') return undefined;
  const { start, end } = node.loc;
  const at = { file, line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
  const fromWorkspace = node.value.startsWith(WORKSPACE);
  const found = substituted(fromWorkspace ? node.value.slice(WORKSPACE.length) : node.value, environment);
  const { text } = found;
  return fromWorkspace ? { ...found, text: `${WORKSPACE}${text}`, workspace: text, at } : { ...found, at };
}

/**
 * Variables replaced; those of the environment by what is given, else by their default.
 *
 * @see https://containers.dev/implementors/json_reference/#variables-in-devcontainerjson
 */
function substituted(
  written: string,
  environment: Readonly<Record<string, string>>,
): Pick<ConfigValue, 'text' | 'open' | 'defaulted'> {
  const open = new Set<string>();
  const defaulted = new Set<string>();
  const text = written.replace(/\$\{([^}]*)\}/g, (match, inside: string) => {
    const [kind = '', name, standIn] = inside.split(':');
    if ((kind !== 'localEnv' && kind !== 'env') || name === undefined) {
      open.add(match);
      return match;
    }
    if (Object.hasOwn(environment, name)) return environment[name] ?? '';
    (standIn === undefined ? open : defaulted).add(`environment variable ${name}`);
    return standIn ?? '';
  });
  return { text, open: [...open], defaulted: [...defaulted] };
}
