import { beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readCertificate } from '../../../src/signatures/notation/certificate.js';
import { proveEnvelope } from '../../../src/signatures/notation/verify.js';
import { type Chain, makeChain, makeCose, makeJws, TARGET } from '../../support/signing/notation-maker.js';
import '../../support/property-seed.js';

const JWS = 'application/jose+json';

let chain: Chain;
beforeAll(async () => {
  chain = await makeChain();
});

/** Bytes with some of them overwritten. */
const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
function scribble(bytes: Uint8Array, written: readonly (readonly [number, number])[]): Buffer {
  const copy = Buffer.from(bytes);
  for (const [at, byte] of written) copy[at % copy.length] = byte;
  return copy;
}

test('a scribbled leaf is a result, never an exception, and proves nothing in another certificate’s name', async () => {
  const authorities = chain.slice(1).map(({ der }) => der);
  await fc.assert(
    fc.asyncProperty(changes, async (written) => {
      const leaf = scribble(chain[0].der, written);
      readCertificate(leaf);
      const proven = proveEnvelope(await makeJws(chain, { certificates: [leaf, ...authorities] }), JWS, TARGET);
      expect(proven.ok).toBe(leaf.equals(chain[0].der));
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['JWS', JWS, makeJws],
  ['COSE', 'application/cose', makeCose],
] as const)(
  'a scribbled envelope in the form %s is a result, and proves what was signed alone',
  async (_, type, make) => {
    const honest = await make(chain);
    const whole = proveEnvelope(honest, type, TARGET);
    if (!whole.ok) throw new Error(whole.error.reason);
    fc.assert(
      fc.property(changes, (written) => {
        const proven = proveEnvelope(scribble(honest, written), type, TARGET);
        if (proven.ok) expect(proven.value.envelope.signedBytes).toEqual(whole.value.envelope.signedBytes);
      }),
      { numRuns: 300 },
    );
  },
);
