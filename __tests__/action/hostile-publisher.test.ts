import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type StepResult, useAction } from '../support/github/action-step.js';
import { useGitHub } from '../support/github/fake-github.js';
import { expectHarmlessLog, expectHarmlessMarkdown, hostileText } from '../support/github/hostile-text.js';
import { makePullRequest, POLICY_PATH, runOnPullRequest } from '../support/github/pull-request-step.js';
import { fallbackTag, makeImage } from '../support/image/image-maker.js';
import { spdxDocument } from '../support/image/make-sbom.js';
import { type RegistryServer, startRegistry } from '../support/registry/registry-server.js';
import { keySigner } from '../support/signing/signer-identity.js';
import { classicAttestation, cosignManifest, inTotoStatement } from '../support/signing/sigstore-forms.js';

const github = useGitHub();
const action = useAction();
let registry: RegistryServer;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(async () => {
  await registry.close();
});

/** An image that its own publisher signed, and in which every text is hostile. */
async function pushHostileImage(): Promise<{ readonly publicKey: string }> {
  const signer = keySigner(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }));
  const flat = (where: string): string => hostileText(where).replace(/\n/g, ' ');
  const image = await makeImage({
    config: {
      User: hostileText('user'),
      Labels: {
        [hostileText('label')]: hostileText('label-value'),
        'org.opencontainers.image.created': hostileText('created'),
      },
      Env: [
        `${hostileText('variable')}=AKIAIOSFODNN7EXAMPLF`,
        `AWS_SECRET_ACCESS_KEY=${hostileText('secret')}`,
        'DB_PASSWORD=hunter2',
      ],
      Entrypoint: [hostileText('entrypoint')],
    },
    layers: [
      [
        {
          path: 'etc/os-release',
          content: `ID=${flat('os')}\nPRETTY_NAME="${flat('pretty')}"\nVERSION_ID="${flat('os-version')}"\n`,
        },
        {
          path: 'lib/apk/db/installed',
          content: `P:${flat('installed')}\nV:${flat('installed-version')}\nA:x86_64\n\n`,
        },
        { path: `usr/bin/${hostileText('setuid').replaceAll('/', '_')}`, content: 'x', mode: 0o4755 },
        { path: 'bin/sh', link: hostileText('link') },
        {
          path: `root/${hostileText('key').replaceAll('/', '_')}/id_rsa`,
          content: String(
            generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }),
          ),
        },
      ],
    ],
  });
  const { digest } = image.descriptor;
  const packages = [
    {
      name: hostileText('package'),
      version: hostileText('version'),
      purl: `pkg:apk/wolfi/${hostileText('purl')}@1`,
      supplier: hostileText('supplier'),
    },
    { name: 'musl', license: hostileText('license') },
  ];
  const sbom = await classicAttestation(
    signer,
    inTotoStatement(
      digest,
      'https://spdx.dev/Document',
      spdxDocument({ packages, created: hostileText('sbom-created') }),
    ),
    { entry: 'none' },
  );
  registry.push('base', image, '1');
  registry.push('base', cosignManifest([sbom]), fallbackTag(digest, '.att'));
  return { publicKey: signer.publicKeyPem };
}

async function evaluated(): Promise<StepResult> {
  const { publicKey } = await pushHostileImage();
  const rules = [
    'sbom-complete',
    'sbom-matches-image',
    'minimal',
    'no-secrets',
    'distroless',
    'supported',
    'fresh',
    'intact',
  ];
  const policy = {
    version: 1,
    profile: 'strict',
    registries: { [registry.host]: { 'private-network': true, insecure: true } },
    allow: [
      {
        image: `${registry.host}/**`,
        authorities: [{ key: { file: '.github/keys/base.pub', log: 'ignored' } }],
      },
    ],
    rules: { ...Object.fromEntries(rules.map((rule) => [rule, 'error'])), 'signature-verified': 'off' },
    waivers: [
      {
        rule: 'fresh',
        image: `${registry.host}/base`,
        reason: hostileText('waiver-reason'),
        owner: hostileText('waiver-owner'),
        expires: new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10),
      },
    ],
  };
  const base = { [POLICY_PATH]: JSON.stringify(policy), '.github/keys/base.pub': publicKey };
  const edited = {
    ...policy,
    waivers: [{ ...policy.waivers[0], reason: hostileText('edited-reason'), image: hostileText('edited-image') }],
  };
  const pull = makePullRequest(
    github,
    { Dockerfile: `FROM ${registry.host}/base:1\n`, [POLICY_PATH]: JSON.stringify(edited) },
    base,
  );
  return runOnPullRequest(action, github, pull, { inputs: { comment: 'always', sarif: 'true', evidence: 'fedramp' } });
}

let step: StepResult;
let comment: string;
/** Everything that is Markdown, by name. */
let pages: readonly (readonly [string, string])[];
beforeEach(async () => {
  step = await evaluated();
  comment = github.state.comments[0]?.body ?? '';
  const directory = dirname(step.outputs['report-json'] ?? '');
  const files = ['report.md', 'evidence-fedramp.md'].map(
    (name) => [name, readFileSync(join(directory, name), 'utf8')] as const,
  );
  pages = [['summary', step.summary], ['comment', comment], ...files];
});

test('what publishers write into images and attestations, and anybody into waivers, stays text wherever it is read', () => {
  expect(step.outputs).toMatchObject({ verdict: 'fail' });
  // That much of it is quoted: without, the rest would prove nothing.
  const quoted = ['sbom-created', 'installed', 'setuid', 'key', 'edited-image', 'waiver-reason', 'waiver-owner'];
  for (const where of quoted) expect(step.summary).toContain(`evil-${where}`);
  for (const where of ['sbom-created', 'setuid', 'key']) expect(comment).toContain(`evil-${where}`);

  for (const [name, markdown] of pages) expectHarmlessMarkdown(name, markdown);
  expect(comment.match(/^<!-- base-image-gate end -->$/gm)).toHaveLength(1);
});

test('nothing of it is a command to the runner, or moves the cursor of whoever reads the log', () => {
  expect(step.log).toContain('evil-');
  expectHarmlessLog(step.log);
});

test('nothing that is published has the value of a secret that is found', () => {
  const directory = dirname(step.outputs['report-json'] ?? '');
  const files = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'));
  expect(files.join()).toContain('DB_PASSWORD=[not shown]');
  for (const text of [...files, step.log, step.summary, comment]) expect(text).not.toMatch(/hunter2/);
});
