import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  formatRepositoryName,
  parseRepositoryName,
  readRunnerEnvironment,
} from '../../../src/github/event/environment.js';
import { version } from '../../../src/lib/version.js';

const RUNNER: Readonly<Record<string, string>> = {
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_SHA: 'a'.repeat(40),
};

describe('the runner’s variables', () => {
  test('what is missing is named', () => {
    for (const name of Object.keys(RUNNER)) {
      expect(() => readRunnerEnvironment({ ...RUNNER, [name]: '' })).toThrow(`${name} is not set`);
      expect(() => readRunnerEnvironment({ ...RUNNER, [name]: undefined })).toThrow(name);
    }
  });

  test.each(['--upload-pack=evil', 'HEAD', 'a'.repeat(39), 'A'.repeat(40)])('GITHUB_SHA "%s" is no commit', (sha) => {
    expect(() => readRunnerEnvironment({ ...RUNNER, GITHUB_SHA: sha })).toThrow('GITHUB_SHA');
  });

  test('its pages are those of the version that runs', () => {
    const from = (repository?: string, ref?: string): string | null =>
      readRunnerEnvironment({ ...RUNNER, GITHUB_ACTION_REPOSITORY: repository, GITHUB_ACTION_REF: ref }).docsUrl;
    expect(from('base-image-gate/base-image-gate', 'v1')).toBe(
      'https://github.com/base-image-gate/base-image-gate/blob/v1/docs',
    );
    expect(from()).toBeNull();
    expect(from('x/y', 'v1) [evil](https://evil.example')).toBeNull();
  });
});

test('on another server than github.com, pages are those that were published with the version', () => {
  const env = {
    GITHUB_SERVER_URL: 'https://github.corp.example',
    GITHUB_ACTION_REPOSITORY: 'mirror/gate',
    GITHUB_ACTION_REF: 'v2',
  };
  const { docsUrl } = readRunnerEnvironment({ ...RUNNER, ...env });
  expect(docsUrl).toBe(`https://github.com/base-image-gate/base-image-gate/blob/v${version}/docs`);
  expect(readRunnerEnvironment({ ...RUNNER, ...env, GITHUB_SERVER_URL: 'https://github.com' }).docsUrl).toBe(
    'https://github.com/mirror/gate/blob/v2/docs',
  );
});

describe('names of repositories', () => {
  test.each(['', 'acme', 'acme/', '/shop', 'a/b/c', 'acme/..', 'acme/.', 'ac me/shop', 'acme/shop?x', 'acme/sh\nop'])(
    '"%s" is none',
    (text) => {
      expect(parseRepositoryName(text)).toBeNull();
    },
  );

  test('what is read is written again', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{1,20}\/[A-Za-z0-9_-]{1,20}$/), (text) => {
        const name = parseRepositoryName(text);
        expect(name === null ? null : formatRepositoryName(name)).toBe(text);
      }),
    );
  });
});
