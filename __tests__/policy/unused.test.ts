import { expect, test } from '@jest/globals';
import { unusedParts } from '../../src/policy/unused.js';
import { loadPolicyText } from '../support/load-policy-text.js';
import { makeUse } from '../support/report-maker.js';

const PATHS = ['Dockerfile', 'vendor/a/Dockerfile'];

async function unused(text: string, uses = [makeUse('node:22'), makeUse('ghcr.io/acme/base:1')]) {
  const loaded = await loadPolicyText(text);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return unusedParts(loaded.value.policy, { uses, paths: PATHS }).map(({ key, line, message }) => [key, line, message]);
}

test('an allow entry that matches no image is reported with its line', async () => {
  const allow = 'version: 1\nallow:\n  - { image: docker.io/library/node }\n  - { image: "ghcr.io/acmee/**" }\n';
  expect(await unused(allow)).toEqual([
    ['allow[1]', 4, expect.stringContaining('"ghcr.io/acmee/**" matches no image')],
  ]);
});

test('an allow entry is not reported where nothing is built: the policy is for other repositories', async () => {
  expect(await unused('version: 1\nallow:\n  - { image: "ghcr.io/other/**" }\n', [])).toEqual([]);
});

test('an allow entry is not reported where an image is known only to a build', async () => {
  const unknown = { ...makeUse('$BASE'), reference: null };
  expect(
    await unused('version: 1\nallow:\n  - { image: "ghcr.io/other/**" }\n', [makeUse('node:22'), unknown]),
  ).toEqual([]);
});

test('an entry for all verified publishers is not reported', async () => {
  expect(await unused('version: 1\nallow:\n  - { catalog: verified }\n')).toEqual([]);
});

test('an image is compared under the name it has at the registry that is mirrored', async () => {
  const policy =
    'version: 1\nregistries: { mirror.example: { mirror-of: docker.io } }\nallow:\n  - { image: docker.io/library/node }\n';
  expect(await unused(policy, [makeUse('mirror.example/library/node:22')])).toEqual([]);
});

test('a glob of files.exclude that matches no file is reported with its line', async () => {
  const files = 'version: 1\nfiles:\n  exclude:\n    - "vendor/**"\n    - "vendr/**"\n';
  expect(await unused(files)).toEqual([['files.exclude[1]', 5, expect.stringContaining('"vendr/**" matches no file')]]);
});
