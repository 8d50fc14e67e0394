import type { UnseenRequest } from './named-build.js';
import { baseName, LEADING_WORD } from './program-name.js';

/** Builders without build files, by their commands, and what they do in a clause. */
const OTHER_BUILDERS: readonly (readonly [string, RegExp, string])[] = [
  ['ko', /^(?:build|publish|resolve|apply|create)$/, 'builds with ko, on its default base image'],
  ['pack', /^build$/, 'builds with Buildpacks (pack), which is not read'],
  ['nixpacks', /^build$/, 'builds with Nixpacks, which is not read'],
  ['s2i', /^build$/, 'builds with source-to-image (s2i), which is not read'],
];

/** What a command builds with a program that has no build file, in a clause. */
export function otherBuilder(words: readonly string[]): Pick<UnseenRequest, 'what' | 'knownBy'> | undefined {
  const [first = '', command = ''] = words.filter((word) => !LEADING_WORD.test(word));
  const [name, , what] =
    OTHER_BUILDERS.find(([one, commands]) => one === baseName(first) && commands.test(command)) ?? [];
  if (what === undefined) return undefined;
  return name === 'ko' ? { what, knownBy: '.ko.yaml' } : { what };
}

/** Commands of Compose that build or run what its files say. */
const COMPOSE_COMMANDS = new Set(['build', 'up', 'run', 'create', 'watch', 'push']);

/** The files that a command gives Compose (`docker compose -f FILE up`); undefined for any other command. */
export function composeFiles(words: readonly string[]): readonly string[] | undefined {
  const own = words.filter((word) => !LEADING_WORD.test(word));
  const program = baseName(own[0] ?? '');
  const isOwnProgram = program === 'docker-compose' || program === 'podman-compose';
  if (!isOwnProgram && !(['docker', 'podman', 'nerdctl'].includes(program) && own[1] === 'compose')) return undefined;
  const files: string[] = [];
  for (let at = isOwnProgram ? 1 : 2; at < own.length; at++) {
    const word = own[at] ?? '';
    const [, joined] = /^(?:-f|--file)=(.*)$/s.exec(word) ?? [];
    if (joined !== undefined) files.push(joined);
    else if (word === '-f' || word === '--file') files.push(own[++at] ?? '');
    else if (COMPOSE_COMMANDS.has(word)) return files;
    else if (COMPOSE_VALUES.has(word)) at++;
    else if (!word.startsWith('-')) return undefined;
  }
  return undefined;
}

const COMPOSE_VALUES = new Set([
  ...['-p', '--project-name', '--profile', '--env-file', '--project-directory', '--ansi', '--parallel', '--progress'],
]);
