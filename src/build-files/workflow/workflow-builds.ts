import { distinct, optionalField } from '../../lib/collections.js';
import { buildsInScript, type ScriptPlace } from '../script/build-command.js';
import {
  allRequested,
  firstExpression,
  joinInside,
  type LocalCall,
  type NamedImage,
  NO_BUILDS,
  neverRunning,
  notRead,
  onLine,
  type RequestedBuilds,
} from '../script/named-build.js';
import { onRunner, type Runner } from '../script/runner.js';
import { OWN_MARK } from '../script/word-marks.js';
import { buildsOfAction } from './build-actions.js';
import { evaluateExpression, type Scalar } from './evaluate-expression.js';
import { alternatives, type ExpressionScope, withValues, withValuesIn } from './expressions.js';
import { type Combination, combinations } from './matrix.js';
import { entriesOf, field, items, type ParsedYaml, parseYaml, text, type YamlPath } from './yaml-fields.js';

/** Characters of one workflow that are read, over all runs of its jobs and all aliases. */
const MAX_CHARACTERS = 16 * 1024 * 1024;
/** The same of one that is read with the inputs of a call: it is read without them, too. */
const MAX_CHARACTERS_OF_CALL = 256 * 1024;

/**
 * The builds that a workflow, or an action in `directory`, asks for with literal values: in its scripts, and by actions
 * that build; and the images that its jobs, services, steps and actions run in. A literal matrix and `env` give values
 * to expressions, and so does a `call` to inputs.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
 */
export async function buildsInWorkflow(
  bytes: Uint8Array,
  directory = '',
  call?: LocalCall['inputs'],
): Promise<RequestedBuilds> {
  const yaml = await parseYaml(bytes);
  const { documents, fault } = yaml;
  if (fault !== undefined) return notRead(fault);
  const [workflow, ...others] = documents.filter((document) => document !== null);
  if (others.length > 0) return notRead({ reason: 'it has more than one YAML document' });
  // A step may set any variable for those after it.
  const setsVariables = Buffer.from(bytes).includes('GITHUB_ENV');
  return new Workflow(workflow, directory, { setsVariables, yaml, call }).builds();
}

interface Surroundings extends ExpressionScope {
  /** Where scripts run unless they say otherwise; undefined is the repository's top. */
  readonly directory: unknown;
  /** What runs them unless they say otherwise. */
  readonly shell?: unknown;
  readonly runner?: Runner;
}

class Workflow {
  readonly #workflow: unknown;
  readonly #directory: string;
  readonly #setsVariables: boolean;
  readonly #yaml: ParsedYaml;
  readonly #inputs: Inputs;
  readonly #isCalled: boolean;
  #left: number;

  constructor(
    workflow: unknown,
    directory: string,
    given: {
      readonly setsVariables: boolean;
      readonly yaml: ParsedYaml;
      readonly call: LocalCall['inputs'] | undefined;
    },
  ) {
    const { setsVariables, yaml, call } = given;
    this.#workflow = workflow;
    this.#directory = directory;
    this.#setsVariables = setsVariables;
    this.#yaml = yaml;
    this.#isCalled = call !== undefined;
    this.#left = call === undefined ? MAX_CHARACTERS : MAX_CHARACTERS_OF_CALL;
    this.#inputs = call === undefined ? inputDefaults(workflow) : inputsOf(call, inputDefaults(workflow));
  }

