import { spawnSync } from 'node:child_process';
import { describe } from '@jest/globals';

/** Whether an independent program is on the PATH. */
function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v "$1"`, 'sh', program], { stdio: 'ignore' }).status === 0;
}

/** `describe`, where every program named is installed; otherwise a suite that is reported as skipped, by name. */
export function describeWithPeers(programs: readonly string[], name: string, body: () => void): void {
  const missing = programs.filter((program) => !isInstalled(program));
  const suite = missing.length === 0 ? describe : describe.skip;
  suite(missing.length === 0 ? name : `${name} (skipped: ${missing.join(', ')} not installed; see .ci/peer)`, body);
}
