import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(fileURLToPath(new URL('../../..', import.meta.url)));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line as users run it: bundled, once, into a temporary folder. */
export class BundledCli {
  readonly #folder = mkdtempSync(join(tmpdir(), 'gate-cli-'));

  constructor() {
    execFileSync(process.execPath, ['scripts/build.mjs', '--out', join(this.#folder, 'dist')], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  get entry(): string {
    return join(this.#folder, 'dist/cli.js');
  }

  /** Runs a command in a folder, with an environment that has nothing of this machine's but its PATH. */
  run(args: readonly string[], cwd: string, environment: Readonly<Record<string, string>> = {}): CliResult {
    const { status, stdout, stderr } = spawnSync(process.execPath, [this.entry, ...args], {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', HOME: this.#folder, ...environment },
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    return { code: status, stdout, stderr };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
