import { statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { err, ok, type Result } from '../lib/result.js';
import { parseRoute } from '../registry/routes.js';
import type { CommandIo } from './command.js';

/** The directory of a command's DIR argument (default: the current one). Fails with a sentence where it is none. */
export function evaluatedDirectory(argument: string | undefined, io: Pick<CommandIo, 'cwd'>): Result<string, string> {
  const directory = resolve(io.cwd, argument ?? '.');
  const found = statSync(directory, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return ok(directory);
  return err(
    `${argument ?? '.'} is ${found === undefined ? 'not there' : 'not a directory'}; expected the directory of a repository.`,
  );
}

/** What is evaluated: a directory, and of it only some files where those were named. */
export interface EvaluatedPlace {
  readonly directory: string;
  /** Relative to the directory, with `/`. */
  readonly only?: readonly string[];
}

/** The place of a command's `[DIR | FILE…]` arguments. Fails with a sentence where one of them is not there. */
export function evaluatedPlace(args: readonly string[], io: Pick<CommandIo, 'cwd'>): Result<EvaluatedPlace, string> {
  const [first] = args;
  const found = args.map((path) => statSync(resolve(io.cwd, path), { throwIfNoEntry: false }));
  if (first === undefined || (args.length === 1 && found[0]?.isFile() !== true)) {
    const directory = evaluatedDirectory(first, io);
    return directory.ok ? ok({ directory: directory.value }) : directory;
  }
  const only: string[] = [];
  for (const [index, path] of args.entries()) {
    const inside = relative(io.cwd, resolve(io.cwd, path)).split(sep).join('/');
    if (found[index]?.isFile() !== true) return err(`${path} is no file; expected one directory, or files.`);
    if (inside.startsWith('../'))
      return err(`${path} is not in the current directory, where the repository is expected.`);
    only.push(inside);
  }
  return ok({ directory: io.cwd, only });
}

/** The flags that name a file or directory of this machine, as parseArgs gives them. */
interface PathFlags {
  readonly registry?: readonly string[] | undefined;
  readonly 'trusted-root'?: string | undefined;
  readonly vulnerabilities?: string | undefined;
}

/**
 * The first flag that names a file or directory which is not there, in a sentence; null where all are. Checked before
 * anything is run: what they name is read late or, by a run that does not need it, not at all.
 */
export function misnamedPath(flags: PathFlags, io: Pick<CommandIo, 'cwd'>): string | null {
  const wanted = (path: string) => statSync(resolve(io.cwd, path), { throwIfNoEntry: false });
  const root = flags['trusted-root'];
  if (root !== undefined && wanted(root)?.isFile() !== true) {
    return `--trusted-root: there is no file ${root}; expected a Sigstore trusted root in JSON.`;
  }
  const exports = flags.vulnerabilities;
  if (exports !== undefined && wanted(exports)?.isDirectory() !== true) {
    return `--vulnerabilities: there is no directory ${exports}; expected one with OSV exports, such as DIR/Debian/all.zip.`;
  }
  for (const text of flags.registry ?? []) {
    const route = parseRoute(text);
    if (!route.ok) return route.error;
    if (route.value.to === 'layout' && wanted(`${route.value.path}/index.json`)?.isFile() !== true) {
      return `--registry ${text}: ${route.value.path} has no index.json; expected the directory of an OCI image layout.`;
    }
  }
  return null;
}
