import { distinct, optionalField } from '../../lib/collections.js';
import { buildsInScript } from '../script/build-command.js';
import {
  allRequested,
  joinInside,
  type NamedImage,
  NO_BUILDS,
  neverRunning,
  notRead,
  type RequestedBuilds,
} from '../script/named-build.js';
import { onRunner, type Runner } from '../script/runner.js';
import { DEFAULT_MARK } from '../script/word-marks.js';
import { entriesOf, field, items, parseYaml, type YamlPath } from '../workflow/yaml-fields.js';
import { dockerTask } from './azure-task.js';
import { includedByGitlab } from './gitlab-includes.js';

/** Keys under which CI systems keep commands of a shell, as a text or as lines. */
const SCRIPT_KEYS = new Set([
  ...['script', 'before_script', 'after_script', 'before_install', 'install', 'after_success', 'deploy'],
  ...['run', 'command', 'commands', 'bash', 'inlineScript'],
]);
/** Cirrus and AppVeyor have any number of scripts, by names of their own. */
const isScriptKey = (key: string) => SCRIPT_KEYS.has(key) || key.endsWith('_script');
/** Values within values. */
const MAX_DEPTH = 40;
/** Scripts and values of one file, over all of its aliases, which may be circles. */
const MAX_SCRIPTS = 5_000;
const MAX_VALUES = 200_000;

/**
 * The builds in the scripts, and the images of jobs, steps and services, of a CI configuration that is run from the top of the repository: GitLab CI, CircleCI, Azure
 * Pipelines, Bitbucket Pipelines, Travis, Drone, Buildkite, Tekton. Variables count where they are literal.
 */
export async function buildsInCiFile(
  bytes: Uint8Array,
  path = '',
  paths: ReadonlySet<string> = new Set(),
): Promise<RequestedBuilds> {
  const yaml = await parseYaml(bytes);
  const { documents, fault, lineOf } = yaml;
  if (fault !== undefined) return notRead(fault);
  const found: RequestedBuilds[] = [];
  const images: NamedImage[] = [];
  let left = MAX_VALUES;
  let isDeeper = false;
  const isCloudBuild = /cloudbuild[^/]*$/.test(path);
  const isGitlab = /gitlab/.test(path);
  const isCircle = /circleci/.test(path);
  const visit = (value: unknown, surroundings: Surroundings, path: YamlPath, document: number) => {
    const { variables, runner, neverRuns } = surroundings;
    const isTooDeep = path.length > MAX_DEPTH;
    isDeeper ||= isTooDeep;
    if (isTooDeep || found.length >= MAX_SCRIPTS || left-- <= 0) return;
    for (const [index, item] of items(value).entries()) visit(item, surroundings, [...path, index], document);
    const own = { ...variables, ...variablesOf(value) };
    const isDead = neverRuns === true || isOff(value);
    const around = { variables: own, runner: runnerOf(value, own, isGitlab) ?? runner, neverRuns: isDead };
    for (const command of isCircle ? orbBuilds(value) : []) {
      const what = `uses ${command} of an orb, whose builds are unknown`;
      found.push({ ...NO_BUILDS, unseen: [{ what, line: lineOf(path, document), fixKind: 'elsewhere' }] });
    }
    // What a command of an orb is given is not run.
    const isOfOrb = isCircle && path.some((step) => typeof step === 'string' && step.includes('/'));
    for (const image of isOfOrb ? [] : imagesOf(value, path, isCloudBuild))
      images.push({ ...runImage(image, own), ...yaml.placeOf([...path, ...image.path], document) });
    const directory = directoryOf(value);
    const words = invocationOf(value) ?? dockerTask(value);
    if (words !== undefined)
      found.push(
        onRunners(
          buildsInScript(withParameters(words, own, DEFAULT_MARK), {
            directory,
            variables: own,
            line: lineOf(path, document),
            goesOn: true,
          }),
          around,
        ),
      );
    for (const [key, inner] of entriesOf(value)) {
      const below = [...path, key];
      const lines = isScriptKey(key) && !isArguments(value) ? textsOf(inner, below) : [];
      if (lines.length === 0) visit(inner, around, below, document);
      else {
        const line = lines.flatMap((one) => {
          const start = lineOf(one.path, document);
          return one.text.split('\n').map((_, index) => start + index);
        });
        const script = withParameters(lines.map(({ text }) => text).join('\n'), own, DEFAULT_MARK);
        found.push(onRunners(buildsInScript(script, { directory, variables: own, line, goesOn: true }), around));
      }
    }
  };
  for (const [index, document] of documents.entries()) {
    visit(document, { variables: {} }, [], index);
    if (isGitlab) found.push(includedByGitlab(document, paths, (path) => lineOf(path, index)));
  }
  const all = { ...allRequested(found), images: distinct(images) };
  if (isDeeper) return { ...all, fault: { reason: 'it is nested too deeply to be read' } };
  return found.length < MAX_SCRIPTS && left > 0
    ? all
    : { ...all, fault: { reason: 'it has too many scripts to be read' } };
}

