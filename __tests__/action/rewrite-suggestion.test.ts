import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { useAction } from '../support/github/action-step.js';
import { useGitHub } from '../support/github/fake-github.js';
import { makePullRequest, POLICY_PATH, runOnPullRequest } from '../support/github/pull-request-step.js';
import { makeImage } from '../support/image/image-maker.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { type HttpProxy, startHttpProxy } from '../support/registry/http-proxy.js';
import { makeCertificate } from '../support/registry/registry-certificate.js';
import { type RegistryServer, startRegistry } from '../support/registry/registry-server.js';

const github = useGitHub();
const action = useAction();
let registry: RegistryServer;
let proxy: HttpProxy;
let environment: Readonly<Record<string, string>>;
let digest: string;

/** A registry that stands for Chainguard's, behind the only way out of the runner. */
beforeAll(async () => {
  const tls = makeCertificate(['cgr.dev']);
  registry = await startRegistry({ tls });
  const image = await makeImage();
  ({ digest } = image.descriptor);
  registry.push('chainguard/wolfi-base', image, 'latest');
  proxy = await startHttpProxy(new Map([['cgr.dev:443', registry.host]]));
  environment = {
    HTTPS_PROXY: proxy.url,
    SSL_CERT_FILE: `${makeDirectory({ 'ca.pem': tls.cert })}/ca.pem`,
  };
});
afterAll(async () => {
  await proxy.close();
  await registry.close();
});

const policy = (more = '') => `version: 1
profile: baseline
allow: [{ image: "cgr.dev/chainguard/**", signed: false, reason: free images }]
rules:
  allowed-base: error
  no-known-vulnerabilities: off
  # These would load the trusted root of Sigstore, which is not behind the proxy.
  signature-verified: off
  sbom-attested: off
  provenance-attested: off
  fresh: off
${more}`;

const BEFORE = [
  '# A shop.',
  'FROM debian:12',
  'RUN apt-get update && apt-get install -y curl',
  'RUN useradd -m app',
  'USER app',
  'ENTRYPOINT ["curl"]',
  '',
];
const rewritten = () => [
  `FROM cgr.dev/chainguard/wolfi-base:latest@${digest}`,
  'RUN apk add --no-cache curl',
  'RUN adduser -D app',
];

async function suggestions(changes: Record<string, string>, base: Record<string, string> = {}, more = '') {
  const pull = makePullRequest(github, changes, { [POLICY_PATH]: policy(more), 'README.md': 'a shop', ...base });
  const inputs = { 'review-suggestions': 'true' };
  const step = await runOnPullRequest(action, github, pull, { inputs, environment });
  return { step, posted: github.state.reviewComments };
}

test('a build file that a pull request adds gets its whole rewrite as one suggestion, with the digest', async () => {
  const { step, posted } = await suggestions({ Dockerfile: BEFORE.join('\n') });
  expect(step.outputs).toMatchObject({ verdict: 'fail' });
  expect(posted).toMatchObject([{ path: 'Dockerfile', startLine: 2, line: 4 }]);
  const [{ body } = { body: '' }] = posted;
  expect(body).toContain(`\`\`\`suggestion\n${rewritten().join('\n')}\n\`\`\``);
  expect(body).toContain('Build on an image that the policy allows');
});

test('the suggested text, once it is taken over, passes', async () => {
  const text = [BEFORE[0], ...rewritten(), ...BEFORE.slice(4)].join('\n');
  const { step, posted } = await suggestions({ Dockerfile: text });
  expect(step.outputs).toMatchObject({ verdict: 'pass' });
  expect(posted).toEqual([]);
});

test('a fence is longer than any run of backticks in what it holds', async () => {
  const lines = [...BEFORE.slice(0, 3), '# ````` \u0060\u0060\u0060', ...BEFORE.slice(3)];
  const { posted } = await suggestions({ Dockerfile: lines.join('\n') });
  expect(posted[0]?.body).toMatch(/^`{6}suggestion$/m);
});

test('a rewrite that reaches lines which the pull request does not add is not suggested in part', async () => {
  const base = { Dockerfile: BEFORE.join('\n').replace('debian:12', 'debian:11') };
  const { step, posted } = await suggestions({ Dockerfile: BEFORE.join('\n') }, base);
  expect(step.outputs).toMatchObject({ verdict: 'fail' });
  expect(posted).toEqual([]);
});

test('a rewrite that would not pass is not suggested', async () => {
  const { posted } = await suggestions(
    { Dockerfile: BEFORE.join('\n') },
    {},
    'deny: [{ image: "cgr.dev/**", reason: x }]',
  );
  expect(posted).toEqual([]);
});

test('none is suggested without the input', async () => {
  const pull = makePullRequest(github, { Dockerfile: BEFORE.join('\n') }, { [POLICY_PATH]: policy() });
  await runOnPullRequest(action, github, pull, { environment });
  expect(github.state.reviewComments).toEqual([]);
});
