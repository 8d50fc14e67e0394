import { buildsInScript } from '../script/build-command.js';
import { allRequested, joinInside, notRead, type RequestedBuilds } from '../script/named-build.js';
import { entriesOf, field, items, parseYaml, type YamlPath } from '../workflow/yaml-fields.js';

/** Keys under which CI systems keep commands of a shell, as a text or as lines. */
const SCRIPT_KEYS = new Set([
  ...['script', 'before_script', 'after_script', 'before_install', 'install', 'after_success', 'deploy'],
  ...['run', 'command', 'commands', 'bash', 'inlineScript'],
]);
/** Values within values. */
const MAX_DEPTH = 40;
/** Scripts and values of one file, over all of its aliases, which may be circles. */
const MAX_SCRIPTS = 5_000;
const MAX_VALUES = 200_000;

/**
 * The builds in the scripts of a CI configuration that is run from the top of the repository: GitLab CI, CircleCI, Azure
 * Pipelines, Bitbucket Pipelines, Travis, Drone, Buildkite, Tekton. Variables count where they are literal.
 */
export async function buildsInCiFile(bytes: Uint8Array): Promise<RequestedBuilds> {
  const { documents, fault, lineOf } = await parseYaml(bytes);
  if (fault !== undefined) return notRead(fault);
  const found: RequestedBuilds[] = [];
  let left = MAX_VALUES;
  let isDeeper = false;
  const visit = (value: unknown, variables: Readonly<Record<string, string>>, path: YamlPath, document: number) => {
    const isTooDeep = path.length > MAX_DEPTH;
    isDeeper ||= isTooDeep;
    if (isTooDeep || found.length >= MAX_SCRIPTS || left-- <= 0) return;
    for (const [index, item] of items(value).entries()) visit(item, variables, [...path, index], document);
    const own = { ...variables, ...variablesOf(value) };
    const directory = directoryOf(value);
    const words = invocationOf(value);
    if (words !== undefined)
      found.push(buildsInScript(words, { directory, variables: own, line: lineOf(path, document), goesOn: true }));
    for (const [key, inner] of entriesOf(value)) {
      const below = [...path, key];
      const lines = SCRIPT_KEYS.has(key) && !isArguments(value) ? textsOf(inner, below) : [];
      if (lines.length === 0) visit(inner, own, below, document);
      else {
        const line = lines.flatMap((one) => {
          const start = lineOf(one.path, document);
          return one.text.split('\n').map((_, index) => start + index);
        });
        found.push(
          buildsInScript(lines.map(({ text }) => text).join('\n'), { directory, variables: own, line, goesOn: true }),
        );
      }
    }
  };
  for (const [index, document] of documents.entries()) visit(document, {}, [], index);
  const all = allRequested(found);
  if (isDeeper) return { ...all, fault: { reason: 'it nests deeper than is read' } };
  return found.length < MAX_SCRIPTS && left > 0
    ? all
    : { ...all, fault: { reason: 'it has more scripts than are read' } };
}

/** Groups of lines within groups. */
const MAX_GROUPS = 4;

/** A text, or lines, which may be grouped by anchors. */
function textsOf(value: unknown, path: YamlPath, depth = 0): readonly { text: string; path: YamlPath }[] {
  if (typeof value === 'string') return [{ text: value, path }];
  return depth === MAX_GROUPS ? [] : items(value).flatMap((item, index) => textsOf(item, [...path, index], depth + 1));
}

function variablesOf(value: unknown): Readonly<Record<string, string>> {
  const maps = ['variables', 'environment', 'env', 'substitutions'].map((key) => field(value, key));
  return Object.fromEntries(
    maps.flatMap(entriesOf).flatMap(([name, given]) => {
      const literal = typeof given === 'object' ? field(given, 'value') : given;
      return (typeof literal === 'string' && !literal.includes('$')) || typeof literal === 'number'
        ? [[name, String(literal)]]
        : [];
    }),
  );
}

function directoryOf(step: unknown): string | null {
  const given = ['working_directory', 'workingDirectory', 'dir']
    .map((key) => field(step, key))
    .find((dir) => dir !== undefined);
  if (given === undefined) return '';
  return typeof given === 'string' ? (joinInside(given, 'x')?.replace(/\/?x$/, '') ?? null) : null;
}

/** A step of Tekton, whose command is one list of words. */
function isArguments(step: unknown): boolean {
  return (
    field(step, 'args') !== undefined || (Array.isArray(field(step, 'command')) && field(step, 'image') !== undefined)
  );
}

/**
 * The command line of a step that is an image and its arguments: of Cloud Build and Tekton.
 * @see https://cloud.google.com/build/docs/build-config-file-schema and https://tekton.dev/docs/pipelines/tasks/
 */
function invocationOf(step: unknown): string | undefined {
  const image = field(step, 'name') ?? field(step, 'image');
  const given = [...items(field(step, 'command')), ...items(field(step, 'args'))];
  if (given.length === 0 || !given.every((word) => typeof word === 'string')) return undefined;
  const ofStep = field(step, 'image') ?? image;
  const entryPoint = field(step, 'entrypoint') ?? programOf(typeof ofStep === 'string' ? ofStep : '');
  return [...(typeof entryPoint === 'string' ? [entryPoint] : []), ...given].map(quoted).join(' ');
}

function programOf(image: string): string | undefined {
  if (/kaniko.*\/executor/.test(image)) return '/kaniko/executor';
  const [, name] = /\/(docker|buildah|podman|nerdctl)(?:[:@].*)?$/.exec(image) ?? [];
  return name;
}

/** A word of the shell in which variables count. */
function quoted(word: string): string {
  return `"${word.replace(/[\\"`]/g, '\\$&')}"`;
}
