import { describe, expect, test } from '@jest/globals';
import type { FilesystemFacts, SecretFile } from '../../src/image-content/filesystem/filesystem-facts.js';
import { noSecrets } from '../../src/rules/no-secrets.js';
import { contentsOf } from '../support/image/contents-of.js';
import { evaluateRule, subjectOf } from '../support/image/image-rule-subject.js';
import { fakeToken } from '../support/image/planted-secrets.js';

interface Seen {
  readonly secrets?: readonly SecretFile[];
  readonly unread?: FilesystemFacts['unread'];
  readonly asPackaged?: readonly string[];
  readonly env?: readonly string[];
}

async function answers(
  { env = [], asPackaged = [], ...facts }: Seen,
  changes: { allowFiles?: string[]; allowVariables?: string[] } = {},
) {
  const { evidence } = await contentsOf({ layers: [[{ path: 'a' }]], config: { Env: [...env] } });
  const { filesystem, ownership } = evidence;
  if (filesystem.status !== 'present' || ownership.status !== 'present') throw new Error('it was read');
  const seen = {
    ...evidence,
    filesystem: { ...filesystem, value: { ...filesystem.value, ...facts } },
    ownership: { ...ownership, value: { ...ownership.value, asPackaged: new Set(asPackaged) } },
  };
  return evaluateRule(noSecrets, subjectOf(seen), 'strict', changes);
}

const KEY: SecretFile = { path: 'root/key.pem', kind: 'private key', line: 3, layer: 1, hidden: false };
const quiet = { aspect: 'environment', outcome: 'pass' };

describe('keys and credentials in layers', () => {
  test('are none', async () => {
    expect(await answers({})).toMatchObject([
      { aspect: 'layers', outcome: 'pass', message: 'No key or credential was found in its 1 layer.' },
      quiet,
    ]);
  });

  test('fail, each reported with its place', async () => {
    const hidden = { path: 'b.p12', kind: 'key store', layer: 0, hidden: true };
    const reported = await answers({ secrets: [KEY, { ...KEY, kind: 'GitHub token' }, hidden] });
    expect(reported).toMatchObject([
      {
        aspect: 'layers',
        outcome: 'fail',
        message: expect.stringMatching(/^2 files .*: \/root\/key\.pem and \/b\.p12\.$/),
        details: [
          '/root/key.pem:3: private key, in layer 2',
          '/root/key.pem:3: GitHub token, in layer 2',
          '/b.p12: key store, in layer 1, which a later layer hides',
        ],
      },
      quiet,
    ]);
    expect(reported[0]?.atMost).toBeUndefined();
    expect((await answers({ secrets: [KEY] }))[0]?.message).toBe('A file holds keys or credentials: /root/key.pem.');
  });

  test('are let be where the policy allows the path', async () => {
    expect(await answers({ secrets: [KEY] }, { allowFiles: ['/root/*'] })).toMatchObject([{ outcome: 'pass' }, quiet]);
    expect(await answers({ secrets: [KEY] }, { allowFiles: ['/srv/*'] })).toMatchObject([{ outcome: 'fail' }, quiet]);
  });

  test('are a warning where a package brought them so, unless a later layer hides them', async () => {
    const asPackaged = [KEY.path];
    expect(await answers({ secrets: [KEY], asPackaged })).toMatchObject([
      { aspect: 'layers', outcome: 'pass', message: expect.stringContaining('except for what is reported separately') },
      {
        aspect: 'packaged',
        outcome: 'fail',
        atMost: 'warning',
        message: expect.stringMatching(/^A file brings .*: \/root\/key\.pem\.$/),
      },
      quiet,
    ]);
    expect(await answers({ secrets: [{ ...KEY, hidden: true }], asPackaged })).toMatchObject([
      { aspect: 'layers', outcome: 'fail' },
      quiet,
    ]);
  });

  test('are a note where the file is encrypted whole', async () => {
    const closed: SecretFile = { ...KEY, isClosed: true };
    for (const asPackaged of [[KEY.path], []]) {
      expect(await answers({ secrets: [closed], asPackaged })).toMatchObject([
        { aspect: 'layers', outcome: 'pass', message: expect.stringContaining('except for what is reported') },
        {
          aspect: 'encrypted',
          outcome: 'fail',
          atMost: 'note',
          message: expect.stringMatching(/^A file is encrypted/),
        },
        quiet,
      ]);
    }
  });

  test('are a warning where they only often are credentials, and nothing once they have ended', async () => {
    const token: SecretFile = { ...KEY, kind: 'JSON Web Token', isLikely: true };
    expect(await answers({ secrets: [token] })).toMatchObject([
      { aspect: 'layers', outcome: 'pass', message: expect.stringContaining('except for what is reported') },
      { aspect: 'likely', outcome: 'fail', atMost: 'warning' },
      quiet,
    ]);
    expect(await answers({ secrets: [{ ...token, expires: 1_000_000_000 }] })).toMatchObject([
      { aspect: 'layers', outcome: 'pass' },
      quiet,
    ]);
    expect(await answers({ secrets: [{ ...token, expires: 4_000_000_000 }, KEY] })).toMatchObject([
      { aspect: 'layers', outcome: 'fail' },
      { aspect: 'likely', outcome: 'fail' },
      quiet,
    ]);
  });

  test('of several files are reported in the plural', async () => {
    const two = [KEY, { ...KEY, path: 'root/other.pem' }];
    const [, packaged] = await answers({ secrets: two, asPackaged: two.map(({ path }) => path) });
    expect(packaged?.message).toMatch(/^2 files bring /);
    const [, closed] = await answers({ secrets: two.map((one) => ({ ...one, isClosed: true })) });
    expect(closed?.message).toMatch(/^2 files are encrypted/);
  });

  test('are an indeterminate result where a file could not be evaluated', async () => {
    const unread = [{ path: 'x', reason: 'it is sparse' }];
    expect(await answers({ unread })).toMatchObject([{ aspect: 'layers', outcome: 'indeterminate' }, quiet]);
    expect(await answers({ unread, secrets: [KEY] })).toMatchObject([{ outcome: 'fail' }, quiet]);
  });

  test.each(['filesystem', 'ownership'] as const)('are an indeterminate result without its %s', async (kind) => {
    const { evidence } = await contentsOf({ layers: [] });
    const { [kind]: _left, ...seen } = evidence;
    expect(evaluateRule(noSecrets, subjectOf(seen))).toMatchObject([
      { aspect: 'layers', outcome: 'indeterminate' },
      quiet,
    ]);
  });
});

