import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse as parseYaml } from 'yaml';
import { builtInPolicy } from '../../src/policy/baseline.js';
import type { ImageSource } from '../../src/registry/image-source.js';
import { LayoutSource } from '../../src/registry/layout/layout.js';
import type { Answer } from '../../src/rules/answer.js';
import { type AttestationSubject, lackingAttestation } from '../../src/rules/lacking-attestation.js';
import { provenanceAttested } from '../../src/rules/provenance-attested.js';
import type { PublisherFacts, RuleResult } from '../../src/rules/rule.js';
import { sbomAttested } from '../../src/rules/sbom-attested.js';
import { sbomComplete } from '../../src/rules/sbom-complete.js';
import { sbomMatchesImage } from '../../src/rules/sbom-matches-image.js';
import { gateRun } from '../support/gate-run.js';
import { attestedSubject } from '../support/image/attested-image.js';
import { makeImage } from '../support/image/image-maker.js';
import { writeLayout } from '../support/image/image-maker-layout.js';
import { subjectOf } from '../support/image/image-rule-subject.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { allowEntry, reference } from '../support/signing/signer-context.js';

const PUBLISHER: PublisherFacts = {
  id: 'acme',
  name: 'Acme Images',
  hardened: true,
  verifiable: true,
  publishes: {
    sbom: { as: 'signed' },
    provenance: { as: 'none', source: 'https://images.example/docs', read: '2026-11' },
  },
};

const WANTED = {
  rule: 'provenance-attested',
  published: 'provenance',
  name: 'signed provenance',
  absentFix: 'Build on another image.',
  unsupportedFix: 'Ask for another form.',
} as const;

/** The answer about an image of which every place said that it has no provenance. */
function lacking(given: Partial<AttestationSubject>): RuleResult {
  const subject = {
    ...{ verifiedBy: null, publisher: null, reference: reference('gcr.io/distroless/static:nonroot') },
    ...{ policy: builtInPolicy('strict'), now: new Date('2026-11-21T12:00:00Z') },
  };
  return lackingAttestation({ status: 'absent', lookedIn: [] }, WANTED, { ...subject, ...given }, 'warning');
}

describe('an attestation that is lacking fails, whoever published the image', () => {
  test('and what the catalog knows of its publisher is said, with its source', async () => {
    const subject = { ...(await attestedSubject({ statements: [] })), publisher: PUBLISHER };
    const [provenance] = [provenanceAttested.evaluate(subject, { 'min-level': 1, unpublished: 'warning' })].flat();
    expect(provenance).toMatchObject({
      outcome: 'fail',
      message: expect.stringMatching(/no signed provenance.* Acme Images .*2026-11: https:\/\/images\.example\/docs/),
    });
    expect(provenance?.atMost).toBe('warning');
    expect(provenance?.fix).toContain('    image: "registry.example/**"\n');
    expect(provenance?.fix).toMatch(/expires: 2026-10-31$/);
    const [sbom] = [sbomAttested.evaluate(subject, { unpublished: 'warning' })].flat();
    expect(sbom).toMatchObject({ outcome: 'fail', message: 'The image has no signed SBOM.' });
    expect(sbom?.fix).not.toContain('waivers');
  });

  test('and a publisher that does not sign what it publishes is distinguished from one that publishes nothing', () => {
    const source = 'https://images.example/docs';
    const publisher = { ...PUBLISHER, publishes: { provenance: { as: 'unsigned', source, read: '2026-10' } } } as const;
    const { message: reason } = lacking({ publisher });
    expect(reason).toContain('without a signature');
    expect(reason).toContain(`2026-10: ${source}`);
  });

  test.each<[string, PublisherFacts | null]>([
    ['nobody knows', null],
    ['the catalog knows nothing more of', { id: 'acme', name: 'Acme Images', hardened: false, verifiable: false }],
  ])('and of a publisher that %s, nothing is reported and no waiver offered', (_who, publisher) => {
    expect(lacking({ publisher, verifiedBy: null })).toEqual({
      outcome: 'fail',
      message: 'The image has no signed provenance.',
      fix: WANTED.absentFix,
    });
  });

  test.each<[string, RuleResult | readonly RuleResult[]]>([
    ['provenance-attested', provenanceAttested.evaluate(subjectOf({}), { 'min-level': 0, unpublished: 'warning' })],
    ['sbom-attested', sbomAttested.evaluate(subjectOf({}), { unpublished: 'warning' })],
    ['sbom-complete', sbomComplete.evaluate(subjectOf({}), sbomComplete.presets.strict.options)],
    ['sbom-matches-image', sbomMatchesImage.evaluate(subjectOf({}), {})],
  ])('and where nothing was collected, %s leaves it open', (_rule, result) => {
    expect(result).toMatchObject({ outcome: 'indeterminate' });
  });
});

