import { basename, relative } from 'node:path';

/** Characters that no shell makes something else of. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * How this program was called, so that a command which a message names can be typed as it stands: its own name where
 * it is installed, else `node` and the script, from the directory of the shell where that is shorter.
 *
 * @param script what Node was given to run, as `process.argv[1]` has it
 */
export function programName(script: string | undefined, cwd: string): string {
  if (script === undefined) return 'base-image-gate';
  const name = basename(script);
  if (!name.endsWith('.js')) return name;
  const near = relative(cwd, script);
  const path = near.length < script.length ? near : script;
  return `node ${PLAIN.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`}`;
}
