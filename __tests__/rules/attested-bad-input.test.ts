import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { LayoutSource } from '../../src/registry/layout/layout.js';
import type { Answer } from '../../src/rules/answer.js';
import { gateRun } from '../support/gate-run.js';
import { fallbackTag, makeImage } from '../support/image/image-maker.js';
import { writeLayout } from '../support/image/image-maker-layout.js';
import { apkPackage, cycloneDxDocument, spdxDocument } from '../support/image/make-sbom.js';
import { apkInstalled } from '../support/image/packaged-files.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { githubProvenance, SLSA_V1 } from '../support/signing/make-provenance.js';
import { keySigner } from '../support/signing/signer-identity.js';
import { classicAttestation, cosignManifest } from '../support/signing/sigstore-forms.js';

/**
 * Everything here is signed by the right key and lies where it is looked for: what is wrong is what it says. The whole gate
 * evaluates it, from the bytes on disk to the answers.
 */
const SPDX = 'https://spdx.dev/Document';
const signer = keySigner(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }));
const NAME = 'registry.example/base';
const PACKAGES = [apkPackage('curl', '8.9.1-r2'), apkPackage('bash', '5.2-r1')];
const DOCUMENT = spdxDocument({ packages: PACKAGES });
const OTHER = '9'.repeat(64);
const HOSTILE = [`pkg:apk/${'%'.repeat(10_000)}`, 'javascript:alert(1)'];

