import { present } from '../../../src/evidence/evidence.js';
import type { CollectedEvidence } from '../../../src/evidence/kinds.js';
import type { Policy } from '../../../src/policy/policy.js';
import type { EvaluatedImage, Report } from '../../../src/reports/report.js';
import type { Answer } from '../../../src/rules/answer.js';
import type { Statement } from '../../../src/signatures/statement.js';
import type { MadeContent } from '../image/image-maker.js';
import { makeArtifact } from '../image/image-maker.js';
import { makeMultiPlatform, runGateFor, signedEntries, sourceOf } from './export-world.js';

export const NAME = 'ghcr.io/acme/base:1';
export const SIGNER = {
  issuer: 'https://token.actions.githubusercontent.com',
  subject: 'https://github.com/acme/images/.github/workflows/release.yml@refs/heads/main',
  source: 'https://github.com/acme/images',
};
export const BUILDER = 'https://github.com/acme/images/.github/workflows/release.yml@refs/heads/main';

export interface BuildxRun {
  readonly report: Report;
  readonly policy: Policy;
  readonly image: MadeContent;
}

/** A run over one image that anybody may use. */
export async function makeBuildxRun(rules = ''): Promise<BuildxRun> {
  const image = await makeMultiPlatform('base');
  const source = await sourceOf(await signedEntries(NAME, image, []));
  const policy = `version: 1\nallow: [{ image: "ghcr.io/acme/**", signed: false, reason: ours }]\nrules: { ${rules} }\n`;
  return { ...(await runGateFor({ dockerfile: `FROM ${NAME}\n`, policy, source })), image };
}

/** Signed as BuildKit's attestation manifests are: what the gate makes of one is tested where it is read. */
const STATEMENT: Omit<Statement, 'digest' | 'on' | 'place'> = {
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: {},
  authority: 'an authority',
  authorityIndex: 0,
  payloadDigest: `sha256:${'5'.repeat(64)}`,
  form: 'signed manifest',
  namesImage: true,
  signer: { kind: 'keyless', issuer: SIGNER.issuer, subject: SIGNER.subject, sourceRepository: SIGNER.source },
  logged: [{ log: 'rekor', index: '1' }],
};

type Change = (statement: Statement) => Statement;

/** The run as if its image had a signed attestation manifest with provenance, and rules at level error had passed by it. */
export function withAttestation(
  { report, ...run }: BuildxRun,
  passed: readonly string[],
  change: Change = (statement) => statement,
): BuildxRun {
  const images = report.images.map((image) => ({ ...image, evidence: attested(image, change) }));
  const [own] = report.images;
  const answers = passed.map(
    (rule): Answer => ({
      rule,
      outcome: 'pass',
      level: 'error',
      message: 'It passes.',
      location: { file: 'Dockerfile', line: 1, column: 1, endLine: 1, endColumn: 1 },
      ...(own === undefined ? {} : { image: own.id, platform: own.platform }),
      ...(report.uses[0] === undefined ? {} : { use: report.uses[0].id }),
    }),
  );
  return {
    ...run,
    report: {
      ...report,
      images,
      answers: [...report.answers.filter(({ rule }) => !passed.includes(rule)), ...answers],
    },
  };
}

function attested({ evidence }: EvaluatedImage, change: Change): CollectedEvidence {
  const { image } = evidence;
  if (image?.status !== 'present') throw new Error('the image was not opened');
  const { descriptor } = makeArtifact({ layers: [] });
  const { manifestDigest, index } = image.value;
  const place = `ghcr.io/acme/base@${descriptor.digest}`;
  const statement = change({ ...STATEMENT, digest: manifestDigest, on: 'platform', place });
  const annotations = {
    'vnd.docker.reference.type': 'attestation-manifest',
    'vnd.docker.reference.digest': manifestDigest,
  };
  const manifests = [...(index?.manifests ?? []), { ...descriptor, annotations }];
  const found = { unsigned: [], rejected: [], unsupported: [], roots: [] };
  return {
    ...evidence,
    image: present({ ...image.value, index: { digest: image.value.digest, manifests } }, place),
    statements: present({ ...found, verified: [statement] }, place),
    provenance: present(
      {
        all: [
          {
            provenance: {
              format: 'SLSA v1',
              builder: BUILDER,
              buildType: 'https://example.com/type',
              parameters: [],
              materials: [],
              materialCount: 0,
            },
            level: { level: 2, reasoning: [] },
            conflicts: [],
            digest: manifestDigest,
            on: 'platform',
            predicateType: statement.predicateType,
            place,
          },
        ],
        counts: true,
        problems: [],
      },
      place,
    ),
    timestamps: present(
      {
        timestamps: [],
        chosen: { name: 'transparency log', at: '2026-11-25T12:00:00.000Z', verified: true, place },
        refused: [],
      },
      place,
    ),
  };
}
