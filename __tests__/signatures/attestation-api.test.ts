import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { snappyCompress } from 'hysnappy';
import { err, ok } from '../../src/lib/result.js';
import { registryLimits } from '../../src/registry/limits.js';
import {
  type AttestationPlace,
  type ListAttestations,
  type ListedAttestation,
  searchGitHub,
  snappyLength,
} from '../../src/signatures/attestation-api.js';
import { collectSignatures } from '../../src/signatures/collect-signatures.js';
import { collectStatements } from '../../src/signatures/collect-statements.js';
import { type SignatureSearch, startSignatureSearch } from '../support/signing/signature-search.js';
import { allowEntry } from '../support/signing/signer-context.js';
import { forge, RELEASE } from '../support/signing/signer-forgery.js';
import { keylessSigner, RELEASE_WORKFLOW } from '../support/signing/signer-identity.js';
import { envelopeBundle, inTotoStatement, type TestBundle } from '../support/signing/sigstore-forms.js';

const PROVENANCE = 'https://slsa.dev/provenance/v1';
const ATTESTED = {
  ...RELEASE,
  github: true,
  acceptsProvenance: true,
  attestationsOf: 'acme/images',
} as const;
const URL_OF_BUNDLE = 'https://bundles.example/1?signature=abc';

let search: SignatureSearch;
let bundle: TestBundle;

beforeAll(async () => {
  search = await startSignatureSearch();
  const { sigstore, index } = search.scene;
  const predicate = { runDetails: { builder: { id: RELEASE_WORKFLOW.subject } } };
  const statement = inTotoStatement(index.descriptor.digest, PROVENANCE, predicate);
  bundle = await envelopeBundle(await keylessSigner(sigstore), statement, { sigstore });
});

/** Answers with these attestations of the image's index, and says who was asked about what. */
function asker(attestations: readonly ListedAttestation[]) {
  const asked: string[] = [];
  const list: ListAttestations = async (repository, digest) => {
    asked.push(`${repository} ${digest}`);
    return ok({ attestations: digest === search.scene.index.descriptor.digest ? attestations : [], more: false });
  };
  return { list, asked };
}

async function contextOf(listAttestations: ListAttestations, pushed: Parameters<SignatureSearch['source']>[0] = []) {
  const context = search.context(await search.source(pushed), { entry: allowEntry([ATTESTED]) });
  return { ...context, settings: { ...context.settings, offline: false, listAttestations } };
}

const place = (changes: Partial<AttestationPlace>): AttestationPlace => ({
  repository: 'acme/images',
  digest: search.scene.index.descriptor.digest,
  limits: registryLimits(),
  list: async () => ok({ attestations: [{ bundleUrl: URL_OF_BUNDLE }], more: false }),
  fetch: async () => err('does not answer'),
  ...changes,
});
const compressed = () => snappyCompress(Buffer.from(JSON.stringify(bundle)));

describe('an image whose attestations are not in the registry', () => {
  test('is verified by those that GitHub lists for the repository of the authority', async () => {
    const { list, asked } = asker([{ bundle }]);
    const context = await contextOf(list);
    expect(await collectSignatures(context)).toMatchObject({
      value: {
        verified: [{ form: 'SLSA provenance', on: 'index', place: expect.stringContaining('acme/images') }],
        rejected: [],
      },
    });
    expect(await collectStatements(context)).toMatchObject({ value: { verified: [{ predicateType: PROVENANCE }] } });
    const { index, platform } = search.scene;
    expect(asked).toEqual([index, platform].map(({ descriptor }) => `acme/images ${descriptor.digest}`));
  });

  test('is unsigned where GitHub has none, and the place is listed', async () => {
    const evidence = await collectSignatures(await contextOf(asker([]).list));
    expect(evidence).toMatchObject({ status: 'absent' });
    expect(evidence.status === 'absent' ? evidence.lookedIn.map(({ place }) => place) : []).toContainEqual(
      expect.stringContaining('acme/images'),
    );
  });

  test('stays open where GitHub can’t be asked', async () => {
    const failure = { cause: 'forbidden', message: 'It is hidden.', fix: 'Give a token.' } as const;
    expect(await collectSignatures(await contextOf(async () => err(failure)))).toMatchObject({
      status: 'unavailable',
      ...failure,
    });
    const context = await contextOf(asker([{ bundle }]).list);
    const offline = { ...context, settings: { ...context.settings, offline: true } };
    expect(await collectSignatures(offline)).toMatchObject({ status: 'unavailable', cause: 'offline' });
  });
});

test('GitHub is not asked where the registry has what the policy asks for, nor for authorities that do not say so', async () => {
  const { list, asked } = asker([{ bundle }]);
  const signed = await forge(search.scene, 'bundle signature', search.scene.index);
  expect(await collectSignatures(await contextOf(list, [signed]))).toMatchObject({ value: { verified: [{}] } });
  const context = await contextOf(list);
  const { attestationsOf: _api, ...without } = ATTESTED;
  const subject = { ...context.subject, verifiedBy: allowEntry([without]) };
  expect(await collectSignatures({ ...context, subject })).toMatchObject({ status: 'absent' });
  expect(asked).toEqual([]);
});

describe('a bundle that GitHub gives an address of', () => {
  test('is read there', async () => {
    const asked: string[] = [];
    const fetch = async (address: string) => {
      asked.push(address);
      return ok(compressed());
    };
    expect(await searchGitHub(place({ fetch }))).toMatchObject({ found: [{}], failures: [] });
    expect(asked).toEqual([URL_OF_BUNDLE]);
  });

  test('leaves open what it says where the address does not answer, which is named by its host alone', async () => {
    const { failures } = await searchGitHub(place({}));
    expect(failures).toMatchObject([{ cause: 'network', message: expect.stringContaining('bundles.example') }]);
    expect(JSON.stringify(failures)).not.toContain('signature=abc');
  });

  test.each([
    ['is no Snappy', Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
    ['ends early', Buffer.from([0x20, 0x7c, 0x61])],
    ['is empty', Buffer.alloc(0)],
  ])('is malformed where it %s', async (_how, bytes) => {
    const { found, failures } = await searchGitHub(place({ fetch: async () => ok(bytes) }));
    expect({ found: found.length, failures }).toEqual({ found: 1, failures: [] });
  });

  test('is held to the limits by the length it says it has', async () => {
    const fetch = async () => ok(compressed());
    for (const name of ['attestation-bytes', 'signature-bytes'] as const)
      expect(await searchGitHub(place({ fetch, limits: { ...registryLimits(), [name]: 64 } }))).toMatchObject({
        found: [],
        failures: [{ cause: 'limit', limit: name }],
      });
  });
});

test('attestations beyond those that are read make the search incomplete', async () => {
  const list: ListAttestations = async () => ok({ attestations: [{ bundle }], more: true });
  expect(await searchGitHub(place({ list }))).toMatchObject({
    found: [{}],
    failures: [{ limit: 'signature-referrers' }],
  });
});

test('the length of a Snappy block is read from whatever bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(snappyLength(snappyCompress(bytes))).toBe(bytes.length);
      const length = snappyLength(bytes);
      expect(length === undefined || (Number.isInteger(length) && length >= 0 && length < 2 ** 32)).toBe(true);
    }),
    { numRuns: 50 },
  );
});
