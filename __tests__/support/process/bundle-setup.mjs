import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Jest's globalSetup: the place of the bundle that the test files of a run share (see bundle.ts). */
export default function setUp() {
  process.env.GATE_TEST_BUNDLE = mkdtempSync(join(tmpdir(), 'gate-bundle-'));
}
