import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { loadCatalog } from '../../src/catalog/catalog.js';
import equivalents from '../../src/catalog/equivalents.generated.json' with { type: 'json' };
import type { Policy } from '../../src/policy/policy.js';
import { repositoryName } from '../../src/references/reference.js';
import { rules } from '../../src/rules/index.js';
import { type Proposal, proposalsFor } from '../../src/suggestions/suggestions.js';
import { expectDocument } from '../support/held-table.js';
import { readAnswers } from '../support/image/buildkit-answers.js';
import { read } from '../support/image/read-dockerfile.js';
import { validPolicy } from '../support/load-policy-text.js';
import { describeWithSharedData, sharedData } from '../support/shared-data.js';

/** How an organization that has chosen a publisher allows its images: by the catalog, or with the publisher's key. */
const ALLOW: Readonly<Record<string, readonly string[]>> = {
  chainguard: [
    'catalog: chainguard',
    'catalog: chainguard-organization, with: { organization: acme.com, identities: [https://issuer.enforce.dev/a/b] }',
  ],
  distroless: ['catalog: distroless'],
  'docker-hardened': ['catalog: docker-hardened, authorities: [{ key: { file: publisher.pub, log: ignored } }]'],
  microsoft: ['image: mcr.microsoft.com/**, signed: false, reason: its signatures are of the Notary Project'],
  'red-hat-hardened': [
    'image: registry.access.redhat.com/hi/*, authorities: [{ key: { file: publisher.pub, log: ignored } }]',
  ],
  'red-hat-ubi': ['catalog: red-hat-ubi'],
  'suse-bci': [
    'catalog: suse-bci, authorities: [{ key: { file: publisher.pub, log: ignored } }]',
    'image: registry.suse.com/suse/**, authorities: [{ key: { file: publisher.pub, log: ignored } }]',
  ],
};

/** Runtimes come to their ends, and the table is to stay the same until somebody counts again. */
const NOW = new Date('2026-11-21T12:00:00Z');
const PROFILES = ['baseline', 'hardened', 'strict'] as const;
const INTRODUCTION = `# Uses that get an equivalent

How many image uses of real build files get an equivalent proposed, by publisher and profile: 4,731 public Dockerfiles, each evaluated under a policy that allows this publisher alone, as the second column says. "Read" are those with an equivalent that was read at its source and not inferred. "Split" are those where everything proposed needs what the stage runs in a stage of its own. A publisher that attests nothing, or whose signatures can't be verified, has fewer under the stricter profiles, because what is known to fail is not proposed.

Made by \`UPDATE_TABLES=1 npm test -- __tests__/suggestions/suggestions.corpus.test.ts\`, which also holds it.
`;
const HEAD = [
  'publisher',
  'allowed by',
  ...PROFILES.map((profile) => `uses, ${profile}`),
  'read, hardened',
  'split, hardened',
];

async function policyOf(allow: readonly string[], profile: string): Promise<Policy> {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const lines = allow.map((entry) => `  - { ${entry} }\n`).join('');
  return await validPolicy(`version: 1\nprofile: ${profile}\nallow:\n${lines}`, {
    rules,
    files: { 'publisher.pub': pem, '.github/publisher.pub': pem },
  });
}

interface Count {
  uses: number;
  read: number;
  split: number;
}

function count(row: Count, proposals: readonly Proposal[]): void {
  if (proposals.length === 0) return;
  row.uses += 1;
  if (proposals.some(({ inferred }) => !inferred)) row.read += 1;
  if (proposals.every(({ changes }) => changes.some((change) => change.startsWith('RUN belongs')))) row.split += 1;
}

describeWithSharedData('dockerfiles/corpus.jsonl', 'real Dockerfiles', () => {
  test('get equivalents that fit their stages', async () => {
    expect(Object.keys(ALLOW)).toEqual(Object.keys(equivalents.publishers));
    const everything = Object.values(ALLOW).flat();
    const rows = await Promise.all(
      [...Object.entries(ALLOW), ['any of them', everything] as const].map(async ([id, allow]) => ({
        id,
        allow,
        policies: await Promise.all(PROFILES.map((profile) => policyOf(allow, profile))),
        counts: PROFILES.map((): Count => ({ uses: 0, read: 0, split: 0 })),
      })),
    );
    const catalog = loadCatalog();
    const known = new Set(equivalents.images.map((equivalent) => equivalent.for));
    let [uses, inTable] = [0, 0];
    for (const { content } of readAnswers(sharedData('dockerfiles/corpus.jsonl'))) {
      const reading = read(content);
      for (const use of reading.uses) {
        const { reference } = use;
        if (reference === null || use.role === 'frontend') continue;
        uses += 1;
        if (!known.has(repositoryName(reference))) continue;
        inTable += 1;
        for (const { policies, counts } of rows) {
          for (const [index, policy] of policies.entries()) {
            const row = counts[index];
            if (row !== undefined) {
              count(row, proposalsFor({ use, reference, now: NOW }, reading.stages, policy, catalog).proposed);
            }
          }
        }
      }
    }
    const share = (part: number) => `${part} (${Math.round((100 * part) / uses)} %)`;
    const total = ['all uses', `${uses}, of which ${inTable} name an image that the table knows`];
    await expectDocument('equivalents.md', INTRODUCTION, HEAD, [
      ...rows.map(({ id, allow, counts }) => [
        equivalents.publishers[id] ?? id,
        id in ALLOW ? allow.map((entry) => `\`${entry.split(', ')[0]}\``).join(', ') : 'all of these',
        ...counts.map((one) => share(one.uses)),
        String(counts[1]?.read),
        String(counts[1]?.split),
      ]),
      [...total, ...PROFILES.map(() => ''), '', ''],
    ]);
    expect(uses).toBeGreaterThan(5_000);
    expect(rows.at(-1)?.counts[0]?.uses).toBeGreaterThan(inTable / 2);
  });
});