/** Commands of orbs that build images, by their names: `docker/build`, `aws-ecr/build-and-push-image`. */
function orbBuilds(value: unknown): readonly string[] {
  const names = [...entriesOf(value).map(([name]) => name), ...items(value).filter((one) => typeof one === 'string')];
  return names.filter((name) =>
    /^[\w-]*(?:docker|ecr|gcr|acr|kaniko|buildah)[\w-]*\/[\w-]*(?:build|publish)[\w-]*$/.test(name),
  );
}

/** What holds for a value and all in it. */
interface Surroundings {
  readonly variables: Readonly<Record<string, string>>;
  readonly runner?: Runner | undefined;
  /** A job or step that is switched off. */
  readonly neverRuns?: boolean;
}

/**
 * Whether a job or step is switched off: `enabled` or `condition` of Azure Pipelines, `if` of Travis and Buildkite, `skip`
 * of Buildkite, and rules of GitLab that all say never.
 */
function isOff(value: unknown): boolean {
  const rules = items(field(value, 'rules'));
  return (
    [field(value, 'enabled'), field(value, 'condition'), field(value, 'if')].some(
      (on) => on === false || on === 'false',
    ) ||
    field(value, 'skip') === true ||
    (rules.length > 0 && rules.every((rule) => field(rule, 'when') === 'never'))
  );
}

/** Runners of GitLab by their tags, of CircleCI by their class, of Drone and Woodpecker by their platform. */
function runnerOf(value: unknown, variables: Readonly<Record<string, string>>, isGitlab: boolean): Runner | undefined {
  const { platform, labels } = { platform: field(value, 'platform'), labels: field(value, 'labels') };
  const names = [
    ...items(field(value, 'tags')),
    field(value, 'resource_class'),
    ...[platform, field(platform, 'arch'), field(labels, 'platform')],
  ].flatMap((name) => (typeof name === 'string' ? [withVariables(name, variables)] : []));
  if (names.some((name) => /(?:^|[^a-z])(?:arm64|aarch64)\b|^arm\./i.test(name))) return { platforms: ['linux/arm64'] };
  const decidedBy = names.find((name) => OPEN.test(name)) ?? ownRunner(value, names, isGitlab);
  return decidedBy === undefined ? undefined : { platforms: [], decidedBy };
}

/** What names a machine that GitLab or CircleCI do not run themselves: nothing here says of which architecture it is. */
function ownRunner(value: unknown, names: readonly string[], isGitlab: boolean): string | undefined {
  if (names.some((name) => /amd64|x86|x64|^saas-|^gitlab-org/i.test(name))) return undefined;
  const tags = items(field(value, 'tags')).filter((tag) => typeof tag === 'string');
  if (isGitlab && tags.length > 0) return `tags: ${tags.join(', ')}`;
  const ownClass = field(value, 'resource_class');
  return typeof ownClass === 'string' && ownClass.includes('/') ? `resource_class: ${ownClass}` : undefined;
}

