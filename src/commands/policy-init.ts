import { readRepository } from '../build-files/read.js';
import { openWorkingTree } from '../build-files/working-tree.js';
import { loadCatalogue } from '../catalog/catalogue.js';
import { proposePolicy } from '../policy/propose.js';
import { readingOptions } from '../policy/reading-options.js';
import type { CommandIo, ExitCode } from './command.js';
import { judgedDirectory } from './judged-directory.js';
import { POLICY_PATH } from './working-tree-policy.js';

const SCHEMA = 'https://raw.githubusercontent.com/base-image-gate/base-image-gate/v1/schemas/policy.schema.json';

/** `policy init [DIR]`: prints a policy that allows what the build files below DIR use today. */
export async function initPolicy(folder: string, io: CommandIo): Promise<ExitCode> {
  const judged = judgedDirectory(folder, io);
  if (!judged.ok) {
    io.stderr(`policy init: ${judged.error}\n`);
    return 3;
  }
  const directory = judged.value;
  const options = readingOptions({}, io.env, null);
  if (!options.ok) {
    io.stderr(`policy init: ${options.error}\n`);
    return 3;
  }
  const read = await readRepository(openWorkingTree(directory, { allFiles: false }), options.value);
  if (!read.ok) {
    io.stderr(`policy init: ${read.error.message} ${read.error.remedy}\n`);
    return 3;
  }
  io.stdout(proposePolicy(read.value.uses, loadCatalogue(), { schemaUrl: SCHEMA }));
  io.stderr(`Read it, then save it as ${POLICY_PATH} and have its owners review it.\n`);
  return 0;
}
