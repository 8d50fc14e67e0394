import type { MemberNode } from '@humanwhocodes/momoa';
import { entriesOf, field, items, parseYaml, type YamlPath } from '../workflow/yaml-fields.js';
import { buildsInScript } from './build-command.js';
import { ExpansionBudget } from './expansion-budget.js';
import { allRequested, joinInside, NO_BUILDS, notRead, onLine, type RequestedBuilds } from './named-build.js';
import { NO_FILES, type RepositoryFiles } from './repository-files.js';
import { DEFAULT_MARK } from './word-marks.js';

/**
 * The builds in the scripts of a package.json.
 * @see https://docs.npmjs.com/cli/using-npm/scripts
 */
export async function buildsInPackageJson(text: string, directory: string): Promise<RequestedBuilds> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // npm runs nothing from it, either.
    return NO_BUILDS;
  }
  const found = entriesOf(field(parsed, 'scripts')).flatMap(([name, script]) =>
    typeof script === 'string' ? [{ name, requested: buildsInScript(script, { directory, line: 1 }) }] : [],
  );
  const isEmpty = ({ named, bakes = [] }: RequestedBuilds) => named.length === 0 && bakes.length === 0;
  const lines = found.every(({ requested }) => isEmpty(requested)) ? undefined : await scriptLines(text);
  return allRequested(found.map(({ name, requested }) => onLine(requested, lines?.get(name) ?? 1)));
}

/** Where each script of a package.json stands; nothing where that is not known. */
async function scriptLines(text: string): Promise<ReadonlyMap<string, number>> {
  const { parse } = await import('@humanwhocodes/momoa');
  const lines = new Map<string, number>();
  try {
    const { body } = parse(text, { mode: 'json' });
    const scripts = body.type === 'Object' ? body.members.findLast((member) => keyOf(member) === 'scripts') : undefined;
    for (const member of scripts?.value.type === 'Object' ? scripts.value.members : [])
      lines.set(keyOf(member), member.value.loc.start.line);
  } catch (error) {
    // The library overflows the stack where a text nests deep, and has no class of its own for other errors.
    if (!(error instanceof Error)) throw error;
  }
  return lines;
}

function keyOf({ name }: MemberNode): string {
  return name.type === 'String' ? name.value : name.name;
}

