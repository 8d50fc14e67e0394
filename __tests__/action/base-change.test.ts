import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { useAction } from '../support/github/action-step.js';
import { useGitHub } from '../support/github/fake-github.js';
import { makePullRequest, POLICY_PATH, runOnPullRequest } from '../support/github/pull-request-step.js';
import { makeImage } from '../support/image/image-maker.js';
import { apkInstalled } from '../support/image/packaged-files.js';
import { type RegistryServer, startRegistry } from '../support/registry/registry-server.js';

const github = useGitHub();
const action = useAction();
let registry: RegistryServer;

async function push(tag: string, ...packages: readonly string[]): Promise<void> {
  const installed = packages.map((name) => ({ name, version: `${tag}-r0`, files: [] }));
  const release = { path: 'etc/os-release', content: 'ID=wolfi\n' };
  registry.push('base', await makeImage({ layers: [[release, ...apkInstalled(installed)]] }), tag);
}

beforeAll(async () => {
  registry = await startRegistry();
  await push('1', 'curl', 'bash');
  await push('2', 'curl');
});
afterAll(async () => {
  await registry.close();
});

test('a pull request that changes a base shows what that adds and removes, in summary, comment and report', async () => {
  const policy = [
    'version: 1',
    `registries: { "${registry.host}": { private-network: true, insecure: true } }`,
    'rules: { no-known-vulnerabilities: off }',
    '',
  ].join('\n');
  const base = { [POLICY_PATH]: policy, Dockerfile: `FROM ${registry.host}/base:1\n` };
  const pull = makePullRequest(github, { Dockerfile: `FROM ${registry.host}/base:2\n` }, base);
  const step = await runOnPullRequest(action, github, pull, { inputs: { comment: 'always' } });
  expect(step.outputs).toMatchObject({ verdict: 'pass' });
  for (const text of [step.summary, github.state.comments[0]?.body]) {
    expect(text).toContain(`\`${registry.host}/base:1\` → \`${registry.host}/base:2\``);
    expect(text).toContain('Packages: 0 packages added, 1 removed, 1 changed');
    expect(text).toContain('- apk/wolfi/bash 1-r0\n~ apk/wolfi/curl 1-r0 -> 2-r0');
    expect(text).toContain('Known vulnerabilities: not known.');
  }
  const report: unknown = JSON.parse(readFileSync(step.outputs['report-json'] ?? '', 'utf8'));
  expect(report).toMatchObject({
    baseChanges: [
      { packages: { counts: { added: 0, removed: 1, changed: 1 } }, vulnerabilities: { status: 'not-known' } },
    ],
  });
});
