import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ImageSource } from '../../src/registry/image-source.js';
import { LayoutSource } from '../../src/registry/layout.js';
import type { Answer } from '../../src/rules/answer.js';
import { provenanceAttested } from '../../src/rules/provenance-attested.js';
import type { PublisherFacts } from '../../src/rules/rule.js';
import { sbomAttested } from '../../src/rules/sbom-attested.js';
import { attestedSubject } from '../support/attested-image.js';
import { gateRun } from '../support/gate-run.js';
import { makeImage } from '../support/image-maker.js';
import { writeLayout } from '../support/image-maker-layout.js';
import { makeDirectory } from '../support/scratch-repository.js';

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

describe('an attestation that is lacking fails, whoever published the image', () => {
  test('and what the catalogue knows of its publisher is said, with its source', async () => {
    const subject = { ...(await attestedSubject({ statements: [] })), publisher: PUBLISHER };
    const [provenance] = [provenanceAttested.evaluate(subject, { 'min-level': 1 })].flat();
    expect(provenance).toMatchObject({
      outcome: 'fail',
      reason:
        'The image has no signed provenance; by the catalogue, Acme Images publishes none (as of 2026-11: https://images.example/docs).',
    });
    expect(provenance?.fix).toContain('    image: "registry.example/**"\n');
    expect(provenance?.fix).toMatch(/expires: 2026-10-31$/);
    const [sbom] = [sbomAttested.evaluate(subject, {})].flat();
    expect(sbom).toMatchObject({ outcome: 'fail', reason: 'The image has no signed SBOM.' });
    expect(sbom?.fix).not.toContain('waivers');
  });

  test('and one that could not be looked for stays an open question', async () => {
    const incomplete = { cause: 'network', message: 'The registry did not answer.', remedy: 'Try again.' } as const;
    const subject = { ...(await attestedSubject({ statements: [], incomplete })), publisher: PUBLISHER };
    const [result] = [provenanceAttested.evaluate(subject, { 'min-level': 1 })].flat();
    expect(result).toMatchObject({ outcome: 'indeterminate', reason: 'The registry did not answer.' });
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
        /^`signed: false` excuses allow\[0\] from signature-verified alone: put `authorities` in its place/,
      );
    const [first, second] = failed.map(({ fix = '' }) => fix.slice(fix.indexOf('waivers:\n') + 'waivers:\n'.length));
    const accepted = await answers(`waivers:\n${first}\n${second}\n`);
    expect(accepted.map(({ waiver }) => waiver)).toEqual([expect.any(Number), expect.any(Number)]);
  });
});
