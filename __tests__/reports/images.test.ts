import { describe, expect, test } from '@jest/globals';
import { imagesJson, imagesText } from '../../src/reports/images.js';
import { imagesSchema } from '../../src/reports/images-document.js';
import { DIGEST, makeUse } from '../support/report-maker.js';

const reading = {
  files: [
    { path: 'Dockerfile', status: 'read', frontend: 'docker/dockerfile:1' },
    { path: 'b/Dockerfile', status: 'unreadable', line: 2, reason: 'unknown instruction: FORM' },
    { path: 'c/Dockerfile.j2', status: 'skipped', reason: 'a template' },
  ] as const,
  uses: [
    makeUse('docker/dockerfile:1', { line: 1, column: 10, role: 'frontend', instruction: 'SYNTAX', stage: null }),
    makeUse(`node:20@${DIGEST}`, { stage: { index: 0, name: 'build' }, role: 'build', overridable: ['NODE'] }),
    makeUse('$BASE', {
      line: 9,
      expanded: '$BASE',
      reference: null,
      unresolved: 'BASE has no value',
      reachable: false,
    }),
  ],
  unseen: [],
};

describe('imagesJson', () => {
  test('is the published shape, with optional fields left out', () => {
    const document = imagesSchema.parse(JSON.parse(imagesJson(reading)));
    expect(document.files[0]).toEqual({ path: 'Dockerfile', status: 'read', frontend: 'docker/dockerfile:1' });
    expect(document.uses[0]).toEqual({
      id: 'Dockerfile:1:10',
      file: 'Dockerfile',
      line: 1,
      column: 10,
      endLine: 1,
      endColumn: 29,
      instruction: 'SYNTAX',
      stage: null,
      role: 'frontend',
      reachable: true,
      platform: null,
      targetPlatforms: ['linux/amd64'],
      written: 'docker/dockerfile:1',
      expanded: 'docker/dockerfile:1',
      reference: { registry: 'docker.io', repository: 'docker/dockerfile', tag: '1' },
      overridable: [],
    });
    expect(document.uses[2]).toMatchObject({ reference: null, unresolved: 'BASE has no value', reachable: false });
  });

  test('names every field of a build that does not hold, or holds by a default, and lists a build once', () => {
    const build = {
      ...{ definition: 'docker-bake.hcl', line: 1, context: '.', args: {}, platforms: [], contexts: {} },
      open: [{ field: 'inherits', decidedBy: 'a' }],
      defaults: [{ field: 'target', decidedBy: 'the variable T', line: 2, variables: ['T'] }],
    };
    const builds = [build, { ...build, tags: ['internal'] }];
    const document = imagesSchema.parse(JSON.parse(imagesJson({ files: [], uses: [], builds, unseen: [] })));
    expect(document.builds).toHaveLength(1);
    expect(document.builds[0]?.open.map(({ field }) => field)).toEqual([
      ...['context', 'dockerfile', 'args', 'target', 'platforms', 'contexts'],
    ]);
    expect(document.builds[0]?.defaults).toEqual([{ field: 'target', decidedBy: 'the variable T', line: 2 }]);
  });

  test('prints what the contract names and nothing a reader adds for itself', () => {
    const [use] = reading.uses;
    const more = { ...makeUse('node'), ...use, internal: 'x' };
    expect(imagesJson({ files: [], uses: [more], unseen: [] })).not.toContain('internal');
  });
});

describe('imagesText', () => {
  test('lists uses file by file in columns, then what was skipped, then the totals', () => {
    expect(imagesText(reading, { color: false })).toBe(
      [
        'Dockerfile',
        '  1:10  frontend  SYNTAX  docker.io/docker/dockerfile:1',
        `  3:6   build     FROM    docker.io/library/node:20@${DIGEST}  stage build; replaceable by NODE`,
        `  9:6   final     FROM    $BASE${' '.repeat(92)}  not reached by the target; unresolved: BASE has no value`,
        '',
        'b/Dockerfile  unreadable at line 2: unknown instruction: FORM',
        '  no image can be seen in it',
        '',
        'skipped c/Dockerfile.j2: a template',
        '',
        '3 image uses of 2 images in 2 build files, 1 unresolved, 1 file unreadable',
        '',
      ].join('\n'),
    );
  });

  test('a repository without build files has none', () => {
    const text = imagesText({ files: [], uses: [], unseen: [] }, { color: false });
    expect(text).toMatch(/^notice: No build file was found, .*\n\n0 image uses of 0 images in 0 build files\n$/);
  });

  test('builds that were not looked at are all named in JSON, and as many as a screen takes in text', () => {
    const unseen = Array.from({ length: 300 }, (_, index) => ({
      path: `${index}.yml`,
      what: 'builds a file that is not here',
    }));
    const { notices } = imagesSchema.parse(JSON.parse(imagesJson({ ...reading, unseen })));
    expect(notices.join()).toContain('; 299.yml builds a file that is not here.');
    const text = imagesText({ ...reading, unseen }, { color: false });
    expect(text).toContain('notice: Not evaluated: 300 builds or files.');
    expect(text).not.toContain('299.yml');
  });

  test('hostile names stay on their line', () => {
    const use = makeUse('x', { file: 'a\n::error::x', expanded: '\u001b[2J##[group]', reference: null });
    const text = imagesText({ files: [{ path: use.file, status: 'read' }], uses: [use], unseen: [] }, { color: false });
    expect(text.split('\n')).toHaveLength(5);
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('##[');
  });
});
