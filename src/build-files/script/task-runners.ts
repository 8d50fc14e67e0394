import { entriesOf, field, items, members, parseYaml } from '../workflow/yaml-fields.js';
import { buildsInScript } from './build-command.js';
import { allRequested, joinInside, NO_BUILDS, notRead, type RequestedBuilds } from './named-build.js';

/**
 * The builds in the scripts of a package.json.
 * @see https://docs.npmjs.com/cli/using-npm/scripts
 */
export function buildsInPackageJson(text: string, directory: string): RequestedBuilds {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // npm runs nothing from it, either.
    return NO_BUILDS;
  }
  const scripts = members(field(parsed, 'scripts')).filter((script) => typeof script === 'string');
  return allRequested(scripts.map((script) => buildsInScript(script, { directory })));
}

const ASSIGNMENT = /^(?:export +)?([A-Za-z_][\w-]*) *:= *(?:'([^'\n]*)'|"([^"\\\n]*)") *$/gm;

/**
 * The builds in the recipes of a justfile: each line is a script of its own, unless the recipe has an interpreter.
 * @see https://just.systems/man/en/
 */
export function buildsInJustfile(text: string, directory: string): RequestedBuilds {
  const variables = new Map<string, string>();
  for (const [, name = '', single, double] of text.matchAll(ASSIGNMENT)) variables.set(name, single ?? double ?? '');
  const known = text.replace(/\{\{ *([A-Za-z_][\w-]*|justfile_directory\(\)) *\}\}/g, (_, name: string) =>
    name.startsWith('justfile_') ? '.' : (variables.get(name) ?? '\0'),
  );
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
export async function buildsInTaskfile(bytes: Uint8Array, directory: string): Promise<RequestedBuilds> {
  const { documents, fault } = await parseYaml(bytes);
  if (fault !== undefined) return notRead(fault);
  const [file] = documents;
  const tasks = members(field(file, 'tasks')).map((task) => {
    const given = field(task, 'dir');
    const dir = given === undefined ? directory : typeof given === 'string' ? given : null;
    const variables = new Map([...entriesOf(field(file, 'vars')), ...entriesOf(field(task, 'vars'))]);
    const expand = (text: string) =>
      text.replace(/\{\{ *(?:\.([A-Za-z_]\w*))?[^{}]*\}\}/g, (whole, name: string | undefined) => {
        const value = name === undefined || !/^\{\{ *\.\w+ *\}\}$/.test(whole) ? undefined : variables.get(name);
        if (name === 'TASKFILE_DIR' || name === 'ROOT_DIR') return '.';
        return typeof value === 'string' && !value.includes('{{') ? value : '\0';
      });
    const place = dir === null ? null : inside(given === undefined ? '' : directory, expand(dir));
    const commands = [task, field(task, 'cmd'), ...items(task), ...items(field(task, 'cmds'))];
    return allRequested(
      commands.flatMap((command) => {
        const script = typeof command === 'string' ? command : field(command, 'cmd');
        return typeof script === 'string' ? [buildsInScript(expand(script), { directory: place })] : [];
      }),
    );
  });
  return allRequested(tasks);
}

function inside(directory: string, dir: string): string | null {
  return joinInside(directory, dir, 'x')?.replace(/\/?x$/, '') ?? null;
}
