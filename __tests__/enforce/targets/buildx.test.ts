import { expect, test } from '@jest/globals';
import { onlyFile } from '../../../src/enforce/export-target.js';
import { buildx } from '../../../src/enforce/targets/buildx.js';
import { makeMultiPlatform, NOW, runGateFor, signedEntries, sourceOf } from '../../support/enforce/export-world.js';

const NAME = 'ghcr.io/acme/base:1';

async function run() {
  const image = await makeMultiPlatform('base');
  const source = await sourceOf(await signedEntries(NAME, image, []));
  const policy = 'version: 1\nallow: [{ image: "ghcr.io/acme/**", signed: false, reason: ours }]\n';
  return { made: await runGateFor({ dockerfile: `FROM ${NAME}\n`, policy, source }), image };
}

test('export --format buildx pins no reference but those without a digest, and only for what was evaluated', async () => {
  const { made, image } = await run();
  const text = onlyFile(buildx.render({ ...made, now: NOW }));
  expect(text).toContain(
    `"${image.descriptor.digest}": {"tags": ["1"], "pins": ["1"], "platforms": ["linux/amd64","linux/amd64/v1"]},`,
  );
  expect(text.match(/pin_image\(/g)).toHaveLength(1);
  expect(text).toMatch(/allow if \{\n\tnot input\.image\.isCanonical\n[^}]*pin_image/);
});

test('a hostile policy name stays a comment', async () => {
  const { made } = await run();
  const name = 'a/b/p.yml@main\npackage docker\ndefault allow := true\r\u2028#';
  const policy = { ...made.policy, source: { name, extends: [] } };
  const text = onlyFile(buildx.render({ ...made, policy, now: NOW }));
  expect(text.split(/[\n\r\u2028\u2029\u0085]/).filter((line) => line.startsWith('default allow'))).toEqual([
    'default allow := false',
  ]);
  expect(text.split('\n').filter((line) => line.startsWith('package'))).toEqual(['package docker']);
});
