import { baseName, LEADING_WORD } from './program-name.js';
import { isOpen } from './word-marks.js';

/** A command line that builds an image. */
export interface BuildInvocation {
  readonly tool: 'docker' | 'podman' | 'nerdctl' | 'buildctl' | 'kaniko' | 'bake';
  /** What follows the command. */
  readonly words: readonly string[];
  /** `NAME=value` before it: its environment. */
  readonly environment: ReadonlyMap<string, string>;
}

const TOOLS: Readonly<Record<string, BuildInvocation['tool']>> = {
  docker: 'docker',
  'docker-buildx': 'docker',
  img: 'docker',
  podman: 'podman',
  'podman-remote': 'podman',
  buildah: 'podman',
  nerdctl: 'nerdctl',
  lima: 'nerdctl',
  buildctl: 'buildctl',
  'buildctl-daemonless.sh': 'buildctl',
};

/** Flags between a program and its command that take a value in the next word. */
const GLOBAL_VALUES = new Set([
  ...['--config', '-c', '--context', '-H', '--host', '-l', '--log-level', '--tlscacert', '--tlscert', '--tlskey'],
  ...['--builder', '--connection', '--identity', '--url', '--root', '--runroot', '--storage-driver', '--storage-opt'],
  ...['--cgroup-manager', '--conmon', '--runtime', '--tmpdir', '--events-backend', '--module', '--imagestore', '--ssh'],
  ...['--network-config-dir', '--volumepath', '--registries-conf', '--registries-conf-dir', '--default-mounts-file'],
  ...['--namespace', '-n', '--address', '-a', '--snapshotter', '--data-root', '--addr', '--timeout', '--user'],
]);
const GROUPS = new Set(['buildx', 'image', 'builder', 'farm']);
const BUILD_COMMANDS = new Set(['build', 'b', 'bud', 'build-using-dockerfile']);
const BAKE_COMMANDS = new Set(['bake', 'f']);
/** Programs that show or search what stands behind them. */
const NEVER = new Set([':', 'echo', 'printf', 'cat', 'grep', 'egrep', 'sed', 'awk', 'which', 'type', 'alias', 'trap']);
/** Programs that run nothing of what stands behind them, `docker build` for two directories, either. */
const PLAIN = new Set([
  ...['cd', 'pushd', 'ls', 'mkdir', 'rmdir', 'rm', 'cp', 'mv', 'ln', 'touch', 'chmod', 'chown', 'head', 'tail', 'less'],
  ...['tee', 'wc', 'sort', 'diff', 'file', 'stat', 'test', '[', '[[', 'read', 'hash', 'unset', 'exit', 'return'],
  ...[
    'export',
    'declare',
    'typeset',
    'local',
    'readonly',
    'logger',
    'wall',
    'man',
    'info',
    'apropos',
    'whatis',
    'help',
  ],
]);
/** Flags with which a build only shows something. */
const SHOWING_FLAG = /^(?:--help|-h|--check|--print(?:=.*)?|--call=(?!build$).*|--list(?:=.*)?)$/;
/** Words before a program of a variable name. */
const MAX_LEADING = 5;
/** Flags that make a command of a variable a build: `$DOCKER build -t x .` */
const TELLING_FLAG = /^(?:-f|-t|--file|--tag|--build-arg|--target|--platform)(?:=|$)/;

/**
 * The build that the words of a command ask for, if any: after `sudo`, `time`, assignments and the like, behind the
 * program's own flags, no matter by which path the program is called.
 *
 * @see https://docs.docker.com/reference/cli/docker/ and https://github.com/GoogleContainerTools/kaniko#additional-flags
 */
export function buildInvocation(words: readonly string[]): BuildInvocation | undefined {
  if (PLAIN.has(baseName(words.find((word) => !LEADING_WORD.test(word)) ?? ''))) return undefined;
  const environment = new Map<string, string>();
  const runsKaniko = words.some((word) => KANIKO_IMAGE.test(word));
  for (const [at, word] of words.entries()) {
    const [, name = '', value = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? [];
    if (name !== '') {
      environment.set(name, value);
      continue;
    }
    const program = baseName(word);
    if (NEVER.has(program)) return undefined;
    if (isKaniko(words, at)) return { tool: 'kaniko', words: words.slice(at + 1), environment };
    const tool = Object.hasOwn(TOOLS, program) ? TOOLS[program] : undefined;
    if (tool !== undefined) {
      const found = behindFlags(tool, program === 'docker-buildx', words.slice(at + 1), environment);
      if (found !== undefined || !runsKaniko) return found;
    } else if (word === '\0' && at < MAX_LEADING) {
      const found = behindFlags('docker', false, words.slice(at + 1), environment);
      if (found?.words.some((flag) => TELLING_FLAG.test(flag)) === true) return found;
    }
  }
  return undefined;
}

/** Whether a build is only asked to show something: its help, its parameters, what is wrong with its file. */
export function showsOnly({ words }: BuildInvocation): boolean {
  return words.some((word) => SHOWING_FLAG.test(word));
}

function behindFlags(
  tool: BuildInvocation['tool'],
  isBuildx: boolean,
  words: readonly string[],
  environment: ReadonlyMap<string, string>,
): BuildInvocation | undefined {
  let inBuildx = isBuildx;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word.startsWith('-')) {
      if (GLOBAL_VALUES.has(word)) at++;
    } else if (BAKE_COMMANDS.has(word)) {
      // `docker f` is no command.
      if (word === 'f' && !inBuildx) return undefined;
      return { tool: 'bake', words: words.slice(at + 1), environment };
    } else if (BUILD_COMMANDS.has(word)) {
      if (word === 'b' && !inBuildx) return undefined;
      return { tool, words: words.slice(at + 1), environment };
    } else if (GROUPS.has(word)) inBuildx ||= word === 'buildx';
    // An open word may be flags, or nothing.
    else if (!isOpen(word)) return undefined;
  }
  return undefined;
}

/** `/kaniko/executor`, or the image whose entry point that is. */
function isKaniko(words: readonly string[], at: number): boolean {
  const word = words[at] ?? '';
  return /(?:^|\/)kaniko\/executor$/.test(word) || KANIKO_IMAGE.test(word);
}

const KANIKO_IMAGE = /(?:^|\/)kaniko(?:-project)?\/executor(?:[:@].*)?$/;
