import { spawnSync } from 'node:child_process';
import { describeUnless } from '../describe-unless.js';

/** Whether an independent program is on the PATH. */
function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v "$1"`, 'sh', program], { stdio: 'ignore' }).status === 0;
}

/** `describe` where every program named is installed. Elsewhere `body` does not run: one skipped test stands for the suite. */
export function describeWithPeers(programs: readonly string[], name: string, body: () => void): void {
  const missing = programs.filter((program) => !isInstalled(program)).join(', ');
  describeUnless(missing === '' ? null : `${missing} not installed; see .ci/peer`, name, body);
}
