import { expect, test } from '@jest/globals';
import { loadCatalogue } from '../../src/catalog/catalogue.js';
import { equivalents } from '../../src/catalog/equivalents.generated.js';
import { formatReference } from '../../src/images/reference.js';
import type { Policy } from '../../src/policy/policy.js';
import { proposalsFor } from '../../src/proposals/proposals.js';
import { readAnswers } from '../support/buildkit-answers.js';
import { validPolicy } from '../support/load-policy-text.js';
import { read } from '../support/read-dockerfile.js';
import { describeWithSharedData, sharedData } from '../support/shared-data.js';

/** A policy under which everything that one publisher has is allowed, and nothing else. */
function policyOf(publisher: string): Promise<Policy> {
  const images = equivalents.images
    .filter((equivalent) => equivalent.publisher === publisher && !equivalent.image.includes('{organization}'))
    .map(({ image }) => `  - { image: ${image}, signed: false, reason: test }\n`);
  const organisation =
    publisher === 'chainguard'
      ? '  - { catalog: chainguard-organization, with: { organization: acme.com, identities: [https://issuer.enforce.dev/a/b] } }\n'
      : '';
  return validPolicy(`version: 1\nprofile: hardened\nallow:\n${[...new Set(images)].join('')}${organisation}`);
}

describeWithSharedData('dockerfiles/corpus.jsonl', 'real Dockerfiles', () => {
  test('get equivalents that fit their stages', async () => {
    const publishers = Object.keys(equivalents.publishers);
    const policies = await Promise.all(publishers.map(async (id) => [id, await policyOf(id)] as const));
    const catalogue = loadCatalogue();
    const known = new Set(equivalents.images.map((equivalent) => equivalent.for));
    const table: Record<string, { uses: number; read: number; split: number }> = {};
    for (const id of [...publishers, 'any of them']) table[id] = { uses: 0, read: 0, split: 0 };
    const counts = { uses: 0, 'of images in the table': 0 };
    const add = (id: string, proposals: ReturnType<typeof proposalsFor>) => {
      const row = table[id];
      if (row === undefined || proposals.length === 0) return;
      row.uses += 1;
      if (proposals.some(({ inferred }) => !inferred)) row.read += 1;
      if (proposals.every(({ changes }) => changes.some((change) => change.startsWith('RUN belongs')))) row.split += 1;
    };
    for (const { content } of readAnswers(sharedData('dockerfiles/corpus.jsonl'))) {
      const { uses, stages } = read(content);
      for (const use of uses) {
        if (use.reference === null || use.role === 'frontend') continue;
        const { reference } = use;
        counts.uses += 1;
        if (!known.has(formatReference(reference).replace(/[:@][^/]*$/, ''))) continue;
        counts['of images in the table'] += 1;
        const found = policies.map(
          ([id, policy]) => [id, proposalsFor({ use, reference }, stages, policy, catalogue)] as const,
        );
        for (const [id, proposals] of found) add(id, proposals);
        add(
          'any of them',
          found.flatMap(([, proposals]) => proposals),
        );
      }
    }
    process.stdout.write(
      `uses that get an equivalent under profile hardened: ${JSON.stringify({ ...counts, table }, null, 1)}\n`,
    );
    expect(counts.uses).toBeGreaterThan(5_000);
    expect(table['any of them']?.uses).toBeGreaterThan(counts['of images in the table'] / 2);
  });
});
