import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Answer } from '../../../src/rules/answer.js';
import {
  answersOf,
  closeFakePublishers,
  type FakePublisher,
  type PublishOptions,
  startFakePublisher,
  untrustedKey,
} from '../../support/github/fake-publisher.js';
import { HIGH, osvRecord } from '../../support/registry/osv-server.js';

const RECORDS = ['0001', '0002'].map((number) =>
  osvRecord(`ALPINE-CVE-2026-${number}`, [{ ecosystem: 'Alpine:v3.22', name: 'openssl', fixed: '3.3.2-r0' }], {
    severity: [HIGH],
    aliases: [`GHSA-aaaa-bbbb-${number}`],
  }),
);
const PACKAGES = [['openssl', '3.3.1-r0']] as const;
const OPENSSL = 'pkg:apk/alpine/openssl@3.3.1-r0?arch=x86_64';
const OTHER = `sha256:${'d'.repeat(64)}`;

const NOT_AFFECTED = {
  vulnerability: { name: 'CVE-2026-0001' },
  status: 'not_affected',
  justification: 'vulnerable_code_not_in_execute_path',
};

type Made = { readonly [field: string]: unknown };

/** An OpenVEX document whose statement is about openssl in the image that it is attested of. */
const document =
  (changes: Made = {}, fields: Made = {}) =>
  (digest: string) => ({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://acme.example/vex/1',
    author: 'Acme',
    timestamp: '2026-05-01T00:00:00Z',
    statements: [
      {
        ...NOT_AFFECTED,
        products: [{ '@id': `pkg:oci/base@${digest.replace(':', '%3A')}`, subcomponents: [{ '@id': OPENSSL }] }],
        ...changes,
      },
    ],
    ...fields,
  });

let fake: FakePublisher;
beforeEach(async () => {
  fake = await startFakePublisher();
});
afterEach(closeFakePublishers);

async function evaluated(options: PublishOptions, policy?: readonly string[]): Promise<Answer | undefined> {
  const digest = await fake.publish('1', PACKAGES, options);
  const report = await fake.evaluate(`base:1@${digest}`, RECORDS, policy === undefined ? {} : { lines: policy });
  return answersOf(report, 'no-known-vulnerabilities')[0];
}

const BOTH = ['CVE-2026-0001', 'CVE-2026-0002'];

describe('a signed statement of the publisher', () => {
  test('silences what it names, in the package that it names, and is shown with who says so and why', async () => {
    const answer = await evaluated({ vex: [{ document: document() }] });
    expect(answer).toMatchObject({ outcome: 'fail', vulnerabilities: ['CVE-2026-0002'] });
    expect(answer?.details).toContain(
      'CVE-2026-0001 does not count: https://acme.example/vex/1 statement 1, signed by the key base.pub, says not_affected: vulnerable_code_not_in_execute_path',
    );
  });

  test('lets an image pass whose every vulnerability it silences', async () => {
    const answer = await evaluated({
      vex: [
        { document: document() },
        { document: document({ vulnerability: { name: 'GHSA-aaaa-bbbb-0002' } }, { '@id': 'https://acme.example/2' }) },
      ],
    });
    expect(answer).toMatchObject({ outcome: 'pass' });
    expect(answer?.details?.filter((line) => line.includes('does not count'))).toHaveLength(2);
  });
});

