import { describe, expect, test } from '@jest/globals';
import { complianceEvidence } from '../../src/compliance/evidence.js';
import { imageFactsOf } from '../../src/compliance/image-facts.js';
import { renderEvidence } from '../../src/compliance/render-evidence.js';
import type { Evidence } from '../../src/evidence/evidence.js';
import type { CollectedEvidence } from '../../src/evidence/kinds.js';
import type { Report } from '../../src/reports/report.js';
import type { ImageSignatures } from '../../src/signatures/verified.js';
import { DIGEST, makeAnswer, makeImage, makeReport, makeUse } from '../support/report-maker.js';

const use = makeUse('registry.example.com/base:1');
const REFERENCE = 'registry.example.com/base:1';

function signatures(given: Partial<ImageSignatures>): Evidence<ImageSignatures> {
  return {
    status: 'present',
    value: { verified: [], rejected: [], unsupported: [], roots: [], ...given },
    from: 'registry.example.com',
  };
}

function signedBy(name: string): Evidence<ImageSignatures> {
  return signatures({
    verified: [
      {
        signer: { kind: 'key', name, fingerprint: 'sha256:00' },
        logged: [],
        digest: DIGEST,
        on: 'index',
        authority: name,
        authorityIndex: 0,
        form: 'cosign signature',
        place: 'a',
      },
    ],
  });
}

function timestamps(at: string): CollectedEvidence {
  const one = { name: 'transparency log', at, verified: true, place: 'a' };
  return { timestamps: { status: 'present', value: { timestamps: [one], chosen: one, refused: [] }, from: 'a' } };
}

/** A report of one image, with this evidence on each platform. */
function reportOf(evidence: Readonly<Record<string, CollectedEvidence>>, answers: Report['answers'] = []): Report {
  const images = Object.entries(evidence).map(([platform, collected]) =>
    makeImage(REFERENCE, { platform, evidence: collected }),
  );
  return makeReport({ uses: [use], answers, images });
}

function signaturesTold(evidence: CollectedEvidence, answers: Report['answers'] = []) {
  return imageFactsOf(reportOf({ 'linux/amd64': evidence }, answers))[0]?.platforms[0]?.signatures;
}

const NOW = new Date('2026-11-21T12:00:00Z');
const RUN = { collected: NOW, evaluated: 'acme/shop at c0ffee' };
const markdown = (report: Report) => renderEvidence(complianceEvidence(report, 'nist-800-53', RUN), 'markdown');