interface Said {
  readonly predicateType?: string;
  readonly predicate?: unknown;
  readonly subject?: readonly Readonly<Record<string, string>>[];
  /** The payload's text, made from what it would otherwise be. */
  readonly bend?: (payload: string) => string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What the four rules answer about an image of which these statements are attested; the worst outcome of each. */
async function answered(statements: readonly Said[]): Promise<Readonly<Record<string, Answer>>> {
  const installed = PACKAGES.map(({ name, version = '' }) => ({ name, version, files: [] }));
  const image = await makeImage({
    layers: [[{ path: 'etc/os-release', content: 'ID=wolfi\n' }, ...apkInstalled(installed)]],
  });
  const { digest } = image.descriptor;
  const layers = await Promise.all(
    statements.map(
      async ({ predicateType = SPDX, predicate = DOCUMENT, subject, bend = (text) => text, annotations }) => {
        const own = [{ sha256: digest.slice('sha256:'.length) }];
        const payload = JSON.stringify({
          _type: 'https://in-toto.io/Statement/v1',
          subject: (subject ?? own).map((one) => ({ name: 'image', digest: one })),
          predicateType,
          predicate,
        });
        const layer = await classicAttestation(signer, Buffer.from(bend(payload)), { entry: 'none' });
        return { ...layer, annotations: { ...layer.annotations, ...annotations } };
      },
    ),
  );
  const directory = makeDirectory({});
  await writeLayout(directory, [
    { name: `${NAME}:1`, content: image },
    ...(layers.length === 0
      ? []
      : [{ name: `${NAME}:${fallbackTag(digest, '.att')}`, content: cosignManifest(layers) }]),
  ]);
  const report = await gateRun({
    files: { Dockerfile: `FROM ${NAME}:1\n` },
    policy: POLICY,
    policyFiles: { 'base.pub': signer.publicKeyPem },
    source: new LayoutSource(directory),
  });
  const worst: Record<string, Answer> = {};
  for (const answer of report.answers) {
    const before = worst[answer.rule];
    if (before === undefined || before.outcome === 'pass') worst[answer.rule] = answer;
  }
  return worst;
}

const SBOM_RULES = ['sbom-attested', 'sbom-complete', 'sbom-matches-image'] as const;
const POLICY = [
  'version: 1',
  'allow:',
  `  - image: ${NAME}`,
  '    authorities: [{ key: { file: base.pub, log: ignored } }]',
  'rules:',
  '  signature-verified: off',
  '  provenance-attested: error',
  ...SBOM_RULES.map((rule) => `  ${rule}: error`),
  '',
].join('\n');

const outcomes = (answers: Readonly<Record<string, Answer>>, rules: readonly string[]) =>
  rules.map((rule) => answers[rule]?.outcome);

test('the same statements without a fault pass all four', async () => {
  const answers = await answered([{}, { predicateType: SLSA_V1, predicate: githubProvenance() }]);
  expect(outcomes(answers, [...SBOM_RULES, 'provenance-attested'])).toEqual(['pass', 'pass', 'pass', 'pass']);
});

describe('no SBOM rule passes with', () => {
  const text = JSON.stringify(DOCUMENT);
  const nested = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
  const cases: readonly (readonly [string, readonly Said[], string])[] = [
    ['a subject of another image', [{ subject: [{ sha256: OTHER }] }], 'fail'],
    ['sha512 only', [{ subject: [{ sha512: OTHER + OTHER }] }], 'fail'],
    [
      'another type under the right annotation',
      [{ predicateType: 'https://example.com/x', annotations: { predicateType: SPDX } }],
      'fail',
    ],
    ['a string of a string', [{ predicate: JSON.stringify(text) }], 'indeterminate'],
    ['truncated JSON in a text', [{ predicate: text.slice(0, -9) }], 'indeterminate'],
    ['a truncated statement', [{ bend: (payload) => payload.slice(0, -9) }], 'fail'],
    [
      'a million packages',
      [{ predicate: `{"spdxVersion":"SPDX-2.3","packages":[${Array(1_000_000).fill('0').join(',')}]}` }],
      'indeterminate',
    ],
    [
      'a key twice in the document',
      [{ bend: (payload) => payload.replace('"packages":', '"packages":[],"packages":') }],
      'fail',
    ],
    [
      'a key twice in the text of a document',
      [{ predicate: text.replace('"packages":', '"packages":[],"packages":') }],
      'indeterminate',
    ],
    ['two types', [{ bend: (payload) => payload.replace('"predicate":', '"predicateType":"x","predicate":') }], 'fail'],
    [
      'packages in the prototype',
      [{ bend: (payload) => payload.replace('"packages":', '"__proto__":{"packages":[]},"constructor":') }],
      'fail',
    ],
    ['deep nesting', [{ bend: (payload) => payload.replace('"packages":', `"x":${nested},"packages":`) }], 'fail'],
  ];
  test.each(cases)('%s', async (_, statements, expected) => {
    const answers = await answered(statements);
    expect(outcomes(answers, SBOM_RULES)).toEqual([expected, expected, expected]);
    for (const rule of SBOM_RULES) expect(answers[rule]?.fix).toEqual(expect.any(String));
  });

  test('several subjects, of which one is the image', async () => {
    const statement = (payload: string) =>
      payload.replace('"subject":[', `"subject":[{"digest":{"sha256":"${OTHER}"}},`);
    const answers = await answered([{ bend: statement }]);
    expect(outcomes(answers, SBOM_RULES)).toEqual(['indeterminate', 'indeterminate', 'indeterminate']);
  });
});

describe('some SBOM rule fails with', () => {
  test.each<[string, readonly Said[], (typeof SBOM_RULES)[number], string]>([
    [
      'packages that contain each other',
      [
        {
          predicate: spdxDocument({
            packages: PACKAGES,
            relationships: [
              ['SPDXRef-Package-apk-curl', 'CONTAINS', 'SPDXRef-Package-apk-bash'],
              ['SPDXRef-Package-apk-bash', 'CONTAINS', 'SPDXRef-Package-apk-curl'],
            ],
          }),
        },
      ],
      'sbom-complete',
      'contains itself',
    ],
    [
      'a time in the future',
      [{ predicate: spdxDocument({ packages: PACKAGES, created: '2999-01-01T00:00:00Z' }) }],
      'sbom-complete',
      'in the future',
    ],
    [
      'hostile purls',
      [{ predicate: spdxDocument({ packages: PACKAGES.map((one, i) => ({ ...one, purl: HOSTILE[i] ?? '' })) }) }],
      'sbom-complete',
      'identifier',
    ],
    [
      'two documents that contradict each other',
      [{}, { predicate: spdxDocument({ packages: [apkPackage('curl', '8.9.1-r9'), apkPackage('bash', '5.2-r1')] }) }],
      'sbom-attested',
      'contradict each other',
    ],
    [
      'a document of another format that hides a package',
      [
        {},
        { predicateType: 'https://cyclonedx.org/bom', predicate: cycloneDxDocument({ packages: PACKAGES.slice(1) }) },
      ],
      'sbom-attested',
      'contradict each other',
    ],
  ])('%s', async (_, statements, rule, reason) => {
    expect((await answered(statements))[rule]).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining(reason),
    });
  });
});

describe('provenance-attested does not pass with', () => {
  const predicate = githubProvenance();
  const said = { predicateType: SLSA_V1, predicate };
  test.each<[string, Said, string]>([
    ['a subject of another image', { ...said, subject: [{ sha256: OTHER }] }, 'fail'],
    ['sha512 only', { ...said, subject: [{ sha512: OTHER + OTHER }] }, 'fail'],
    [
      'another type under the right annotation',
      { predicateType: 'https://example.com/x', predicate, annotations: { predicateType: SLSA_V1 } },
      'fail',
    ],
    ['a string of a string', { ...said, predicate: JSON.stringify(JSON.stringify(predicate)) }, 'indeterminate'],
    ['a truncated statement', { ...said, bend: (payload) => payload.slice(0, -9) }, 'fail'],
    [
      'a builder named twice',
      { ...said, bend: (payload) => payload.replace('"builder":', '"builder":{"id":"x"},"builder":') },
      'fail',
    ],
    ['a time in the future', { ...said, predicate: githubProvenance({ finishedOn: '2999-01-01T00:00:00Z' }) }, 'fail'],
  ])('%s', async (_, statement, expected) => {
    expect(outcomes(await answered([statement]), ['provenance-attested'])).toEqual([expected]);
  });
});
