import { assign, buildsInScript, joinInside, type NamedBuild } from './build-command.js';

/** What the workflows of a repository may have together; reading YAML takes its time. */
export const MAX_WORKFLOW_BYTES = 4 * 1024 * 1024;
/** Aliases that a workflow may expand to, against alias bombs. */
const MAX_ALIASES = 100;

/** Whether a path is a workflow of GitHub Actions. */
export function isWorkflow(path: string): boolean {
  return /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path);
}

/**
 * The builds that a workflow asks for with literal values: `docker build` in its scripts, and docker/build-push-action.
 * What is no valid workflow asks for none, since it never runs.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
 * @see https://github.com/docker/build-push-action#inputs
 */
export async function buildsInWorkflow(bytes: Uint8Array): Promise<readonly NamedBuild[]> {
  const { parse } = await import('./yaml-library.js');
  let workflow: unknown;
  try {
    workflow = parse(new TextDecoder().decode(bytes), { maxAliasCount: MAX_ALIASES, logLevel: 'silent' });
  } catch {
    return [];
  }
  return members(field(workflow, 'jobs')).flatMap((job) => {
    const directory = text(field(field(field(job, 'defaults'), 'run'), 'working-directory'));
    const steps = field(job, 'steps');
    return Array.isArray(steps) ? steps.flatMap((step: unknown) => buildsInStep(step, directory ?? '')) : [];
  });
}

function buildsInStep(step: unknown, directory: string): readonly NamedBuild[] {
  const run = field(step, 'run');
  if (typeof run === 'string') {
    const own = field(step, 'working-directory');
    const from = own === undefined ? directory : text(own);
    return from === undefined ? [] : buildsInScript(withoutExpressions(run), from);
  }
  const uses = field(step, 'uses');
  if (typeof uses !== 'string' || !/^docker\/build-push-action@/.test(uses)) return [];
  const build = buildOfInputs(field(step, 'with'));
  return build === undefined ? [] : [build];
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

function buildOfInputs(inputs: unknown): NamedBuild | undefined {
  const given = field(inputs, 'file');
  const context = field(inputs, 'context');
  const file =
    given === undefined
      ? joinInside(context === undefined ? '' : text(context), 'Dockerfile')
      : joinInside(text(given));
  if (file === undefined) return undefined;
  const target = text(field(inputs, 'target'));
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
  };
}

/** Own fields only: a workflow may have a job called `constructor`. */
function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
    return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function members(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.values(value) : [];
}

/** A literal text: expressions make a value unknown. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' && !value.includes('${{') ? value : undefined;
}

/** The literal lines of an input that takes one item a line. */
function lines(value: unknown): readonly string[] {
  if (typeof value !== 'string') return [];
  return value.split('\n').flatMap((line) => (line.trim() === '' || line.includes('${{') ? [] : [line.trim()]));
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
