import { spawnSync } from 'node:child_process';

export interface Timed {
  readonly stdout: string;
  readonly stderr: string;
  /** From start to end. */
  readonly seconds: number;
  /** Of the processor, in all threads: what a busy machine changes less. */
  readonly cpuSeconds: number;
}

const MARK = 'timed:';

/** Runs a program to its end, whatever it says of itself. */
export function runTimed(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Timed {
  const script = `TIMEFORMAT='${MARK} %R %U %S'; time "$0" "$@"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script, program, ...args], {
    encoding: 'utf8',
    maxBuffer: 1e9,
    timeout: 300_000,
    env: { ...process.env, ...environment },
  });
  const at = stderr.lastIndexOf(MARK);
  const [seconds = Number.NaN, user = Number.NaN, system = Number.NaN] = stderr
    .slice(at + MARK.length)
    .trim()
    .split(' ')
    .map(Number);
  return { stdout, stderr: stderr.slice(0, at), seconds, cpuSeconds: user + system };
}
