// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Dockerfiles
import { type AttackCase, type AttackGroup, type AttackPair, dockerfile, workflow } from './pair.js';

const OPEN = 'ARG B\nFROM $B\nUSER 65532\n';
const GIVEN = 'docker build --build-arg B=demo.example/base:1 .';
const runs = (...commands: readonly string[]): AttackCase => dockerfile(OPEN, workflow(...commands));
const job = (fields: object): AttackCase =>
  dockerfile(OPEN, {
    '.github/workflows/x.yml': JSON.stringify({ on: 'push', jobs: { a: { steps: [{ run: GIVEN }], ...fields } } }),
  });
const step = (fields: object): AttackCase =>
  dockerfile(OPEN, {
    '.github/workflows/x.yml': JSON.stringify({ on: 'push', jobs: { a: { steps: [{ run: GIVEN, ...fields }] } } }),
  });
const jobs = (all: object): AttackCase =>
  dockerfile(OPEN, { '.github/workflows/x.yml': JSON.stringify({ on: 'push', jobs: all }) });
const ci = (path: string, definition: object): AttackCase => dockerfile(OPEN, { [path]: JSON.stringify(definition) });
const pair = (what: string, attack: string, twin = GIVEN): AttackPair => ({
  what,
  attack: runs(attack),
  twin: runs(twin),
});