/** What other programs put a value in place of. */
const OPEN = /[$<>{}]|\[\[/;

function onRunners(found: RequestedBuilds, { runner, neverRuns }: Surroundings): RequestedBuilds {
  const placed = { ...found, named: found.named.map((build) => onRunner(build, runner)) };
  return neverRuns === true ? neverRunning(placed) : placed;
}

/** A text that names an image, and its way from the value that it belongs to. */
interface WrittenImage {
  readonly written: string;
  readonly path: YamlPath;
  readonly name?: string;
}

/** Keys below which `image` is no image of a container: a virtual machine, a variable. */
const NO_CONTAINERS = new Set(['machine', 'pool', 'variables', 'environment', 'env', 'parameters', 'inputs']);
/** Keys that name no job. */
const STRUCTURE = new Set([
  ...['jobs', 'docker', 'executors', 'default', 'steps', 'services', 'spec', 'taskSpec', 'stages', 'pipelines'],
  ...['definitions', 'pipeline', 'plugins', 'resources', 'containers', 'step', 'stepTemplate', 'sidecars', 'tasks'],
]);

/**
 * The images that a job or step runs in and beside: `image` of GitLab CI, CircleCI, Bitbucket, Drone, Buildkite and
 * Tekton, as a text or with a `name`; `services` of GitLab CI; `container` of Azure Pipelines; `name` of a step of Cloud
 * Build.
 */
function imagesOf(value: unknown, path: YamlPath, isCloudBuild: boolean): readonly WrittenImage[] {
  const last = path.at(-1);
  if (path.some((step) => NO_CONTAINERS.has(String(step)))) return [];
  const job = path.findLast((step) => typeof step === 'string' && !STRUCTURE.has(step));
  const name = typeof job === 'string' ? { name: job } : {};
  const named = (given: unknown, ...way: YamlPath): readonly WrittenImage[] => {
    if (typeof given === 'string') return given === '' ? [] : [{ written: given, path: way, ...name }];
    const inner = field(given, 'name');
    return typeof inner === 'string' && inner !== '' ? [{ written: inner, path: [...way, 'name'], ...name }] : [];
  };
  const services = items(field(value, 'services')).flatMap((one, index) =>
    field(one, 'image') === undefined && !isServiceOfBitbucket(one) ? named(one, 'services', index) : [],
  );
  const container = field(value, 'container');
  const isOfStep = isCloudBuild && typeof last === 'number' && path.at(-2) === 'steps';
  return [
    ...named(field(value, 'image'), 'image'),
    ...services,
    // One without a tag or a path is the alias of a resource.
    ...(typeof container === 'string' && /[:/]/.test(container) ? named(container, 'container') : []),
    ...(isOfStep ? named(field(value, 'name'), 'name') : []),
  ];
}

/** Bitbucket lists services by the names of their definitions. */
function isServiceOfBitbucket(service: unknown): boolean {
  return service === 'docker';
}

function withVariables(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    const variable = braced ?? bare ?? '';
    return Object.hasOwn(variables, variable) ? (variables[variable] ?? whole) : whole;
  });
}

/** The image after variables; what is left of them decides it. */
function runImage(
  { written, name }: WrittenImage,
  variables: Readonly<Record<string, string>>,
): Pick<NamedImage, 'image' | 'name' | 'decidedBy' | 'defaultOf'> {
  const given = withParameters(written, variables, '');
  const image = withVariables(given.replace(/^docker:\/\//, ''), variables);
  const isOpen = OPEN.test(image);
  const variable = /\$\w+|\$\{[^}]*\}|\$\([^)]*\)|\$\[\[.*?\]\]|<<.*?>>|\{\{.*?\}\}/.exec(image)?.[0] ?? image;
  return {
    image,
    ...optionalField('name', name),
    ...optionalField('decidedBy', isOpen ? variable : undefined),
    ...optionalField('defaultOf', given === written || isOpen ? undefined : written),
  };
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
  return Object.fromEntries([
    ...maps.flatMap(entriesOf).flatMap(([name, given]) => {
      const literal = typeof given === 'object' ? field(given, 'value') : given;
      return isLiteral(literal) ? [[name, String(literal)]] : [];
    }),
    ...items(field(value, 'params')).flatMap((param) => {
      const [name, byDefault] = [field(param, 'name'), field(param, 'default')];
      return typeof name === 'string' && isLiteral(byDefault) ? [[`${PARAMETER}${name}`, String(byDefault)]] : [];
    }),
  ]);
}

const isLiteral = (value: unknown) => (typeof value === 'string' && !value.includes('$')) || typeof value === 'number';

/** Before the name of a parameter of Tekton, among variables. */
const PARAMETER = 'params.';

/** The text with the defaults of Tekton's parameters; `mark` says behind each that a run may give another value. */
function withParameters(text: string, variables: Readonly<Record<string, string>>, mark: string): string {
  return text.replace(/\$\((?:inputs\.)?(params\.[\w-]+|params\[["'][\w.-]+["']\])\)/g, (whole, written: string) => {
    const name = written.replace(/^params\[["'](.*)["']\]$/, 'params.$1');
    return Object.hasOwn(variables, name) ? `${variables[name] ?? ''}${mark}` : whole;
  });
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
