import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { inspectionJson } from '../../src/cli/inspection-document.js';
import { present } from '../../src/evidence/evidence.js';
import type { CollectedEvidence } from '../../src/evidence/kinds.js';
import { environmentSecrets } from '../../src/image-content/environment-facts.js';
import { htmlReport } from '../../src/reports/html/html.js';
import { namedValueWithoutSecret, variableWithoutSecret, withoutSecrets } from '../../src/reports/withheld.js';
import { checkText } from '../support/check-json.js';
import { contentsOf } from '../support/image/contents-of.js';
import { fakeToken } from '../support/image/planted-secrets.js';
import { PAGE_DAY } from '../support/page-report.js';
import { schemaErrors } from '../support/published-schema.js';
import { DIGEST, makeAnswer, makeImage, makeReport, makeUse } from '../support/report-maker.js';

const TOKEN = fakeToken('ghp_', 36);
const CONFIG = {
  Env: [
    'PATH=/usr/bin',
    'DB_PASSWORD=hunter2-env',
    'PGPASSWORD=hunter2-pg',
    `CACHE=${TOKEN}`,
    'npm_config_authToken=hunter2-npm',
  ],
  Labels: { 'org.example.token': 'hunter2-label', 'org.opencontainers.image.title': 'shop' },
  Entrypoint: ['/bin/sh', '-c', 'API_KEY="hunter2 entry" exec shop --password=hunter2-flag'],
  OnBuild: ['ENV NPM_TOKEN=hunter2-onbuild'],
};

/** Both documents that hold evidence, of one image. */
async function documentsOf(
  collected: (image: Required<CollectedEvidence>['image']) => CollectedEvidence,
): Promise<readonly string[]> {
  const { evidence } = await contentsOf({ config: CONFIG, layers: [] });
  const shown = collected(evidence.image);
  const image = makeImage('images.example/shop:1', { evidence: shown });
  const facts = { environment: [], support: [] };
  return [
    JSON.stringify(JSON.parse(checkText(makeReport({ images: [image] }))), null, 2),
    inspectionJson({ reference: image.reference, platform: 'linux/amd64', evidence: shown, facts }),
  ];
}

test('the HTML report has what an image says of itself without the values of secrets', async () => {
  const { evidence } = await contentsOf({ config: CONFIG, layers: [] });
  const use = makeUse('images.example/shop:1');
  const image = makeImage('images.example/shop:1', { evidence: { image: evidence.image } });
  const answers = [makeAnswer({ use: use.id, image: image.id, rule: 'non-root', platform: image.platform })];
  const page = [...htmlReport(makeReport({ uses: [use], images: [image], answers }), { now: PAGE_DAY })].join('');
  expect(page).not.toMatch(/hunter2|ghp_/);
  expect(page).toContain('API_KEY=[not shown] exec shop --password=[not shown]');
  expect(page).toContain('org.example.token=[not shown]');
});

describe('what an image says of itself, in the JSON of check and inspect', () => {
  test('has the names of secrets and not their values, and all that is none', async () => {
    for (const text of await documentsOf((image) => ({ image }))) {
      expect(text).not.toMatch(/hunter2|ghp_/);
      for (const kept of [
        'PATH=/usr/bin',
        'DB_PASSWORD=[not shown]',
        'PGPASSWORD=[not shown]',
        'CACHE=[not shown]',
        'npm_config_authToken=[not shown]',
        '"org.example.token": "[not shown]"',
        '"org.opencontainers.image.title": "shop"',
        'API_KEY=[not shown] exec shop --password=[not shown]',
        'ENV NPM_TOKEN=[not shown]',
      ]) {
        expect(text).toContain(kept);
      }
    }
  });

  test('stays of the published shape', async () => {
    const [check, inspection] = await documentsOf((image) => ({ image }));
    expect(schemaErrors('check.schema.json', JSON.parse(check ?? ''))).toEqual([]);
    expect(schemaErrors('inspect.schema.json', JSON.parse(inspection ?? ''))).toEqual([]);
  });

  test('has no secret that a build was given, though provenance and apko configuration name it', async () => {
    const predicate = {
      environment: { DB_PASSWORD: 'hunter2-apko', ENCRYPTION_KEY: 'hunter2-key', LANG: 'C.UTF-8' },
      invocation: { parameters: { args: { 'build-arg:NPM_TOKEN': 'hunter2-arg', 'build-arg:VERSION': '1.2.3' } } },
      parameters: [
        { name: 'build-arg:SIGNING_PASSPHRASE', value: 'hunter2-parameter' },
        { name: 'build-arg:CHANNEL', value: 'stable' },
      ],
      contents: { packages: ['libpasswdqc=2.0.3-r0'], repositories: ['https://me:hunter2-url@packages.example/os'] },
    };
    const unsigned = [
      {
        predicateType: 'https://slsa.dev/provenance/v0.2',
        predicate,
        place: 'the test',
        payloadDigest: DIGEST,
        digest: DIGEST,
        on: 'index' as const,
      },
    ];
    const statements = present({ verified: [], unsigned, rejected: [], unsupported: [], roots: [] }, 'the test');
    for (const text of await documentsOf(() => ({ statements }))) {
      expect(text).not.toContain('hunter2');
      for (const kept of ['C.UTF-8', '1.2.3', 'stable', 'libpasswdqc=2.0.3-r0', 'build-arg:SIGNING_PASSPHRASE']) {
        expect(text).toContain(kept);
      }
    }
  });
});

describe('a value', () => {
  test('that the rule no-secrets would tell is never printed', () => {
    const name = fc.stringMatching(/^[A-Z]{0,6}_?(?:PASSWORD|TOKEN|KEY|ACCESS|SECRET)(?:_[A-Z]{1,6})?$/);
    const value = fc.oneof(
      fc.string({ minLength: 9 }),
      fc.constant(TOKEN),
      fc.stringMatching(/^[a-z]{3}:\/\/[a-z]{1,9}:[a-z]{9}@[a-z]{1,9}$/),
    );
    fc.assert(
      fc.property(fc.oneof(name, fc.constant('CACHE')), value, (variable, secret) => {
        const line = `${variable}=${secret}`;
        if (environmentSecrets([line]).length > 0) expect(variableWithoutSecret(line)).toBe(`${variable}=[not shown]`);
      }),
    );
  });

  test.each([
    'GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D',
    'PATH=/usr/local/bin:/usr/bin',
    'NODE_VERSION=24.1.0',
    'PASSWORD=',
    'no value at all',
  ])('that is public is printed: %s', (line) => {
    expect(variableWithoutSecret(line)).toBe(line);
  });

  test.each(['bash=5.2.37-r1', 'libpasswdqc=2.0.3-r0', 'https://images.example/shop?a=b', 'BYPASSED=yes'])(
    'that is no setting named like a secret is left as it is: %s',
    (text) => {
      expect(withoutSecrets(text)).toBe(text);
    },
  );

  test('is left out of whatever stands around it, bare or quoted', () => {
    const around = fc.string({ unit: fc.constantFrom('a', 'B', ' ', '=', '-', ';') });
    const written = fc.constantFrom('hunter2', '"hunter2 and more"', "'hunter2'");
    fc.assert(
      fc.property(
        around,
        fc.constantFrom('TOKEN', '--token', '-password'),
        written,
        around,
        (before, name, value, after) => {
          expect(withoutSecrets(`${before} ${name}=${value}${after}`)).not.toContain('hunter2');
          expect(namedValueWithoutSecret(name, `${value}${after}`)).toBe('[not shown]');
        },
      ),
    );
  });
});