const ASSIGNMENT = /^(?:export +)?([A-Za-z_][\w-]*) *:= *(?:'([^'\n]*)'|"([^"\\\n]*)") *$/gm;
/** A variable, or a parameter of a recipe, that a run may give another value than its literal one. */
const DEFAULT_OF_JUST =
  /^(?:export +)?([A-Za-z_][\w-]*) *:= *env(?:_var_or_default)?\( *(?:'[^'\n]*'|"[^"\\\n]*") *, *(?:'([^'\n]*)'|"([^"\\\n]*)") *\) *$/gm;
const RECIPE = /^@?[A-Za-z_][\w-]*((?: +[+*$]?[A-Za-z_][\w-]*(?:=(?:'[^'\n]*'|"[^"\n]*"|[^\s:'"]+))?)*) *:(?!=)/gm;
const PARAMETER = /([A-Za-z_][\w-]*)=(?:'([^'\n]*)'|"([^"\\\n]*)")/g;

/**
 * The builds in the recipes of a justfile: each line is a script of its own, unless the recipe has an interpreter.
 * @see https://just.systems/man/en/
 */
export function buildsInJustfile(text: string, directory: string): RequestedBuilds {
  const variables = new Map<string, string>();
  for (const [, name = '', single, double] of text.matchAll(ASSIGNMENT)) variables.set(name, single ?? double ?? '');
  for (const [, name = '', single, double] of text.matchAll(DEFAULT_OF_JUST))
    variables.set(name, `${single ?? double ?? ''}${DEFAULT_MARK}`);
  const parameters = new Map<string, string | undefined>();
  // Recipes have parameters of one name with values of their own.
  for (const [, name = '', single, double] of [...text.matchAll(RECIPE)].flatMap(([, all = '']) => [
    ...all.matchAll(PARAMETER),
  ]))
    parameters.set(name, parameters.has(name) ? undefined : `${single ?? double ?? ''}${DEFAULT_MARK}`);
  for (const [name, value] of parameters) if (value !== undefined && !variables.has(name)) variables.set(name, value);
  const budget = new ExpansionBudget();
  const known = text.replace(/\{\{ *([A-Za-z_][\w-]*|justfile_directory\(\)) *\}\}/g, (_, name: string) => {
    return budget.take(name.startsWith('justfile_') ? '.' : (variables.get(name) ?? '\0'));
  });
  const found: RequestedBuilds[] = [];
  let recipe: { readonly line: number; readonly lines: string[] } | undefined;
  const end = () => {
    if (recipe === undefined) return;
    const [first = ''] = recipe.lines;
    const { line, lines } = recipe;
    if (first.startsWith('#!')) found.push(buildsInScript(lines.join('\n'), { directory, line }));
    else
      for (const command of joined(lines))
        found.push(buildsInScript(command.text.replace(/^[@-]+/, ''), { directory, line: line + command.offset }));
    recipe = undefined;
  };
  for (const [index, line] of known.split(/\r?\n/).entries()) {
    if (/^[ \t]+\S/.test(line)) {
      recipe ??= { line: index + 1, lines: [] };
      recipe.lines.push(line.trim());
    } else if (line.trim() !== '') end();
  }
  end();
  return allRequested(found);
}

function joined(lines: readonly string[]): readonly { readonly text: string; readonly offset: number }[] {
  const found: { text: string; offset: number }[] = [];
  let isContinued = false;
  for (const [offset, line] of lines.entries()) {
    const last = found.at(-1);
    if (isContinued && last !== undefined) last.text += `\n${line}`;
    else found.push({ text: line, offset });
    isContinued = line.endsWith('\\');
  }
  return found;
}

/**
 * The builds in the tasks of a Taskfile in `directory`.
 * @see https://taskfile.dev/docs/reference/schema
 */
export async function buildsInTaskfile(
  bytes: Uint8Array,
  directory: string,
  repository: RepositoryFiles = NO_FILES,
  depth = 0,
): Promise<RequestedBuilds> {
  const { documents, fault, lineOf } = await parseYaml(bytes);
  if (fault !== undefined) return notRead(fault);
  const [file] = documents;
  const budget = new ExpansionBudget();
  const tasks = entriesOf(field(file, 'tasks')).map(([name, task]) => {
    const given = field(task, 'dir');
    const dir = given === undefined ? directory : typeof given === 'string' ? given : null;
    const variables = new Map([...entriesOf(field(file, 'vars')), ...entriesOf(field(task, 'vars'))]);
    const expand = (text: string) =>
      text.replace(/\{\{ *(?:\.([A-Za-z_]\w*))?[^{}]*\}\}/g, (whole, name: string | undefined) => {
        const byDefault = defaultOfTask(whole);
        if (byDefault !== undefined) {
          const set = variables.get(byDefault.name);
          return budget.take(
            typeof set === 'string' && !set.includes('{{') ? set : `${byDefault.value}${DEFAULT_MARK}`,
          );
        }
        const value = name === undefined || !/^\{\{ *\.\w+ *\}\}$/.test(whole) ? undefined : variables.get(name);
        if (name === 'TASKFILE_DIR' || name === 'ROOT_DIR') return '.';
        return budget.take(typeof value === 'string' && !value.includes('{{') ? value : '\0');
      });
    const place = dir === null ? null : inside(given === undefined ? '' : directory, expand(dir));
    const path = ['tasks', name];
    const commands: readonly (readonly [unknown, YamlPath])[] = [
      [task, path],
      [field(task, 'cmd'), [...path, 'cmd']],
      ...items(task).map((command, index) => [command, [...path, index]] as const),
      ...items(field(task, 'cmds')).map((command, index) => [command, [...path, 'cmds', index]] as const),
    ];
    return allRequested(
      commands.flatMap(([command, where]) => {
        const isText = typeof command === 'string';
        const script = isText ? command : field(command, 'cmd');
        if (typeof script !== 'string') return [];
        return [buildsInScript(expand(script), { directory: place, line: lineOf(isText ? where : [...where, 'cmd']) })];
      }),
    );
  });
  const others = depth >= MAX_INCLUDES ? [] : entriesOf(field(file, 'includes'));
  const includes: string[] = [];
  const included: RequestedBuilds[] = [];
  for (const [name, given] of others) {
    const path = taskfileAt(typeof given === 'string' ? given : field(given, 'taskfile'), directory, repository);
    const bytes = path === undefined ? undefined : await repository.load(path);
    if (path === undefined || bytes === undefined) continue;
    const dir = field(given, 'dir');
    // Without a directory of its own, it runs where this one does.
    const below = typeof dir === 'string' ? inside(directory, dir) : directory;
    if (below === null) continue;
    const { includes: deeper = [], fault: _, ...own } = await buildsInTaskfile(bytes, below, repository, depth + 1);
    includes.push(path, ...deeper);
    included.push(onLine(own, lineOf(['includes', name])));
  }
  return { ...allRequested([...tasks, ...included]), ...(includes.length === 0 ? {} : { includes }) };
}

/** Taskfiles within Taskfiles. */
const MAX_INCLUDES = 3;

/** `{{.NAME | default "value"}}` and `{{default "value" .NAME}}`. */
function defaultOfTask(expression: string): { readonly name: string; readonly value: string } | undefined {
  const [, name, value] = /^\{\{-? *\.(\w+) *\| *default +["`]([^"`\\]*)["`] *-?\}\}$/.exec(expression) ?? [];
  if (name !== undefined && value !== undefined) return { name, value };
  const [, other, last] = /^\{\{-? *default +["`]([^"`\\]*)["`] +\.(\w+) *-?\}\}$/.exec(expression) ?? [];
  return other === undefined || last === undefined ? undefined : { name: last, value: other };
}

/** The Taskfile that an include names: a file, or a directory that has one. */
function taskfileAt(given: unknown, directory: string, { paths }: RepositoryFiles): string | undefined {
  const path =
    typeof given === 'string'
      ? joinInside(directory, given.replaceAll(/\{\{ *\.(?:ROOT_DIR|TASKFILE_DIR) *\}\}/g, '.'))
      : undefined;
  const names = ['Taskfile', 'taskfile'].flatMap((name) => [
    `${name}.yml`,
    `${name}.yaml`,
    `${name}.dist.yml`,
    `${name}.dist.yaml`,
  ]);
  return path === undefined
    ? undefined
    : [path, ...names.map((name) => `${path}/${name}`)].find((one) => paths.has(one));
}

function inside(directory: string, dir: string): string | null {
  return joinInside(directory, dir, 'x')?.replace(/\/?x$/, '') ?? null;
}
