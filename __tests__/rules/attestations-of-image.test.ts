import { describe, expect, test } from '@jest/globals';
import { vexVerdict } from '../../src/attestations/vex/vex-verdict.js';
import { openImage } from '../../src/cli/open-image.js';
import { provenanceAttested } from '../../src/rules/provenance-attested.js';
import type { ImageRuleSubject, RuleResult } from '../../src/rules/rule.js';
import { sbomAttested } from '../../src/rules/sbom-attested.js';
import { sbomComplete } from '../../src/rules/sbom-complete.js';
import { sbomMatchesImage } from '../../src/rules/sbom-matches-image.js';
import { attestedSubject } from '../support/image/attested-image.js';
import { type AttestedLayoutOptions, makeAttestedLayout } from '../support/image/attested-layout.js';
import { apkPackage, spdxDocument } from '../support/image/make-sbom.js';
import { ioIn } from '../support/process/run-command.js';
import { githubProvenance, SLSA_V1 } from '../support/signing/make-provenance.js';

const KINDS = ['image', 'statements', 'sbom', 'provenance', 'apko', 'vex', 'packages'] as const;
const PURL = 'pkg:apk/wolfi/curl@8.9.1-r2';

const INSTALLED = [
  'P:curl',
  'V:8.9.1-r2',
  'A:x86_64',
  'L:MIT',
  'o:curl',
  '',
  'P:bash',
  'V:5.2-r1',
  'A:x86_64',
  'L:GPL-3.0',
  'o:bash',
  '',
  '',
].join('\n');
const SBOM = [
  'https://spdx.dev/Document',
  spdxDocument({ packages: [apkPackage('curl', '8.9.1-r2'), apkPackage('bash', '5.2-r1')] }),
] as const;
const APKO = [
  'https://apko.dev/image-configuration',
  { contents: { packages: ['curl=8.9.1-r2', 'bash=5.2-r1'] } },
] as const;
const VEX = [
  'https://openvex.dev/ns',
  {
    '@id': 'vex',
    timestamp: '2026-01-01T00:00:00Z',
    statements: [
      { vulnerability: 'CVE-1', products: [PURL], status: 'not_affected', justification: 'component_not_present' },
    ],
  },
] as const;

/** The image's evidence by the gate's own collectors, from bytes on disk and a signature by a real key. */
async function subjectOf(options: AttestedLayoutOptions): Promise<ImageRuleSubject> {
  const { image, directory, policy, route } = await makeAttestedLayout(options);
  const opened = await openImage(image, { policy, registry: [route[1] ?? ''], offline: true }, ioIn(directory));
  if (!opened.ok) throw new Error(opened.error.message);
  const subject = opened.value.subjectOn({ os: 'linux', architecture: 'amd64' });
  const evidence = await opened.value.evidence.collect(subject, KINDS).finally(opened.value.close);
  return { ...(await attestedSubject({ statements: [] })), entry: subject.verifiedBy, evidence };
}

function answers(subject: ImageRuleSubject): Readonly<Record<string, readonly string[]>> {
  const all: Record<string, RuleResult | readonly RuleResult[]> = {
    'sbom-attested': sbomAttested.evaluate(subject, { unpublished: 'warning' }),
    'sbom-complete': sbomComplete.evaluate(subject, sbomComplete.presets.strict.options),
    'sbom-matches-image': sbomMatchesImage.evaluate(subject, {}),
    'provenance-attested': provenanceAttested.evaluate(subject, { 'min-level': 1, unpublished: 'warning' }),
  };
  return Object.fromEntries(
    Object.entries(all).map(([id, results]) => [id, [results].flat().map(({ outcome }) => outcome)]),
  );
}

describe('from bytes on disk to answers', () => {
  test('an image with signed SBOM, provenance and apko configuration passes all four rules', async () => {
    const subject = await subjectOf({ signed: [SBOM, APKO, VEX, [SLSA_V1, githubProvenance()]], installed: INSTALLED });
    expect(answers(subject)).toEqual({
      'sbom-attested': ['pass'],
      'sbom-complete': ['pass'],
      'sbom-matches-image': ['pass', 'pass'],
      'provenance-attested': ['pass'],
    });
    const { vex, image } = subject.evidence;
    if (vex?.status !== 'present' || image?.status !== 'present') throw new Error('VEX or image is missing');
    const asked = { ids: ['CVE-1'], now: subject.now };
    expect(
      vexVerdict(vex.value.statements, { digests: [image.value.manifestDigest], repositories: [] }, PURL, asked),
    ).toMatchObject({
      silences: true,
    });
  });

  test('signed by an untrusted key, the same image passes none', async () => {
    const signed = [SBOM, APKO, VEX, [SLSA_V1, githubProvenance()]] as const;
    const subject = await subjectOf({ signed, installed: INSTALLED, untrustedKey: true });
    expect(Object.values(answers(subject)).flat()).toEqual(['fail', 'fail', 'fail', 'fail']);
    expect(subject.evidence.vex?.status).not.toBe('present');
  });

  test('a package that the SBOM hides is found in the layers', async () => {
    const hidden = `${INSTALLED}P:xz\nV:5.6.0-r0\nA:x86_64\nL:MIT\no:xz\n\n`;
    const subject = await subjectOf({ signed: [SBOM], installed: hidden });
    expect(sbomMatchesImage.evaluate(subject, {})).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining('apk xz 5.6.0-r0'),
    });
  });

  test("BuildKit's unsigned attestations count where the entry allows them, at level 1", async () => {
    const unsigned = [SBOM, [SLSA_V1, githubProvenance()]] as const;
    expect(answers(await subjectOf({ unsigned, installed: INSTALLED }))).toMatchObject({
      'sbom-attested': ['fail'],
      'provenance-attested': ['fail'],
    });
    const allowed = answers(
      await subjectOf({ unsigned, installed: INSTALLED, entry: 'attestations: { unsigned: allow }' }),
    );
    expect(allowed).toMatchObject({
      'sbom-attested': ['pass'],
      'sbom-matches-image': ['pass'],
      'provenance-attested': ['pass'],
    });
  });
});
