// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isWorkflow } from '../../../src/build-files/file-names.js';
import { buildsInWorkflow } from '../../../src/build-files/workflow/workflow-builds.js';

const builds = async (text: string) => (await buildsInWorkflow(Buffer.from(text))).named;

const step = (inputs: string) =>
  `jobs:\n  a:\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n${inputs
    .split('\n')
    .map((line) => `          ${line}`)
    .join('\n')}\n`;

describe('build-push-action', () => {
  test('gives its literal inputs to the build', async () => {
    const inputs =
      'file: a/b\ntarget: api\nplatforms: linux/amd64, linux/arm64\nbuild-args: |\n  A=1\n  B=${{ vars.B }}\nbuild-contexts: |\n  base=docker-image://b';
    expect(await builds(step(inputs))).toEqual([
      {
        file: 'a/b',
        target: 'api',
        platforms: ['linux/amd64', 'linux/arm64'],
        buildArgs: { A: '1' },
        buildContexts: { base: 'docker-image://b' },
        open: {
          args: ['B'],
          decidedBy: { B: '${{ vars.B }}' },
          target: false,
          contexts: [],
          platforms: false,
        },
        request: { line: 4, context: '.' },
      },
    ]);
  });

  test('quotes around an item are none of it, as the action reads them', async () => {
    const inputs = 'build-args: |\n  "BASE=evil"\n  "TWO=a\n  b ""c"""\n  THREE="x"\n  \n  FOUR=1,2';
    const [build] = await builds(step(inputs));
    expect(build?.buildArgs).toEqual({ BASE: 'evil', TWO: 'a\nb "c"', THREE: '"x"', FOUR: '1,2' });
  });

  test.each([
    ['context: services/api', ['services/api/Dockerfile']],
    ['push: true', ['Dockerfile']],
    ['context: "{{defaultContext}}"\nfile: x', ['x']],
    ['context: "{{defaultContext}}"', ['Dockerfile']],
    ['context: "{{defaultContext}}:services/api"', ['services/api/Dockerfile']],
    ['context: "{{defaultContext}}:services/api"\nfile: x', ['services/api/x']],
    ['context: services/api\nfile: x', ['x']],
    ['file: ${{ matrix.file }}', []],
    ['context: ${{ matrix.dir }}', []],
    ['context: https://github.com/a/b.git', []],
    ['file: ../x', []],
  ])('%j builds %j', async (inputs, expected) => {
    expect((await builds(step(inputs))).map(({ file }) => file)).toEqual(expected);
  });
});

test.each(['Docker/Build-Push-Action@v6', 'depot/build-push-action@v1'])('%s takes the same inputs', async (uses) => {
  const text = `jobs: {a: {steps: [{uses: ${uses}, with: {file: x}}]}}`;
  expect((await builds(text)).map(({ file }) => file)).toEqual(['x']);
});

describe("the repository's own actions", () => {
  const inAction = async (runs: string) =>
    (await buildsInWorkflow(Buffer.from(`runs: ${runs}`), '.github/actions/a')).named.map(({ file }) => file);

  test('are built from beside their metadata', async () => {
    expect(await inAction('{using: docker, image: app.build}')).toEqual(['.github/actions/a/app.build']);
    expect(await inAction('{using: docker, image: "docker://alpine"}')).toEqual([]);
    expect(await inAction('{using: docker, image: "../../../../x"}')).toEqual([]);
  });

  test('build in their steps', async () => {
    expect(await inAction('{using: composite, steps: [{run: docker build -f x ., shell: bash}]}')).toEqual(['x']);
  });
});

describe('scripts', () => {
  test('run where the workflow says, unless the job does', async () => {
    const job = (defaults: string) => `{${defaults} steps: [{run: docker build .}]}`;
    const text = `defaults: {run: {working-directory: w}}\njobs: {a: ${job('')}, b: ${job('defaults: {run: {working-directory: j}},')}}`;
    expect((await builds(text)).map(({ file }) => file)).toEqual(['w/Dockerfile', 'j/Dockerfile']);
  });

  test('run where their step and job say', async () => {
    const text =
      'jobs:\n  a:\n    defaults: {run: {working-directory: d}}\n    steps:\n      - run: docker build .\n      - run: docker build -f x .\n        working-directory: e\n      - run: docker build -f ${{ inputs.f }} .\n      - run: docker build .\n        working-directory: ${{ matrix.d }}\n';
    expect((await builds(text)).map(({ file }) => file)).toEqual(['d/Dockerfile', 'e/x']);
  });
});

