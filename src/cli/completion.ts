import type { Command } from './command.js';
import { completionScript } from './completion-scripts.js';
import { defineCommand } from './define-command.js';
import { COMMANDS, COMPLETION, SHELLS } from './definitions.js';

/** `completion SHELL`. */
export const completion: Command = defineCommand(COMPLETION, ({ positionals, io, wrong }) => {
  const shell = SHELLS.find((known) => known === positionals[0]);
  if (shell === undefined) return wrong(`"${positionals[0] ?? ''}" is no shell; expected ${SHELLS.join(', ')}.`);
  io.stdout(completionScript(shell, COMMANDS));
  return 0;
});
