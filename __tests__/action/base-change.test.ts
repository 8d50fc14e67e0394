import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { LOCK_PATH } from '../../src/enforce/lock/lock.js';
import { lockText } from '../../src/enforce/lock/make-lock.js';
import { useAction } from '../support/github/action-step.js';
import { useGitHub } from '../support/github/fake-github.js';
import { makePullRequest, POLICY_PATH, runOnPullRequest } from '../support/github/pull-request-step.js';
import { type MadeContent, makeImage } from '../support/image/image-maker.js';
import { apkInstalled } from '../support/image/packaged-files.js';
import { type RegistryServer, startRegistry } from '../support/registry/registry-server.js';

const github = useGitHub();
const action = useAction();
let registry: RegistryServer;
let [first, second]: readonly (MadeContent | undefined)[] = [];

async function make(version: string, ...packages: readonly string[]): Promise<MadeContent> {
  const installed = packages.map((name) => ({ name, version: `${version}-r0`, files: [] }));
  const release = { path: 'etc/os-release', content: 'ID=wolfi\n' };
  return await makeImage({ layers: [[release, ...apkInstalled(installed)]] });
}

beforeAll(async () => {
  registry = await startRegistry();
  [first, second] = await Promise.all([make('1', 'curl', 'bash'), make('2', 'curl')]);
  registry.push('base', first, '1');
  registry.push('base', second, '2');
});
afterAll(async () => {
  await registry.close();
});

const policy = () => `version: 1
registries: { "${registry.host}": { private-network: true, insecure: true } }
rules: { no-known-vulnerabilities: off }
`;

test('a pull request that changes a base shows what that adds and removes, in summary, comment and report', async () => {
  const base = { [POLICY_PATH]: policy(), Dockerfile: `FROM ${registry.host}/base:1\n` };
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

/** A lock that gives a tag the digest of an image. */
function lockOf(tag: string, image: MadeContent | undefined): string {
  const digest = image?.descriptor.digest ?? '';
  const reference = `${registry.host}/base:${tag}`;
  const entry = { reference, platform: 'linux/amd64', digest, verified: '2026-11-01T00:00:00Z', authorities: [] };
  return lockText({ schema: 'base-image-gate/lock/v1', images: [{ ...entry, policy: digest }] });
}

test.each([{}, { 'changed-files-only': 'true', locked: 'true' }])(
  'a pull request that only changes the lock shows what that adds and removes, with the inputs %j',
  async (inputs) => {
    registry.push('base', second ?? (await make('2')), 'moving');
    const dockerfile = { [POLICY_PATH]: policy(), Dockerfile: `FROM ${registry.host}/base:moving\n` };
    const pull = makePullRequest(
      github,
      { [LOCK_PATH]: lockOf('moving', second) },
      { ...dockerfile, [LOCK_PATH]: lockOf('moving', first) },
    );
    const step = await runOnPullRequest(action, github, pull, { inputs });
    expect(step.outputs).toMatchObject({ verdict: 'pass' });
    const [short, other] = [first, second].map((image) => image?.descriptor.digest.slice('sha256:'.length, 12));
    for (const text of [step.summary, github.state.comments[0]?.body]) {
      expect(text).toContain('Packages: 0 packages added, 1 removed, 1 changed');
      expect(text).toContain('- apk/wolfi/bash 1-r0\n~ apk/wolfi/curl 1-r0 -> 2-r0');
      expect(text).toContain(`${short}`);
      expect(text).toContain(`${other}`);
    }
  },
);

test('a pull request that locks another digest than the tag names fails with locked', async () => {
  registry.push('base', second ?? (await make('2')), 'moving');
  const dockerfile = { [POLICY_PATH]: policy(), Dockerfile: `FROM ${registry.host}/base:moving\n` };
  const base = { ...dockerfile, [LOCK_PATH]: lockOf('moving', second) };
  const pull = makePullRequest(github, { [LOCK_PATH]: lockOf('moving', first) }, base);
  const step = await runOnPullRequest(action, github, pull, { inputs: { locked: 'true' } });
  expect(step.outputs).toMatchObject({ verdict: 'fail' });
});
