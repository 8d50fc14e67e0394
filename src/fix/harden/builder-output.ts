import type { Instruction } from '../../build-files/dockerfile/instruction.js';

/** Where pip installs in a builder, so that one directory holds all of it. @see https://docs.python.org/3/library/venv.html */
export const ENVIRONMENT = '/venv';

/** What the commands of a builder leave behind, besides what is in its working directory. */
export interface BuilderOutput {
  /** pip installs packages. */
  usesPip: boolean;
  /** Programs that Go compiled, as absolute paths. */
  readonly programs: Set<string>;
  /** All of them are linked without a libc. */
  isStatic: boolean;
}

/** Commands that write into the working directory alone, or where nothing that runs looks for it. */
const WITHIN: readonly RegExp[] = [
  /^npm (?:ci|install|i|run build|run compile|prune|cache clean)(?: --?[\w=-]+)*$/,
  /^(?:yarn|pnpm)(?: (?:install|build|run build))?(?: --?[\w=-]+)*$/,
  /^go (?:mod (?:download|verify|tidy)|vet|test)(?: [\w./-]+)*$/,
  /^(?:mvn|\.\/mvnw|gradle|\.\/gradlew)(?: (?:-{1,2}[\w.=-]+|[a-z][\w:]*))+$/,
  /^(?:cd \.|true|:)$/,
];

/** pip with options that do not decide where it installs. */
const PIP =
  /^(?:python3? -m )?pip3? install(?: (?:--(?:no-cache-dir|upgrade|quiet|no-deps|prefer-binary|no-compile|disable-pip-version-check|requirement=[\w./-]+|requirement [\w./-]+)|-[Uqe]|-r ?[\w./-]+|[A-Za-z.][\w.,[\]=<>!~-]*))+$/;
/** Variables by which pip installs elsewhere, or another Python is found. */
const ELSEWHERE =
  /(?:^|\s)(PATH|PIP_(?:TARGET|PREFIX|USER|ROOT|PYTHON|CONFIG_FILE)|VIRTUAL_ENV|PYTHONHOME|PYTHONUSERBASE)(?=[=\s])/;

/** The variable of an ENV that decides where pip installs; none where no one does. */
export function setsAside(text: string): readonly string[] {
  const name = ELSEWHERE.exec(text)?.[1];
  return name === undefined ? [] : [name];
}

const ASSIGNMENT = /^[A-Za-z_]\w*=/;
const PATH = /^(?!.*\.\.)(?:\.?\/)?[\w.-]+(?:\/[\w.-]+)*$/;

/**
 * Notes in `output` what a command leaves behind. False for a command of which that is not known.
 *
 * @param building the instructions of the builder, whose ENV holds for its commands
 */
export function readOutput(
  words: readonly string[],
  directory: string,
  output: BuilderOutput,
  building: readonly Instruction[],
): boolean {
  const text = words.join(' ');
  if (WITHIN.some((one) => one.test(text))) return true;
  if (PIP.test(text) && !isBelow(ENVIRONMENT, directory) && !isBelow(directory, ENVIRONMENT)) {
    output.usesPip = true;
    return true;
  }
  const first = words.findIndex((word) => !ASSIGNMENT.test(word));
  const [assigned, [go, build, ...rest]] = [words.slice(0, Math.max(first, 0)), words.slice(Math.max(first, 0))];
  if (go !== 'go' || build !== 'build') return false;
  // These run other programs, or write elsewhere.
  if (rest.some((word) => /^--?(?:toolexec|overlay|pkgdir|C)(?:=|$)/.test(word))) return false;
  const flag = rest.indexOf('-o');
  const path = flag < 0 ? rest.find((word) => word.startsWith('-o='))?.slice('-o='.length) : rest[flag + 1];
  if (path === undefined || !PATH.test(path)) return false;
  output.programs.add(absolute(path, directory));
  const isOff = (assignments: string) => /(?:^|\s)CGO_ENABLED[= ]["']?0["']?(?:\s|$)/.test(assignments);
  const isSetOff = building.some(({ keyword, text: variables }) => keyword === 'env' && isOff(variables));
  const own = assigned.find((word) => word.startsWith('CGO_ENABLED='));
  output.isStatic &&= own === undefined ? isSetOff : isOff(own);
  return true;
}

function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

/** A path as it is found from a working directory. */
export function absolute(path: string, directory: string): string {
  return path.startsWith('/') ? path : `${directory}/${path.replace(/^\.\//, '')}`;
}
