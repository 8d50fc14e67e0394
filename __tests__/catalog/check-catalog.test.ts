import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  type CatalogAnswer,
  checkCatalog,
  exitCodeOf,
  tableOf,
  withDate,
} from '../../scripts/catalog/check-catalog.js';
import { loadCatalog } from '../../src/catalog/catalog.js';
import type { Publisher } from '../../src/catalog/publisher.js';
import type { ImageSource } from '../../src/registry/image-source.js';
import { type PublishedOptions, publishedImage } from '../support/image/published-image.js';
import { failingSource, writeTrustedRoot } from '../support/signing/signature-search.js';
import { layoutSource } from '../support/signing/signer-context.js';
import { keylessSigner, keySigner, type TestSigner } from '../support/signing/signer-identity.js';
import { makeSigstore, type TestSigstore } from '../support/signing/sigstore-trust.js';

const { publishers } = loadCatalog();
const checked = publishers.filter(({ check }) => check !== undefined);

let sigstore: TestSigstore;
let trustedRootFile: string;
let untrusted: TestSigner;

beforeAll(async () => {
  sigstore = await makeSigstore();
  trustedRootFile = writeTrustedRoot(JSON.stringify(sigstore.trustedRoot()));
  untrusted = await keylessSigner(sigstore, { issuer: 'https://accounts.google.com', subject: 'other@example.com' });
});

/** What registries answer for these publishers' images, and the publishers with the keys that sign them. */
async function record(asked: readonly Publisher[], changes: Omit<PublishedOptions, 'name'> = {}) {
  const made = await Promise.all(
    asked.map(async (publisher) => {
      const name = publisher.check?.image ?? '';
      const { authorities, entries } = await publishedImage(publisher, sigstore, { name, ...changes });
      return { publisher: { ...publisher, authorities }, entries };
    }),
  );
  return {
    publishers: made.map(({ publisher }) => publisher),
    source: await layoutSource(made.flatMap(({ entries }) => entries)),
  };
}

function check(asked: readonly Publisher[], source: ImageSource): Promise<readonly CatalogAnswer[]> {
  return checkCatalog(asked, source, { now: new Date(Date.now() + 60_000), offline: true, trustedRootFile });
}

const only = (id: string) => publishers.filter((publisher) => publisher.id === id);

describe('npm run catalog:check', () => {
  test('asks every verifiable publisher of the catalog for one image', () => {
    expect(checked.map(({ id }) => id)).toEqual(publishers.filter((one) => one.verifiable).map(({ id }) => id));
  });

  test('holds to each entry whose image is signed and attested as it says', async () => {
    const recorded = await record(checked);
    const answers = await check(recorded.publishers, recorded.source);
    expect(answers.filter(({ outcome }) => outcome !== 'holds')).toEqual([]);
    expect(answers).toHaveLength(checked.length);
    expect(exitCodeOf(answers, checked)).toBe(0);
  });

  test.each<[string, string, string, Omit<PublishedOptions, 'name'>]>([
    ['signed no longer what it attested', 'chainguard', 'attests no provenance', { attests: ['sbom'] }],
    ['attests what it did not', 'distroless', 'attests provenance now', { attests: ['sbom', 'provenance'] }],
  ])('says that an entry changed where its publisher %s', async (_what, id, reason, changes) => {
    const recorded = await record(only(id), changes);
    const answers = await check(recorded.publishers, recorded.source);
    expect(answers).toMatchObject([{ publisher: id, outcome: 'changed', reason: expect.stringContaining(reason) }]);
    expect(exitCodeOf(answers, checked)).toBe(1);
  });

  test('says that an entry changed where somebody else signs', async () => {
    const recorded = await record(only('chainguard'), { signer: untrusted });
    expect(await check(recorded.publishers, recorded.source)).toMatchObject([
      { outcome: 'changed', reason: expect.stringContaining('other@example.com') },
    ]);
    const keyed = await record(only('docker-hardened'), {
      signer: keySigner(generateKeyPairSync('ec', { namedCurve: 'prime256v1' })),
    });
    expect(await check(keyed.publishers, keyed.source)).toMatchObject([{ outcome: 'changed' }]);
  });

  test('says nothing of an entry whose registry does not answer, which is an error unless it needs a login', async () => {
    for (const [id, code] of [
      ['kubernetes', 2],
      ['minimus', 0],
    ] as const) {
      const recorded = await record(only(id));
      const answers = await check(
        recorded.publishers,
        failingSource(recorded.source, () => true, 'unauthorized'),
      );
      expect(answers).toMatchObject([{ outcome: 'unknown' }]);
      expect(exitCodeOf(answers, checked)).toBe(code);
    }
  });

  test('dates the catalog, and changes nothing else of it', () => {
    const text = 'version: 2026.11.1\n# when it was read\ndate: 2026-11-30\nabandoned: []\n';
    expect(withDate(text, new Date('2026-12-15T04:43:00Z'))).toBe(text.replace('2026-11-30', '2026-12-15'));
  });

  test('prints a row for each entry', () => {
    const answer = { publisher: 'acme', image: 'acme.example/a:1', outcome: 'changed', reason: 'a | b' } as const;
    expect(tableOf([answer]).split('\n')[2]).toBe('| acme | `acme.example/a:1` | changed | a \\| b |');
  });
});
