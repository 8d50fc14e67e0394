import { rmSync } from 'node:fs';

/** Jest's globalTeardown: removes what bundle-setup.mjs and bundle.ts made. */
export default function tearDown() {
  rmSync(process.env.GATE_TEST_BUNDLE, { recursive: true, force: true });
}
