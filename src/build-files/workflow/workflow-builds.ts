import {
  assign,
  buildsInScript,
  joinInside,
  type NamedBuild,
  openName,
  openParts,
  type RequestedBuilds,
} from '../script/build-command.js';
import { field, members, parseYaml, text } from './yaml-fields.js';

/** What the workflows of a repository may have together; reading YAML takes its time. */
export const MAX_WORKFLOW_BYTES = 4 * 1024 * 1024;

/** Whether a path is a workflow of GitHub Actions, or an action of the repository's own that workflows use. */
export function isWorkflow(path: string): boolean {
  return /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path) || /^(?:\.github\/(?:.+\/)?)?action\.ya?ml$/.test(path);
}

/**
 * The builds that a workflow, or an action in `directory`, asks for with literal values: `docker build` in its scripts, and
 * docker/build-push-action. What is no valid workflow asks for none, since it never runs.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
 * @see https://github.com/docker/build-push-action#inputs
 */
export async function buildsInWorkflow(bytes: Uint8Array, dir = ''): Promise<RequestedBuilds> {
  const workflow = await parseYaml(bytes);
  const jobs = members(field(workflow, 'jobs')).flatMap((job) =>
    stepsOf(job).map((step) => buildsInStep(step, workingDirectory(job) ?? workingDirectory(workflow))),
  );
  const runs = field(workflow, 'runs');
  const steps = stepsOf(runs).map((step) => buildsInStep(step, undefined));
  const all = [...jobs, ...steps, ...(field(runs, 'using') === 'docker' ? [buildOfAction(runs, dir)] : [])];
  return { named: all.flatMap(({ named }) => named), unseen: all.flatMap(({ unseen }) => unseen) };
}

const NONE: RequestedBuilds = { named: [], unseen: [] };

function stepsOf(job: unknown): readonly unknown[] {
  const steps = field(job, 'steps');
  return Array.isArray(steps) ? steps : [];
}

function workingDirectory(owner: unknown): unknown {
  return field(field(field(owner, 'defaults'), 'run'), 'working-directory');
}

/** `directory` is where its scripts run unless it says otherwise; undefined is the repository's root. */
function buildsInStep(step: unknown, directory: unknown): RequestedBuilds {
  const run = field(step, 'run');
  if (typeof run === 'string') {
    const from = text(field(step, 'working-directory') ?? directory ?? '');
    return buildsInScript(withoutExpressions(run), from ?? null);
  }
  const uses = field(step, 'uses');
  if (typeof uses !== 'string') return NONE;
  if (/^docker\/bake-action(?:\/|@)/i.test(uses)) return { named: [], unseen: ['runs docker/bake-action'] };
  // Others' actions of the same name take the same inputs.
  if (!/^[^/]+\/build-push-action@/i.test(uses)) return NONE;
  const build = buildOfInputs(field(step, 'with'));
  return typeof build === 'string' ? { named: [], unseen: [build] } : { named: [build], unseen: [] };
}

/** The image of an action that is built where it is used, from a file beside its metadata. */
function buildOfAction(runs: unknown, dir: string): RequestedBuilds {
  const image = text(field(runs, 'image'));
  if (image === undefined || image.startsWith('docker://')) return NONE;
  const file = joinInside(dir, image);
  return file === undefined ? NONE : { named: [{ file, buildArgs: {}, buildContexts: {} }], unseen: [] };
}

/** An expression stands for anything; a shell variable in its place is left out in the same way. */
function withoutExpressions(script: string): string {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    const open = script.indexOf('${{', at);
    const close = open < 0 ? -1 : script.indexOf('}}', open);
    if (close < 0) break;
    parts.push(script.slice(at, open), '$EXPRESSION');
    at = close + 2;
  }
  return `${parts.join('')}${script.slice(at)}`;
}

/** A build, or why it is none that we can look at. */
function buildOfInputs(inputs: unknown): NamedBuild | string {
  const given = field(inputs, 'file');
  const context = text(field(inputs, 'context') ?? '');
  // The default context is the repository itself, and a path after it a directory there, which files are then relative to.
  const inRepository = context === undefined ? null : /^\{\{defaultContext\}\}(?::(.*))?$/.exec(context);
  const dir = inRepository === null ? context : (inRepository[1] ?? '');
  const file = given === undefined ? joinInside(dir, 'Dockerfile') : joinInside(inRepository?.[1] ?? '', text(given));
  if (file === undefined) {
    const place = given === undefined ? context : text(given);
    return place === undefined ? 'builds a file that only a run knows' : 'builds a file from outside the repository';
  }
  const target = text(field(inputs, 'target') ?? '');
  const platforms = list(field(inputs, 'platforms'));
  const buildArgs: Record<string, string> = {};
  for (const line of lines(field(inputs, 'build-args'))) assign(buildArgs, line);
  const buildContexts: Record<string, string> = {};
  for (const line of lines(field(inputs, 'build-contexts'))) assign(buildContexts, line);
  return {
    file,
    ...(target === undefined || target === '' ? {} : { target }),
    ...(platforms.length === 0 ? {} : { platforms }),
    buildArgs,
    buildContexts,
    ...openParts({
      args: openLines(field(inputs, 'build-args')).map(openName),
      target: target === undefined,
      contexts: openLines(field(inputs, 'build-contexts')).length > 0,
    }),
  };
}

/** The literal lines of an input that takes one item a line. */
function lines(value: unknown): readonly string[] {
  return linesOf(value).filter((line) => !line.includes('${{'));
}

function openLines(value: unknown): readonly string[] {
  return linesOf(value).filter((line) => line.includes('${{'));
}

/**
 * The items as the action reads them: lines of CSV whose commas count for nothing, so that quotes around an item are
 * none of it, and may hold a line end.
 *
 * @see https://github.com/docker/actions-toolkit/blob/main/src/util.ts `getList`
 */
function linesOf(value: unknown): readonly string[] {
  if (typeof value !== 'string') return [];
  const items = value.match(/^"(?:[^"]|"")*"[^\n]*|[^\n]+/gm) ?? [];
  return items.map(unquoted).filter((item) => item !== '');
}

function unquoted(item: string): string {
  const quoted = /^"((?:[^"]|"")*)"(.*)$/s.exec(item);
  return (quoted === null ? item : `${(quoted[1] ?? '').replaceAll('""', '"')}${quoted[2] ?? ''}`).trim();
}

/** The literal items of an input that takes them a line or by commas. */
function list(value: unknown): readonly string[] {
  return lines(value).flatMap((line) =>
    line
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );
}
