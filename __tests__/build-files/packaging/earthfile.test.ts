// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Earthfiles
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildsInEarthfile } from '../../../src/build-files/packaging/earthfile.js';
import { readRepository } from '../../../src/build-files/read.js';
import { openWorkingTree } from '../../../src/build-files/working-tree.js';
import { processorTime } from '../../support/process/processor-time.js';
import { makeRepository } from '../../support/process/scratch-repository.js';
import { READING_OPTIONS } from '../../support/reading-options.js';

async function usesIn(files: Readonly<Record<string, string>>) {
  const tree = openWorkingTree(makeRepository(files), { allFiles: false });
  const reading = await readRepository(tree, READING_OPTIONS);
  if (!reading.ok) throw new Error(reading.error.message);
  return reading.value.uses.map((use) => [
    use.file,
    use.line,
    use.unresolved ?? use.expanded,
    use.role,
    use.overridable,
  ]);
}

describe('Earthfiles', () => {
  test('images are references of the target that is FROM them', async () => {
    const text = [
      'VERSION 0.8',
      'ARG --global GO=1.22',
      'FROM alpine:3.20',
      'build:',
      '  FROM --platform=linux/arm64 golang:$GO',
      '  RUN go build \\',
      '    # FROM comment',
      '    FROM-is-no-command',
      '  SAVE ARTIFACT app',
      'image:',
      '  COPY +build/app /app',
      '  SAVE IMAGE app:latest',
      'other:',
      '  FROM +build',
      '  FROM ./lib+deps',
      '  FROM scratch',
      '  WITH DOCKER --pull postgres:16 --load x=+image',
      '    RUN docker run x',
      '  END',
    ].join('\n');
    expect(await usesIn({ 'a/Earthfile': text })).toEqual([
      ['a/Earthfile', 3, 'alpine:3.20', 'final', []],
      ['a/Earthfile', 5, 'golang:1.22', 'build', ['GO']],
      ['a/Earthfile', 17, 'postgres:16', 'run', []],
    ]);
  });

  test('what an image that is saved is FROM ships, over several targets', async () => {
    const text = 'a:\n  FROM x\nb:\n  FROM +a\n  SAVE IMAGE i\nc:\n  FROM y\n  SAVE ARTIFACT z\n';
    expect((await usesIn({ Earthfile: text })).map(([, , image, role]) => [image, role])).toEqual([
      ['x', 'final'],
      ['y', 'build'],
    ]);
  });

  test('an argument without a value leaves its image unresolved', async () => {
    const uses = await usesIn({ Earthfile: 'a:\n  ARG --required V\n  FROM alpine:$V\n' });
    expect(uses).toMatchObject([['Earthfile', 3, expect.stringContaining('V'), 'build', ['V']]]);
  });

  test.each([
    ['ARG P=linux/arm64', 'linux/arm64'],
    ['ARG P', null],
    ['ARG P=linux/', null],
  ])('the platform of an image with %s is %j', (argument, platform) => {
    const [build] = buildsInEarthfile(`a:\n  ${argument}\n  FROM --platform=$P x\n`, '').named;
    expect(/--platform=(\S+)/.exec(build?.inline ?? '')?.[1] ?? null).toBe(platform);
  });

  test('an argument that is a target by default is named', () => {
    const { named, unseen } = buildsInEarthfile('a:\n  ARG B=github.com/a/b:1+c\n  FROM $B\n', '');
    expect([named, unseen]).toMatchObject([[], [{ line: 3 }]]);
  });

  test('a Dockerfile is built as the command says', () => {
    const text = 'a:\n  ARG T=x\n  FROM DOCKERFILE --allow-privileged -f d/app.df --target $T --build-arg A=1 d\n';
    expect(buildsInEarthfile(text, 'e').named).toMatchObject([
      { file: 'e/d/app.df', target: 'x', buildArgs: { A: '1' }, open: { target: true }, request: { line: 3 } },
    ]);
  });

  test.each([
    'FROM github.com/a/b:v1+c',
    'BUILD github.com/a/b+c',
    'COPY (github.com/a/b+c/x --y=z) .',
    'IMPORT github.com/a/b:v1 AS b',
    'FROM DOCKERFILE -f +a/Dockerfile .',
    'FROM DOCKERFILE +a/context/*',
    'FROM $(cat x)',
  ])('%s is named', (command) => {
    expect(buildsInEarthfile(`a:\n  ${command}\n`, '')).toMatchObject({
      named: [],
      unseen: [{ line: 2 }],
    });
  });

  test.each([
    'FROM +a',
    'BUILD ./b+c',
    'COPY github.com/x /y',
    'WITH DOCKER --load a.io/b=+c',
    'FROM scratch',
    '# FROM x',
  ])('%s builds nothing else', (command) => {
    expect(buildsInEarthfile(`a:\n  ${command}\n`, '')).toMatchObject({ named: [], unseen: [] });
  });

  test('any text is read', () => {
    const line = fc.constantFrom(
      'a:',
      '  FROM x',
      '\\',
      '#',
      '  FROM +a',
      '  SAVE IMAGE x',
      '  ARG A=$A',
      '  FROM $A',
      '  WITH DOCKER --pull',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.string({ unit: 'binary' })), { maxLength: 20 }), (lines) => {
        expect(buildsInEarthfile(lines.join('\n'), '').fault).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  test('time grows linearly with the file', () => {
    for (const part of ['\\\n', '# x\n', 'a:\n', 'FROM +a\n', 'ARG A=$A\n', 'a.', '$A', '  WITH DOCKER --pull ']) {
      const spent = processorTime();
      buildsInEarthfile(part.repeat(20_000), '');
      expect(spent()).toBeLessThan(3_000);
    }
  });
});

describe('what is built without a build file', () => {
  test('images that ko builds on are references on their lines', async () => {
    const text = 'defaultBaseImage: cgr.dev/chainguard/static\nbaseImageOverrides:\n  github.com/a/b: alpine:3.20\n';
    expect(await usesIn({ '.ko.yaml': text })).toEqual([
      ['.ko.yaml', 1, 'cgr.dev/chainguard/static', 'final', []],
      ['.ko.yaml', 3, 'alpine:3.20', 'final', []],
    ]);
  });

  test('so are those of skaffold and goreleaser', async () => {
    const files = {
      'skaffold.yaml':
        'build:\n  artifacts:\n    - image: i\n      ko: {fromImage: a}\n    - image: j\n      jib: {fromImage: "docker://b"}\n',
      '.goreleaser.yaml': 'kos:\n  - base_image: c\n',
    };
    expect((await usesIn(files)).map(([file, line, image]) => [file, line, image])).toEqual([
      ['.goreleaser.yaml', 2, 'c'],
      ['skaffold.yaml', 3, 'a'],
      ['skaffold.yaml', 5, 'b'],
    ]);
  });
});