export const DECOYS: AttackGroup = {
  item: 10,
  name: 'a build that never runs makes no value known',
  rules: ['known-reference'],
  pairs: [
    pair('an echo', `echo ${GIVEN}`),
    pair('an echo in quotes', `echo "${GIVEN}"`, `echo x && ${GIVEN}`),
    pair('a comment', `# ${GIVEN}`, `# build\n${GIVEN}`),
    pair('a comment behind a command', `true # ${GIVEN}`, `true; ${GIVEN} # build`),
    pair('printf', `printf '%s' '${GIVEN}'`, `printf x\n${GIVEN}`),
    pair('a here-document', `cat <<E\n${GIVEN}\nE`, `cat <<E\nx\nE\n${GIVEN}`),
    pair('the null command', `: ${GIVEN}`, `: x; ${GIVEN}`),
    pair('behind a command that fails', `false && ${GIVEN}`, `true && ${GIVEN}`),
    pair('behind a command that fails, in another list', `cmd && false && ${GIVEN}`, `cmd && true && ${GIVEN}`),
    pair('instead of a command that succeeds', `true || ${GIVEN}`, `cmd || ${GIVEN}`),
    pair('instead of the null command', `: || ${GIVEN}`, `: && ${GIVEN}`),
    pair('behind a negation', `! true && ${GIVEN}`, `! false && ${GIVEN}`),
    pair('behind a test of constants', `[ 1 = 2 ] && ${GIVEN}`, `[ 1 = "$X" ] && ${GIVEN}`),
    pair('behind a test in brackets', `if [[ -z x ]]; then ${GIVEN}; fi`, `if [[ a == [a-z] ]]; then ${GIVEN}; fi`),
    pair('behind arithmetic', `((0)) && ${GIVEN}`, `((1)) && ${GIVEN}`),
    pair('in a function that nothing calls', `f() { ${GIVEN}; }\necho f`, `f() { ${GIVEN}; }\ntrap f EXIT`),
    pair(
      'in a function that only itself calls',
      `function f {\n${GIVEN}\nf\n}`,
      `f() {\n${GIVEN}\n}\nrun() { "$@"; }\nrun f`,
    ),
    pair('a branch that is never taken', `if false; then\n${GIVEN}\nfi`, `if [ -f x ]; then\n${GIVEN}\nfi`),
    pair(
      'the other branch of one that is taken',
      `if true; then :; else ${GIVEN}; fi`,
      `if x; then :; else ${GIVEN}; fi`,
    ),
    pair('a loop that is never begun', `while false; do ${GIVEN}; done`, `while x; do ${GIVEN}; done`),
    pair('a loop over nothing', `for x in; do ${GIVEN}; done`, `for x in a; do ${GIVEN}; done`),
    pair('behind exit', `exit 0\n${GIVEN}`, `[ -f x ] || exit 1\n${GIVEN}`),
    pair('behind exit in a group', `{ echo x; exit; }\n${GIVEN}`, `(echo x; exit)\n${GIVEN}`),
    pair('behind exit in a branch that is taken', `if true; then exit; fi\n${GIVEN}`, `if x; then exit; fi\n${GIVEN}`),
    pair('behind a command that fails and ends the shell', `false\n${GIVEN}`, `false || true\n${GIVEN}`),
    pair('behind a test that ends the shell', `[ 1 = 2 ]\n${GIVEN}`, `[ 1 = 2 ] && echo x\n${GIVEN}`),
    pair('behind an order of options and a failure', `set -eu\nfalse\n${GIVEN}`, `set +e\nfalse\n${GIVEN}`),
    pair('a build that only shows its help', `${GIVEN} --help`, `docker --debug ${GIVEN.slice(7)}`),
    pair('a build that only checks its file', `${GIVEN.replace('build ', 'build --check ')}`, `${GIVEN} --pull`),
    pair('a build that only shows its targets', `${GIVEN} --call=targets`, `${GIVEN} --call=build`),
    pair('words for a log', `logger ${GIVEN}`, `logger x; ${GIVEN}`),
    pair('words for a page of a manual', `man ${GIVEN}`, `retry ${GIVEN}`),
    pair('names of directories', `mkdir -p ${GIVEN}`, `mkdir -p docker build && ${GIVEN}`),
    pair('behind return', `return\n${GIVEN}`, `f() {\nreturn\n}\n${GIVEN}`),
    pair('behind exec', `exec sh -c x\n${GIVEN}`, `exec 2>&1 > log\n${GIVEN}`),
    pair('a substitution that never runs', `false && x=$(${GIVEN})`, `true && x=$(${GIVEN})`),
    pair('a shell that never runs', `false && bash -c "${GIVEN}"`, `x && bash -c "${GIVEN}"`),
    pair(
      'a variable that is never set',
      'false && X=demo.example/base:1\ndocker build --build-arg B=$X .',
      'true && X=demo.example/base:1\ndocker build --build-arg B=$X .',
    ),
    pair('another directory', 'docker build --build-arg B=demo.example/base:1 other', `cd other && cd .. && ${GIVEN}`),
    pair(
      'another file',
      'docker build --build-arg B=demo.example/base:1 -f other/Dockerfile .',
      'docker build --build-arg B=demo.example/base:1 -f ./Dockerfile .',
    ),
    pair(
      'another name of the argument',
      'docker build --build-arg C=demo.example/base:1 .',
      'docker build --build-arg C=1 --build-arg B=demo.example/base:1 .',
    ),
    pair(
      'a value that only a run knows',
      'docker build --build-arg B=$(cat base) .',
      'B=demo.example/base:1\ndocker build --build-arg B=$B .',
    ),
    { what: 'a job that is off', attack: job({ if: false }), twin: job({ if: "github.event_name == 'push'" }) },
    {
      what: 'a job that is off by an expression',
      attack: job({ if: '${{ false }}' }),
      twin: job({ if: '${{ always() }}' }),
    },
    { what: 'a step that is off', attack: step({ if: false }), twin: step({ if: true }) },
    {
      what: 'a job that is off by a comparison',
      attack: job({ if: "'a' == 'b' && always()" }),
      twin: job({ if: "'a' == 'A' || failure()" }),
    },
    {
      what: 'a job that needs one that is off',
      attack: jobs({
        z: { if: false, steps: [] },
        y: { needs: ['z'], steps: [] },
        a: { needs: 'y', steps: [{ run: GIVEN }] },
      }),
      twin: jobs({ z: { if: false, steps: [] }, a: { needs: 'z', if: '!cancelled()', steps: [{ run: GIVEN }] } }),
    },
    {
      what: 'a step whose shell shows its script',
      attack: step({ shell: 'cat {0}' }),
      twin: step({ shell: '/bin/bash -x {0}' }),
    },
    {
      what: 'a job whose shell is another language',
      attack: job({ defaults: { run: { shell: 'python' } } }),
      twin: job({ defaults: { run: { shell: 'sh' } } }),
    },
    {
      what: 'a job of GitLab CI that no rule lets run',
      attack: ci('.gitlab-ci.yml', { a: { script: [GIVEN], rules: [{ when: 'never' }] } }),
      twin: ci('.gitlab-ci.yml', {
        a: { script: [GIVEN], rules: [{ if: '$X', when: 'never' }, { when: 'on_success' }] },
      }),
    },
    {
      what: 'a step of Azure Pipelines that is off',
      attack: ci('azure-pipelines.yml', { steps: [{ script: GIVEN, enabled: false }] }),
      twin: ci('azure-pipelines.yml', { steps: [{ script: GIVEN, enabled: true }] }),
    },
    {
      what: 'a job of Azure Pipelines without a condition that holds',
      attack: ci('azure-pipelines.yml', { jobs: [{ job: 'a', condition: false, steps: [{ bash: GIVEN }] }] }),
      twin: ci('azure-pipelines.yml', { jobs: [{ job: 'a', condition: 'succeeded()', steps: [{ bash: GIVEN }] }] }),
    },
    {
      what: 'a step of Buildkite that is skipped',
      attack: ci('.buildkite/pipeline.yml', { steps: [{ command: GIVEN, skip: true }] }),
      twin: ci('.buildkite/pipeline.yml', { steps: [{ command: GIVEN, skip: false }] }),
    },
    {
      what: 'a step of another shell',
      attack: step({ run: `print("${GIVEN}")`, shell: 'python' }),
      twin: step({ shell: 'bash' }),
    },
    {
      what: 'a description',
      attack: dockerfile(OPEN, { 'package.json': JSON.stringify({ description: GIVEN }) }),
      twin: dockerfile(OPEN, { 'package.json': JSON.stringify({ scripts: { build: GIVEN } }) }),
    },
    {
      what: 'a comment of a Makefile',
      attack: dockerfile(OPEN, { Makefile: `all:\n\t# ${GIVEN}\n` }),
      twin: dockerfile(OPEN, { Makefile: `all:\n\t@${GIVEN}\n` }),
    },
    {
      what: 'an input of another action',
      attack: dockerfile(OPEN, {
        '.github/workflows/x.yml': JSON.stringify({
          jobs: { a: { steps: [{ uses: 'x/y@v1', with: { 'build-args': 'B=demo.example/base:1' } }] } },
        }),
      }),
      twin: dockerfile(OPEN, {
        '.github/workflows/x.yml': JSON.stringify({
          jobs: {
            a: {
              steps: [
                { uses: 'docker/build-push-action@v6', with: { context: '.', 'build-args': 'B=demo.example/base:1' } },
              ],
            },
          },
        }),
      }),
    },
  ],
};
