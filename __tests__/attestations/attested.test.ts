import { describe, expect, test } from '@jest/globals';
import { type Carriers, distinct, findCarriers, isSigned } from '../../src/attestations/attested.js';
import type { CollectContext } from '../../src/evidence/collector.js';
import { type Evidence, present } from '../../src/evidence/evidence.js';
import type { AllowEntry } from '../../src/policy/policy.js';
import type { ImageStatements, Statement, UnsignedStatement } from '../../src/signatures/statement.js';
import { contentsOf, sourceOf } from '../support/image/contents-of.js';
import { makeImage } from '../support/image/image-maker.js';
import { collectContext } from '../support/signing/signer-context.js';

const made = await makeImage({ layers: [] });
const { image } = await contentsOf({ layers: [] });

const DIGEST = `sha256:${'1'.repeat(64)}`;
const about = { digest: DIGEST, on: 'platform' } as const;
const unsigned = (predicateType: string, payload = 'a'): UnsignedStatement => ({
  ...about,
  predicateType,
  predicate: {},
  place: 'registry.example/app',
  payloadDigest: payload,
});
const signed = (predicateType: string, payload = 'a', authorityIndex = 0): Statement => ({
  ...about,
  predicateType,
  predicate: {},
  place: 'registry.example/app',
  payloadDigest: payload,
  otherSubjects: [],
  signer: { kind: 'key', name: 'base.pub', fingerprint: DIGEST },
  logged: [],
  authority: 'the key base.pub',
  authorityIndex,
  form: 'cosign attestation',
});

const INCOMPLETE = { cause: 'network', message: 'It timed out.', fix: 'Try again.' } as const;
const LOOKED = [{ place: 'referrers', answer: '2' }];

/** What is found of SBOMs where these statements were collected. */
function found(given: Partial<ImageStatements>, unsignedAttestations: AllowEntry['unsignedAttestations'] = 'deny') {
  const value: ImageStatements = { verified: [], unsigned: [], rejected: [], unsupported: [], roots: [], ...given };
  return search(present(value, 'registry.example/app', LOOKED), unsignedAttestations);
}

/** As `found`; where it is null, no entry governs the image. */
function search(
  statements: Evidence<ImageStatements>,
  unsignedAttestations: AllowEntry['unsignedAttestations'] | null = 'deny',
) {
  const entry: AllowEntry | null =
    unsignedAttestations === null
      ? null
      : {
          name: 'allow[0]',
          pattern: 'registry.example/**',
          require: 1,
          authorities: [],
          signed: true,
          unsignedAttestations,
          noPackages: 'deny',
          wolfi: false,
        };
  const whole = collectContext({ entry, image, source: sourceOf(made) });
  const context: CollectContext = {
    ...whole,
    get: async (kind) => {
      if (kind !== 'statements') throw new Error(`nobody asked for ${kind}`);
      // The one kind that is asked for.
      return statements as never;
    },
  };
  return findCarriers(context, (type) => type === 'sbom');
}

function notFound(carriers: Carriers): Extract<Carriers, { readonly found: false }> {
  if (carriers.found) throw new Error('something was found');
  return carriers;
}

describe('in-toto documents of one kind', () => {
  test('are the signed ones, where there are some', async () => {
    const given = { verified: [signed('provenance'), signed('sbom')], unsigned: [unsigned('sbom')] };
    expect(await found(given)).toEqual({
      found: true,
      carriers: [signed('sbom')],
      signed: true,
      from: 'registry.example/app',
    });
  });

  test('are those that nobody signed, where no authority signed any', async () => {
    const given = { verified: [signed('provenance')], unsigned: [unsigned('sbom'), unsigned('other')] };
    expect(await found(given)).toEqual({
      found: true,
      carriers: [unsigned('sbom')],
      signed: false,
      from: 'registry.example/app',
    });
  });

  test('may be signed where nobody could look, so that the unsigned stand for none of them', async () => {
    const given = { unsigned: [unsigned('sbom')], incomplete: INCOMPLETE };
    expect(await found(given)).toEqual({
      found: false,
      evidence: { status: 'unavailable', ...INCOMPLETE, lookedIn: LOOKED },
    });
    expect(await found(given, 'allow')).toMatchObject({ found: true, signed: false });
    expect(await found({ ...given, verified: [signed('sbom')] })).toMatchObject({ found: true, signed: true });
  });

  test('are absent where every place answered, which shows what there is instead', async () => {
    expect(await found({})).toEqual({
      found: false,
      evidence: { status: 'absent', lookedIn: [...LOOKED, { place: 'registry.example/app', answer: 'no statement' }] },
    });
    const others = { verified: [signed('vex'), signed('vex')], unsigned: [unsigned('provenance')] };
    expect(await found(others)).toMatchObject({
      evidence: {
        status: 'absent',
        lookedIn: [...LOOKED, { answer: 'statements of other types: vex, provenance' }],
      },
    });
  });

  test('that do not count are reported with the reason, each once and all of them', async () => {
    const why = (place: string, reason: string) => ({ place, code: 'wrong-signer', reason }) as const;
    const twice = [why('one', 'a'), why('one', 'a'), why('one', 'b'), why('two', 'a')];
    const { evidence } = notFound(await found({ rejected: twice }));
    const reported = evidence.lookedIn?.slice(LOOKED.length, -1) ?? [];
    expect(reported.map(({ place }) => place)).toEqual(['one', 'one', 'two']);
    expect(reported.map(({ answer }) => answer.slice(-1))).toEqual(['a', 'b', 'a']);
    const many = Array.from({ length: 12 }, (_, index) => why(`place ${index}`, 'a'));
    expect(notFound(await found({ rejected: many })).evidence.lookedIn).toHaveLength(LOOKED.length + 12 + 1);
  });

  test('are looked for in the same way where no entry governs the image, and nothing that is unsigned stands in', async () => {
    const value = { verified: [], unsigned: [unsigned('sbom')], rejected: [], unsupported: [], roots: [] };
    const open = present({ ...value, incomplete: INCOMPLETE }, 'registry.example/app');
    expect(await search(open, null)).toEqual({
      found: false,
      evidence: { status: 'unavailable', ...INCOMPLETE, lookedIn: [] },
    });
  });

  test('are unknown where the statements are', async () => {
    const unavailable = { status: 'unavailable', ...INCOMPLETE } as const;
    expect(await search(unavailable)).toEqual({ found: false, evidence: unavailable });
  });
});

test('a document is signed if it has a signer', () => {
  expect([isSigned(signed('sbom')), isSigned(unsigned('sbom'))]).toEqual([true, false]);
});

test('a statement that several authorities signed is one; the same text about another digest is another', () => {
  const other = { ...signed('sbom'), digest: `sha256:${'2'.repeat(64)}` };
  const all = [signed('sbom'), signed('sbom', 'a', 1), signed('sbom', 'b'), other];
  expect(distinct(all)).toEqual([signed('sbom', 'a', 1), signed('sbom', 'b'), other]);
});
