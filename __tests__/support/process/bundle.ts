import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(fileURLToPath(new URL('../../..', import.meta.url)));
// A build takes seconds; this is for a machine that is busy with other work.
const LONGEST_BUILD_MS = 600_000;

/**
 * The directory of a bundle of these sources, as `npm run build` makes it. The first test file of a Jest run that asks
 * builds it, while those in other workers wait; the global setup provides the place and removes it. Throws where the
 * build fails.
 */
export function builtBundle(): string {
  const directory = process.env['GATE_TEST_BUNDLE'];
  if (directory === undefined)
    throw new Error("GATE_TEST_BUNDLE is not set: Jest ran without the project's globalSetup");
  const [dist, failed] = [join(directory, 'dist'), join(directory, 'failed')];
  if (isFirst(join(directory, 'building'))) {
    try {
      const unfinished = join(directory, 'unfinished');
      execFileSync(process.execPath, ['scripts/build.mjs', '--out', unfinished], { cwd: ROOT, stdio: 'pipe' });
      renameSync(unfinished, dist);
    } catch (error) {
      writeFileSync(failed, String(error));
    }
  }
  const end = Date.now() + LONGEST_BUILD_MS;
  while (!existsSync(dist)) {
    if (existsSync(failed)) throw new Error(`The bundle can't be built: ${readFileSync(failed, 'utf8')}`);
    if (Date.now() > end) throw new Error(`The bundle was not built in ${LONGEST_BUILD_MS / 1000} s`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
  return dist;
}

/** The environment in which programs of the bundle share what Node compiled of it: they start faster, and do the same. */
export function compiledOnce(): { readonly NODE_COMPILE_CACHE: string } {
  return { NODE_COMPILE_CACHE: join(builtBundle(), '../compiled') };
}

/** Whether this call made the directory: `mkdir` succeeds for one of several processes. */
function isFirst(directory: string): boolean {
  try {
    mkdirSync(directory);
    return true;
  } catch {
    return false;
  }
}