describe('values that are literal somewhere else', () => {
  const steps = (run: string) => `steps: [{run: "${run}"}]`;

  test('a matrix gives each of its runs', async () => {
    const matrix =
      'strategy: {matrix: {d: [a, b], p: [linux/amd64], exclude: [{d: b}], include: [{d: a, x: X}, {d: c, p: q}]}}';
    const text = `jobs: {j: {${matrix}, ${steps('docker build --platform ${{ matrix.p }} -f ${{ matrix.d }} .')}}}`;
    expect((await builds(text)).map(({ file, platforms }) => [file, platforms])).toEqual([
      ['a', ['linux/amd64']],
      ['c', ['q']],
    ]);
  });

  test('a matrix that is an expression gives none', async () => {
    const text = `jobs: {j: {strategy: {matrix: {d: "\${{ fromJSON(x) }}"}}, ${steps('docker build -f ${{ matrix.d }} .')}}}`;
    expect(await builds(text)).toEqual([]);
  });

  test('env counts, unless a step sets variables', async () => {
    const text = `env: {F: x}\njobs: {j: {${steps('docker build -f $F . && docker build -f ${{ env.F }} .')}}}`;
    expect((await builds(text)).map(({ file }) => file)).toEqual(['x', 'x']);
    expect(await builds(`${text}\n# GITHUB_ENV`)).toEqual([]);
  });

  test('a runner builds for its own platform', async () => {
    const text = `jobs: {j: {runs-on: ubuntu-24.04-arm, ${steps('docker build . && docker build --platform a .')}}}`;
    expect((await builds(text)).map(({ platforms }) => platforms)).toEqual([['linux/arm64'], ['a']]);
  });

  test.each([
    ['${{ vars.RUNNER }}', 'runs-on: ${{ vars.RUNNER }}'],
    ["${{ vars.RUNNER || 'ubuntu-24.04-arm' }}", "runs-on: ${{ vars.RUNNER || 'ubuntu-24.04-arm' }}"],
    ['[self-hosted, "${{ matrix.arch }}"]', 'runs-on: ${{ matrix.arch }}'],
    ['{group: g, labels: "${{ inputs.labels }}"}', 'runs-on: ${{ inputs.labels }}'],
    ['ubuntu-${{ inputs.version }}', 'runs-on: ${{ inputs.version }}'],
    ['self-hosted', 'runs-on: self-hosted'],
    ['[self-hosted, linux, gpu]', 'runs-on: self-hosted, linux, gpu'],
    ['{group: arm-machines}', 'runs-on: arm-machines'],
    ['{group: g, labels: [big]}', 'runs-on: big, g'],
    ['{group: "${{ inputs.group }}"}', 'runs-on: ${{ inputs.group }}'],
  ])('the runner %s leaves the platform open', async (runsOn, decidedBy) => {
    const text = `jobs: {j: {runs-on: ${/^[[{]/.test(runsOn) ? runsOn : JSON.stringify(runsOn)}, ${steps('docker build . && docker build --platform a .')}}}`;
    const [own, other] = await builds(text);
    expect(own?.open).toMatchObject({ platforms: true, decidedBy: { '--platform': decidedBy } });
    expect(other).toMatchObject({ platforms: ['a'] });
    expect(other?.open).toBeUndefined();
  });

  test.each([
    ['ubuntu-latest', undefined],
    ['[self-hosted, linux, X64]', undefined],
    ['{group: g, labels: [ubuntu-24.04-16core]}', undefined],
    ['blacksmith-4vcpu-ubuntu-2204', undefined],
    ['[self-hosted, x64, "${{ inputs.size }}"]', undefined],
    ['"runs-on=${{ github.run_id }}/runner=2cpu-linux"', undefined],
    ['"runs-on=${{ github.run_id }}/runner=2cpu-linux-arm64"', ['linux/arm64']],
    [`"\${{ github.event_name == 'push' && 'ubuntu-22.04' || 'ubuntu-latest' }}"`, undefined],
    [`"\${{ github.event_name == 'push' && 'ubuntu-24.04-arm' || 'macos-13' }}"`, ['linux/arm64', 'linux/amd64']],
  ])('the runner %s does not', async (runsOn, platforms) => {
    const [build] = await builds(`jobs: {j: {runs-on: ${runsOn}, ${steps('docker build .')}}}`);
    expect(build?.platforms).toEqual(platforms);
    expect(build?.open).toBeUndefined();
  });

  test('a literal matrix says which runners there are', async () => {
    const text = `jobs: {j: {strategy: {matrix: {os: [ubuntu-latest, ubuntu-24.04-arm]}}, runs-on: "\${{ matrix.os }}", ${steps('docker build .')}}}`;
    const found = await builds(text);
    expect(found.map(({ platforms, open }) => [platforms, open])).toEqual([
      [undefined, undefined],
      [['linux/arm64'], undefined],
    ]);
  });
});

