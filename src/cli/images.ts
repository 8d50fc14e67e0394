import { readRepository } from '../build-files/read.js';
import { openWorkingTree } from '../build-files/working-tree.js';
import { readingOptions } from '../policy/reading-options.js';
import { imagesJson, imagesText } from '../reports/images.js';
import { BUILD_OPTIONS, readChoice } from './arguments.js';
import type { Command } from './command.js';
import { defineCommand } from './define-command.js';
import { evaluatedDirectory } from './named-paths.js';
import { reportUntracked } from './untracked-files.js';
import { findReadingPolicy } from './working-tree-policy.js';

const USAGE = `Usage: base-image-gate images [DIR] [--format text|json] [--build-arg NAME=VALUE]… [--build-context NAME=…]…
       [--platform OS/ARCH]… [--target STAGE] [--definition FILE]… [--set-env NAME=VALUE]… [--all-files]

Lists every image use of the build files below DIR (default: this directory), without any network.
Exit codes: 0, or 2 if a build file is unreadable, or 3 for wrong usage.
`;

/** `images`: every use, no network. */
export const images: Command = defineCommand(
  { name: 'images', usage: USAGE, options: { ...BUILD_OPTIONS, format: { type: 'string' } }, arguments: 1 },
  async ({ values, positionals, io, wrong }) => {
    const format = readChoice('--format', values.format, ['text', 'json'], 'text');
    if (!format.ok) return wrong(format.error);

    const evaluated = evaluatedDirectory(positionals[0], io);
    if (!evaluated.ok) {
      io.stderr(`images: ${evaluated.error}\n`);
      return 3;
    }
    const directory = evaluated.value;
    const tree = openWorkingTree(directory, { allFiles: values['all-files'] ?? false });
    const policy = await findReadingPolicy(directory, io);
    if (!policy.ok) {
      io.stderr(policy.error);
      return 3;
    }
    const options = readingOptions(values, io.env, policy.value);
    if (!options.ok) return wrong(options.error);

    const read = await readRepository(tree, options.value);
    await reportUntracked(tree, true, io);
    if (!read.ok) {
      io.stderr(`images: ${read.error.message} ${read.error.fix}\n`);
      return 3;
    }
    io.stdout(format.value === 'json' ? imagesJson(read.value) : imagesText(read.value, { color: io.color }));
    return read.value.files.some(({ status }) => status === 'unreadable') ? 2 : 0;
  },
);
