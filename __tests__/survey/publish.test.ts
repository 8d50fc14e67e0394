import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { surveyIssue } from '../../src/cli/survey-issue.js';
import { surveyMerge } from '../../src/cli/survey-merge.js';
import type { SurveyDocument } from '../../src/survey/document.js';
import { surveyHtml } from '../../src/survey/html.js';
import { issueMarkdown } from '../../src/survey/issue-markdown.js';
import { trendOf } from '../../src/survey/trend.js';
import { useGitHub } from '../support/github/fake-github.js';
import { type OrganizationServer, startOrganization } from '../support/github/organization-server.js';
import { ioIn } from '../support/process/run-command.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { schemaErrors } from '../support/published-schema.js';
import type { RegistryServer } from '../support/registry/registry-server.js';
import { organization, policyText, registryWith, survey } from '../support/survey/survey-world.js';

const EVIL = '<img src=x onerror=alert(1)>"\'|`@octocat ![x](https://evil.example)\u202e';

let registry: RegistryServer;
let github: OrganizationServer;
let document: SurveyDocument;
let ofPublic: SurveyDocument;

beforeAll(async () => {
  registry = await registryWith(['good/a', 'bad/b']);
  const images = ['good/a', 'bad/b'].map((name) => `${registry.host}/${name}:1`);
  const evil = {
    name: 'acme/evil',
    files: { [`${EVIL}/Dockerfile`]: `FROM ${images[1]}\n`, 'x.Dockerfile': 'FROM "$(evil)"\nbroken <b>\n' },
  };
  github = await startOrganization([...organization(12, images), evil]);
  document = await survey({ github, policy: policyText(registry.host) });
  const audience = { owner: 'acme', name: 'open', visibility: 'public' } as const;
  ofPublic = await survey({ github, policy: policyText(registry.host), audience });
});

afterAll(async () => {
  await github.close();
  await registry.close();
});

