import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { commentMarker } from '../../src/github/publish/comment-parts.js';
import { pullRequestPayload, type StepResult, useAction } from '../support/github/action-step.js';
import { useGitHub } from '../support/github/fake-github.js';
import type { GitContent } from '../support/github/git-repository.js';
import { githubHtml, readHtml } from '../support/github/github-markdown.js';
import { DENYING_POLICY, makePullRequest, POLICY_PATH, runOnPullRequest } from '../support/github/pull-request-step.js';
import { type RegistryServer, startRegistry } from '../support/registry/registry-server.js';

const github = useGitHub();
const action = useAction();
let registry: RegistryServer;
beforeEach(async () => {
  registry = await startRegistry();
});
afterEach(() => registry.close());

type Files = Readonly<Record<string, GitContent>>;

function attack(
  changes: Files,
  options: Parameters<typeof runOnPullRequest>[3] & { readonly base?: Files } = {},
): Promise<StepResult> {
  const { base, inputs, ...step } = options;
  const pull = makePullRequest(github, changes, base);
  return runOnPullRequest(action, github, pull, { inputs: { comment: 'never', ...inputs }, ...step });
}

const COMMENTED = { inputs: { comment: 'always' } };
const DENIED = 'FROM images.example/legacy/base:1\n';

describe('a pull request that edits what it is evaluated by', () => {
  test.each([
    ['removes the denylist', 'version: 1\n'],
    ['chooses a softer profile', `${DENYING_POLICY}profile: observe\n`],
    [
      'grants itself a waiver',
      `${DENYING_POLICY}waivers:\n  - { rule: denied-base, reason: trust me, owner: "@mallory", expires: 2027-01-31 }\n`,
    ],
  ])('%s, and is evaluated by the base branch all the same', async (_what, policy) => {
    const step = await attack({ Dockerfile: DENIED, [POLICY_PATH]: policy });
    expect(step.code).toBe(1);
    expect(step.summary).toContain('the edit takes effect once it is merged');
  });

  test('breaks the policy, and fails at the line that is broken', async () => {
    const step = await attack({ [POLICY_PATH]: 'version: 1\nallow: everything\n' });
    expect(step.code).toBe(1);
    expect(step.outputs).toMatchObject({ verdict: 'fail' });
    expect(step.commands).toContainEqual(
      expect.stringMatching(/^::error .*file=\.github\/base-image-gate\.yml,line=2/),
    );
  });

  test('makes the policy a link to a file of the runner', async () => {
    const step = await attack({ [POLICY_PATH]: { link: '/proc/self/environ' } });
    expect(step.code).toBe(1);
    expect(step.log).not.toContain('INPUT_TOKEN');
  });

  test('edits the file that the policy is a link to, which is an edit of the policy', async () => {
    const base = { [POLICY_PATH]: { link: '../policy.yml' }, 'policy.yml': DENYING_POLICY };
    const softer = await attack({ Dockerfile: DENIED, 'policy.yml': 'version: 1\n' }, { base });
    expect(softer.code).toBe(1);
    expect(softer.summary).toContain('the edit takes effect once it is merged');
    const broken = await attack({ 'policy.yml': 'version: 1\nallow: everything\n' }, { base });
    expect(broken.outputs).toMatchObject({ verdict: 'fail' });
  });

  test('replaces a key that the policy names, which changes nothing', async () => {
    const key = (): string =>
      String(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }));
    const policy = `${DENYING_POLICY}allow:\n  - image: images.example/**\n    authorities: [{ key: { file: .github/keys/base.pub } }]\n`;
    const base = { [POLICY_PATH]: policy, '.github/keys/base.pub': key() };
    const step = await attack({ Dockerfile: DENIED, '.github/keys/base.pub': key() }, { base });
    expect(step.code).toBe(1);
    expect(step.summary).toContain('.github/keys/base.pub');
  });
});

