import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { evaluateSourcePolicy } from '../support/enforce/source-policy-evaluator.js';
import { useAction } from '../support/github/action-step.js';
import { useGitHub } from '../support/github/fake-github.js';
import { makePullRequest, POLICY_PATH, runOnPullRequest } from '../support/github/pull-request-step.js';
import { makeImage } from '../support/image/image-maker.js';
import { type RegistryServer, startRegistry } from '../support/registry/registry-server.js';

const github = useGitHub();
const action = useAction();
let registry: RegistryServer;
let scanner: string;

beforeAll(async () => {
  registry = await startRegistry();
  registry.push('scanner', await makeImage(), 'stable-1');
  scanner = `${registry.host}/scanner:stable-1`;
});
afterAll(async () => {
  await registry.close();
});

/** A run over a repository without an image of its own. */
async function run(include: string, more = '') {
  const policy = `version: 1
registries: { "${registry.host}": { private-network: true, insecure: true } }
rules: { no-known-vulnerabilities: off }
${more}`;
  const pull = makePullRequest(github, { Dockerfile: 'FROM scratch\n' }, { [POLICY_PATH]: policy });
  const step = await runOnPullRequest(action, github, pull, { inputs: { include } });
  const file = step.outputs['source-policy'];
  const text = file === undefined || file === '' ? undefined : readFileSync(file, 'utf8');
  return { step, decide: (image: string) => text && evaluateSourcePolicy(text, `docker-image://${image}`).decision };
}

test('an image of `include` is verified, and the source policy lets it through by its digest', async () => {
  const { step, decide } = await run(`${scanner}\n`);
  expect(step.outputs).toMatchObject({ verdict: 'pass', images: '1' });
  expect(decide(scanner)).toBe('convert');
  expect(decide(`${registry.host}/scanner:other`)).toBe('deny');
});

test('without `include` the same image is denied', async () => {
  const { step, decide } = await run('');
  expect(step.outputs).toMatchObject({ verdict: 'pass', images: '0' });
  expect(decide(scanner)).toBe('deny');
});

test('an image of `include` that the policy denies fails the run, and stays denied', async () => {
  const { step, decide } = await run(scanner, `deny: [{ image: "${registry.host}/scanner", reason: not ours }]\n`);
  expect(step.outputs).toMatchObject({ verdict: 'fail' });
  expect(decide(scanner)).toBe('deny');
});

test('an `include` that is no image is wrong usage', async () => {
  const { step } = await run('UPPER//case');
  expect(step.code).toBe(3);
  expect(step.commands).toContainEqual(expect.stringContaining('UPPER//case in include is no image'));
});