  builds(): RequestedBuilds {
    const all = entriesOf(field(this.#workflow, 'jobs'));
    const skipped = skippedJobs(all);
    const jobs = all.map(([name, job]) =>
      skipped.has(name) ? neverRunning(this.#job(name, job)) : this.#job(name, job),
    );
    const runs = field(this.#workflow, 'runs');
    const around = this.#outsideJobs();
    const steps = items(field(runs, 'steps')).map((step, index) => this.#step(step, around, ['runs', 'steps', index]));
    const own = field(runs, 'using') === 'docker' ? [this.#ownAction(runs)] : [];
    const requested = allRequested([...jobs, ...steps, ...own]);
    // The runs of a matrix mostly name the same images.
    const found = { ...requested, images: distinct(requested.images ?? []) };
    return this.#left > 0 ? found : { ...found, fault: { reason: 'it has too many steps to be read' } };
  }

  #job(name: string, job: unknown): RequestedBuilds {
    if (isOff(job)) return NO_BUILDS;
    const runs = combinations(job).map((matrix) => this.#run(name, job, matrix));
    return allRequested(runs);
  }

  #run(name: string, job: unknown, matrix: Combination): RequestedBuilds {
    const env = this.#env(matrix, field(this.#workflow, 'env'), field(job, 'env'));
    const inputs = this.#inputs;
    const isCalled = this.#isCalled;
    const runner = runnerOf(field(job, 'runs-on'), { matrix, env, inputs, isCalled });
    const ofRuns = (name: string) => ofAllRuns(job, name) ?? ofAllRuns(this.#workflow, name);
    const [directory, shell] = [ofRuns('working-directory'), ofRuns('shell')];
    const around = { matrix, env, inputs, isCalled, directory, shell, runner };
    const uses = field(job, 'uses');
    const called = typeof uses === 'string' ? [this.#action(uses, job, around, ['jobs', name])] : [];
    const steps = items(field(job, 'steps')).map((step, index) =>
      this.#step(step, around, ['jobs', name, 'steps', index]),
    );
    return allRequested([{ ...NO_BUILDS, images: this.#containers(name, job, around) }, ...called, ...steps]);
  }

  /** What a job runs in, and what it runs next to it. An empty name is none. */
  #containers(name: string, job: unknown, around: Surroundings): readonly NamedImage[] {
    const image = (owner: string, value: unknown, path: YamlPath): readonly NamedImage[] => {
      const [given, place] = typeof value === 'string' ? [value, path] : [field(value, 'image'), [...path, 'image']];
      return typeof given === 'string' ? this.#image(owner, given, place, around) : [];
    };
    const services = field(job, 'services');
    const open = typeof services === 'string' ? [['services', services] as const] : entriesOf(services);
    return [
      ...image(name, field(job, 'container'), ['jobs', name, 'container']),
      ...open.flatMap(([service, value]) => image(service, value, ['jobs', name, 'services', service])),
    ];
  }

  #image(name: string, written: string, path: YamlPath, around: Surroundings): readonly NamedImage[] {
    this.#left -= written.length + 1;
    if (this.#left <= 0) return [];
    return alternatives(written, around).flatMap((scope) => {
      const image = withValues(written, scope).trim();
      const decidedBy = firstExpression(image);
      if (image === '') return [];
      return [
        {
          ...this.#yaml.placeOf(path),
          ...{ image, name },
          ...optionalField('platform', around.runner?.platforms[0]),
          ...optionalField('decidedBy', decidedBy),
        },
      ];
    });
  }

  #outsideJobs(): Surroundings {
    const [inputs, isCalled] = [this.#inputs, this.#isCalled];
    return { matrix: new Map(), env: new Map(), inputs, isCalled, directory: undefined };
  }

  /** An action that is an image: one that is pulled, or one that is built where it is used. */
  #ownAction(runs: unknown): RequestedBuilds {
    const image = text(field(runs, 'image'));
    if (image?.startsWith(PULLED) !== true)
      return this.#atLine(buildOfAction(runs, this.#directory), ['runs', 'image']);
    const images = this.#image('runs', image, ['runs', 'image'], this.#outsideJobs()).map(withoutScheme);
    return { ...NO_BUILDS, images };
  }

  #atLine(found: RequestedBuilds, path: YamlPath): RequestedBuilds {
    const isEmpty = found.named.length + found.unseen.length + (found.bakes?.length ?? 0) === 0;
    return isEmpty ? found : onLine(found, this.#yaml.lineOf(path));
  }

  #env(matrix: Combination, ...maps: readonly unknown[]): ReadonlyMap<string, string> {
    if (this.#setsVariables) return new Map();
    const known = new Map<string, string>();
    for (const [name, value] of maps.flatMap(entriesOf)) {
      const literal = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
      if (typeof literal !== 'string') continue;
      const expanded = withValues(literal, { matrix, env: known });
      if (expanded.includes('${{')) known.delete(name);
      else known.set(name, expanded);
    }
    return known;
  }

  #step(step: unknown, around: Surroundings, path: YamlPath): RequestedBuilds {
    const run = field(step, 'run');
    const uses = field(step, 'uses');
    this.#left -= typeof run === 'string' ? run.length + 1 : 1;
    if (this.#left <= 0 || isOff(step)) return NO_BUILDS;
    const env = new Map([...around.env, ...this.#env(around.matrix, field(step, 'env'))]);
    const scope = { ...around, env };
    if (typeof run === 'string') {
      const found = this.#script(run, step, scope, path);
      const shell = field(step, 'shell') ?? around.shell;
      return typeof shell === 'string' && OTHER_LANGUAGE.test(shell) ? neverRunning(found) : found;
    }
    if (typeof uses !== 'string') return NO_BUILDS;
    if (uses.startsWith(PULLED)) {
      const name = path.slice(1, 2).join('');
      return {
        ...NO_BUILDS,
        images: this.#image(name, uses, [...path, 'uses'], scope).map(withoutScheme),
      };
    }
    return this.#action(uses, step, scope, path);
  }

  #script(run: string, step: unknown, around: Surroundings, path: YamlPath): RequestedBuilds {
    const given = withValuesIn(field(step, 'working-directory') ?? around.directory ?? '', around);
    const directory = text(given) ?? null;
    const place: ScriptPlace = {
      directory: directory === null ? null : inRepository(directory),
      own: this.#directory,
      variables: { ...Object.fromEntries(around.env), GITHUB_ACTION_PATH: OWN_MARK },
      line: this.#yaml.lineOf([...path, 'run']),
      ...(ENDING_ON_FAILURE.has(field(step, 'shell') ?? around.shell) ? { endsOnFailure: true } : {}),
    };
    return this.#inEach(run, around, (scope) => {
      this.#left -= run.length;
      return buildsInScript(withoutExpressions(withValues(run, scope)), place);
    });
  }

  #action(uses: string, owner: unknown, around: Surroundings, path: YamlPath): RequestedBuilds {
    const given = field(owner, 'with');
    if (uses.startsWith('./'))
      return this.#inEach(given, around, (scope) => ({
        ...NO_BUILDS,
        calls: [{ uses, inputs: literalInputs(withValuesIn(given, scope)) }],
      }));
    return this.#inEach(given, around, (scope) =>
      this.#atLine(buildsOfAction(uses, withValuesIn(given, scope)), [...path, 'uses']),
    );
  }

  /** What is requested for each value that the expressions may have. */
  #inEach(value: unknown, around: Surroundings, evaluate: (scope: Surroundings) => RequestedBuilds): RequestedBuilds {
    const found = allRequested(
      alternatives(value, around).flatMap((scope) => (this.#left > 0 ? [evaluate(scope)] : [])),
    );
    return { ...found, named: found.named.map((build) => onRunner(build, around.runner)) };
  }
}

/** Defaults of inputs, which the caller of a workflow or action may replace. */
function inputDefaults(workflow: unknown): Inputs {
  const on = field(workflow, 'on');
  const declared = [field(on, 'workflow_call'), field(on, 'workflow_dispatch'), workflow];
  return new Map(
    declared
      .flatMap((one) => entriesOf(field(one, 'inputs')))
      .flatMap(([name, input]): [string, readonly Scalar[]][] => {
        const given = distinct([field(input, 'default'), ...items(field(input, 'options'))].filter(isScalar));
        return given.length === 0 ? [] : [[name, given]];
      }),
  );
}

/** The inputs of one call: what it gives, and the defaults of the others. */
function inputsOf(call: LocalCall['inputs'], declared: Inputs): Inputs {
  const found = new Map([...declared].map(([name, given]) => [name, given.slice(0, 1)] as const));
  for (const [name, value] of Object.entries(call)) {
    if (value === null) found.delete(name);
    else found.set(name, [value]);
  }
  return found;
}

function literalInputs(given: unknown): LocalCall['inputs'] {
  return Object.fromEntries(
    entriesOf(given).map(([name, value]) => {
      return [name, isScalar(value) && !(typeof value === 'string' && value.includes('${{')) ? value : null];
    }),
  );
}

/** The values that inputs may have, the default first. */
type Inputs = ReadonlyMap<string, readonly Scalar[]>;

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string';
}

/** Before the name of an image that an action or a step runs in. */
const PULLED = 'docker://';

function withoutScheme(found: NamedImage): NamedImage {
  const { image } = found;
  return image.startsWith(PULLED) ? { ...found, image: image.slice(PULLED.length) } : found;
}

/** Programs that some make the shell of a step, and to which a command line is nothing. */
const OTHER_LANGUAGE =
  /^(?:\S*\/)?(?:python[\d.]*|node|deno|bun|ruby|perl|php|lua|julia|Rscript|cat|echo|true|false)(?:\s|$)/;

/**
 * Whether a job or step never runs: its condition is false whatever a run is given.
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
 */
function isOff(owner: unknown): boolean {
  const condition = field(owner, 'if');
  if (typeof condition !== 'string') return condition === false || condition === 0;
  const [, inner] = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(condition) ?? [];
  const expression = inner ?? condition;
  // Text around an expression makes it a text, which is true.
  if (expression.includes('${{') || expression.trim() === '') return false;
  const { options, isComplete } = evaluateExpression(expression, () => undefined);
  return isComplete && options.length > 0 && options.every((value) => !value);
}

/** Conditions with one of these may run a job whose needs were skipped. */
const STATUS_FUNCTION = /\b(?:always|cancelled|failure|success)\s*\(/;

/** Jobs that are skipped because one that they need never runs. */
function skippedJobs(jobs: readonly (readonly [string, unknown])[]): ReadonlySet<string> {
  const off = new Set(jobs.filter(([, job]) => isOff(job)).map(([name]) => name));
  if (off.size === 0) return off;
  const needing = new Map<string, string[]>();
  for (const [name, job] of jobs) {
    const needs = field(job, 'needs');
    if (STATUS_FUNCTION.test(text(field(job, 'if')) ?? '')) continue;
    for (const need of [needs, ...items(needs)])
      if (typeof need === 'string') needing.set(need, [...(needing.get(need) ?? []), name]);
  }
  const waiting = [...off];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop())
    for (const next of needing.get(name) ?? []) {
      if (!off.has(next)) waiting.push(next);
      off.add(next);
    }
  return off;
}

function inRepository(directory: string): string | null {
  return joinInside(directory, 'x')?.replace(/\/?x$/, '') ?? null;
}

function ofAllRuns(owner: unknown, name: string): unknown {
  return field(field(field(owner, 'defaults'), 'run'), name);
}

/** @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell */
const ENDING_ON_FAILURE: ReadonlySet<unknown> = new Set([undefined, 'bash', 'sh']);

const USUAL_PLATFORM = 'linux/amd64';

/** The platforms of all that `runs-on` may come to. */
function runnerOf(runsOn: unknown, scope: ExpressionScope): Runner {
  const found = alternatives(runsOn, scope).map((one) => runnerPlatform(withValuesIn(runsOn, one)));
  const known = distinct(found.flatMap(({ platform }) => platform ?? []));
  const decidedBy = found.find((one) => one.decidedBy !== undefined)?.decidedBy;
  return {
    platforms: known.length === 1 && known[0] === USUAL_PLATFORM ? [] : known,
    ...optionalField('decidedBy', decidedBy === undefined ? undefined : `runs-on: ${decidedBy}`),
  };
}

/** Numbers of a run, which make a label unique and say nothing of its machine. */
const NUMBER_OF_RUN = /\$\{\{\s*github\.run_(?:id|number|attempt)\s*\}\}/g;

/** @see https://docs.github.com/en/actions/reference/runners/github-hosted-runners */
function runnerPlatform(runsOn: unknown): { readonly platform?: string; readonly decidedBy?: string } {
  const given = [runsOn, field(runsOn, 'labels'), field(runsOn, 'group')].flat();
  const labels = given.flatMap((one) => (typeof one === 'string' ? [one.replaceAll(NUMBER_OF_RUN, '')] : []));
  const isAny = (pattern: RegExp) => labels.some((label) => pattern.test(withoutExpressions(label)));
  if (isAny(/^windows/i)) return { platform: 'windows/amd64' };
  if (isAny(/\barm64\b|\baarch64\b|-arm\b/i)) return { platform: 'linux/arm64' };
  if (isAny(/\b(?:x64|amd64|x86[-_]64)\b/i)) return { platform: USUAL_PLATFORM };
  const expression = labels.flatMap((label) => firstExpression(label) ?? [])[0];
  if (expression !== undefined) return { decidedBy: expression };
  // Of which architecture the machines of other labels and groups are is set up elsewhere.
  return labels.length === 0 || isAny(OF_USUAL_PLATFORM)
    ? { platform: USUAL_PLATFORM }
    : { decidedBy: labels.join(', ') };
}

/** GitHub's own runners, and those of others whose labels are made like theirs: an x64 machine has no mark. */
const OF_USUAL_PLATFORM = /^macos|ubuntu|\dcpu\b/i;

/** The image of an action that is built where it is used, from a file beside its metadata. */
function buildOfAction(runs: unknown, dir: string): RequestedBuilds {
  const image = text(field(runs, 'image'));
  if (image === undefined) return NO_BUILDS;
  const file = joinInside(dir, image);
  if (file === undefined) return NO_BUILDS;
  const context = file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.';
  return { named: [{ file, buildArgs: {}, buildContexts: {}, request: { line: 1, context } }], unseen: [] };
}

/** A positional parameter, which no script here has. */
const UNKNOWN = '$9';

/** An expression stands for anything; a shell variable in its place is left out in the same way. */
function withoutExpressions(script: string): string {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    const open = script.indexOf('${{', at);
    const close = open < 0 ? -1 : script.indexOf('}}', open);
    if (close < 0) break;
    parts.push(script.slice(at, open), UNKNOWN);
    at = close + 2;
  }
  return `${parts.join('')}${script.slice(at)}`;
}