describe('the HTML of a survey', () => {
  test('runs nothing and loads nothing, whatever it names', () => {
    const page = [...surveyHtml(document)].join('');
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
    expect(policy).toContain(`sha256-${createHash('sha256').update(style).digest('base64')}`);
    expect(policy).toMatch(/^default-src &#39;none&#39;; style-src &#39;sha256-/);
    expect(policy).not.toMatch(/unsafe|script-src|https?:/);
    const rest = page.replace(style, '');
    expect(rest).not.toMatch(/<script|<img|\u202e/i);
    for (const [tag] of rest.matchAll(/<[a-z][^<>]*>/g)) expect(tag).not.toMatch(/\s(?:on\w+|style)=/);
    expect(rest).toContain('&lt;img src=x onerror=alert(1)&gt;');
    for (const [, address = ''] of rest.matchAll(/(?:href|src)="([^"]*)"/g)) expect(address).toMatch(/^#/);
  });

  test('has every repository, every image and every finding that decides', () => {
    const page = [...surveyHtml(document)].join('');
    for (const { name } of document.repositories) expect(page).toContain(name);
    for (const { reference } of document.images) expect(page).toContain(reference);
    expect(page).toContain('<strong>allowed-base</strong> fail');
    expect([...page.matchAll(/<(section|div|table|ul|details)\b/g)]).toHaveLength(
      [...page.matchAll(/<\/(section|div|table|ul|details)>/g)].length,
    );
  });
});

describe('the JSON of a survey', () => {
  test('is as its schema says', () => {
    expect(schemaErrors('survey.schema.json', document)).toEqual([]);
    expect(schemaErrors('survey.schema.json', ofPublic)).toEqual([]);
  });
});

describe('a survey for the readers of a public repository', () => {
  test('names no private repository, and says how many there are', () => {
    expect(ofPublic.repositories.length).toBeGreaterThan(0);
    expect(new Set(ofPublic.repositories.map(({ visibility }) => visibility))).toEqual(new Set(['public']));
    expect(ofPublic.names).toBe('public');
    expect(ofPublic.repositoryCount.morePrivate).toBe(document.repositories.length - ofPublic.repositories.length);
    const text = JSON.stringify(ofPublic);
    for (const { name, visibility } of document.repositories)
      if (visibility === 'private') expect(text).not.toContain(`"${name}"`);
  });
});

describe('the trend', () => {
  const earlier = (): SurveyDocument => ({
    ...document,
    day: '2026-11-23',
    names: 'private',
    repositories: [
      ...document.repositories
        .slice(1)
        .map((one, index) => ({ ...one, verdict: index === 0 ? ('pass' as const) : one.verdict })),
      ...document.repositories.slice(0, 1).map((one) => ({ ...one, name: 'acme/secret' })),
    ],
  });

  test('says what became worse and better, and names only what is surveyed today', () => {
    const trend = trendOf(document, earlier());
    expect(trend).toMatchObject({ since: '2026-11-23', policyChanged: false, newRepositories: 1, goneRepositories: 1 });
    expect(trend?.worse).toEqual([document.repositories[1]?.name]);
    const text = issueMarkdown(document, trend, 'https://github.example/acme/x/actions/runs/1');
    expect(text).toContain('## Since 2026-11-23');
    expect(text).not.toContain('acme/secret');
  });

  test('is none over other repositories, or a later day', () => {
    expect(trendOf(document, document)).toBeNull();
    expect(trendOf(document, { ...earlier(), of: 'other' })).toBeNull();
  });
});

describe('the issue', () => {
  test('fits, however long the survey is', () => {
    const [image] = document.images;
    if (image === undefined) throw new Error('there is one');
    const images = Array.from({ length: 5_000 }, (_, index) => ({ ...image, reference: `${EVIL.repeat(20)}${index}` }));
    const text = issueMarkdown({ ...document, images }, null, undefined);
    expect(text.length).toBeLessThanOrEqual(60_000);
    expect(text).not.toMatch(/<img|(?<!\u200b|&#8203;)@octocat(?!.*`)/);
  });

  const world = useGitHub();

  const publish = async (survey_: SurveyDocument, token = 'write') => {
    const directory = makeDirectory({ 'out/survey.json': JSON.stringify(survey_) });
    let stderr = '';
    const io = ioIn(directory, {
      env: { GH_TOKEN: token, GITHUB_API_URL: world.server.apiUrl },
      stderr: (text) => {
        stderr += text;
      },
    });
    const code = await surveyIssue(['out', '--repository', world.state.name, '--previous', 'none.json'], io);
    return { code, stderr };
  };

  test('is opened where the repository is as private as what the survey names', async () => {
    world.state.visibility = 'private';
    expect(await publish(document)).toEqual({ code: 0, stderr: '' });
    expect(world.state.issues).toMatchObject([
      { state: 'open', title: expect.stringContaining('Base images of acme') },
    ]);
    expect(world.server.violations).toEqual([]);
  });

  test.each(['public', 'internal'] as const)(
    'is not opened in a %s repository where the survey names private ones',
    async (visibility) => {
      world.state.visibility = visibility;
      const { code, stderr } = await publish(document);
      expect([code, world.state.issues]).toEqual([2, []]);
      expect(stderr).toContain('No issue was opened');
      expect(stderr).not.toContain('acme/r1');
    },
  );

  test('is opened in a public repository where everything that it names is public', async () => {
    world.state.visibility = 'public';
    expect((await publish(ofPublic)).code).toBe(0);
    expect(world.state.issues).toHaveLength(1);
  });

  test('is not opened where an image may be private, and anyone could read it', async () => {
    world.state.visibility = 'public';
    const [image, ...others] = ofPublic.images;
    if (image === undefined) throw new Error('there is one');
    const { mergeSurveys } = await import('../../src/survey/merge.js');
    const merged = mergeSurveys([
      { name: 'one', document: { ...ofPublic, images: [{ ...image, mayBePrivate: true }, ...others] } },
    ]);
    if (!merged.ok) throw new Error(merged.error);
    expect(merged.value.names).toBe('private');
    expect((await publish(merged.value)).code).toBe(2);
  });

  test('is not opened with a token that may not', async () => {
    world.state.visibility = 'private';
    const { code, stderr } = await publish(document, 'read');
    expect(code).toBe(2);
    expect(stderr).toContain('issues: write');
  });
});

describe('survey merge', () => {
  test.each<readonly [string, readonly string[], RegExp]>([
    ['nothing', [], /DIR/],
    ['what is not there', ['none'], /none.*can't be read/],
    ['what is no survey', ['bad'], /no survey/],
    ['the same twice', ['one', 'one'], /is in both/],
    ['surveys by other policies', ['one', 'other'], /policy differs/],
    ['surveys of other lists of the same name', ['one', 'list'], /other repositories/],
    ['a shard that does not exist', ['shard'], /shard 3 of 2/],
  ])('refuses %s', async (_, names, message) => {
    const other = { ...document, policy: { ...document.policy, digest: 'x' } };
    const directory = makeDirectory({
      'one/survey.json': JSON.stringify(document),
      'other/survey.json': JSON.stringify(other),
      'list/survey.json': JSON.stringify({ ...document, list: 'x' }),
      'shard/survey.json': JSON.stringify({ ...document, shards: { of: 2, there: [1, 3] } }),
      'bad/survey.json': '{"schema": "base-image-gate/survey/v1", "repositories": 7}',
    });
    let stderr = '';
    const io = ioIn(directory, {
      stderr: (text) => {
        stderr += text;
      },
    });
    expect(await surveyMerge([...names, '--output', 'out'], io)).toBe(3);
    expect(stderr).toMatch(message);
  });

  test('says that a part is missing, and exits 2', async () => {
    const part = { ...document, shards: { of: 2, there: [1] }, complete: false };
    const directory = makeDirectory({});
    writeFileSync(join(directory, 'survey.json'), JSON.stringify(part));
    let stdout = '';
    const io = ioIn(directory, {
      stdout: (text) => {
        stdout += text;
      },
    });
    expect(await surveyMerge(['.', '--output', 'out'], io)).toBe(2);
    expect(stdout).toContain('This survey is partial.');
  });
});