describe('other actions', () => {
  const requested = async (uses: string, inputs: string) =>
    buildsInWorkflow(Buffer.from(`jobs: {a: {steps: [{uses: ${uses}, with: ${inputs}}]}}`));

  test.each([
    ['docker/build-push-action@v6', '{File: x, Build-Args: A=1}'],
    ['redhat-actions/buildah-build@v2', '{containerfiles: ./x, build-args: A=1}'],
    ['mr-smithers-excellent/docker-build-push@v6', '{dockerfile: x, buildArgs: "A=1"}'],
    ['int128/kaniko-action@v1', '{file: x, build-args: A=1}'],
    ['macbre/push-to-ghcr@master', '{dockerfile: x, build_args: "A=1"}'],
  ])('%s has inputs of its own', async (uses, inputs) => {
    expect((await requested(uses, inputs)).named).toMatchObject([{ file: 'x', buildArgs: { A: '1' } }]);
  });

  test('bake has its files and what is set', async () => {
    const found = await requested('docker/bake-action@v6', '{workdir: d, files: "a.hcl,b.hcl", set: "*.args.A=1"}');
    expect(found.bakes).toMatchObject([{ files: ['d/a.hcl', 'd/b.hcl'], directory: 'd', overrides: ['*.args.A=1'] }]);
  });

  test('one that builds by its name is named, and others are not', async () => {
    expect((await requested('x/docker-build@v1', '{}')).unseen).toHaveLength(1);
    for (const uses of ['docker/setup-buildx-action@v3', 'docker/login-action@v3', 'actions/checkout@v4'])
      expect((await requested(uses, '{}')).unseen).toEqual([]);
  });
});

test('a workflow with more aliases than are read is named', async () => {
  const text = `a: &a [x]\nb: [${'*a,'.repeat(11_000)}]\n`;
  expect((await buildsInWorkflow(Buffer.from(text))).fault).toEqual({
    reason: 'it has too many YAML aliases',
  });
});

test.each([
  [''],
  ['['],
  ['jobs: 1'],
  ['jobs: {a: [1]}'],
  ['jobs: {a: {steps: [1, null, {run: 3}, {uses: []}, {uses: docker/build-push-action@v6, with: [1]}]}}'],
  [
    'a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n',
  ],
  ['jobs: {a: &a {strategy: *a, env: *a, runs-on: *a, with: *a, uses: docker/build-push-action@v6, steps: [*a]}}'],
  ['jobs: {__proto__: {steps: [{run: "docker build -f x ."}]}}'],
])('%j is read without harm', async (text) => {
  expect((await builds(text)).every(({ file }) => file === 'Dockerfile' || file === 'x')).toBe(true);
});

test("workflows are the YAML files of one directory, and the repository's own actions anywhere", () => {
  const workflows = [
    ...['.github/workflows/a.yml', '.github/workflows/b.yaml'],
    ...['action.yml', '.github/action.yaml', '.github/actions/a/b/action.yml', 'x/action.yml'],
  ];
  const others = [
    ...['.github/workflows/a/b.yml', 'x/.github/workflows/a.yml', '.github/workflows/a.json'],
    ...['reaction.yml', '.github/x-action.yml'],
  ];
  expect(workflows.every(isWorkflow)).toBe(true);
  expect(others.some(isWorkflow)).toBe(false);
});

test('any workflow is read, and no path leaves the repository', async () => {
  const line = fc.constantFrom(
    ...['jobs:', '  a:', '    defaults: { run: { working-directory: ../x } }', '    steps:', '    steps: 3'],
    ...[
      '      - run: docker build -f ../../x .',
      '      - run: |',
      '          docker build a',
      '        working-directory: /',
    ],
    ...[
      '      - uses: docker/build-push-action@v6',
      '        with:',
      '          file: ../Dockerfile',
      '          file: ${{ x }}',
    ],
    ...[
      '          context: a/../..',
      '          build-args: A',
      '        with: [1]',
      '      - &a { run: docker build . }',
      '      - *a',
    ],
    ...['      - *b', '? x', '- [', '}', '\t', '%YAML 1.1', '---', '...'],
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(line, fc.string({ maxLength: 20 })), { maxLength: 12 }), async (lines) => {
      for (const { file } of await builds(lines.join('\n'))) expect(file).not.toMatch(/^\/|(?:^|\/)\.\.(?:\/|$)/);
    }),
    { numRuns: 300 },
  );
});