describe('secrets in the environment', () => {
  const env = ['PATH=/bin', 'DB_PASSWORD=hunter2', 'API_TOKEN=s3cr3t-value'];

  test('fail by the name of the variable, and never with the value', async () => {
    const [, reported] = await answers({ env });
    expect(reported).toMatchObject({
      aspect: 'environment',
      outcome: 'fail',
      message: expect.stringContaining(': DB_PASSWORD and API_TOKEN'),
    });
    expect(JSON.stringify(reported)).not.toMatch(/hunter2|s3cr3t/);
  });

  test('are let be where the policy allows the variable', async () => {
    const [, one] = await answers({ env }, { allowVariables: ['DB_PASSWORD'] });
    expect(one).toMatchObject({ message: expect.stringContaining(': API_TOKEN') });
    const [, none] = await answers({ env }, { allowVariables: ['DB_PASSWORD', 'API_TOKEN'] });
    expect(none).toMatchObject(quiet);
  });

  test('are an indeterminate result without the configuration', () => {
    expect(evaluateRule(noSecrets, subjectOf({}))).toMatchObject([
      { aspect: 'layers', outcome: 'indeterminate' },
      { aspect: 'environment', outcome: 'indeterminate' },
    ]);
  });
});

test('a Windows image is asked for its environment alone', async () => {
  const { evidence } = await contentsOf({
    platform: 'windows/amd64',
    layers: [],
    config: { Env: ['A_PASSWORD=hunter2'] },
  });
  expect(evaluateRule(noSecrets, subjectOf(evidence, { platform: 'windows' }))).toMatchObject([
    { aspect: 'layers', outcome: 'not-applicable' },
    { aspect: 'environment', outcome: 'fail' },
  ]);
});

describe('the configuration', () => {
  const token = fakeToken('ghp_', 36);
  const asked = async (config: Readonly<Record<string, unknown>>) => {
    const { evidence } = await contentsOf({ layers: [[{ path: 'a' }]], config });
    return evaluateRule(noSecrets, subjectOf(evidence), 'strict').filter(({ aspect }) => aspect === 'configuration');
  };

  test.each([
    ['a label', { Labels: { x: token } }],
    ['CMD', { Cmd: ['run', `--token=${token}`] }],
    ['ENTRYPOINT', { Entrypoint: ['run', token] }],
    ['HEALTHCHECK', { Healthcheck: { Test: ['CMD', 'curl', '-H', token] } }],
    ['ONBUILD', { OnBuild: [`RUN login ${token}`] }],
  ])('fails where %s holds a token', async (place, config) => {
    expect(await asked(config)).toMatchObject([
      { outcome: 'fail', message: expect.stringContaining(`${place} holds a GitHub token`) },
    ]);
  });

  test('has none where it only mentions one', async () => {
    const config = { Labels: { token: 'see $TOKEN' }, Cmd: ['run', '--password-file', '/run/secrets/x'] };
    expect(await asked(config)).toEqual([]);
  });
});
