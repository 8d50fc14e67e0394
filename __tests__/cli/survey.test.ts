import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { survey } from '../../src/cli/survey.js';
import { openRegistries } from '../../src/registry/open-registries.js';
import { surveySchema } from '../../src/survey/document.js';
import { ioIn } from '../support/process/run-command.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { startRegistry } from '../support/registry/registry-server.js';
import { policyText, useSurveyServers } from '../support/survey/survey-world.js';

const servers = useSurveyServers(['good/a', 'bad/b']);

async function run(
  files: Readonly<Record<string, string>>,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const directory = makeDirectory({ 'policy.yml': policyText(servers.registry.host), ...files });
  let [stdout, stderr] = ['', ''];
  const io = ioIn(directory, {
    env: { HOME: join(directory, 'none'), GH_TOKEN: 'read-only', GITHUB_API_URL: servers.github.apiUrl, ...env },
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
  });
  const code = await survey(args, io);
  return { code, stdout, stderr, directory };
}

const named = ['--policy', 'policy.yml', '--output', 'out'] as const;

describe('survey', () => {
  test.each<readonly [string, readonly string[], RegExp, Readonly<Record<string, string>>?]>([
    ['without repositories', [...named], /--org NAME or --repositories FILE/],
    ['with both', ['--org', 'acme', '--repositories', 'x', ...named], /--org NAME or --repositories FILE/],
    ['without a place', ['--org', 'acme'], /--output DIR is missing/],
    ['with a path as organization', ['--org', '../acme', ...named], /expected the name of an organization/],
    ['with a list that is not there', ['--repositories', 'none', ...named], /none can't be read/],
    ['with a list that is none', ['--repositories', 'list', ...named], /line 2 is "nonsense"/],
    ['with no shard', ['--org', 'acme', '--shard', '4/3', ...named], /--shard is "4\/3"/],
    ['with no audience', ['--org', 'acme', '--audience', 'acme', ...named], /--audience is "acme"/],
    ['without a token', ['--org', 'acme', ...named], /GH_TOKEN is not set/, { GH_TOKEN: '' }],
    ['with a policy that is none', ['--org', 'acme', '--policy', 'list', '--output', 'out'], /list/],
  ])('%s exits 3', async (...[, args, message, env]) => {
    const { code, stderr } = await run({ list: 'acme/a\nnonsense\n' }, args, env);
    expect(stderr).toMatch(message);
    expect(code).toBe(3);
  });

  test('of repositories that all could be read exits 0, and writes it in every form', async () => {
    servers.github.replace([
      { name: 'acme/a', files: { Dockerfile: `FROM ${servers.registry.host}/bad/b:1\n` } },
      { name: 'acme/b', files: { Dockerfile: `FROM ${servers.registry.host}/good/a:1\nUSER 1\n` } },
    ]);
    const { code, stdout, directory } = await run({ list: 'acme/a\nacme/b # ours\n' }, [
      '--repositories',
      'list',
      ...named,
    ]);
    expect(stdout).toMatch(/^Of 2 repositories .*1 pass, 1 fail, 0 .*\n$/);
    expect(code).toBe(0);
    const document = surveySchema.parse(JSON.parse(readFileSync(join(directory, 'out/survey.json'), 'utf8')));
    expect(document.repositories.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['acme/a', 'fail'],
      ['acme/b', 'pass'],
    ]);
    for (const form of ['md', 'html']) expect(existsSync(join(directory, `out/survey.${form}`))).toBe(true);
    for (const { authorization } of servers.github.requests)
      expect(authorization).toMatch(/^(?:token|bearer) read-only$/i);
    for (const { headers } of servers.registry.requests) expect(headers['authorization']).toBeUndefined();
  });

  test('of an organization that is not there exits 2', async () => {
    const { code, stderr } = await run({}, ['--org', 'none', ...named]);
    expect(code).toBe(2);
    expect(stderr).toContain('does not exist');
  });

  test('with a token that may write asks for one that may not', async () => {
    servers.github.replace([{ name: 'acme/a', files: {} }]);
    servers.github.intercept = (_, response) => {
      response.setHeader('x-oauth-scopes', 'repo, read:org');
      return false;
    };
    const { stderr } = await run({}, ['--org', 'acme', ...named]);
    expect(stderr).toContain('The token may do more than read.');
  });

  test('for the readers of a public repository contacts no registry in a private network', async () => {
    const files = { Dockerfile: `FROM ${servers.registry.host}/good/a:1\nUSER 1\n` };
    servers.github.replace([
      { name: 'acme/open', visibility: 'PUBLIC', files },
      { name: 'acme/closed', files },
    ]);
    const args = ['--org', 'acme', '--audience', 'acme/open', ...named];
    servers.registry.forgetRequests();
    const { code, stdout, directory } = await run({}, args);
    expect([code, servers.registry.requests]).toEqual([0, []]);
    expect(stdout).toMatch(/Of 1 repository .*0 pass, 0 fail, 1 /);
    const text = readFileSync(join(directory, 'out/survey.json'), 'utf8');
    expect(text).not.toContain('acme/closed');
    expect(surveySchema.parse(JSON.parse(text)).notices).toEqual([expect.stringContaining('acme/open is public')]);
    expect((await run({}, [...args, '--registry', `docker.io=${servers.registry.host}`])).code).toBe(3);
  });

  test('uses a policy of the repository itself where that is asked for, and names one that is broken', async () => {
    const soon = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
    const waived = [
      policyText(servers.registry.host),
      `waivers: [{ rule: allowed-base, reason: ours, owner: "@acme/a", expires: ${soon} }]`,
      '',
    ].join('\n');
    const files = { Dockerfile: `FROM ${servers.registry.host}/bad/b:1\nUSER 1\n` };
    servers.github.replace([
      { name: 'acme/broken', files: { ...files, '.github/base-image-gate.yml': 'version: "secret text"\n' } },
      { name: 'acme/own', files: { ...files, '.github/base-image-gate.yml': waived } },
    ]);
    const args = ['--org', 'acme', ...named];
    const without = await run({}, args);
    expect(without.stdout).toContain('0 pass, 2 fail');
    const { code, stdout, directory } = await run({}, [...args, '--use-repository-policies']);
    expect(stdout).toContain('Of 1 repository surveyed');
    expect(code).toBe(2);
    const text = readFileSync(join(directory, 'out/survey.json'), 'utf8');
    expect(text).not.toContain('secret text');
    const document = surveySchema.parse(JSON.parse(text));
    expect(document.failed.map(({ name }) => name)).toEqual(['acme/broken']);
    expect(document.policy.repositoryPolicies).toBe(true);
  });
});

describe('credentials of a survey', () => {
  test.each([
    [true, 1],
    [false, 0],
  ])('are sent to a registry only where the policy names it: %s', async (mayReceive, sent) => {
    const closed = await startRegistry({ auth: { kind: 'basic', username: 'user', password: 'password' } });
    const opened = await openRegistries({
      registries: { [closed.host]: { insecure: true, privateNetwork: true, tokenHosts: [] } },
      isListed: () => true,
      mayReceiveCredentials: () => mayReceive,
      credentials: new Map([[closed.host, { kind: 'password', username: 'user', password: 'password' }]]),
      environment: {},
      workspace: makeDirectory({}),
    });
    if (!opened.ok) throw new Error(opened.error);
    await opened.value.source.tags({ registry: closed.host, repository: 'a' });
    expect(opened.value.mayBePrivate('other.example')).toBe(false);
    expect(closed.requests.filter(({ headers }) => headers['authorization'] !== undefined).length > 0 ? 1 : 0).toBe(
      sent,
    );
    await opened.value.close();
    await closed.close();
  });
});
