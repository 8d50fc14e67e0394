import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { surveySchema } from '../../src/survey/document.js';
import { mergeSurveys } from '../../src/survey/merge.js';
import { gateRun } from '../support/gate-run.js';
import { type OrganizationServer, startOrganization } from '../support/github/organization-server.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import type { RegistryServer } from '../support/registry/registry-server.js';
import { organization, policyText, registryWith, survey } from '../support/survey/survey-world.js';

let registry: RegistryServer;
let github: OrganizationServer;
let policy: string;
let images: readonly string[];

const REPOSITORIES = 40;

beforeAll(async () => {
  registry = await registryWith(['good/a', 'good/b', 'bad/c']);
  images = ['good/a', 'good/b', 'bad/c'].map((name) => `${registry.host}/${name}:1`);
  policy = policyText(registry.host);
  github = await startOrganization(organization(REPOSITORIES, images));
});

afterAll(async () => {
  await github.close();
  await registry.close();
});

describe('survey', () => {
  test('evaluates every repository as check would, and each image once', async () => {
    github.forget();
    registry.forgetRequests();
    const document = await survey({ github, policy });
    expect(surveySchema.safeParse(document).error).toBeUndefined();
    expect(document.repositoryCount).toMatchObject({ listed: REPOSITORIES, surveyed: REPOSITORIES, failed: 0 });
    expect(document.complete).toBe(true);
    const manifests = registry.requests.filter(({ url }) => /\/manifests\/1$/.test(url));
    expect(manifests.length).toBeLessThanOrEqual(images.length * 2);
    for (const { name, files } of organization(REPOSITORIES, images).slice(0, 6)) {
      const found = document.repositories.find((one) => one.name === name);
      const texts = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, String(text)]));
      const { openRegistries } = await import('../../src/registry/open-registries.js');
      const opened = await openRegistries({
        registries: { [registry.host]: { insecure: true, privateNetwork: true, tokenHosts: [] } },
        isListed: () => true,
        environment: {},
        workspace: makeDirectory({}),
      });
      if (!opened.ok) throw new Error(opened.error);
      const report = await gateRun({
        files: texts,
        policy,
        source: opened.value.source,
        now: new Date('2026-11-30T12:00:00Z'),
        settings: { offline: false },
      });
      await opened.value.close();
      const { full, partial, unchecked, unresolved, references } = report.coverage;
      expect([name, found?.verdict, found?.coverage]).toEqual([
        name,
        report.verdict,
        { references, full, partial, unchecked, unresolved },
      ]);
    }
  });

  test('needs two requests a repository at most', () => {
    expect(github.count('tree')).toBe(REPOSITORIES);
    expect(github.count('blob')).toBe(0);
    expect(github.requests.length).toBeLessThanOrEqual(REPOSITORIES * 2);
  });

  test('is the same in shards that are merged', async () => {
    const whole = await survey({ github, policy });
    const parts = await Promise.all(
      [1, 2, 3].map(async (index) => ({
        name: `shard ${index}`,
        document: await survey({ github, policy, shard: { index, of: 3 } }),
      })),
    );
    for (const { document } of parts) expect(document.complete).toBe(false);
    const merged = mergeSurveys(parts.toReversed());
    expect(merged.ok && JSON.stringify(merged.value)).toBe(JSON.stringify(whole));
    const some = mergeSurveys(parts.slice(1));
    expect(some.ok && some.value.shards).toEqual({ of: 3, there: [2, 3] });
    expect(some.ok && some.value.complete).toBe(false);
  });
});
