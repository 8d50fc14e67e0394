// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of shells and templates
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildsInFile, isScriptFile } from '../../../src/build-files/script/script-files.js';
import { processorTime } from '../../support/process/processor-time.js';

const read = async (path: string, text: string) => buildsInFile(path, Buffer.from(text));
const builds = async (path: string, text: string) =>
  (await read(path, text)).named.map(({ file, target, buildArgs }) => [file, target, buildArgs]);

describe('files whose scripts build', () => {
  test.each<readonly [string, string, readonly unknown[]]>([
    [
      'a/Makefile',
      'TOOL ?= docker\nBASE := alpine:3\nall: x\n\t@$(TOOL) build --build-arg BASE=$(BASE) \\\n\t  -f app.df $(CURDIR)\n',
      ['a/app.df', undefined, { BASE: 'alpine:3' }],
    ],
    ['rules.mk', 'all: ; docker build -f x $$HOME\n', ['x', undefined, {}]],
    ['scripts/b.sh', 'docker build --target t .', ['Dockerfile', 't', {}]],
    ['web/package.json', '{"scripts": {"image": "docker build -f x ."}}', ['web/x', undefined, {}]],
    [
      'justfile',
      'base := "alpine:3"\nbuild:\n  docker build --build-arg A={{base}} .\n',
      ['Dockerfile', undefined, { A: 'alpine:3' }],
    ],
    [
      'Taskfile.yml',
      'vars: {B: alpine}\ntasks: {b: {dir: d, cmds: ["docker build --build-arg A={{.B}} ."]}}',
      ['d/Dockerfile', undefined, { A: 'alpine' }],
    ],
    [
      'k/skaffold.yaml',
      'build: {artifacts: [{image: i, context: c, docker: {dockerfile: x, target: t, buildArgs: {A: "1", B: "{{.B}}"}}}]}',
      ['k/c/x', 't', { A: '1' }],
    ],
    [
      '.goreleaser.yml',
      'dockers: [{dockerfile: x, build_flag_templates: ["--build-arg=A=1", "--build-arg=V={{.Version}}"]}]',
      ['x', undefined, { A: '1' }],
    ],
    [
      '.gitlab-ci.yml',
      'variables: {BASE: alpine}\njob: {script: ["cd d", "docker build --build-arg BASE=$BASE ."]}',
      ['d/Dockerfile', undefined, { BASE: 'alpine' }],
    ],
    [
      '.circleci/config.yml',
      'jobs: {a: {steps: [checkout, {run: {command: "docker build -f x .", working_directory: d}}]}}',
      ['d/x', undefined, {}],
    ],
    [
      'cloudbuild.yaml',
      'steps: [{name: gcr.io/cloud-builders/docker, args: [build, -f, x, "--build-arg", "A=$_A", .]}]\nsubstitutions: {_A: b}',
      ['x', undefined, { A: 'b' }],
    ],
    [
      'tekton/task.yaml',
      'spec: {steps: [{image: "gcr.io/kaniko-project/executor:v1", args: ["--dockerfile=x"]}]}',
      ['x', undefined, {}],
    ],
  ])('are read: %s', async (path, text, expected) => {
    expect(isScriptFile(path)).toBe(true);
    expect(await builds(path, text)).toEqual([expected]);
  });

  test.each([
    ['Earthfile', 'a:\n  FROM github.com/a/b+c\n'],
    ['Jenkinsfile', "sh 'docker build .'"],
    ['.ko.yaml', 'defaultBaseImage: "{{ x }}"\n'],
    ['.ko.yaml', 'baseImageOverrides: {}\n'],
    ['skaffold.yaml', 'build: {artifacts: [{image: i, ko: {}}]}'],
    ['skaffold.yaml', 'build: {artifacts: [{image: i, buildpacks: {builder: x}}]}'],
    ['.goreleaser.yaml', 'kos: [{base_image: "{{ .X }}"}]'],
    ['Makefile', 'a:\n\tdocker build -f $(UNSET) .\n'],
  ])('%s is named where it is not read', async (path, text) => {
    expect(await read(path, text)).toMatchObject({ named: [], unseen: [{ what: expect.any(String) }] });
  });

  test.each([
    'B = docker build -f z .\na:\n\t$(B)\n',
    'B = @docker build\na:\n\t${B} -f z .\n',
    'define B\n@docker build -f z .\nendef\na:\n\t$(B)\n',
    '.RECIPEPREFIX = >\na:\n> docker build -f z .\n',
    'I := $(shell docker build -q -f z .)\n',
    'a:\n\techo $(shell docker build -q -f z .)\n',
    'a: ; @docker build -f z .\n',
  ])('a makefile builds by a variable, a definition or the shell: %j', async (text) => {
    const { named } = await read('Makefile', text);
    expect(named.map(({ file }) => file)).toContain('z');
  });

  test.each([
    'B = docker build -f z .\n',
    'a:\n\t@echo $(B)\n# docker build -f z .\n',
    'define B\nendef\n$(info docker build -f z .)\n',
  ])('and builds nothing where nothing runs: %j', async (text) => {
    expect((await read('Makefile', `# docker\n${text}`)).named).toEqual([]);
  });

  test('a variable that a makefile sets twice is not known', async () => {
    const { named } = await read('Makefile', 'A = x\nA = y\na:\n\tdocker build --build-arg A=$(A) .\n');
    expect(named).toMatchObject([{ buildArgs: {}, open: { args: ['A'] } }]);
  });

  test('variables of a makefile that multiply each other cost no more than they say', async () => {
    const variables = Array.from({ length: 30 }, (_, i) => `V${i + 1} = ${`$(V${i})`.repeat(20)}\n`).join('');
    const recipes = '\tdocker build --build-arg A=$(V9)$(V30) .\n'.repeat(500);
    const spent = processorTime();
    const { named } = await read('Makefile', `V0 = x\n${variables}a:\n${recipes}`);
    expect(spent()).toBeLessThan(5000);
    expect(named).toHaveLength(500);
    expect(named[0]).toMatchObject({ buildArgs: {}, open: { args: ['A'] } });
  });

  test('calls of the shell in a makefile that have no end cost no more than they are long', async () => {
    const spent = processorTime();
    await read('Makefile', '$(shell docker '.repeat(60_000));
    expect(spent()).toBeLessThan(4000);
  });

  test.each([
    ['justfile', (value: string, uses: string) => `a := "${value}"\nb:\n  docker build ${uses}.\n`, '{{a}} '],
    [
      'Taskfile.yml',
      (value: string, uses: string) =>
        `vars: { A: "${value}" }\ntasks:\n  b:\n    cmds:\n      - docker build ${uses}.\n`,
      '{{.A}} ',
    ],
  ])('a long value that is named often makes little of a %s', async (path, made, use) => {
    const { named } = await read(path, made('x'.repeat(100_000), use.repeat(10_000)));
    expect(named.length).toBeLessThanOrEqual(1);
  });

  test.each(['}', '[]', '%\n', '>\n', '&a ', '"" ', '\r'])(
    'YAML of nothing but errors is read to the first: %j',
    async (part) => {
      const spent = processorTime();
      const { fault } = await read('Taskfile.yml', `# docker\ntasks: x\n${part.repeat(300_000)}`);
      expect(spent()).toBeLessThan(4000);
      expect(fault?.reason).toContain('not valid YAML');
    },
  );

  test('YAML with many keys is read, and one that has a key again is not', async () => {
    const keys = Array.from({ length: 60_000 }, (_, i) => `  K${i}: docker\n`).join('');
    const spent = processorTime();
    expect((await read('Taskfile.yml', `vars:\n${keys}`)).fault).toBeUndefined();
    expect(spent()).toBeLessThan(5000);
    const { fault } = await read('Taskfile.yml', 'vars:\n  A: docker\n  B: x\n  A: y\n');
    expect(fault).toMatchObject({ line: 4, reason: expect.stringContaining('unique') });
  });

  test('a comment behind a variable of a makefile is found behind any blanks', async () => {
    const { named } = await read(
      'Makefile',
      `A = x${' '.repeat(200_000)}# y\na:\n\tdocker build --build-arg A=$(A) .\n`,
    );
    expect(named).toMatchObject([{ buildArgs: { A: 'x' } }]);
  });

  test('those of dependencies are not read', () => {
    expect(['node_modules/a/package.json', 'vendor/a/Makefile', 'a.go'].some(isScriptFile)).toBe(false);
  });

  test('any text is read, and no path leaves the repository', async () => {
    const path = fc.constantFrom(
      'Makefile',
      'a.sh',
      'package.json',
      'justfile',
      'Taskfile.yml',
      'skaffold.yaml',
      '.gitlab-ci.yml',
      'cloudbuild.yaml',
      '.goreleaser.yml',
    );
    const word = fc.constantFrom(
      'docker build',
      ' -f ../x',
      ' .',
      '\n',
      '\n\t',
      '$(',
      ')',
      '${A}',
      'a: ',
      'script: ',
      '- ',
      '"',
      '{{',
      '}}',
      '[',
      '{',
      '}',
      ']',
      ':=',
      'A',
      '<<E',
      '&a ',
      '*a',
    );
    await fc.assert(
      fc.asyncProperty(path, fc.array(word, { maxLength: 40 }), async (name, words) => {
        const { named } = await read(name, `docker artifacts\n${words.join('')}`);
        for (const { file } of named) expect(file).not.toMatch(/^\/|(?:^|\/)\.\.(?:\/|$)/);
      }),
      { numRuns: 300 },
    );
  });
});

