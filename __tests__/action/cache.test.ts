import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { packContent } from '../../src/registry/cache/cache-pack.js';
import { type StepResult, useAction } from '../support/github/action-step.js';
import { type ActionsCacheServer, startActionsCache } from '../support/github/actions-cache-server.js';
import { useGitHub } from '../support/github/fake-github.js';
import { makePullRequest, POLICY_PATH, runOnPullRequest } from '../support/github/pull-request-step.js';
import { makeImage } from '../support/image/image-maker.js';
import { type RegistryServer, startRegistry } from '../support/registry/registry-server.js';

const github = useGitHub();
const action = useAction();
let registry: RegistryServer;
let cache: ActionsCacheServer;
let directory: string;
beforeEach(async () => {
  registry = await startRegistry();
  // Whoever poisons the cache wants this image to look like one whose user is not root.
  registry.push('base', await makeImage({ config: { User: '0' } }), '1');
  cache = await startActionsCache();
  directory = mkdtempSync(join(tmpdir(), 'gate-cache-'));
});
afterEach(async () => {
  await registry.close();
  await cache.close();
  rmSync(directory, { recursive: true, force: true });
  expect(cache.violations).toEqual([]);
});

const kept = (): string => join(directory, 'temp/base-image-gate-registry-private');

/** A job that evaluates the image, with a cache service or without. Each job has an empty RUNNER_TEMP unless reported. */
function job(
  options: { readonly keepTemp?: boolean; readonly service?: boolean; readonly inputs?: Record<string, string> } = {},
): Promise<StepResult> {
  const temp = join(directory, 'temp');
  if (options.keepTemp !== true) rmSync(temp, { recursive: true, force: true });
  mkdirSync(temp, { recursive: true });
  const policy = `version: 1\nregistries: { "${registry.host}": { private-network: true, insecure: true } }\nrules: { non-root: error }\n`;
  const pull = makePullRequest(github, { Dockerfile: `FROM ${registry.host}/base:1\n` }, { [POLICY_PATH]: policy });
  registry.forgetRequests();
  return runOnPullRequest(action, github, pull, {
    inputs: { comment: 'never', ...options.inputs },
    environment: { RUNNER_TEMP: temp, ...(options.service === false ? {} : cache.environment) },
  });
}

function whatItSaid(step: StepResult): unknown {
  const { verdict, answers, images } = JSON.parse(readFileSync(step.outputs['report-json'] ?? '', 'utf8'));
  return { code: step.code, verdict, answers, images };
}

/** What was fetched of the image itself; who refers to it is asked for in every run. */
const fetched = (): readonly string[] =>
  registry.requests
    .filter(({ method, url }) => method === 'GET' && /\/(?:blobs\/|manifests\/(?:1$|sha256:))/.test(url))
    .map(({ url }) => url);

describe('what registries sent', () => {
  test('of a private network serves the next step of the job, and is not brought along to the next job', async () => {
    const first = whatItSaid(await job());
    expect(fetched()).not.toEqual([]);
    expect(whatItSaid(await job({ keepTemp: true }))).toEqual(first);
    expect(registry.requests.map(({ method }) => method)).toContain('HEAD');
    expect(fetched()).toEqual([]);
    expect(cache.keys).toEqual([]);
    await job();
    expect(fetched()).not.toEqual([]);
  });

  test('is not brought along from a run that used credentials: whoever opens a pull request may read the cache', async () => {
    await registry.close();
    registry = await startRegistry({ auth: { kind: 'basic', username: 'user', password: 'hunter22' } });
    registry.push('base', await makeImage(), '1');
    await job({ inputs: { 'registry-credentials': `${registry.host} user hunter22` } });
    expect(registry.requests.filter(({ headers }) => headers['authorization'] !== undefined)).not.toEqual([]);
    await job({ keepTemp: true });
    expect(cache.keys).toEqual([]);
  });
});

describe('a poisoned cache', () => {
  const FILE = 'stolen';

  /** An archive as @actions/cache makes them, with a file that leads out of the directory it is unpacked in. */
  function archive(): Buffer {
    writeFileSync(join(directory, FILE), 'mine');
    const tar = join(directory, 'evil.tar.gz');
    execFileSync('tar', ['-czPf', tar, join(directory, FILE)]);
    rmSync(join(directory, FILE));
    return readFileSync(tar);
  }

  test.each<[string, () => Uint8Array | Promise<Uint8Array>]>([
    ['an archive that writes elsewhere when it is unpacked', archive],
    [
      'other bytes than were kept',
      () => packContent({ blobs: [Buffer.from('{"config":{"User":"65532"}}')], tags: {} }),
    ],
    ['what unpacks to more than any limit', () => gzipSync(Buffer.alloc(80 * 1024 * 1024))],
    ['what ends in its midst', () => gzipSync(Buffer.alloc(1_000, 1)).subarray(0, 20)],
    ['nothing', () => new Uint8Array()],
  ])('of %s changes nothing but what is asked for again', async (_what, bytes) => {
    const honest = whatItSaid(await job());
    cache.poison(await bytes());
    expect(whatItSaid(await job())).toEqual(honest);
    expect(fetched()).not.toEqual([]);
    expect(existsSync(join(directory, FILE))).toBe(false);
  });

  test.each<[string, (blobs: string) => void]>([
    [
      'that an earlier step of the job altered',
      (blobs) => {
        for (const name of readdirSync(blobs)) writeFileSync(join(blobs, name), '{"config":{"User":"65532"}}');
      },
    ],
    [
      'whose blobs an earlier step made links to files of the runner',
      (blobs) => {
        for (const name of readdirSync(blobs)) {
          rmSync(join(blobs, name));
          symlinkSync('/proc/self/environ', join(blobs, name));
        }
      },
    ],
  ])('%s is hashed and refused', async (_what, alter) => {
    const honest = whatItSaid(await job({ service: false }));
    alter(join(kept(), 'blobs/sha256'));
    for (const name of readdirSync(join(kept(), 'tags'))) writeFileSync(join(kept(), 'tags', name), '../../evil');
    const step = await job({ service: false, keepTemp: true });
    expect(whatItSaid(step)).toEqual(honest);
    expect(fetched()).not.toEqual([]);
    expect(readFileSync(step.outputs['report-json'] ?? '', 'utf8')).not.toContain('INPUT_TOKEN');
  });
});
