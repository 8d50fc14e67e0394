import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A directory of its own for one test, with these files; gone after the run (see temporary-setup.mjs). */
export function makeDirectory(files: Readonly<Record<string, string | Uint8Array>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'base-image-gate-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  return directory;
}

/** The same as a git checkout in which all files are tracked, and links from the one to the other. */
export function makeRepository(
  files: Readonly<Record<string, string | Uint8Array>>,
  links: Readonly<Record<string, string>> = {},
): string {
  const directory = makeDirectory(files);
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(directory, path));
  git(directory, 'init', '--quiet');
  git(directory, 'add', '--all', '--force');
  return directory;
}

/** Runs git in a repository that a test made, with no configuration but its own. */
export function git(directory: string, ...args: readonly string[]): string {
  const env = { PATH: process.env['PATH'] ?? '', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
  return execFileSync('git', args, { cwd: directory, env, encoding: 'utf8' });
}