describe('names chosen by a pull request', () => {
  const NASTY = [
    '</details><script>alert(1)</script>',
    '![x](https://evil.example/pixel.png)',
    '@everyone and #1',
    '[click](javascript:alert(1))',
    '-->',
  ];

  test('are not HTML, images, mentions or links in comment and summary', async () => {
    const lines = NASTY.map((text, index) => `FROM "${text}" AS stage${index}`);
    const step = await attack(
      { Dockerfile: `${lines.join('\n')}\n${DENIED}LABEL evil="${NASTY.join(' ')}"\n` },
      COMMENTED,
    );
    const html = githubHtml(`${step.summary}\n\n${github.state.comments[0]?.body}`);
    const { tags } = readHtml(html);
    expect(tags.filter((tag) => /^<(?:script|img)/i.test(tag))).toEqual([]);
    // The server itself, and the published pages of the rules.
    const ours = /^<a href="https:\/\/github\.(?:example\/|com\/base-image-gate\/base-image-gate\/blob\/)/;
    expect(tags.filter((tag) => /^<a /i.test(tag) && !ours.test(tag))).toEqual([]);
    const { text } = readHtml(html.replace(/<(code|pre)\b[^>]*>[\s\S]*?<\/\1>/g, ''));
    expect(text).not.toContain('@everyone');
  });

  test('do not become workflow commands, whichever line ends they use', async () => {
    const directory = 'a\n::set-output name=verdict::pass\n::stop-commands::x\r::error::y';
    const step = await attack({
      [`${directory}/Dockerfile`]: DENIED,
      Dockerfile: `FROM images.example/legacy/base:1 AS x\nFROM \${A:-::error::z}\n`,
    });
    expect(step.code).toBe(1);
    expect(
      step.log
        .split(/\r?\n|\r/)
        .filter((line) => /^::(?!error |warning |add-mask::|debug::|group::|endgroup::)/.test(line)),
    ).toEqual([]);
    expect(step.outputs).toMatchObject({ verdict: 'fail' });
    expect(step.log.split(/\r?\n|\r/)).not.toContain('::error::y');
  });

  test('do not end an output early', async () => {
    const directory = 'ghadelimiter_x\nverdict=pass';
    const step = await attack({ [`${directory}/Dockerfile`]: DENIED });
    expect(step.outputs['verdict']).toBe('fail');
  });

  test('do not forge parts of the comment', async () => {
    const part = `<!-- base-image-gate end -->\n<!-- base-image-gate part=${'0'.repeat(16)} commit=${'a'.repeat(40)} findings= -->`;
    await attack({ Dockerfile: `# ${part}\nFROM images.example/legacy/base:1 AS x # ${part}\n` }, COMMENTED);
    const markers = github.state.comments[0]?.body.match(/^<!-- base-image-gate (?:part|end)/gm);
    expect(markers).toEqual(['<!-- base-image-gate part', '<!-- base-image-gate end']);
  });
});

test('a base branch whose name is markup, or reads like a command, stays text, and its policy has no say', async () => {
  const name = 'soft`</details><img/src=x>@everyone%0A##::error,title=x';
  const base = name.replaceAll(':', '-');
  const pull = makePullRequest(github, { Dockerfile: DENIED });
  github.state.git.commit(base, { [POLICY_PATH]: 'version: 1\nprofile: observe\n' });
  const payload = pullRequestPayload({ number: 7, head: pull.head, headRepository: 'acme/shop', base });
  const step = await runOnPullRequest(action, github, pull, { payload });
  expect(step.code).toBe(1);
  const html = githubHtml(`${step.summary}\n\n${github.state.comments[0]?.body}`);
  expect(readHtml(html).tags.filter((tag) => /^<img/i.test(tag))).toEqual([]);
  expect(readHtml(html.replace(/<(code|pre)\b[^>]*>[\s\S]*?<\/\1>/g, '')).text).not.toContain('@everyone');
  expect(step.summary).toContain('soft');
  expect(step.log).not.toContain('##[');
});

test('a directory of build files that becomes a submodule is reported, since nobody evaluates it here', async () => {
  const base = { [POLICY_PATH]: DENYING_POLICY, 'api/Dockerfile': 'FROM scratch\n' };
  const pull = makePullRequest(github, { api: { submodule: 'c'.repeat(40) } }, base, ['api/Dockerfile']);
  const step = await runOnPullRequest(action, github, pull);
  expect(step.summary).toContain('api is a submodule');
});

