import { describe, expect, test } from '@jest/globals';
import { gateRun } from '../support/gate-run.js';
import { makeImage, makeIndex } from '../support/image/image-maker.js';
import { layoutOf } from '../support/image/layout-of.js';

const POLICY =
  'version: 1\nprofile: baseline\nallow:\n  - { image: "demo.example/**", signed: false, reason: built here }\nregistries: { demo.example: {} }\n';

async function platformsOf(platforms: readonly string[], dockerfile: string, more = '', files = {}): Promise<unknown> {
  const index = makeIndex(await Promise.all(platforms.map((platform) => makeImage({ platform }))));
  const source = await layoutOf({ 'demo.example/base:1': index });
  const report = await gateRun({ files: { Dockerfile: dockerfile, ...files }, policy: `${POLICY}${more}`, source });
  return report.images.map(({ platform, resolved }) => [platform, resolved !== undefined]);
}

const FROM = 'FROM demo.example/base:1\nUSER 65532\n';

describe('an image without linux/amd64', () => {
  test.each([
    [['windows/amd64'], [['windows/amd64', true]]],
    [['linux/arm64'], [['linux/arm64', true]]],
    [
      ['linux/arm64', 'linux/s390x'],
      [
        ['linux/arm64', true],
        ['linux/s390x', true],
      ],
    ],
  ])('is evaluated on what it has: %j', async (platforms, expected) => {
    expect(await platformsOf(platforms, FROM)).toEqual(expected);
  });

  test('is not resolved where the policy or the build file names the platform', async () => {
    const missing = [['linux/amd64', false]];
    expect(await platformsOf(['linux/arm64'], FROM, 'platforms: [linux/amd64]\n')).toEqual(missing);
    expect(await platformsOf(['linux/arm64'], FROM.replace('FROM', 'FROM --platform=linux/amd64'))).toEqual(missing);
  });

  test('leaves an image that has it where it is', async () => {
    expect(await platformsOf(['linux/amd64', 'linux/arm64'], FROM)).toEqual([['linux/amd64', true]]);
  });

  test('is evaluated on the platform that a build definition names, and not resolved where that is linux/amd64', async () => {
    const built = (platform: string) => ({ Makefile: `x:\n\tdocker build --platform ${platform} .\n` });
    const both = ['linux/arm64', 'linux/s390x'];
    expect(await platformsOf(both, FROM, '', built('linux/s390x'))).toEqual([['linux/s390x', true]]);
    expect(await platformsOf(both, FROM, '', built('linux/amd64'))).toEqual([['linux/amd64', false]]);
  });

  test('is evaluated on every platform it has, and on none where these are too many', async () => {
    const variants = (count: number) => Array.from({ length: count }, (_, index) => `linux/arm64/v${index}`);
    expect(await platformsOf(variants(16), FROM)).toHaveLength(16);
    expect(await platformsOf(variants(17), FROM)).toEqual([['linux/amd64', false]]);
  });
});
