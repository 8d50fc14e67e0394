import { readRepository } from '../build-files/read.js';
import { openWorkingTree } from '../build-files/working-tree.js';
import { readingOptions } from '../policy/reading-options.js';
import { imagesJson, imagesText } from '../reports/images.js';
import { readPlatforms } from './arguments.js';
import type { Command } from './command.js';
import { defineCommand } from './define-command.js';
import { IMAGES } from './definitions.js';
import { evaluatedDirectory } from './named-paths.js';
import { reportUntracked } from './untracked-files.js';
import { findReadingPolicy } from './working-tree-policy.js';
import { writeOutput } from './write-output.js';

/** `images`: every use, no network. */
export const images: Command = defineCommand(IMAGES, async ({ values, positionals, io, wrong }) => {
  const evaluated = evaluatedDirectory(positionals[0], io);
  if (!evaluated.ok) {
    io.stderr(`images: ${evaluated.error}\n`);
    return 3;
  }
  const directory = evaluated.value;
  const tree = openWorkingTree(directory, { allFiles: values['all-files'] ?? false });
  const policy = await findReadingPolicy(directory, values.policy, io);
  if (!policy.ok) {
    io.stderr(policy.error);
    return 3;
  }
  const platform = readPlatforms(values.platform, []);
  if (!platform.ok) return wrong(platform.error);
  const options = readingOptions({ ...values, platform: platform.value }, io.env, policy.value);
  if (!options.ok) return wrong(options.error);

  const read = await readRepository(tree, options.value);
  await reportUntracked(tree, io);
  if (!read.ok) {
    io.stderr(`images: ${read.error.message} ${read.error.fix}\n`);
    return 3;
  }
  const color = io.color && values.output === undefined;
  const text = values.format === 'json' ? imagesJson(read.value) : imagesText(read.value, { color });
  if (!(await writeOutput(text, values.output, io))) return 2;
  return read.value.files.some(({ status }) => status === 'unreadable') ? 2 : 0;
});
