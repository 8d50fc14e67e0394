import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readRepository } from '../build-files/read.js';
import { openWorkingTree } from '../build-files/working-tree.js';
import { loadCatalog } from '../catalog/catalog.js';
import { codeOf, messageOf } from '../lib/caught.js';
import { OTHER_POLICY_PATH, POLICY_PATH, POLICY_SCHEMA_URL } from '../policy/policy.js';
import { proposePolicy } from '../policy/propose.js';
import { readingOptions } from '../policy/reading-options.js';
import type { Command, CommandIo, ExitCode } from './command.js';
import { defineCommand } from './define-command.js';
import { POLICY_INIT } from './definitions.js';
import { evaluatedDirectory } from './named-paths.js';
import { reportUntracked } from './untracked-files.js';

/** `policy init [DIR]`: prints a policy that allows what the build files below DIR use today. */
export const policyInit: Command = defineCommand(POLICY_INIT, async ({ values, positionals, io, wrong }) => {
  const configuration = values['notation-config'];
  const write = values.write === true;
  const allFiles = values['all-files'] === true;
  if (configuration === undefined) return await initPolicy(positionals[0] ?? '.', { write, allFiles }, io);
  if (write) return wrong('--write and --notation-config exclude each other.');
  if (positionals.length > 0) return wrong('DIR and --notation-config exclude each other.');
  return await (await import('./policy-init-notation.js')).initFromNotation(configuration, io);
});

async function initPolicy(
  dir: string,
  { write, allFiles }: { readonly write: boolean; readonly allFiles: boolean },
  io: CommandIo,
): Promise<ExitCode> {
  const evaluated = evaluatedDirectory(dir, io);
  if (!evaluated.ok) {
    io.stderr(`policy init: ${evaluated.error}\n`);
    return 3;
  }
  const directory = evaluated.value;
  const options = readingOptions({ 'all-files': allFiles }, io.env, null);
  if (!options.ok) {
    io.stderr(`policy init: ${options.error}\n`);
    return 3;
  }
  const tree = openWorkingTree(directory, { allFiles });
  if (!allFiles) await reportUntracked(tree, io);
  const read = await readRepository(tree, options.value);
  if (!read.ok) {
    io.stderr(`policy init: ${read.error.message} ${read.error.fix}\n`);
    return 3;
  }
  const text = proposePolicy(read.value, loadCatalog(), { schemaUrl: POLICY_SCHEMA_URL });
  if (write) return await writePolicy(dir, directory, text, io);
  io.stdout(text);
  io.stderr(await nextSteps(dir, directory, io));
  return 0;
}

/** Never overwrites an existing policy or writes through a link. */
async function writePolicy(dir: string, directory: string, text: string, io: CommandIo): Promise<ExitCode> {
  const path = join(dir, POLICY_PATH);
  if ((await sizeOf(join(directory, OTHER_POLICY_PATH))) > 0) {
    const other = join(dir, OTHER_POLICY_PATH);
    io.stderr(`policy init: ${path} was not written: ${other} is there already, and would no longer be read.\n`);
    return 3;
  }
  try {
    await mkdir(join(directory, dirname(POLICY_PATH)), { recursive: true });
    await writeFile(join(directory, POLICY_PATH), text, { flag: 'wx' });
  } catch (error) {
    const reason =
      codeOf(error) === 'EEXIST' ? 'it is there already; without --write, the proposal is printed' : messageOf(error);
    io.stderr(`policy init: ${path} was not written: ${reason}.\n`);
    return 3;
  }
  io.stderr(`Wrote ${path}. ${reviewSteps(dir, io)}\n`);
  return 0;
}

/** Reported after the policy, which scrolls by; a redirection has made an empty file by then, which is no policy yet. */
async function nextSteps(dir: string, directory: string, io: CommandIo): Promise<string> {
  const sizes = await Promise.all(
    [POLICY_PATH, OTHER_POLICY_PATH].map(async (path) => ({ path, size: await sizeOf(join(directory, path)) })),
  );
  const there = sizes.find(({ size }) => size > 0);
  const steps = reviewSteps(dir, io);
  return there === undefined
    ? `Save it as ${join(dir, POLICY_PATH)}. ${steps}\n`
    : `${join(dir, there.path)} is there already: take from this proposal what it lacks. ${steps}\n`;
}

function reviewSteps(dir: string, { program }: CommandIo): string {
  return `Read every entry, see what it makes of the repository (${program} check${dir === '.' ? '' : ` ${dir}`}), and have its owners review it.`;
}

async function sizeOf(path: string): Promise<number> {
  return await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