describe('who signed an image', () => {
  test('is reported as seen where a signature counts', () => {
    expect(signaturesTold({ signatures: signedBy('base.pub') })).toEqual({
      status: 'seen',
      values: [`the key base.pub over ${DIGEST}`],
    });
  });

  test('is not asked where nobody looked, and that is no "nobody"', async () => {
    expect(signaturesTold({})).toEqual({ status: 'not-evaluated', values: ['no rule of the policy needed it'] });
    const text = await markdown(reportOf({ 'linux/amd64': {} }));
    expect(text).toContain('| Signed by | not evaluated: no rule of the policy needed it |');
    expect(text).not.toContain('no authority');
  });

  describe('is reported name by name where several lead to the same digest', () => {
    const names = ['registry.example.com/base:1', 'mirror.example.com/base:1'] as const;
    const uses = names.map((name, index) => makeUse(name, { line: index + 1 }));
    const report = makeReport({
      uses,
      answers: uses.map((one, index) =>
        makeAnswer({
          rule: 'signature-verified',
          outcome: index === 0 ? 'pass' : 'not-applicable',
          use: one.id,
          image: `${one.written} linux/amd64`,
          platform: 'linux/amd64',
          message: index === 0 ? 'It is signed.' : 'allow[1] lets it through.',
        }),
      ),
      images: names.map((reference, index) =>
        makeImage(reference, {
          evidence: index === 0 ? { signatures: signedBy('base.pub') } : timestamps('2026-11-01T00:00:00.000Z'),
        }),
      ),
    });

    test('so that what lets one through unsigned says nothing of the other', () => {
      const [signed, open] = imageFactsOf(report).map(({ platforms: [first] }) => first?.signatures.status);
      expect([signed, open]).toEqual(['seen', 'not-evaluated']);
    });

    test('and so that OSCAL gives no signer or timestamp of one name to another', async () => {
      const answers = uses.map((one) =>
        makeAnswer({
          rule: 'fresh',
          outcome: 'pass',
          use: one.id,
          image: `${one.written} linux/amd64`,
          platform: 'linux/amd64',
        }),
      );
      const text = await renderEvidence(complianceEvidence({ ...report, answers }, 'nist-800-53', RUN), 'oscal');
      const { observations } = JSON.parse(text)['assessment-results'].results[0];
      const [base, mirror] = observations.map((one: Record<string, unknown>) =>
        JSON.stringify(one['relevant-evidence']),
      );
      expect(base).toContain('signed by the key base.pub');
      expect(base).not.toContain('timestamp');
      expect(mirror).not.toContain('signed by');
      expect(mirror).toContain('timestamp: 2026-11-01');
    });

    test('and nothing is reported of a name that could be either', async () => {
      const third = makeUse('third.example.com/base:1', { line: 9 });
      const answers = [
        makeAnswer({ rule: 'fresh', outcome: 'pass', use: third.id, image: DIGEST, platform: 'linux/amd64' }),
      ];
      const given = { ...report, uses: [third], answers };
      const text = await renderEvidence(complianceEvidence(given, 'nist-800-53', RUN), 'oscal');
      const [only] = JSON.parse(text)['assessment-results'].results[0].observations;
      expect(JSON.stringify(only)).not.toMatch(/signed by|timestamp:/);
    });
  });

  test('is reported where a use asks for it, also if another use of the image does not', () => {
    const answers = (['not-applicable', 'pass'] as const).map((outcome) =>
      makeAnswer({
        rule: 'signature-verified',
        outcome,
        use: use.id,
        image: `${REFERENCE} linux/amd64`,
        platform: 'linux/amd64',
      }),
    );
    expect(signaturesTold({ signatures: signedBy('base.pub') }, answers)?.status).toBe('seen');
  });

  test('is not asked where the policy lets the image through unsigned, in its words', () => {
    const reason = 'allow[0] lets it through without a signature: built before signing';
    const answer = makeAnswer({
      rule: 'signature-verified',
      outcome: 'not-applicable',
      use: use.id,
      image: `${REFERENCE} linux/amd64`,
      platform: 'linux/amd64',
      message: reason,
    });
    expect(signaturesTold({ signatures: signatures({}) }, [answer])).toEqual({
      status: 'not-evaluated',
      values: [reason],
    });
  });

  test('is nobody only where every place was looked in', () => {
    expect(signaturesTold({ signatures: { status: 'absent', lookedIn: [{ place: 'a', answer: 'none' }] } })).toEqual({
      status: 'not-seen',
      values: ['The image has no signature.'],
    });
    const rejected = [{ place: 'a', code: 'bad-signature', reason: 'somebody else signed' } as const];
    expect(signaturesTold({ signatures: signatures({ rejected }) })?.values).toEqual([
      'no authority that is trusted for it (1 signature did not count)',
    ]);
  });

  test('is not known where it could not be looked at, or can not be evaluated', () => {
    const message = 'registry.example.com did not answer.';
    expect(
      signaturesTold({ signatures: { status: 'unavailable', cause: 'network', message, fix: 'Try again.' } }),
    ).toEqual({ status: 'not-known', values: [message] });
    expect(signaturesTold({ signatures: { status: 'unsupported', form: 'notation', message } })?.status).toBe(
      'not-known',
    );
  });
});

test('what an untrusted party wrote stays in its cell', async () => {
  const message = 'a | b\n## Images\n<script>`x`</script>';
  const hostile = { status: 'unavailable', cause: 'network', message, fix: 'Try again.' } as const;
  const text = await markdown(reportOf({ 'linux/amd64': { signatures: hostile, timestamps: hostile } }));
  expect(text.match(/^## Images$/gm)).toHaveLength(1);
  expect(text).not.toContain('<script>');
  expect(text).toMatch(/^\| Signed by \| not known: a &#124; b[^|]* \|$/m);
});

describe('facts that differ by platform', () => {
  const report = reportOf({
    'linux/amd64': { signatures: signedBy('base.pub'), ...timestamps('2026-11-01T00:00:00.000Z') },
    'linux/arm64': { signatures: signedBy('base.pub'), ...timestamps('2026-10-01T00:00:00.000Z') },
  });

  test('are reported for each, and those that agree once', async () => {
    const text = await markdown(report);
    expect(text).toContain(`| Signed by | \`the key base.pub over ${DIGEST}\` |`);
    expect(text).toContain('| Timestamp, linux/amd64 | `2026-11-01T00:00:00.000Z, transparency log` |');
    expect(text).toContain('| Timestamp, linux/arm64 | `2026-10-01T00:00:00.000Z, transparency log` |');
  });

  test('are in the JSON by platform', async () => {
    const text = await renderEvidence(complianceEvidence(report, 'fedramp', RUN), 'json');
    expect(JSON.parse(text).images[0].platforms.map((one: { timestamp: unknown }) => one.timestamp)).toEqual([
      { status: 'seen', values: ['2026-11-01T00:00:00.000Z, transparency log'] },
      { status: 'seen', values: ['2026-10-01T00:00:00.000Z, transparency log'] },
    ]);
  });

  test('are beside an observation on that platform alone', async () => {
    const fresh = makeAnswer({
      rule: 'fresh',
      outcome: 'pass',
      use: use.id,
      image: `${REFERENCE} linux/arm64`,
      platform: 'linux/arm64',
    });
    const text = await renderEvidence(complianceEvidence({ ...report, answers: [fresh] }, 'fedramp', RUN), 'oscal');
    expect(text).toContain('timestamp: 2026-10-01T00:00:00.000Z');
    expect(text).not.toContain('timestamp: 2026-11-01T00:00:00.000Z');
  });
});
