import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readAttestationLayer, readSignatureLayer } from '../../src/signatures/sigstore/cosign-layer.js';
import { bindLogEntry } from '../../src/signatures/sigstore/rekor-entry.js';
import { readBundle } from '../../src/signatures/sigstore/sigstore-bundle.js';
import { keylessSigner } from '../support/signing/signer-identity.js';
import {
  classicAttestation,
  classicSignature,
  envelopeBundle,
  inTotoStatement,
  simpleSigningPayload,
} from '../support/signing/sigstore-forms.js';
import { makeSigstore } from '../support/signing/sigstore-trust.js';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const ENTRIES = ['dsse 0.0.1', 'intoto 0.0.1', 'intoto 0.0.2'] as const;

/** JSON values that stand in a document's place for what belongs there. */
const untrusted = fc.oneof(
  fc.constantFrom<unknown>(null, '', 'AAAA', '=', 'é', -1, 1e300, true, [], {}, [null], ['AAAA'], { rawBytes: 'AAAA' }),
  fc.jsonValue(),
);

/** A document with one of its values, wherever that is, replaced, removed or given a sibling of the same name. */
function bend(document: unknown, at: number, value: unknown): unknown {
  const places: { readonly holder: Record<string, unknown>; readonly key: string }[] = [];
  const walk = (holder: unknown): void => {
    if (typeof holder !== 'object' || holder === null) return;
    // An array is walked by its indices, as a record is by its names.
    const record = holder as Record<string, unknown>;
    for (const key of Object.keys(record)) {
      places.push({ holder: record, key });
      walk(record[key]);
    }
  };
  const copy: unknown = structuredClone(document);
  walk(copy);
  const place = places[at % Math.max(1, places.length)];
  if (place !== undefined) place.holder[place.key] = value;
  return copy;
}

/** A text with some of its bytes overwritten. */
const noise = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 });
function scribble(text: Uint8Array, changes: readonly (readonly [number, number])[]): Buffer {
  const copy = Buffer.from(text);
  for (const [at, byte] of changes) copy[at % copy.length] = byte;
  return copy;
}

describe('whatever an untrusted party puts into it', () => {
  interface Layer {
    readonly content: Buffer;
    readonly annotations: Readonly<Record<string, string>>;
  }
  let bundle: unknown;
  let signature: Layer;
  let attestations: readonly Layer[];

  beforeAll(async () => {
    const sigstore = await makeSigstore();
    const signer = await keylessSigner(sigstore);
    const statement = inTotoStatement(DIGEST, 'https://spdx.dev/Document');
    bundle = await envelopeBundle(signer, statement, { sigstore });
    signature = await classicSignature(signer, simpleSigningPayload(DIGEST), { sigstore });
    attestations = await Promise.all(
      ENTRIES.map((entry) => classicAttestation(signer, statement, { sigstore, entry })),
    );
  });

  test('a bundle is read or refused with a reason', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), untrusted, noise, async (at, value, changes) => {
        const read = await readBundle(scribble(Buffer.from(JSON.stringify(bend(bundle, at, value))), changes));
        if (!read.ok) expect(read.error.reason).not.toBe('');
        else expect(read.value.content.signature.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  test('cosign’s layers are read or refused with a reason', () => {
    const names = fc.nat(5);
    fc.assert(
      fc.property(names, fc.nat(), untrusted, noise, fc.nat(2), (name, at, value, changes, which) => {
        const layer = attestations[which] ?? signature;
        const bent = { ...layer.annotations };
        const key = Object.keys(bent)[name % Object.keys(bent).length] ?? '';
        const text = bent[key] ?? '';
        bent[key] = text.startsWith('{')
          ? JSON.stringify(bend(JSON.parse(text), at, value))
          : scribble(Buffer.from(text), changes).toString();
        for (const read of [
          readAttestationLayer(scribble(layer.content, changes), bent),
          readSignatureLayer(signature.content, { ...signature.annotations, ...bent }),
        ]) {
          if (!read.ok) expect(read.error.reason).not.toBe('');
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a log entry speaks of this signature only as it was logged', () => {
    const bound = attestations.map(({ content, annotations }) => {
      const read = readAttestationLayer(content, annotations);
      if (!read.ok) throw new Error(read.error.reason);
      const { entries, certificate } = read.value;
      const [entry] = entries;
      if (entry === undefined || certificate === undefined) throw new Error('it is logged, with a certificate');
      return { content: read.value.content, body: entry.canonicalizedBody, der: certificate };
    });
    fc.assert(
      fc.property(fc.nat(2), fc.nat(), untrusted, (which, at, value) => {
        const one = bound[which];
        if (one === undefined) throw new Error('there is one of each kind');
        const json: unknown = JSON.parse(one.body.toString());
        const bent = Buffer.from(JSON.stringify(bend(json, at, value)));
        const other = { kind: 'certificate', der: Buffer.concat([one.der, Buffer.from([0])]) } as const;
        const answer = bindLogEntry(bent, one.content, { kind: 'certificate', der: one.der });
        if (!answer.ok) expect(answer.error.reason).not.toBe('');
        expect(bindLogEntry(bent, one.content, other).ok).toBe(false);
        const { signature: made } = one.content;
        const resigned = { ...one.content, signature: Buffer.concat([made, Buffer.from([0])]) };
        if (which > 0) return;
        expect(bindLogEntry(bent, resigned, { kind: 'certificate', der: one.der }).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
