import { describe, expect, test } from '@jest/globals';
import { hardenedConfiguration } from '../../src/rules/hardened-configuration.js';
import { contentsOf } from '../support/image/contents-of.js';
import type { ImageOptions, LayerFile } from '../support/image/image-maker.js';
import { evaluateRule, subjectOf } from '../support/image/image-rule-subject.js';

type Changes = Parameters<
  typeof evaluateRule<{ allowFiles: string[]; allowCapabilities: string[]; denyPorts: number[] }>
>[3];

async function answers(image: ImageOptions, changes: Changes = {}) {
  const { evidence } = await contentsOf(image);
  return evaluateRule(hardenedConfiguration, subjectOf(evidence), 'strict', changes);
}

const aspects = async (image: ImageOptions, changes: Changes = {}) =>
  (await answers(image, changes)).map(({ outcome, aspect }) => (outcome === 'pass' ? 'pass' : aspect));

describe('files that hand out rights', () => {
  const files: readonly LayerFile[] = [
    { path: 'usr/bin/su', content: 'x', mode: 0o4755, uid: 3, gid: 4 },
    { path: 'usr/bin/wall', content: 'x', mode: 0o2755 },
    { path: 'srv/open', content: 'x', mode: 0o666 },
    { path: 'dev/sda', type: 'block-device' },
  ];

  test('are reported by path, with their mode and owner', async () => {
    expect(await answers({ layers: [files] })).toMatchObject([
      {
        aspect: 'set-uid',
        outcome: 'fail',
        message: expect.stringMatching(/^2 files .*: \/usr\/bin\/su and \/usr\/bin\/wall\.$/),
        details: ['/usr/bin/su (mode 4755, uid 3, gid 4)', '/usr/bin/wall (mode 2755, uid 0, gid 0)'],
      },
      {
        aspect: 'world-writable',
        message: expect.stringContaining('by any user: /srv/open'),
        details: ['/srv/open (mode 0666, uid 0, gid 0)'],
      },
      {
        aspect: 'devices',
        message: expect.stringContaining('a device node: /dev/sda'),
        details: ['/dev/sda (block-device, uid 0, gid 0)'],
      },
    ]);
  });

  test('are let be where the policy allows them by path', async () => {
    const allowed = { allowFiles: ['/usr/bin/*', '/dev/**'] };
    expect(await aspects({ layers: [files] }, allowed)).toEqual(['world-writable']);
    expect(await aspects({ layers: [files] }, { allowFiles: ['/**'] })).toEqual(['pass']);
  });

  test.each(['null', 'zero', 'full', 'random', 'urandom', 'tty', 'console', 'ptmx'])(
    'are not the devices that every container has: %s',
    async (name) => {
      const device = (path: string): ImageOptions => ({ layers: [[{ path, type: 'character-device' }]] });
      expect(await aspects(device(`dev/${name}`))).toEqual(['pass']);
      expect(await aspects(device(`dev/${name}2`))).toEqual(['devices']);
      expect(await aspects(device(`srv/dev/${name}`))).toEqual(['devices']);
    },
  );

  test('are programs with capabilities that are not allowed', async () => {
    const { evidence } = await contentsOf({ layers: [[{ path: 'bin/ping', content: 'x', mode: 0o755 }]] });
    if (evidence.filesystem.status !== 'present') throw new Error('it was read');
    const facts = evidence.filesystem.value;
    const entry = facts.tree.get('bin/ping');
    if (entry === undefined) throw new Error('it is there');
    const withCapabilities = [{ ...entry, capabilities: ['cap_net_raw', 'cap_net_bind_service'] }];
    const seen = { ...evidence, filesystem: { ...evidence.filesystem, value: { ...facts, withCapabilities } } };
    const asked = (allowCapabilities: string[]) =>
      evaluateRule(hardenedConfiguration, subjectOf(seen), 'strict', { allowCapabilities });
    expect(asked(['cap_net_bind_service'])).toMatchObject([
      {
        aspect: 'capabilities',
        outcome: 'fail',
        message: expect.stringContaining('capabilities of its own: /bin/ping'),
        details: ['/bin/ping (cap_net_raw, cap_net_bind_service, uid 0, gid 0)'],
      },
    ]);
    expect(asked(['cap_net_bind_service', 'cap_net_raw'])).toMatchObject([{ outcome: 'pass' }]);
    expect(asked([])).toMatchObject([{ aspect: 'capabilities' }]);
  });
});

describe('settings that decide what is run', () => {
  const configured = (config: NonNullable<ImageOptions['config']>): ImageOptions => ({ layers: [], config });

  test.each([
    [['/bin/sh', '-c', 'app'], true],
    [['sh', '-c', 'app'], true],
    [['/usr/bin/bash', '-c', 'app'], true],
    [['dash', '-c', 'app'], true],
    [['ash', '-c', 'app'], true],
    [['zsh', '-c', 'app'], true],
    [['/app', '-c', 'x'], false],
    [['/bin/sh', 'app'], false],
    [['/bin/posh', '-c', 'app'], false],
    [['shell.sh.py', '-c', 'app'], false],
    [[], false],
  ])('ENTRYPOINT %j has the shell form: %s', async (Entrypoint, isShell) => {
    const found = await answers(configured({ Entrypoint }));
    expect(found).toMatchObject([
      isShell ? { aspect: 'entrypoint', outcome: 'fail', atMost: 'warning' } : { outcome: 'pass' },
    ]);
  });

  test.each([
    ['22/tcp', true],
    ['22', true],
    ['2222/tcp', false],
    ['8080/tcp', false],
  ])('port %s is a way in: %s', async (port, isWayIn) => {
    expect(await aspects(configured({ ExposedPorts: { [port]: {} } }))).toEqual([isWayIn ? 'ports' : 'pass']);
  });

  test('ports are those that the policy denies', async () => {
    const image = configured({ ExposedPorts: { '8080/tcp': {} } });
    expect(await aspects(image, { denyPorts: [8080] })).toEqual(['ports']);
    expect(await aspects(image, { denyPorts: [] })).toEqual(['pass']);
  });

  test('PATH is dangerous where anybody may write to one of its directories', async () => {
    const image = (mode: number): ImageOptions => ({
      layers: [[{ path: 'srv/', mode }]],
      config: { Env: ['PATH=/usr/bin:/srv:/not-there'] },
    });
    expect(await aspects(image(0o755))).toEqual(['pass']);
    expect(await aspects(image(0o1777))).toEqual(['environment']);
  });

  test('of both kinds are all reported', async () => {
    const image: ImageOptions = {
      layers: [[{ path: 'su', content: 'x', mode: 0o4755 }]],
      config: { Env: ['LD_PRELOAD=/x.so'], Entrypoint: ['sh', '-c', 'x'], ExposedPorts: { '22/tcp': {} } },
    };
    expect(await aspects(image)).toEqual(['set-uid', 'environment', 'entrypoint', 'ports']);
    expect(new Set((await answers(image)).map(({ outcome }) => outcome))).toEqual(new Set(['fail']));
  });
});

test.each(['image', 'filesystem'] as const)('is an indeterminate result without its %s', async (kind) => {
  const { evidence } = await contentsOf({ layers: [] });
  const { [kind]: _left, ...seen } = evidence;
  expect(evaluateRule(hardenedConfiguration, subjectOf(seen))).toMatchObject([{ outcome: 'indeterminate' }]);
});
