import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeUnless } from './describe-unless.js';

const DIRECTORY = process.env['SHARED_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** The path of a file or directory of the shared corpora, which are next to the checkout and not in the repository. */
export function sharedData(path: string): string {
  return `${DIRECTORY}/${path}`;
}

/** `describe` where the shared corpora have `path`. Elsewhere `body` does not run: one skipped test stands for the suite. */
export function describeWithSharedData(path: string, name: string, body: () => void): void {
  describeUnless(existsSync(sharedData(path)) ? null : `there is no shared data at ${path}`, name, body);
}
