import type { Generation } from './generation.js';
import { parseHeredoc } from './heredocs.js';
import type { Instruction } from './instruction.js';
import { checkDevice, parseMount } from './mounts.js';
import { checkOptionalInterval, isInt32 } from './numbers.js';
import { toLower, trimSpace } from './white-space.js';

type FlagKind = 'boolean' | 'string' | 'strings';
type FlagKinds = Readonly<Record<string, FlagKind>>;

const NO_FLAGS: FlagKinds = {};
const COPY_FLAGS: FlagKinds = {
  chown: 'string',
  from: 'string',
  chmod: 'string',
  link: 'boolean',
  exclude: 'strings',
  parents: 'boolean',
};
const ADD_FLAGS: FlagKinds = {
  chown: 'string',
  chmod: 'string',
  link: 'boolean',
  'keep-git-dir': 'boolean',
  checksum: 'string',
  unpack: 'boolean',
  exclude: 'strings',
};
const RUN_FLAGS: FlagKinds = { device: 'strings', mount: 'strings', network: 'string', security: 'string' };
const FROM_FLAGS: FlagKinds = { platform: 'string' };
const HEALTHCHECK_FLAGS: FlagKinds = {
  interval: 'string',
  timeout: 'string',
  'start-period': 'string',
  'start-interval': 'string',
  retries: 'string',
};

/** The value of a flag that is given at most once; `undefined` where it is not given. */
export function flagValue(instruction: Instruction, name: string): string | undefined {
  const prefix = `--${name}=`;
  return instruction.flags.find((flag) => flag.text.startsWith(prefix))?.text.slice(prefix.length);
}

/**
 * Answers, in a clause, why BuildKit's instruction parser refuses an instruction, or `undefined` where it takes it.
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/instructions/parse.go
 */
export function checkInstruction(instruction: Instruction, generation: Generation = 'current'): string | undefined {
  const name = instruction.keyword.toUpperCase();
  switch (instruction.keyword) {
    case 'from':
      return checkFrom(instruction) ?? checkFlags(instruction, FROM_FLAGS);
    case 'copy':
      return checkSources(instruction, 'COPY', generation) ?? checkFlags(instruction, COPY_FLAGS);
    case 'add':
      return checkSources(instruction, 'ADD', generation) ?? checkFlags(instruction, ADD_FLAGS);
    case 'run':
      return checkFlags(instruction, RUN_FLAGS) ?? checkRun(instruction, generation);
    case 'cmd':
    case 'entrypoint':
      return checkFlags(instruction, NO_FLAGS);
    case 'env':
    case 'label':
      if (instruction.pairs.length === 0) return `${name} takes at least one argument`;
      if (instruction.pairs.some((pair) => pair.name === '')) return `a name of ${name} is empty`;
      return checkFlags(instruction, NO_FLAGS);
    case 'arg':
      if (instruction.words.length === 0) return 'ARG takes at least one argument';
      return instruction.words.some((word) => word.text.startsWith('=')) ? 'a name of ARG is empty' : undefined;
    case 'stopsignal':
      return checkOneArgument(instruction, name);
    case 'maintainer':
    case 'workdir':
    case 'user':
      return checkOneArgument(instruction, name) ?? checkFlags(instruction, NO_FLAGS);
    case 'expose':
      if (instruction.words.length === 0) return 'EXPOSE takes at least one argument';
      return checkFlags(instruction, NO_FLAGS);
    case 'volume':
      return checkVolume(instruction) ?? checkFlags(instruction, NO_FLAGS);
    case 'shell':
      if (instruction.json === undefined) return 'SHELL takes a JSON array';
      if (instruction.json.length === 0) return 'SHELL takes at least one argument';
      return checkFlags(instruction, NO_FLAGS);
    case 'healthcheck':
      return checkHealthcheck(instruction);
    case 'onbuild':
      return checkOnbuild(instruction) ?? checkFlags(instruction, NO_FLAGS);
    default:
      return `"${instruction.line.text.slice(instruction.start).split(/[\t\v\f\r ]/, 1)[0]}" is not an instruction`;
  }
}

function checkOneArgument(instruction: Instruction, name: string): string | undefined {
  return instruction.text === '' ? `${name} takes exactly one argument` : undefined;
}