test.each([
  ['Tiltfile', "docker_build('app', '.')\n", 'Tilt', 'tilt'],
  ['app/pom.xml', '<artifactId>jib-maven-plugin</artifactId>', 'Maven', 'plugin'],
  ['app/build.gradle.kts', 'plugins { id("com.google.cloud.tools.jib") }', 'Gradle', 'plugin'],
  ['build.ps1', 'if ($x) {\n  docker build -f x.df .\n}\n', 'Windows', 'windows'],
  ['build.cmd', '@docker.exe buildx build .\n', 'Windows', 'windows'],
])('%s is named where it builds images', async (path, text, name, fixKind) => {
  expect(isScriptFile(path)).toBe(true);
  expect((await read(path, text)).unseen).toMatchObject([{ what: expect.stringContaining(name), fixKind }]);
});

test.each([
  ['Tiltfile', "k8s_yaml('x.yaml')\n"],
  ['pom.xml', '<artifactId>maven-jar-plugin</artifactId>'],
  ['build.gradle', 'task docker { }\n'],
  ['build.ps1', '# docker build is done elsewhere\nWrite-Host "docker build"\n'],
])('%s is not where it builds none', async (path, text) => {
  expect(await read(path, text)).toMatchObject({ named: [], unseen: [] });
});

test.each([
  ['buildspec.yml', 'phases:\n  build: { commands: ["docker build -f x.df ."] }\n'],
  ['.semaphore/semaphore.yml', 'blocks: [{ task: { jobs: [{ commands: ["docker build -f x.df ."] }] } }]\n'],
  ['.cirrus.yml', 'task: { build_script: "docker build -f x.df ." }\n'],
  ['appveyor.yml', 'build_script: ["docker build -f x.df ."]\n'],
])('%s is read', async (path, text) => {
  expect(isScriptFile(path)).toBe(true);
  expect((await read(path, text)).named).toMatchObject([{ file: 'x.df' }]);
});
