import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** Jest's globalTeardown: removes the temporary directory that temporary-setup.mjs gave the run. */
export default function tearDown() {
  rmSync(tmpdir(), { recursive: true, force: true, maxRetries: 3 });
}