/** @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/instructions/bflag.go `Parse` */
function checkFlags(instruction: Instruction, kinds: FlagKinds): string | undefined {
  const used = new Set<string>();
  for (const { text } of instruction.flags) {
    if (text === '--') return undefined;
    if (!text.startsWith('--')) return `"${text}" is not a flag`;
    const equals = text.indexOf('=');
    const name = text.slice(2, equals < 0 ? undefined : equals);
    const value = equals < 0 ? undefined : text.slice(equals + 1);
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) return `${instruction.keyword.toUpperCase()} has no flag --${name}`;
    if (used.has(name) && kind !== 'strings') return `--${name} is given more than once`;
    used.add(name);
    if (kind !== 'boolean') {
      if (value === undefined) return `--${name} has no value`;
    } else if (value === '') return `--${name} has no value`;
    else if (value !== undefined && !/^(?:true|false)$/.test(toLower(value)))
      return `--${name} is true or false, not "${value}"`;
  }
  return undefined;
}

/** The name that a FROM gives its stage, in lower case. */
export function stageName(from: Instruction): string | null {
  const [, as, name] = from.words;
  // Go's EqualFold takes U+017F, the long s, for an s.
  if (as === undefined || name === undefined || !/^[aA][sS\u017f]$/.test(as.text)) return null;
  return from.words.length === 3 ? toLower(name.text) : null;
}

function checkFrom(instruction: Instruction): string | undefined {
  if (instruction.words.length === 1) return undefined;
  const name = stageName(instruction);
  if (name === null) return 'FROM takes an image, or an image, AS and a name';
  return /^[a-z][a-z0-9\-_.]*$/.test(name)
    ? undefined
    : `"${instruction.words[2]?.text}" is not a valid stage name: it must start with a letter and contain only letters, digits, "-", "_" and "."`;
}

function checkSources(instruction: Instruction, name: string, generation: Generation): string | undefined {
  const args = instruction.json ?? instruction.words.map((word) => word.text);
  if (args.length < 2) return `${name} takes at least one source and a destination`;
  if (generation !== 'current') return undefined;
  const destination = parseHeredoc(args.at(-1) ?? '');
  return destination.ok && destination.value !== undefined
    ? `the destination of ${name} can't be a heredoc`
    : undefined;
}

function checkRun(instruction: Instruction, generation: Generation): string | undefined {
  for (const flag of instruction.flags) {
    if (flag.text.startsWith('--device=')) {
      const reason = checkDevice(flag.text.slice('--device='.length));
      if (reason !== undefined) return reason;
    }
    if (flag.text.startsWith('--mount=')) {
      const mount = parseMount(flag, generation);
      if (!mount.ok) return mount.error;
    }
  }
  const network = flagValue(instruction, 'network') ?? 'default';
  if (!['default', 'none', 'host'].includes(network)) return `--network is default, none or host, not "${network}"`;
  const security = flagValue(instruction, 'security') ?? 'sandbox';
  return ['insecure', 'sandbox'].includes(security)
    ? undefined
    : `--security is insecure or sandbox, not "${security}"`;
}

function checkVolume(instruction: Instruction): string | undefined {
  const args = instruction.json ?? instruction.words.map((word) => word.text);
  if (args.length === 0) return 'VOLUME takes at least one argument';
  return args.some((volume) => trimSpace(volume) === '') ? 'a path of VOLUME is empty' : undefined;
}

function checkHealthcheck(instruction: Instruction): string | undefined {
  const [type] = instruction.words;
  if (type === undefined) return 'HEALTHCHECK takes at least one argument';
  const args = instruction.json ?? instruction.words.slice(1);
  if (type.text.toUpperCase() === 'NONE') return args.length > 0 ? 'HEALTHCHECK NONE takes no arguments' : undefined;
  const flags = checkFlags(instruction, HEALTHCHECK_FLAGS);
  if (flags !== undefined) return flags;
  if (type.text.toUpperCase() !== 'CMD') return `HEALTHCHECK takes CMD or NONE, not "${type.text}"`;
  if (args.length === 0) return 'HEALTHCHECK CMD takes a command';
  for (const name of ['interval', 'timeout', 'start-period', 'start-interval']) {
    const reason = checkOptionalInterval(flagValue(instruction, name) ?? '');
    if (reason !== undefined) return `--${name} ${reason}`;
  }
  const retries = flagValue(instruction, 'retries') ?? '';
  if (retries === '') return undefined;
  if (!isInt32(retries)) return `--retries is a number, not "${retries}"`;
  return Number(retries) < 0 ? '--retries is not negative' : undefined;
}

function checkOnbuild(instruction: Instruction): string | undefined {
  if (instruction.trigger === undefined) return 'ONBUILD takes an instruction';
  const { line, start } = instruction.trigger;
  const keyword = (line.text.slice(start).split(/[\t\v\f\r ]/, 1)[0] ?? '').toUpperCase();
  if (keyword === 'ONBUILD') return "ONBUILD can't contain ONBUILD";
  return keyword === 'MAINTAINER' || keyword === 'FROM' ? `ONBUILD can't contain ${keyword}` : undefined;
}
