import { describe, expect, test } from '@jest/globals';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { surveyMarkdown } from '../../src/survey/markdown.js';
import type { MadeRepository } from '../support/github/organization-server.js';
import { policyText, survey, useSurveyServers } from '../support/survey/survey-world.js';

const servers = useSurveyServers(['good/a']);
const world = () => ({ github: servers.github, policy: policyText(servers.registry.host) });

const good = () => `FROM ${servers.registry.host}/good/a:1\nUSER 1000\n`;
const plain = (name: string): MadeRepository => ({ name, files: { Dockerfile: good() } });

const read = async (...repositories: readonly MadeRepository[]) => {
  servers.github.replace(repositories);
  return await survey(world());
};

describe('a repository of a survey', () => {
  test('that vanishes midway is named, and the rest is finished', async () => {
    servers.github.intercept = ({ path }, response) => {
      if (!path.startsWith('/repos/acme/gone/')) return false;
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}');
      return true;
    };
    const document = await read(plain('acme/gone'), plain('acme/there'));
    expect(document.failed.map(({ name }) => name)).toEqual(['acme/gone']);
    expect(document.repositories.map(({ name, verdict }) => [name, verdict])).toEqual([['acme/there', 'pass']]);
    expect(document.complete).toBe(false);
    expect(surveyMarkdown(document)).toContain('This survey is partial.');
  });

  test('that is archived, disabled or empty is counted and left out', async () => {
    const document = await read(
      { ...plain('acme/a'), archived: true },
      { ...plain('acme/b'), disabled: true },
      { ...plain('acme/c'), empty: true },
      plain('acme/d'),
    );
    expect(document.repositoryCount).toMatchObject({ listed: 4, surveyed: 1, archived: 1, disabled: 1, empty: 1 });
    expect(document.complete).toBe(true);
  });

  test.each<readonly [string, unknown]>([
    ['a path', '../../etc/passwd'],
    ['markup', 'acme/<script>'],
    ['another owner', 'evil/repository'],
    ['nothing', null],
  ])('that is listed as %s is no repository of the organization', async (_, nameWithOwner) => {
    servers.github.intercept = ({ kind }, response) => {
      if (kind !== 'list') return false;
      const target = { oid: '0'.repeat(40) };
      const node = {
        nameWithOwner,
        visibility: 'PUBLIC',
        isArchived: false,
        isDisabled: false,
        defaultBranchRef: { target },
      };
      const pageInfo = { hasNextPage: false, endCursor: null };
      const data = { repositoryOwner: { repositories: { totalCount: 1, pageInfo, nodes: [node] } } };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
      return true;
    };
    const document = await read(plain('acme/a'));
    expect(document.repositories).toEqual([]);
    expect(document.complete).toBe(false);
  });

  test('whose listing is shorter than GitHub counts makes the survey partial', async () => {
    servers.github.intercept = ({ kind }, response) => {
      if (kind !== 'list') return false;
      const pageInfo = { hasNextPage: false, endCursor: null };
      const data = { repositoryOwner: { repositories: { totalCount: 7, pageInfo, nodes: [] } } };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
      return true;
    };
    const document = await read(plain('acme/a'));
    expect(document.failed).toEqual([expect.objectContaining({ name: '7 repositories' })]);
  });

  test('that is listed twice does not stand for another that is not listed', async () => {
    const target = { oid: '0'.repeat(40) };
    const known = { nameWithOwner: 'acme/a', visibility: 'PUBLIC', isArchived: true, isDisabled: false };
    let page = 0;
    servers.github.intercept = ({ kind }, response) => {
      if (kind !== 'list') return false;
      page += 1;
      const pageInfo = { hasNextPage: page === 1, endCursor: `${page}` };
      const nodes = [{ ...known, defaultBranchRef: { target } }];
      const data = { repositoryOwner: { repositories: { totalCount: 2, pageInfo, nodes } } };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
      return true;
    };
    const document = await read(plain('acme/a'));
    expect(document.repositoryCount).toMatchObject({ listed: 2, archived: 1, failed: 1 });
    expect(document.complete).toBe(false);
  });

  test('whose listing never ends stops the survey', async () => {
    servers.github.intercept = ({ kind }, response) => {
      if (kind !== 'list') return false;
      const pageInfo = { hasNextPage: true, endCursor: 'same' };
      const data = { repositoryOwner: { repositories: { totalCount: 7, pageInfo, nodes: [] } } };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
      return true;
    };
    await expect(read(plain('acme/a'))).rejects.toThrow('does not end');
  });

  test('that was renamed is named by its new name', async () => {
    servers.github.replace([{ ...plain('acme/new'), formerly: 'acme/old' }]);
    const document = await survey({ ...world(), of: { names: ['acme/old', 'acme/new'], label: 'list' } });
    expect(document.repositories.map(({ name }) => name)).toEqual(['acme/new']);
    expect(document.notices).toEqual(['acme/old is now acme/new.']);
  });

  test('that was renamed is in exactly one shard of a list', async () => {
    servers.github.replace([{ ...plain('acme/new'), formerly: 'acme/old' }]);
    const of = { names: ['acme/old'], label: 'list' };
    const found: string[] = [];
    for (let index = 1; index <= 5; index++) {
      const { repositories, failed } = await survey({ ...world(), of, shard: { index, of: 5 } });
      found.push(...[...repositories, ...failed].map(({ name }) => name));
    }
    expect(found).toEqual(['acme/new']);
  });

  test.each([
    ['PRIVATE', 'private'],
    ['PUBLIC', 'public'],
  ] as const)('that is %s and can not be read is %s to name', async (visibility, names) => {
    servers.github.intercept = ({ path }, response) => {
      if (!path.startsWith('/repos/acme/gone/')) return false;
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}');
      return true;
    };
    const document = await read(
      { ...plain('acme/gone'), visibility },
      { ...plain('acme/there'), visibility: 'PUBLIC' },
    );
    expect(document.failed.map(({ name }) => name)).toEqual(['acme/gone']);
    expect(document.names).toBe(names);
  });

  test('of a list that is not there, or is private now, is not named to the readers of a public repository', async () => {
    servers.github.replace([
      { ...plain('acme/a'), visibility: 'PUBLIC' },
      { ...plain('acme/secret'), formerly: 'acme/was' },
    ]);
    const audience = { owner: 'acme', name: 'a', visibility: 'public' } as const;
    const of = { names: ['acme/a', 'acme/was', 'acme/none', 'acme/gone'], label: 'list' };
    const document = await survey({ ...world(), of, audience });
    expect(document.failed.map(({ name }) => name)).toEqual(['repository 3 of list', 'repository 4 of list']);
    expect(document).toMatchObject({ complete: false, names: 'public', repositoryCount: { morePrivate: 1 } });
    expect(JSON.stringify(document)).not.toMatch(/secret|acme\/(?:was|none|gone)/);
  });

  test('has too many code owners, which is named', async () => {
    const codeowners = '* @acme/team\n'.repeat(20_001);
    const document = await read(
      { name: 'acme/a', files: { Dockerfile: good(), CODEOWNERS: codeowners } },
      { name: 'acme/b', files: { Dockerfile: good(), CODEOWNERS: '* @acme/team\n' } },
    );
    expect(document.notices).toEqual([expect.stringMatching(/acme\/a .*limit code-owners/)]);
    expect(document.repositories.map(({ references }) => references[0]?.owners)).toEqual([undefined, ['@acme/team']]);
  });

  test('of a list that is not there is named', async () => {
    servers.github.replace([plain('acme/a')]);
    const document = await survey({ ...world(), of: { names: ['acme/a', 'acme/none'], label: 'list' } });
    expect(document.failed.map(({ name }) => name)).toEqual(['acme/none']);
  });

  test('gets another file than its tree lists, and the other is dropped', async () => {
    servers.github.intercept = ({ kind, query }, response) => {
      if (kind !== 'blobs') return false;
      const [, oid = ''] = /oid: "([0-9a-f]+)"/.exec(query) ?? [];
      const data = { r0: { b0: oid === '' ? null : { text: 'FROM scratch\n' } } };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
      return true;
    };
    const document = await read({ name: 'acme/a', files: { Dockerfile: 'FROM evil.example/x:1\n' } });
    expect(document.repositories[0]?.references.map(({ image }) => image)).toEqual(['evil.example/x:1']);
  });

  test.each([
    ['fails', 502],
    ['refuses', 403],
  ])('is read file by file where the query for many %s', async (_, status) => {
    servers.github.intercept = ({ kind }, response) => {
      if (kind !== 'blobs') return false;
      response.writeHead(status, { 'content-type': 'application/json' }).end('{"message":"no"}');
      return true;
    };
    const document = await read(plain('acme/a'));
    expect(document.repositories[0]?.verdict).toBe('pass');
  });

  test('has links and submodules that lead nowhere, and no path leaves it', async () => {
    const document = await read({
      name: 'acme/a',
      files: {
        Dockerfile: { link: '../../../etc/passwd' },
        'x/Dockerfile': { link: 'Dockerfile' },
        'sub/Dockerfile': { submodule: '1'.repeat(40) },
        '.github/CODEOWNERS': { link: '/etc/passwd' },
        'ok/Dockerfile': good(),
      },
    });
    const [repository] = document.repositories;
    expect(repository?.unread.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['Dockerfile', 'sub/Dockerfile', 'x/Dockerfile']),
    );
    expect(repository?.references.map(({ file }) => file)).toEqual(['ok/Dockerfile']);
    expect(repository?.verdict).not.toBe('pass');
  });

  test('has paths that are names of objects, or lead out of it, and they are paths like others', async () => {
    const document = await read({
      name: 'acme/a',
      files: {
        ...Object.fromEntries(
          ['constructor', '__proto__', 'toString'].map((path) => [path, { submodule: '1'.repeat(40) }]),
        ),
        '../../Dockerfile': 'FROM scratch\n',
        '/Dockerfile': 'FROM scratch\n',
        'ok/Dockerfile': good(),
      },
    });
    const [repository] = document.repositories;
    expect(repository?.unread.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['constructor', 'toString', '../../Dockerfile']),
    );
    expect(repository?.references.map(({ file }) => file)).toEqual(['ok/Dockerfile']);
    expect(repository?.verdict).not.toBe('pass');
  });

  test('names thousands of images, and takes no time from others', async () => {
    const many = Array.from({ length: 2_001 }, (_, index) => `FROM ${servers.registry.host}/good/x:${index}\n`).join(
      '',
    );
    const document = await read({ name: 'acme/many', files: { Dockerfile: many } }, plain('acme/plain'));
    expect(document.failed).toEqual([
      expect.objectContaining({ name: 'acme/many', message: expect.stringContaining('limit') }),
    ]);
    expect(document.repositories.map(({ name }) => name)).toEqual(['acme/plain']);
  });

  test('has a listing that GitHub cuts short: it is taken apart, or named', async () => {
    servers.github.intercept = ({ kind, path }, response) => {
      if (kind !== 'tree' || !path.includes('/acme/cut/')) return false;
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ sha: '0'.repeat(40), tree: [], truncated: true }));
      return true;
    };
    const document = await read(plain('acme/cut'), plain('acme/whole'));
    expect(document.failed.map(({ name }) => name)).toEqual(['acme/cut']);
    expect(document.repositories.map(({ name }) => name)).toEqual(['acme/whole']);
  });

  test('has a giant build file, which is not read and named', async () => {
    const document = await read({
      name: 'acme/a',
      files: { Dockerfile: `FROM scratch\n${'#'.repeat(6 * 1024 * 1024)}` },
    });
    expect(document.repositories[0]?.verdict).not.toBe('pass');
    expect(document.repositories[0]?.unread.map(({ path }) => path)).toEqual(['Dockerfile']);
  });

  test('has names that are markup, and they stay text', async () => {
    const evil = '<img src=x onerror=alert(1)>|`[x](javascript:alert(1))';
    const document = await read({
      name: 'acme/a',
      files: {
        [`${evil}/Dockerfile`]: 'ARG NONE\nFROM $NONE\nFROM "<script>"\n',
        '.github/CODEOWNERS': `* @<script> <b>@x.example @acme/ok ${evil}@example.com\n`,
      },
    });
    const page = micromark(surveyMarkdown(document), { extensions: [gfm()], htmlExtensions: [gfmHtml()] });
    expect(page).not.toMatch(/<img|<script|javascript:/i);
  });
});
