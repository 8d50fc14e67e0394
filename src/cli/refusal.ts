import type { CommandIo } from './command.js';
import { wrongUsage } from './define-command.js';

/** Why a command did nothing: a flag or an argument that is wrong, a directory, or a policy whose problems are reported by place. */
export interface Refusal {
  readonly kind: 'usage' | 'policy' | 'directory';
  readonly message: string;
}

/** Says on standard error why nothing was run, and where a flag is wrong, how to see which there are. Exit code 3. */
export function refuse(command: string, { kind, message }: Refusal, io: CommandIo): 3 {
  if (kind === 'policy') io.stderr(message);
  else io.stderr(kind === 'usage' ? wrongUsage(command, message, io) : `${command}: ${message}\n`);
  return 3;
}
