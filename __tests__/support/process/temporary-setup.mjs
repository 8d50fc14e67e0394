import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Jest's globalSetup: gives a run a temporary directory of its own, with the place of the bundle that its test
 * files share (see bundle.ts). What tests leave there goes with it, also where one fails or its process is killed.
 */
export default function setUp() {
  const directory = mkdtempSync(join(tmpdir(), 'gate-tests-'));
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = directory;
  process.env.GATE_TEST_BUNDLE = join(directory, 'bundle');
  mkdirSync(process.env.GATE_TEST_BUNDLE);
}
