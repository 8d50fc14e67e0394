import { beforeAll, describe, expect, test } from '@jest/globals';
import { type SummaryInput, verificationSummaries } from '../../../src/enforce/vsa/verification-summaries.js';
import type { ImageSource } from '../../../src/registry/image-source.js';
import {
  makeMultiPlatform,
  makeSigner,
  NOW,
  runGateFor,
  signedEntries,
  sourceOf,
} from '../../support/enforce/export-world.js';
import type { MadeContent } from '../../support/image/image-maker.js';

const COMMIT = { id: 'c'.repeat(40), uri: `git+https://github.com/acme/shop@${'c'.repeat(40)}` };
const signer = makeSigner();
let image: MadeContent;
let source: ImageSource;
beforeAll(async () => {
  image = await makeMultiPlatform('base');
  const other = await makeMultiPlatform('other');
  source = await sourceOf([
    ...(await signedEntries('ghcr.io/acme/base:1', image, [signer])),
    ...(await signedEntries('ghcr.io/acme/unsigned:1', other, [])),
  ]);
});

/** Rules that offline data can't answer are off, so that a whole run is one. */
const policyOf = (more = '', profile = 'baseline') => `version: 1
profile: ${profile}
allow: [{ image: "ghcr.io/acme/**", authorities: [{ key: { file: a.pub, log: ignored } }] }]
rules: { signature-verified: error, no-known-vulnerabilities: off, supported: off, current: off${more} }
`;

async function summaries(dockerfile: string, policy = policyOf(), changes: Partial<SummaryInput> = {}) {
  const made = await runGateFor({ dockerfile, policy, policyFiles: { 'a.pub': signer.publicKeyPem }, source });
  const files = verificationSummaries({
    ...made,
    now: NOW,
    commit: COMMIT,
    server: 'https://github.com',
    partial: null,
    platforms: [],
    ...changes,
  });
  const index: { readonly summaries: readonly { file: string; result: string; reason?: string; subject: unknown }[] } =
    JSON.parse(files['index.json'] ?? '');
  return { files, report: made.report, results: index.summaries };
}

describe('Verification Summary predicates', () => {
  test('say PASSED of an image and a commit that were verified in full', async () => {
    const { files, results, report } = await summaries('FROM ghcr.io/acme/base:1\n');
    expect(report.coverage.causes).toEqual([]);
    const digest = image.descriptor.digest;
    expect(results).toEqual([
      {
        file: 'image-1.json',
        subject: { name: 'ghcr.io/acme/base', digest: { sha256: digest.slice('sha256:'.length) } },
        result: 'PASSED',
      },
      { file: 'commit.json', subject: { name: COMMIT.uri, digest: { gitCommit: COMMIT.id } }, result: 'PASSED' },
    ]);
    expect(JSON.parse(files['image-1.json'] ?? '')).toEqual({
      verifier: { id: 'https://github.com/base-image-gate/base-image-gate', version: expect.any(Object) },
      timeVerified: '2026-12-01T12:00:00.000Z',
      resourceUri: `pkg:oci/base@${encodeURIComponent(digest)}?repository_url=ghcr.io%2Facme%2Fbase&tag=1`,
      policy: {
        uri: `${COMMIT.uri}#.github/base-image-gate.yml`,
        digest: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
      verificationResult: 'PASSED',
      verifiedLevels: ['BASE_IMAGE_GATE_BASELINE'],
      slsaVersion: '1.0',
    });
  });

  test.each([
    ['an image that fails', 'FROM ghcr.io/acme/unsigned:1\n', policyOf(), {}, ['FAILED', 'FAILED']],
    [
      'an image that only observe lets pass',
      'FROM ghcr.io/acme/unsigned:1\n',
      policyOf('', 'observe'),
      {},
      ['FAILED', 'FAILED'],
    ],
    [
      'a rule that has no answer, as a warning',
      'FROM ghcr.io/acme/base:1\n',
      policyOf('').replace('no-known-vulnerabilities: off', 'no-known-vulnerabilities: warning'),
      {},
      ['FAILED', 'FAILED'],
    ],
    ['a reference that is not known', 'ARG BASE\nFROM $BASE\n', policyOf(', known-reference: warning'), {}, ['FAILED']],
    ['an image that was not resolved', 'FROM ghcr.io/acme/none:1\n', policyOf(), {}, ['FAILED']],
    [
      'fewer platforms than the policy names',
      'FROM ghcr.io/acme/base:1\n',
      policyOf().replace('allow:', 'platforms: [linux/amd64, linux/arm64]\nallow:'),
      { platforms: [{ os: 'linux', architecture: 'amd64' }] },
      ['FAILED', 'FAILED'],
    ],
    [
      'a part of the commit',
      'FROM ghcr.io/acme/base:1\n',
      policyOf(),
      { partial: 'Only a part.' },
      ['FAILED', 'FAILED'],
    ],
  ])('never say PASSED of %s', async (_, dockerfile, policy, changes, expected) => {
    const { results, files } = await summaries(dockerfile, policy, changes);
    expect(results.map(({ result }) => result)).toEqual(expected);
    for (const { file, reason } of results) {
      expect(reason).toMatch(/\.$/);
      expect(JSON.parse(files[file] ?? '')).toMatchObject({ verificationResult: 'FAILED', verifiedLevels: ['FAILED'] });
    }
  });

  test.each([
    ['every platform of the policy', '[linux/amd64]', ['amd64']],
    ['more platforms than those of the policy', '[linux/amd64]', ['amd64', 'arm64']],
  ])('say PASSED of %s', async (_, platforms, architectures) => {
    const { results } = await summaries(
      'FROM ghcr.io/acme/base:1\n',
      policyOf().replace('allow:', `platforms: ${platforms}\nallow:`),
      { platforms: architectures.map((architecture) => ({ os: 'linux', architecture })) },
    );
    expect(results.map(({ result }) => result)).toEqual(['PASSED', 'PASSED']);
  });

  test('speak of no commit where none is known', async () => {
    const { results } = await summaries('FROM ghcr.io/acme/base:1\n', policyOf(), { commit: null });
    expect(results.map(({ file }) => file)).toEqual(['image-1.json']);
  });
});
