import { readTrustedRoot, type TrustedRoot } from '../../../src/signatures/sigstore/trusted-root.js';
import type { TestSigstore } from '../signing/sigstore-trust.js';

/** A test sigstore's trusted root as it is read, with whatever a test changes in it. */
export async function rootOf(of: TestSigstore, changes?: Readonly<Record<string, unknown>>): Promise<TrustedRoot> {
  const read = await readTrustedRoot(Buffer.from(JSON.stringify(of.trustedRoot(changes))), 'the test root');
  if (!read.ok) throw new Error(read.error.reason);
  return read.value;
}
