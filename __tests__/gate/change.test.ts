import { describe, expect, test } from '@jest/globals';
import type { ImageUse } from '../../src/build-files/image-use.js';
import { baseUseOf, inheritedFrom } from '../../src/gate/change.js';
import { DEFAULT_PLATFORM } from '../../src/references/platform.js';
import { makeUse } from '../support/report-maker.js';

const ARM = { os: 'linux', architecture: 'arm64' };

const use = makeUse('node:20');

/** A use that differs from `use` in one thing, each in what decides whether it is the same place. */
const ELSEWHERE: readonly (readonly [string, Partial<ImageUse>])[] = [
  ['file', { file: 'other/Dockerfile' }],
  ['instruction', { instruction: 'COPY' }],
  ['role', { role: 'build' }],
  ['platform', { platform: ARM }],
];

describe('a use is inherited', () => {
  const inherits = (base: ImageUse) =>
    inheritedFrom(use, { changedFiles: null, baseUses: [makeUse('alpine'), base], onlyNew: 'aging' }).includes(base);

  test('where one of the base ref says the same, on whichever line', () => {
    expect(inherits({ ...use, id: 'moved', line: 90, endLine: 90, stage: { index: 4, name: 'x' } })).toBe(true);
  });

  test.each([
    ...ELSEWHERE,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a Dockerfile's variable
    ['text', { written: '${NODE}' }] as const,
    ['expansion', { expanded: 'node:22' }] as const,
  ])('not where its %s differs', (_what, given) => {
    expect(inherits({ ...use, ...given })).toBe(false);
  });

  test('on the platforms that it was evaluated on there, and on any where it names its own', () => {
    const inheritsOn = (platform: string, now: ImageUse) =>
      inheritedFrom(now, { changedFiles: null, baseUses: [now], onlyNew: 'aging' }, platform).length > 0;
    const built = { ...use, targetPlatforms: [DEFAULT_PLATFORM] };
    expect(inheritsOn('linux/amd64', built)).toBe(true);
    expect(inheritsOn('linux/arm64', built)).toBe(false);
    expect(inheritsOn('linux/arm64', { ...built, platform: ARM })).toBe(true);
  });

  test('not where the base ref has no use, or could not be read', () => {
    expect(inheritedFrom(use, { changedFiles: [], baseUses: [], onlyNew: 'all' })).toEqual([]);
    expect(inheritedFrom(use, { changedFiles: [], baseUses: null, onlyNew: 'all' })).toEqual([]);
  });
});

describe('the use of the base ref that a use stands for', () => {
  const sameImage = makeUse('node:18', { id: 'same image', stage: { index: 3, name: null } });
  const samePlace = makeUse('python:3', { id: 'same place' });
  const neither = makeUse('python:3', { id: 'neither', stage: { index: 3, name: null } });

  test('names the same repository, rather than stands in the same stage', () => {
    expect(baseUseOf(use, [neither, samePlace, sameImage])?.id).toBe('same image');
  });

  test('else stands in the same stage', () => {
    expect(baseUseOf(use, [neither, samePlace])?.id).toBe('same place');
  });

  test('is none where neither is so', () => {
    expect(baseUseOf(use, [neither])).toBeNull();
    expect(baseUseOf(use, [])).toBeNull();
  });

  test.each(ELSEWHERE)('is none where the %s differs', (_what, given) => {
    expect(baseUseOf(use, [{ ...sameImage, ...given }])).toBeNull();
  });

  test.each([
    ['the same repository of another registry', 'quay.io/library/node:20'],
    ['another repository of the same registry', 'acme/node:20'],
  ])('is not %s', (_what, written) => {
    expect(baseUseOf(use, [makeUse(written, { stage: { index: 3, name: null } })])).toBeNull();
  });

  test('is found by its stage where an image is not known on either side', () => {
    const unknown = makeUse('$BASE', { reference: null });
    expect(baseUseOf(unknown, [{ ...unknown, id: 'before', stage: { index: 3, name: null } }])).toBeNull();
    expect(baseUseOf(unknown, [sameImage, { ...unknown, id: 'before' }])?.id).toBe('before');
    expect(baseUseOf(use, [{ ...unknown, id: 'before' }])?.id).toBe('before');
  });

  test('outside any stage is found outside any stage', () => {
    const frontend = makeUse('docker/dockerfile:1', { instruction: 'SYNTAX', role: 'frontend', stage: null });
    const other = makeUse('acme/dockerfile:1', { id: 'before', instruction: 'SYNTAX', role: 'frontend', stage: null });
    expect(baseUseOf(frontend, [other])?.id).toBe('before');
    expect(baseUseOf(frontend, [{ ...other, stage: { index: 0, name: null } }])).toBeNull();
  });
});
