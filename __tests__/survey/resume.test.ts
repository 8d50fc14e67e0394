import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SurveyState } from '../../src/survey/state.js';
import { type OrganizationServer, startOrganization } from '../support/github/organization-server.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import type { RegistryServer } from '../support/registry/registry-server.js';
import { NOW, organization, policyText, registryWith, survey } from '../support/survey/survey-world.js';

const COUNT = 70;
let registry: RegistryServer;
let github: OrganizationServer;
let policy: string;
let images: readonly string[];
let uninterrupted: string;

beforeAll(async () => {
  registry = await registryWith(['good/a', 'good/b', 'good/c']);
  images = ['good/a', 'good/b', 'good/c', 'good/none'].map((name) => `${registry.host}/${name}:1`);
  policy = policyText(registry.host);
  github = await startOrganization(organization(COUNT, images));
  uninterrupted = JSON.stringify(await survey({ github, policy }));
});

afterAll(async () => {
  await github.close();
  await registry.close();
});

const commitsRead = () => github.requests.filter(({ kind }) => kind === 'tree').map(({ path }) => path);

/** Breaks off when so many results of images were kept. */
class InterruptedState extends SurveyState {
  #left: number;

  constructor(directory: string, left: number) {
    super(directory);
    this.#left = left;
  }

  override async write(...kept: Parameters<SurveyState['write']>): Promise<void> {
    if (kept[0] === 'images' && this.#left-- <= 0) throw new Error('interrupted');
    await super.write(...kept);
  }
}

describe('a survey that is interrupted', () => {
  test('while it reads goes on with what is left, and comes to the same', async () => {
    const directory = makeDirectory({});
    github.forget();
    let failures = 0;
    github.intercept = ({ kind }, response) => {
      // Some of the trees of the second batch can't be had, as where the network is gone.
      if (kind !== 'tree' || github.count('tree') <= 40) return false;
      failures += 1;
      response.destroy();
      return true;
    };
    const partial = await survey({ github, policy, directory });
    github.intercept = null;
    expect(failures).toBeGreaterThan(0);
    expect(partial.complete).toBe(false);
    const before = new Set(commitsRead().slice(0, 40));
    github.forget();
    const whole = await survey({ github, policy, directory });
    expect(commitsRead().filter((path) => before.has(path))).toEqual([]);
    expect(commitsRead()).toHaveLength(COUNT - 40);
    expect(JSON.stringify(whole)).toBe(uninterrupted);
  });

  test('while it evaluates repeats neither a repository nor an image', async () => {
    const directory = makeDirectory({});
    registry.forgetRequests();
    const state = new InterruptedState(join(directory, 'state'), 2);
    await expect(survey({ github, policy, directory, state })).rejects.toThrow('interrupted');
    expect(readdirSync(join(directory, 'state', 'images')).length).toBeGreaterThan(0);
    const asked = new Set(registry.requests.map(({ url }) => url));
    github.forget();
    registry.forgetRequests();
    const whole = await survey({ github, policy, directory, now: new Date(NOW.getTime() + 3_600_000) });
    expect(github.count('tree')).toBe(0);
    expect(asked.size).toBeGreaterThan(0);
    expect(registry.requests.length).toBeLessThan(asked.size);
    expect(JSON.stringify(whole)).toBe(uninterrupted);
  });

  test('does what was half written, changed or of another policy again', async () => {
    const directory = makeDirectory({});
    await survey({ github, policy, directory });
    rmSync(join(directory, 'state', 'run.json'));
    const readings = join(directory, 'state', 'readings');
    const [one = '', two = ''] = readdirSync(readings);
    writeFileSync(join(readings, one), '{"key": "');
    writeFileSync(join(readings, two), '{"key": "x", "uses": []}');
    github.forget();
    expect(JSON.stringify(await survey({ github, policy, directory }))).toBe(uninterrupted);
    expect(github.count('tree')).toBe(2);
  });

  test('does not go on with what was found through another stand-in', async () => {
    const directory = makeDirectory({});
    const later = new Date(NOW.getTime() + 3_600_000);
    const asked = async (route: string, now: Date) => {
      registry.forgetRequests();
      await survey({ github, policy, directory, now, routes: [`docker.io=${route}`] });
      return registry.requests.filter(({ url }) => url?.includes('good/a')).length;
    };
    const first = await asked('one.example', NOW);
    expect(first).toBeGreaterThan(0);
    expect(await asked('one.example', later)).toBe(0);
    expect(await asked('other.example', later)).toBe(first);
  });

  test('reads a repository again that was pushed to, and no other', async () => {
    const directory = makeDirectory({});
    await survey({ github, policy, directory });
    const [first, ...others] = organization(COUNT, images);
    if (first === undefined) throw new Error('there is one');
    github.replace([{ ...first, files: { ...first.files, Dockerfile: `FROM ${images[1]}\n` } }, ...others]);
    github.forget();
    const again = await survey({ github, policy, directory });
    expect(github.count('tree')).toBe(1);
    expect(again.repositories.find(({ name }) => name === first.name)?.references).toHaveLength(1);
    github.replace(organization(COUNT, images));
  });
});
