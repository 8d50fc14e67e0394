import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { builtBundle, compiledOnce } from './bundle.js';

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line as users run it: bundled, with an empty home directory. */
export class BundledCli {
  readonly entry = join(builtBundle(), 'cli.js');
  readonly #home = mkdtempSync(join(tmpdir(), 'gate-cli-'));

  /** Runs a command in a directory, with nothing of this machine's environment but its PATH. */
  run(args: readonly string[], cwd: string, environment: Readonly<Record<string, string>> = {}): CliResult {
    const { status, stdout, stderr } = spawnSync(process.execPath, [this.entry, ...args], {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', HOME: this.#home, ...compiledOnce(), ...environment },
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    return { code: status, stdout, stderr };
  }

  remove(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }
}

/** The command line for the tests of a file. Its home directory is removed after them. */
export function useBundledCli(): BundledCli {
  const cli = new BundledCli();
  afterAll(() => cli.remove());
  return cli;
}
