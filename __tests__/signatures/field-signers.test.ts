import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { optionalField } from '../../src/lib/collections.js';
import { rules } from '../../src/rules/index.js';
import { gateRun } from '../support/gate-run.js';
import { fallbackTag, type MadeContent, makeImage } from '../support/image/image-maker.js';
import { policyProblems } from '../support/load-policy-text.js';
import { githubProvenance, SLSA_V1 } from '../support/signing/make-provenance.js';
import { writeTrustedRoot } from '../support/signing/signature-search.js';
import { layoutSource } from '../support/signing/signer-context.js';
import {
  keylessSigner,
  keySigner,
  RELEASE_WORKFLOW,
  type TestIdentity,
  type TestSigner,
} from '../support/signing/signer-identity.js';
import {
  classicAttestation,
  classicSignature,
  cosignManifest,
  inTotoStatement,
  simpleSigningPayload,
} from '../support/signing/sigstore-forms.js';
import { makeSigstore, type TestSigstore } from '../support/signing/sigstore-trust.js';

/** The field's cases about signers, through the whole gate: a policy's text, an image, what is signed, the verdict. */
let sigstore: TestSigstore;
let trustedRootFile: string;
let image: MadeContent;
beforeAll(async () => {
  sigstore = await makeSigstore();
  trustedRootFile = writeTrustedRoot(JSON.stringify(sigstore.trustedRoot()));
  image = await makeImage({ layers: [[{ path: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.20.3\n' }]] });
});

interface Case {
  /** Of the allow entry, in YAML's flow form. */
  readonly entry: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  /** Whether signatures are logged; they are without it. */
  readonly logged?: boolean;
  readonly signers: readonly TestSigner[];
  readonly provenance?: { readonly signer: TestSigner; readonly predicate: object };
}

const policyOf = ({ entry }: Pick<Case, 'entry'>): string =>
  [
    'version: 1',
    'rules: { signature-verified: error, provenance-attested: error }',
    'allow:',
    '  - image: "registry.example/**"',
    ...entry.map((line) => `    ${line}`),
    '',
  ].join('\n');

/** The answers of a rule: `pass` or the words of the failure. */
async function answerOf(rule: string, given: Case): Promise<string> {
  const { digest } = image.descriptor;
  const options = given.logged === false ? { sigstore, entry: 'none' as const } : { sigstore };
  const signatures = await Promise.all(
    given.signers.map((signer) => classicSignature(signer, simpleSigningPayload(digest), options)),
  );
  const { provenance } = given;
  const statements =
    provenance === undefined
      ? []
      : [
          await classicAttestation(provenance.signer, inTotoStatement(digest, SLSA_V1, provenance.predicate), {
            sigstore,
          }),
        ];
  const name = 'registry.example/base';
  const source = await layoutSource([
    { content: image, name: `${name}:1` },
    { content: cosignManifest(signatures), name: `${name}:${fallbackTag(digest, '.sig')}` },
    ...(statements.length === 0
      ? []
      : [{ content: cosignManifest(statements), name: `${name}:${fallbackTag(digest, '.att')}` }]),
  ]);
  const report = await gateRun({
    files: { Dockerfile: `FROM ${name}:1@${digest}\n` },
    policy: policyOf(given),
    policyFiles: given.files ?? {},
    source,
    now: new Date(Date.now() + 60_000),
    settings: { trustedRootFile },
  });
  const answer = report.answers.find((one) => one.rule === rule);
  return answer === undefined
    ? 'no answer'
    : answer.outcome === 'pass'
      ? 'pass'
      : `${answer.outcome}: ${answer.message}`;
}

const keyless = ({ subject, issuer }: TestIdentity, more = ''): string =>
  `{ keyless: { issuer: "${issuer}", subject: "${subject}"${more} } }`;

describe('one-key-in-two-encodings', () => {
  const FILES = ['{ key: { file: a.pub, log: ignored } }', '{ key: { file: b.pub, log: ignored } }'];
  const twoOf = (authorities: readonly string[]) => ['require: 2', `authorities: [${authorities.join(', ')}]`];
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = keySigner(pair).publicKeyPem;

  function compressed(): string {
    const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
    const [x, y] = [der.subarray(27, 59), der.subarray(59)];
    const header = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex');
    const body = Buffer.concat([header, Buffer.from([2 + ((y.at(-1) ?? 0) & 1)]), x]);
    return `-----BEGIN PUBLIC KEY-----\n${body.toString('base64')}\n-----END PUBLIC KEY-----\n`;
  }

  test.each<[string, () => string]>([
    ['its point compressed', compressed],
    ['other line ends', () => pem.replaceAll('\n', '\r\n')],
  ])('a policy that lists one key twice, with %s, is refused', async (_what, encoded) => {
    const files = { 'a.pub': pem, 'b.pub': encoded() };
    const problems = await policyProblems(policyOf({ entry: twoOf(FILES) }), { files, rules });
    expect(problems.map(({ message }) => message).join()).toContain('listed twice');
  });

  test("a certificate's own key is not a second voice, and another key is", async () => {
    const signer = await keylessSigner(sigstore);
    const entry = twoOf([keyless(RELEASE_WORKFLOW), '{ key: { file: a.pub, log: ignored } }']);
    const own = await answerOf('signature-verified', {
      entry,
      files: { 'a.pub': signer.publicKeyPem },
      signers: [signer],
    });
    expect(own).toMatch(/^fail: .*1 of the 2/);
    const signers = [signer, keySigner(pair)];
    expect(await answerOf('signature-verified', { entry, files: { 'a.pub': pem }, signers })).toBe('pass');
  });

  test('two keys are two voices', async () => {
    const files = { 'a.pub': pem, 'b.pub': keySigner(other).publicKeyPem };
    const given = { entry: twoOf(FILES), files, logged: false };
    expect(await answerOf('signature-verified', { ...given, signers: [keySigner(pair), keySigner(other)] })).toBe(
      'pass',
    );
    expect(await answerOf('signature-verified', { ...given, signers: [keySigner(pair)] })).toMatch(/^fail: /);
  });

  test('one workflow at two refs is one voice', async () => {
    const atRef = (ref: string): TestIdentity => ({
      ...RELEASE_WORKFLOW,
      subject: RELEASE_WORKFLOW.subject.replace('refs/heads/main', ref),
    });
    const [main, mine] = [atRef('refs/heads/main'), atRef('refs/heads/mine')];
    const signers = [await keylessSigner(sigstore, main), await keylessSigner(sigstore, mine)];
    const problems = await policyProblems(policyOf({ entry: twoOf([keyless(main), keyless(mine)]) }), { rules });
    expect(problems.map(({ message }) => message).join()).toContain('only 1 independent authority');
    const any = { ...mine, subject: mine.subject.replace('release.yml', '*.yml') };
    const entry = twoOf([keyless(main), keyless(any)]);
    expect(await answerOf('signature-verified', { entry, signers })).toMatch(/^fail: .*1 of the 2/);
  });
});

describe('provenance-source-not-borne-out', () => {
  const SECURE = 'https://github.com/acme/secure';

  /** A workflow that ran for a repository, which is its own unless `caller` says otherwise. */
  function workflowOf(repository: string, caller = repository): TestIdentity {
    const subject = `${repository}/.github/workflows/x.yml@refs/heads/main`;
    const run = `${caller}/.github/workflows/x.yml@refs/heads/main`;
    const values: Readonly<Record<string, string>> = { 12: caller, 18: run, 21: `${caller}/actions/runs/1/attempts/1` };
    return {
      ...RELEASE_WORKFLOW,
      subject,
      extensions: (RELEASE_WORKFLOW.extensions ?? []).map((one) => ({
        ...one,
        value: values[one.oid.split('.').at(-1) ?? ''] ?? one.value,
      })),
    };
  }

  async function provenanceOf(
    identity: TestIdentity,
    {
      buildType,
      level = 2,
      builder = '',
    }: { readonly buildType?: string; readonly level?: number; readonly builder?: string },
  ): Promise<string> {
    const signer = await keylessSigner(sigstore, identity);
    const made = githubProvenance({ repository: SECURE, builder: identity.subject });
    const buildDefinition = { ...made.buildDefinition, ...optionalField('buildType', buildType) };
    return answerOf('provenance-attested', {
      entry: [
        `authorities: [{ keyless: { issuer: "${identity.issuer}", subject: "https://github.com/acme/**" } }]`,
        `provenance: { source: "${SECURE}", min-level: ${level}${builder} }`,
      ],
      signers: [signer],
      provenance: { signer, predicate: { ...made, buildDefinition } },
    });
  }

  test.each([
    'https://actions.github.io/buildtypes/workflow/v1',
    'https://mobyproject.org/buildkit@v1',
    'https://actions.github.io/Buildtypes/workflow/v1',
    'x',
  ])('a certificate for another repository does not confirm the source, with build type %s', async (buildType) => {
    const other = workflowOf('https://github.com/acme/playground');
    expect(await provenanceOf(other, { buildType })).toMatch(/^fail: /);
  });

  test('a reusable workflow of another repository does not either, and is no level 3', async () => {
    const called = workflowOf('https://github.com/acme/playground2', 'https://github.com/acme/playground');
    expect(await provenanceOf(called, { buildType: 'x', level: 3 })).toMatch(/^fail: /);
  });

  test('the certificate of the source repository confirms it', async () => {
    expect(await provenanceOf(workflowOf(SECURE), {})).toBe('pass');
  });

  test('a reusable workflow that the entry names as builder, and that ran for the source, is level 3', async () => {
    const called = workflowOf('https://github.com/acme/builders', SECURE);
    expect(await provenanceOf(called, { level: 3, builder: ', builder: "https://github.com/acme/builders/**"' })).toBe(
      'pass',
    );
    expect(await provenanceOf(called, { level: 3 })).toMatch(/^fail: /);
  });
});
