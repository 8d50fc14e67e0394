import { describe, expect, test } from '@jest/globals';
import type { FilesystemFacts } from '../../src/image-content/filesystem/filesystem-facts.js';
import { distroless } from '../../src/rules/distroless.js';
import { contentsOf } from '../support/image/contents-of.js';
import { evaluateRule, subjectOf } from '../support/image/image-rule-subject.js';

const LEVELS = { shell: 'warning', languagePackageManager: 'note' } as const;

/** The answers for an image whose layers hold these programs, each question by its name. */
async function answers(seen: Partial<FilesystemFacts>) {
  const { evidence } = await contentsOf({ layers: [] });
  if (evidence.filesystem.status !== 'present') throw new Error('it was read');
  const filesystem = { ...evidence.filesystem, value: { ...evidence.filesystem.value, ...seen } };
  const reported = evaluateRule(distroless, subjectOf({ ...evidence, filesystem }), 'strict', LEVELS);
  return Object.fromEntries(reported.map(({ aspect, ...answer }) => [aspect, answer]));
}

const PASSING = {
  'package-manager': { outcome: 'pass', message: 'There is no package manager in it.' },
  shell: { outcome: 'pass', message: 'There is no shell in it.' },
  'language-package-manager': { outcome: 'pass', message: "There is no language's package manager in it." },
};

describe('an image', () => {
  test('without programs passes all three questions', async () => {
    expect(await answers({})).toEqual(PASSING);
  });

  test('with one fails the question that is about it, at most at its level', async () => {
    const shell = { kind: 'shell', name: 'sh', path: 'bin/sh', target: 'bin/busybox', knownBy: 'name' } as const;
    const hidden = { kind: 'shell', name: 'bash', path: 'opt/x', knownBy: 'content' } as const;
    expect(await answers({ programs: [shell, shell, hidden] })).toEqual({
      ...PASSING,
      shell: {
        outcome: 'fail',
        atMost: 'warning',
        message: 'There is a shell in it: /bin/sh and /opt/x.',
        fix: expect.any(String),
        details: ['/bin/sh -> /bin/busybox', '/bin/sh -> /bin/busybox', '/opt/x (its content is bash)'],
      },
    });
    const apk = { kind: 'package-manager', name: 'apk', path: 'sbin/apk', knownBy: 'name' } as const;
    expect((await answers({ programs: [apk] }))['package-manager']).toMatchObject({ outcome: 'fail', atMost: 'error' });
    const pip = { kind: 'language-package-manager', name: 'pip', path: 'bin/pip', knownBy: 'name' } as const;
    expect((await answers({ programs: [pip] }))['language-package-manager']).toMatchObject({
      outcome: 'fail',
      atMost: 'note',
    });
  });

  test('with files that could not be evaluated leaves open what it has not failed', async () => {
    const apk = { kind: 'package-manager', name: 'apk', path: 'sbin/apk', knownBy: 'name' } as const;
    const unread = [{ path: 'a', reason: 'it is sparse' }];
    expect(await answers({ programs: [apk], unread })).toMatchObject({
      'package-manager': { outcome: 'fail' },
      shell: { outcome: 'indeterminate', atMost: 'warning' },
      'language-package-manager': { outcome: 'indeterminate', atMost: 'note' },
    });
  });

  test('that was not read is an indeterminate result', () => {
    expect(evaluateRule(distroless, subjectOf({}))).toMatchObject([{ outcome: 'indeterminate' }]);
  });
});
