import { type AttackGroup, type AttackPair, dockerfile, workflow } from './pair.js';

const PLAIN = 'FROM scratch\nUSER 65532\n';
const file = (path: string, attack: string, twin: string, what = path): AttackPair => ({
  what,
  attack: dockerfile(PLAIN, { [path]: attack }),
  twin: dockerfile(PLAIN, { [path]: twin }),
});
const RUN = 'docker info';
/** Aliases that multiply to more than anybody reads, and a few that do not. */
const aliases = (each: number) =>
  `a: &a [${Array(each).fill('x').join(', ')}]\n${[...'bcdef'].map((name, index) => `${name}: &${name} [${Array(each).fill(`*${'abcde'[index]}`).join(', ')}]`).join('\n')}\n`;
const deep = (levels: number) => `a: ${'['.repeat(levels)}${']'.repeat(levels)}\n`;
const builds = (count: number) =>
  Array.from({ length: count }, (_, index) => `docker build --build-arg A=${index} .`).join('\n');
const bakes = (count: number) =>
  Array.from({ length: count }, (_, index) => `docker buildx bake --set a.args.A=${index}`).join('\n');
const BAKE = 'target "a" {}\n';

export const DEFINITIONS: AttackGroup = {
  item: 12,
  name: 'a definition that fails to parse hides its builds',
  rules: ['readable-build-file', 'allowed-base'],
  pairs: [
    file('.github/workflows/ci.yml', 'jobs: {\n', 'jobs: {}\n'),
    file('.github/workflows/ci.yaml', 'jobs: {}\njobs: {}\n', 'jobs: {}\non: push\n', 'a workflow with a key twice'),
    file('.github/workflows/a.yml', 'jobs: {}\n---\njobs: {}\n', '---\njobs: {}\n---\n', 'a workflow of two documents'),
    file('.github/workflows/b.yml', aliases(12), aliases(3), 'a workflow with many aliases'),
    file(
      '.github/workflows/c.yml',
      'jobs: *none\n',
      'x: &none {}\njobs: *none\n',
      'a workflow with an alias of nothing',
    ),
    file('.github/workflows/d.yml', deep(20_000), deep(20), 'a workflow that nests deep'),
    file('.github/workflows/e.yml', '\tjobs: {}\n', '# \tx\njobs: {}\n', 'a workflow with a tab'),
    file('action.yml', 'runs: {\n', 'runs: {}\n'),
    file('.gitlab-ci.yml', `x: ${RUN}\ny: {\n`, `x: ${RUN}\ny: !reference [a, b]\n`),
    file(
      'sub/.gitlab-ci.yml',
      `x: ${RUN}\n${aliases(12)}`,
      `x: ${RUN}\n${aliases(3)}`,
      'a configuration of GitLab with many aliases',
    ),
    file(
      'deep/.gitlab-ci.yml',
      `x: ${RUN}\n${deep(60)}`,
      `x: ${RUN}\n${deep(10)}`,
      'a configuration of GitLab that nests deep',
    ),
    file('.circleci/config.yml', `x: ${RUN}\ny: [\n`, `x: ${RUN}\ny: []\n`),
    file('azure-pipelines.yml', `x: ${RUN}\ny: "\n`, `x: ${RUN}\ny: ""\n`),
    file('bitbucket-pipelines.yml', `x: ${RUN}\n y: 1\n`, `x: ${RUN}\ny: 1\n`),
    file('.travis.yml', `x: ${RUN}\nx: 1\n`, `x: ${RUN}\ny: 1\n`),
    file('.drone.yml', `x: ${RUN}\n---\n{\n`, `x: ${RUN}\n---\n{}\n`),
    file('cloudbuild.yaml', `x: ${RUN}\ny: {{ z\n`, `x: ${RUN}\ny: "{{ z }}"\n`),
    file('Taskfile.yml', `x: ${RUN}\ntasks: {\n`, `x: ${RUN}\ntasks: {}\n`),
    file('skaffold.yaml', 'build: { artifacts: [\n', 'build: { artifacts: [] }\n'),
    file('.goreleaser.yml', 'dockers:\n  - {\n', 'dockers: []\n'),
    file('compose.yaml', 'services: { a: { build: . }\n', 'services: { a: { build: . } }\n'),
    file(
      'compose.yml',
      'services: { a: { build: . }, a: {} }\n',
      'services: { a: { build: . }, b: { image: scratch } }\n',
      'a Compose file with a service twice',
    ),
    file('docker-compose.ci.yml', 'services: {\n', 'services: { a: { build: . } }\n'),
    file('docker-bake.hcl', 'target "a" {\n', 'target "a" {}\n'),
    file('docker-bake.json', '{ "target": ', '{ "target": { "a": {} } }\n'),
    file('.devcontainer/devcontainer.json', '{ "build": ', '{ "build": { "dockerfile": "../Dockerfile" }, /* x */ }\n'),
    {
      what: 'more ways of building than are read',
      attack: dockerfile(PLAIN, workflow(builds(120))),
      twin: dockerfile(PLAIN, workflow(builds(20))),
    },
    {
      what: 'more runs of bake than are read',
      attack: dockerfile(PLAIN, { 'docker-bake.hcl': BAKE, 'build.sh': bakes(210) }),
      twin: dockerfile(PLAIN, { 'docker-bake.hcl': BAKE, 'build.sh': bakes(10) }),
    },
  ],
};