describe('silences nothing', () => {
  test.each<[string, Made]>([
    ['under investigation', { status: 'under_investigation', justification: undefined }],
    ['affected', { status: 'affected', justification: undefined }],
    ['not affected without a justification', { justification: undefined }],
    ['not affected with a justification of its own making', { justification: 'trust_me' }],
    ['about the image as a whole', { products: [{ '@id': 'pkg:oci/base' }] }],
    [
      'about another image',
      { products: [{ '@id': `pkg:oci/base@${OTHER.replace(':', '%3A')}`, subcomponents: [{ '@id': OPENSSL }] }] },
    ],
    [
      'about another package',
      { products: [{ '@id': 'pkg:oci/base', subcomponents: [{ '@id': 'pkg:apk/alpine/zlib@1.3.1-r0' }] }] },
    ],
    ['about another version', { products: [{ '@id': 'pkg:apk/alpine/openssl@3.3.0-r0' }] }],
    ['from the future', { timestamp: '2027-01-01T00:00:00Z' }],
  ])('%s', async (_name, changes) => {
    expect(await evaluated({ vex: [{ document: document(changes) }] })).toMatchObject({
      outcome: 'fail',
      vulnerabilities: BOTH,
    });
  });

  test('by an identity that is no authority of the entry', async () => {
    const answer = await evaluated({ vex: [{ document: document(), signer: untrustedKey() }] });
    expect(answer).toMatchObject({ outcome: 'fail', vulnerabilities: BOTH });
  });

  test('by an untrusted party beside a statement of the publisher about something else', async () => {
    const mine = document({ vulnerability: { name: 'CVE-2026-0002' } });
    const answer = await evaluated({
      vex: [{ document: document(), signer: untrustedKey() }, { document: mine }],
    });
    expect(answer).toMatchObject({ outcome: 'fail', vulnerabilities: ['CVE-2026-0001'] });
  });

  test('signed for another digest, and stored next to this one', async () => {
    const answer = await evaluated({ vex: [{ document: document(), about: OTHER }] });
    expect(answer).toMatchObject({ outcome: 'fail', vulnerabilities: BOTH });
  });

  test.each(['deny', 'allow'])('signed by nobody, where the entry says `unsigned: %s` of SBOM', async (unsigned) => {
    const digest = await fake.publish('1', PACKAGES, {
      unsignedVex: document({ products: [{ '@id': OPENSSL }] })(''),
    });
    const report = await fake.evaluate(`base:1@${digest}`, RECORDS, {
      entry: [`attestations: { unsigned: ${unsigned} }`],
    });
    expect(answersOf(report, 'no-known-vulnerabilities')[0]).toMatchObject({
      outcome: 'fail',
      vulnerabilities: BOTH,
    });
    // It was seen, and did not count.
    expect(JSON.stringify(report.images[0]?.evidence.vex)).toContain('unsigned OpenVEX');
  });
});

describe('of two that contradict each other the newer holds', () => {
  const older = { timestamp: '2026-01-01T00:00:00Z' };
  const newer = { timestamp: '2026-06-01T00:00:00Z' };
  const affected = { status: 'affected', justification: undefined };

  test.each<[string, Made, Made, readonly string[]]>([
    ['affected after not affected', { ...older }, { ...newer, ...affected }, BOTH],
    ['not affected after affected', { ...older, ...affected }, { ...newer }, ['CVE-2026-0002']],
    ['under investigation again', { ...older }, { ...newer, ...affected, status: 'under_investigation' }, BOTH],
    ['affected at the same time', { ...older }, { ...older, ...affected }, BOTH],
  ])('%s', async (_name, one, other, counted) => {
    const answer = await evaluated({ vex: [{ document: document(one) }, { document: document(other) }] });
    expect(answer).toMatchObject({ outcome: 'fail', vulnerabilities: counted });
  });

  test('a newer one of an untrusted party overrules nothing', async () => {
    const answer = await evaluated({
      vex: [{ document: document(older) }, { document: document({ ...newer, ...affected }), signer: untrustedKey() }],
    });
    expect(answer).toMatchObject({ outcome: 'fail', vulnerabilities: ['CVE-2026-0002'] });
  });
});

test('what the publisher says of today’s image does not silence the one that is evaluated', async () => {
  const pinned = await fake.publish('1', PACKAGES);
  const today = await fake.publish('1', [...PACKAGES, ['zlib', '1.3.2-r0']], {
    vex: [
      { document: document() },
      { document: document({ vulnerability: { name: 'CVE-2026-0002' } }, { '@id': 'https://acme.example/2' }) },
    ],
  });
  const report = await fake.evaluate(`base:1@${pinned}`, RECORDS);
  const [answer] = answersOf(report, 'no-known-vulnerabilities');
  expect(answer).toMatchObject({ outcome: 'fail', vulnerabilities: BOTH });
  // It counts where it was said: the tag's image has both, and they do not count there.
  expect(answer?.fix).toBe(
    `Use ${today} (tag 1 today), in which none of these counts, since its publisher's VEX silences CVE-2026-0001 and CVE-2026-0002.`,
  );
});