test('an API that redirects elsewhere does not take the token along', async () => {
  const seen: (string | undefined)[] = [];
  const other = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  const first = createServer((_request, response) => {
    response.writeHead(302, { location: `http://localhost:${portOf(other)}/x` }).end();
  });
  for (const server of [other, first]) await new Promise<void>((done) => server.listen(0, done));
  const pull = makePullRequest(github, { Dockerfile: DENIED });
  const step = await runOnPullRequest(action, github, pull, { apiUrl: `http://127.0.0.1:${portOf(first)}` });
  for (const server of [other, first]) server.close();
  expect(step.code).toBe(2);
  expect(seen.filter((authorization) => authorization !== undefined)).toEqual([]);
});

function portOf(server: Server): number {
  // A server that listens on a TCP port has an address with that port.
  return (server.address() as AddressInfo).port;
}

test('a forged comment with our marker is left to its author', async () => {
  const forged = { id: 0, issue: 7, login: 'mallory', body: `${commentMarker('default')}\n\nall is well` };
  github.state.comments.push({ ...forged });
  await attack({ Dockerfile: DENIED }, COMMENTED);
  expect(github.state.comments).toHaveLength(2);
  expect(github.state.comments[0]).toEqual(forged);
});

describe('build files that lead elsewhere', () => {
  test.each([
    ['/proc/self/environ', 'INPUT_TOKEN'],
    ['../../../../../../etc/passwd', 'root:'],
    ['/etc/shadow', 'root:'],
  ])('a Dockerfile that is a link to %s is not followed', async (link, secret) => {
    const step = await attack({ Dockerfile: { link } }, COMMENTED);
    expect(step.code).not.toBe(0);
    const shown = `${step.log}${step.summary}${github.state.comments[0]?.body}`;
    expect(shown).not.toContain(secret);
    expect(readFileSync(step.outputs['report-json'] ?? '', 'utf8')).not.toContain(secret);
  });

  test('a 10 MB Dockerfile and a binary one are unreadable, not a crash', async () => {
    const step = await attack({
      'big.Dockerfile': Buffer.alloc(10 * 1024 * 1024, 'FROM x\n'),
      'binary.Dockerfile': Uint8Array.from({ length: 4096 }, (_, index) => (index * 7) % 256),
    });
    expect([1, 2]).toContain(step.code);
    expect(step.log).not.toMatch(/^\s+at /m);
  });
});

describe('images that name hosts', () => {
  test('a host that nobody listed is never contacted', async () => {
    const step = await attack({ Dockerfile: `FROM ${registry.host}/base:1\n` });
    expect(registry.requests).toEqual([]);
    expect(step.summary).toContain(registry.host);
  });

  test('a host that only the pull request’s policy lists is never contacted', async () => {
    const policy = `${DENYING_POLICY}registries: { "${registry.host}": { private-network: true, insecure: true } }\n`;
    await attack({ Dockerfile: `FROM ${registry.host}/base:1\n`, [POLICY_PATH]: policy });
    expect(registry.requests).toEqual([]);
  });

  test('a listed host at a private address is refused unless the policy opens it', async () => {
    const base = { [POLICY_PATH]: `${DENYING_POLICY}registries: { "${registry.host}": { insecure: true } }\n` };
    await attack({ Dockerfile: `FROM ${registry.host}/base:1\n` }, { base });
    expect(registry.requests).toEqual([]);
  });

  test('the metadata service is refused, and credentials don’t go there', async () => {
    const policy = `${DENYING_POLICY}registries: { 169.254.169.254: { insecure: true } }\nrules: { known-reference: error }\n`;
    const step = await attack(
      { Dockerfile: 'FROM 169.254.169.254/latest/meta-data:1\n' },
      { base: { [POLICY_PATH]: policy }, inputs: { 'registry-credentials': '169.254.169.254 user hunter22' } },
    );
    const report = readFileSync(step.outputs['report-json'] ?? '', 'utf8');
    expect(report).toMatch(/refused|link-local|private/i);
    expect(report).not.toContain('hunter22');
  });
});

test('patterns that would make a regular expression backtrack cost nothing', async () => {
  const pattern = `images.example/${'a*'.repeat(60)}b/**/${'*a'.repeat(60)}c`;
  const base = { [POLICY_PATH]: `${DENYING_POLICY}allow:\n  - { image: "${pattern}", signed: false, reason: x }\n` };
  const step = await attack({ Dockerfile: `FROM images.example/${'a'.repeat(120)}/${'a'.repeat(100)}:1\n` }, { base });
  expect([0, 1, 2]).toContain(step.code);
  expect(step.outputs['verdict']).toBeDefined();
});
