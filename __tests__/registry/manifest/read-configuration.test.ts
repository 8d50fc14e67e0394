import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readConfiguration } from '../../../src/registry/manifest/read-configuration.js';

const DIGEST = `sha256:${'b'.repeat(64)}`;
const BASE = { os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [DIGEST] } };

function read(document: unknown) {
  return readConfiguration(Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)));
}

describe('readConfiguration', () => {
  test('reads what rules ask for', () => {
    const config = {
      User: '65532:65532',
      Env: ['PATH=/bin'],
      Entrypoint: ['/app'],
      Cmd: null,
      WorkingDir: '/work',
      ExposedPorts: { '8080/tcp': {} },
      Volumes: { '/data': {} },
      Labels: { a: 'b' },
      OnBuild: ['RUN x'],
      Healthcheck: { Test: ['CMD', 'true'] },
    };
    expect(
      read({ ...BASE, variant: 'v8', created: '1970-01-01T00:00:00Z', config, history: [{ created_by: 'x' }] }),
    ).toEqual({
      ok: true,
      value: {
        os: 'linux',
        architecture: 'amd64',
        variant: 'v8',
        created: '1970-01-01T00:00:00Z',
        user: '65532:65532',
        env: ['PATH=/bin'],
        entrypoint: ['/app'],
        cmd: [],
        shell: [],
        workingDir: '/work',
        exposedPorts: ['8080/tcp'],
        volumes: ['/data'],
        labels: { a: 'b' },
        onBuild: ['RUN x'],
        diffIds: [DIGEST],
        healthcheck: true,
        healthcheckTest: ['CMD', 'true'],
        history: ['created_by', 'x'],
        otherTexts: ['1970-01-01T00:00:00Z'],
      },
    });
  });

  test('every text is kept wherever it is, so that none is hidden in a field that nobody asks for', () => {
    const hidden = 'a text that is hidden';
    const config = { StopSignal: hidden, Volumes: { [hidden]: {} } };
    expect(read({ ...BASE, author: hidden, config })).toMatchObject({
      value: { otherTexts: [hidden, hidden, hidden] },
    });
    for (const history of [hidden, [hidden], { a: hidden }, [{ created_by: [hidden] }], [{ author: hidden }]])
      expect(read({ ...BASE, history })).toMatchObject({ value: { history: expect.arrayContaining([hidden]) } });
  });

  test('a config object that is missing or null is an empty one', () => {
    for (const document of [BASE, { ...BASE, config: null }])
      expect(read(document)).toMatchObject({ ok: true, value: { user: '', env: [], healthcheck: false } });
  });

  test('a health check that is switched off is none', () => {
    expect(read({ ...BASE, config: { Healthcheck: { Test: ['NONE'] } } })).toMatchObject({
      value: { healthcheck: false },
    });
  });

  test('a command that is one string is read as Docker reads it', () => {
    expect(read({ ...BASE, config: { Cmd: 'sh' } })).toMatchObject({ value: { cmd: ['sh'] } });
  });

  test('an operating system that is left out or null is the one that images are built on', () => {
    for (const os of [undefined, null, ''])
      expect(read({ ...BASE, os })).toMatchObject({ value: { os: 'linux', architecture: 'amd64' } });
  });

  test('null in place of a text or a list is an empty one', () => {
    const config = { Labels: { a: null }, Env: null, Cmd: [null], Volumes: null };
    expect(read({ ...BASE, config, rootfs: { diff_ids: null } })).toMatchObject({
      value: { labels: { a: '' }, env: [], cmd: [''], volumes: [], diffIds: [] },
    });
  });

  test.each([
    ['a number for an operating system', { ...BASE, os: 1 }, /os/],
    ['no root file system', { os: 'linux', architecture: 'amd64' }, /rootfs/],
    [
      'two users, of which Go takes one and JavaScript another',
      `{"os":"linux","architecture":"amd64","config":{"User":"1","User":"0"},"rootfs":{"diff_ids":[]}}`,
      /twice/,
    ],
    ['a user in other letters', { ...BASE, config: { User: '1', user: '0' } }, /"user"/],
    ['a number for a user', { ...BASE, config: { User: 0 } }, /config\.User/],
    ['a diff id that is no digest', { ...BASE, rootfs: { diff_ids: ['x'] } }, /diff_ids/],
    ['no object', 'null', /not a JSON object/],
  ])('%s is malformed', (_, document, reason) => {
    const result = read(document);
    expect(result.ok ? '' : result.error.reason).toMatch(reason);
  });

  test('labels may differ in case alone, since they are names and not fields', () => {
    expect(read({ ...BASE, config: { Labels: { a: '1', A: '2' } } })).toMatchObject({
      value: { labels: { a: '1', A: '2' } },
    });
  });

  test('whatever bytes come, it answers', () => {
    const nearly = fc.record(
      { os: fc.jsonValue(), architecture: fc.jsonValue(), config: fc.jsonValue(), rootfs: fc.jsonValue() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), nearly), (document) => {
        const result = read(document);
        expect(result.ok || result.error.reason.length > 0).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