describe('the waiver that is offered', () => {
  const waivers = (more: Partial<AttestationSubject>): unknown => {
    const [, lines] = (lacking({ publisher: PUBLISHER, ...more }).fix ?? '').split('\nwaivers:\n');
    return parseYaml(lines ?? '');
  };

  test('is for what its entry governs, or for the one repository where no single pattern does', () => {
    const entry = allowEntry([], { pattern: 'gcr.io/distroless/**' });
    expect(waivers({ verifiedBy: entry })).toMatchObject([{ rule: WANTED.rule, image: 'gcr.io/distroless/**' }]);
    const repository = [{ image: 'gcr.io/distroless/static' }];
    expect(waivers({ verifiedBy: null })).toMatchObject(repository);
    const ofCatalog = { ...entry, pattern: 'gcr.io/distroless/** gcr.io/other/**' };
    expect(waivers({ verifiedBy: ofCatalog })).toMatchObject(repository);
  });

  test.each([
    ['the last day of a month, while one is within what the policy lets waivers run', 60, '2026-11-21', '2026-12-31'],
    ['the last day that the policy lets it run, where no month ends before', 5, '2026-11-21', '2026-11-26'],
    ['a day to come, where the month ends today', 5, '2026-10-31', '2026-11-05'],
  ])('runs until %s', (_when, maxWaiverDays, today, expires) => {
    const policy = { ...builtInPolicy('strict'), maxWaiverDays };
    expect(waivers({ policy, now: new Date(`${today}T00:00:00Z`) })).toMatchObject([{ expires }]);
  });

  test('and one that could not be looked for stays an indeterminate result', async () => {
    const incomplete = { cause: 'network', message: 'The registry did not answer.', fix: 'Try again.' } as const;
    const subject = { ...(await attestedSubject({ statements: [], incomplete })), publisher: PUBLISHER };
    const [result] = [provenanceAttested.evaluate(subject, { 'min-level': 1, unpublished: 'warning' })].flat();
    expect(result).toMatchObject({ outcome: 'indeterminate', message: 'The registry did not answer.' });
  });
});

describe('an entry that lets an image through without a signature', () => {
  let source: ImageSource;
  beforeAll(async () => {
    const directory = makeDirectory({});
    await writeLayout(directory, [{ name: 'gcr.io/distroless/static:nonroot', content: await makeImage() }]);
    source = new LayoutSource(directory);
  });
  const ENTRY = 'version: 1\nallow:\n  - { image: "gcr.io/distroless/**", signed: false, reason: a test }\n';
  const RULES = 'rules: { sbom-attested: error, provenance-attested: error }\n';

  async function answers(more: string): Promise<readonly Answer[]> {
    const files = { Dockerfile: 'FROM gcr.io/distroless/static:nonroot\n' };
    const now = new Date('2026-11-21T12:00:00Z');
    const report = await gateRun({ files, policy: ENTRY + RULES + more, source, now });
    return report.answers.filter(({ rule }) => rule === 'sbom-attested' || rule === 'provenance-attested');
  }

  test('is excused from that alone, and the answer gives lines that a policy takes as they are', async () => {
    const failed = await answers('');
    expect(failed.map(({ outcome }) => outcome)).toEqual(['fail', 'fail']);
    // A policy that has both is refused.
    for (const { fix } of failed)
      expect(fix).toMatch(
        /^`signed: false` excuses allow\[0\] from signature-verified alone: replace it with `authorities`/,
      );
    const [first, second] = failed.map(({ fix = '' }) => fix.slice(fix.indexOf('waivers:\n') + 'waivers:\n'.length));
    const accepted = await answers(`waivers:\n${first}\n${second}\n`);
    expect(accepted.map(({ waiver }) => waiver)).toEqual([expect.any(Number), expect.any(Number)]);
  });
});
