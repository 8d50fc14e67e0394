import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe } from '@jest/globals';

const FOLDER = process.env['SHARED_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** The path of a file or folder of the shared corpora, which lie beside the checkout and are not part of the repository. */
export function sharedData(path: string): string {
  return `${FOLDER}/${path}`;
}

/** `describe`, where the shared corpora are there; otherwise a suite that is reported as skipped, by name. */
export function describeWithSharedData(path: string, name: string, body: () => void): void {
  const there = existsSync(sharedData(path));
  const suite = there ? describe : describe.skip;
  suite(there ? name : `${name} (skipped: there is no shared data at ${path})`, body);
}
