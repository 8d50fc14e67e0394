import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { table } from '../../scripts/generate/table.js';
import type { RunOptions } from '../support/github/action-run.js';
import { payloadOf } from '../support/github/action-step.js';
import {
  AttemptWorld,
  BAD,
  CHANGE_CONTEXTS,
  type ChangeContext,
  GOOD,
  type MadeChange,
  SOFT_POLICY,
} from '../support/github/attempt-world.js';
import { FakeGitHub } from '../support/github/fake-github.js';
import type { GitContent } from '../support/github/git-repository.js';
import { REVIEWED_RULES } from '../support/github/github-state.js';
import { DENYING_POLICY, POLICY_PATH } from '../support/github/pull-request-step.js';

/**
 * Attempts to pass with an image that main's policy denies, in the contexts where a run is not simply one of
 * `pull_request`. Each has an honest twin, which passes: the same run with an image that is not denied.
 */
const github = new FakeGitHub();
let world: AttemptWorld;
beforeAll(async () => {
  await github.start();
  world = new AttemptWorld(github);
});
afterAll(() => github.stop());
beforeEach(() => world.reset());

/** How each attempt ended, by its name and its context. */
const endings = new Map<string, Map<string, string>>();
const ENDS: Readonly<Record<number, string>> = { 0: 'passes', 1: 'denied', 2: 'nothing decided' };

function note(name: string, context: string, code: number): void {
  const noted = endings.get(name) ?? new Map<string, string>();
  endings.set(name, noted.set(context, ENDS[code] ?? 'wrong usage'));
}

type Changes = Readonly<Record<string, GitContent | null>>;

/** What a change holds: what is refused, with its exit code, and the honest twin; without one, the same of a fine image. */
interface Content {
  readonly attack: Changes;
  readonly code?: 1 | 2;
  readonly honest?: Changes;
}

const fine = (content: GitContent | null): GitContent | null => {
  if (typeof content === 'string') return content.replaceAll('legacy', 'fine');
  return content !== null && 'link' in content ? { link: content.link.replaceAll('legacy', 'fine') } : content;
};

const CONTENTS: Readonly<Record<string, Content>> = {
  'builds on it': { attack: { Dockerfile: BAD } },
  'softens the policy': {
    attack: { Dockerfile: BAD, [POLICY_PATH]: SOFT_POLICY },
    honest: { [POLICY_PATH]: SOFT_POLICY },
  },
  'deletes the policy': { attack: { Dockerfile: BAD, [POLICY_PATH]: null }, honest: { [POLICY_PATH]: null } },
  'breaks the policy': {
    attack: { [POLICY_PATH]: 'version: 1\nallow: everything\n' },
    honest: { [POLICY_PATH]: `${DENYING_POLICY}# reviewed\n` },
  },
  'waives it': {
    attack: {
      Dockerfile: BAD,
      [POLICY_PATH]: `${DENYING_POLICY}waivers:\n  - { rule: denied-base, image: "images.example/**", reason: mine, owner: me, expires: 2026-12-15 }\n`,
    },
    honest: { [POLICY_PATH]: `${DENYING_POLICY}max-waiver-days: 30\n` },
  },
  'makes the policy a link to one of its own': {
    attack: { Dockerfile: BAD, [POLICY_PATH]: { link: '../soft.yml' }, 'soft.yml': SOFT_POLICY },
    honest: { [POLICY_PATH]: { link: '../same.yml' }, 'same.yml': DENYING_POLICY },
  },
  'adds a build file in a directory': { attack: { 'a/b/Dockerfile': BAD } },
  'adds a Containerfile': { attack: { Containerfile: BAD } },
  'adds a build file by its suffix': { attack: { 'api.Dockerfile': BAD } },
  'names it by an argument': { attack: { Dockerfile: `ARG BASE=images.example/legacy/base:1\nFROM \${BASE}\n` } },
  'names it for another platform': { attack: { Dockerfile: BAD.replace('FROM', 'FROM --platform=linux/arm64') } },
  'copies from it': { attack: { Dockerfile: 'FROM scratch\nCOPY --from=images.example/legacy/base:1 /x /x\n' } },
  'mounts it': {
    attack: { Dockerfile: `${GOOD}RUN --mount=type=bind,from=images.example/legacy/base:1,target=/x cp /x/y /y\n` },
  },
  'parses by it': { attack: { Dockerfile: `# syntax=images.example/legacy/frontend:1\n${GOOD}` } },
  'names a file of main in a Compose file': {
    attack: { 'compose.yaml': 'services: { a: { build: { context: ., dockerfile: parts/legacy.txt } } }\n' },
  },
  'writes a build into a Compose file': {
    attack: {
      'compose.yaml': 'services: { a: { build: { dockerfile_inline: "FROM images.example/legacy/base:1" } } }\n',
    },
  },
  'writes a build into a bake file': {
    attack: { 'docker-bake.hcl': 'target "default" { dockerfile-inline = "FROM images.example/legacy/base:1" }\n' },
  },
  'names a file of main in a script': { attack: { 'build.sh': 'docker build -f parts/legacy.txt .\n' } },
  'names a file of main in a workflow': {
    attack: {
      '.github/workflows/x.yml':
        'on: push\njobs: { a: { runs-on: x, steps: [{ uses: docker/build-push-action@v6, with: { context: ., file: parts/legacy.txt } }] } }\n',
    },
  },
  'makes the build file a link to one of main': { attack: { Dockerfile: { link: 'parts/legacy.txt' } } },
  'has the bytes replaced on checkout': {
    attack: { '.gitattributes': 'Dockerfile ident\n', Dockerfile: `# $Id$\n${GOOD}` },
    code: 2,
    honest: { '.gitattributes': 'Dockerfile text eol=lf\n' },
  },
  'leaves a pointer in its place': {
    attack: { Dockerfile: `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 1\n` },
    code: 2,
    honest: { '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n' },
  },
  "can't be parsed": { attack: { Dockerfile: 'FROM\n' }, code: 2, honest: { Dockerfile: 'FROM scratch\n' } },
  'has two names that read alike': {
    attack: { 'caf\u00e9/Dockerfile': GOOD, 'cafe\u0301/Dockerfile': BAD },
    honest: { 'caf\u00e9/Dockerfile': GOOD },
  },
};

/** Each content in one of the contexts, taken in turn; with UPDATE_DOCS in all of them. */
const isWhole = process.env['UPDATE_DOCS'] !== undefined;
const each = Object.entries(CONTENTS).flatMap(([name, content], index) =>
  CHANGE_CONTEXTS.filter((_, turn) => isWhole || turn === index % CHANGE_CONTEXTS.length).map(
    (context): [ChangeContext, string, Content] => [context, name, content],
  ),
);

test.each(each)('%s: a change that %s does not pass', async (context, name, { attack, code = 1, honest }) => {
  const twin = honest ?? Object.fromEntries(Object.entries(attack).map(([path, content]) => [path, fine(content)]));
  const refused = await world.run(world.started(context, world.change(attack)));
  note(`a change that ${name}`, context, refused.code);
  expect([refused.code, refused.message]).toEqual([code, '']);
  world.reset();
  const passed = await world.run(world.started(context, world.change(twin)));
  expect([passed.code, passed.message, passed.report?.findings.filter(({ level }) => level === 'error')]).toEqual([
    0,
    '',
    [],
  ]);
});

/** An attempt by what surrounds a change: sets the world and starts the run. Called with BAD and with GOOD. */
interface Attempt {
  readonly start: (from: string) => Omit<RunOptions, 'apiUrl'>;
  readonly code?: 1 | 2;
  /** Where not the content makes the twin honest. */
  readonly honest?: () => Omit<RunOptions, 'apiUrl'>;
}

const change = (dockerfile: string): MadeChange => world.change({ Dockerfile: dockerfile });

/** A branch with a soft policy and what is denied, from main. */
function softBranch(name = 'soft', dockerfile = BAD): string {
  const commit = world.commit(world.files({ Dockerfile: dockerfile, [POLICY_PATH]: SOFT_POLICY }), [world.before]);
  world.setRefs({ [`refs/heads/${name}`]: commit });
  return commit;
}

/** A run next to such a branch. */
function beside(name: string, start: () => Omit<RunOptions, 'apiUrl'>): Omit<RunOptions, 'apiUrl'> {
  softBranch(name);
  return start();
}

/** The merge that pull request 7 has, with these parents. */
function mergeOf(dockerfile: string, parents: readonly string[]): void {
  world.setRefs({ 'refs/pull/7/merge': world.commit(world.files({ Dockerfile: dockerfile, 'm.txt': 'x' }), parents) });
}

const target = (from: string, base = 'main') => world.started('pull_request_target', change(from), base);
const again = (from: string, base = 'main') => world.started('re-run', change(from), base);
const group = (from: string, base = 'main') => world.started('merge_group', change(from), base);

/** A payload with some fields of its own. */
function payloadWith(
  options: Omit<RunOptions, 'apiUrl'>,
  bend: (payload: ReturnType<typeof Object>) => void,
): Omit<RunOptions, 'apiUrl'> {
  const payload = structuredClone(Object(options.payload));
  bend(payload);
  return { ...options, payload };
}

const EVIL_BASES = [
  'refs/heads/main',
  'heads/main',
  'MAIN',
  'main ',
  'pull/7/merge',
  '@{-1}',
  '../main',
  'main%2f..',
  'HEAD',
];

const TARGET: Readonly<Record<string, Attempt>> = {
  'is to a branch nobody reviews': { start: (from) => beside('soft', () => target(from, 'soft')) },
  'is to a branch that only has a rule for names': {
    start: (from) => {
      softBranch();
      github.state.protection.set('soft', [{ type: 'branch_name_pattern' }]);
      return target(from, 'soft');
    },
  },
  'is to a branch whose rule asks for no approval': {
    start: (from) => {
      softBranch();
      const parameters = { required_approving_review_count: 0, require_code_owner_review: false };
      github.state.protection.set('soft', [{ type: 'pull_request', parameters }]);
      return target(from, 'soft');
    },
  },
  'is to a branch with older protection without reviews': {
    start: (from) => {
      softBranch();
      github.state.protection.set('soft', []);
      github.state.approvals.set('soft', 0);
      return target(from, 'soft');
    },
  },
  'has the merge of an older head': {
    start: (from) => {
      const options = target(from);
      mergeOf(GOOD, [world.before, change(GOOD).head === change(from).head ? world.before : change(GOOD).head]);
      return options;
    },
  },
  'has a merge with its parents the other way round': {
    start: (from) => {
      const options = target(from);
      mergeOf(GOOD, [change(from).head, world.before]);
      return options;
    },
  },
  'has a merge with three parents': {
    start: (from) => {
      const options = target(from);
      mergeOf(GOOD, [world.before, change(from).head, softBranch('third', GOOD)]);
      return options;
    },
  },
  'has a commit in the place of a merge': {
    start: (from) => {
      const options = target(from);
      mergeOf(GOOD, [world.before]);
      return options;
    },
  },
  'has a merge with a branch of its own making': {
    start: (from) => {
      const options = target(from);
      mergeOf(GOOD, [softBranch('own', GOOD), change(from).head]);
      return options;
    },
  },
  'has no merge, being in conflict': {
    start: (from) => {
      const options = target(from);
      world.setRefs({ 'refs/pull/7/merge': world.main });
      world.pullRequest(change(from).head, { conflict: true });
      return options;
    },
  },
  'is closed': {
    start: (from) => {
      const options = target(from);
      world.setRefs({ 'refs/pull/7/merge': world.main });
      world.pullRequest(change(from).head, { closed: true });
      return options;
    },
  },
  'has a newer, harmless commit': {
    start: (from) => {
      const options = target(from);
      const newer = world.change({ 'newer.txt': 'x' });
      world.setRefs({ 'refs/pull/7/merge': newer.merge });
      world.pullRequest(newer.head);
      return options;
    },
  },
  'comes from a fork that was deleted': {
    start: (from) =>
      payloadWith(target(from), (payload) => {
        payload.pull_request.head.repo = null;
      }),
  },
  'comes from a fork whose branch is called main': {
    start: (from) =>
      payloadWith(target(from), ({ pull_request: { head } }) => {
        head.ref = 'main';
        head.repo.full_name = 'mallory/shop';
        head.repo.default_branch = 'main';
      }),
  },
  'names a default branch of its own in the payload': {
    start: (from) =>
      payloadWith(
        beside('soft', () => target(from)),
        (payload) => {
          payload.repository.default_branch = payload.pull_request.base.repo.default_branch = 'soft';
        },
      ),
  },
  'names a commit of its own as the base': {
    start: (from) =>
      payloadWith(target(from), (payload) => {
        payload.pull_request.base.sha = softBranch();
      }),
  },
  'runs with a branch of its own as GITHUB_REF': {
    start: (from) => ({ ...target(from), sha: softBranch(), ref: 'refs/heads/soft' }),
  },
  'names a workspace where its own commit is checked out': {
    start: (from) => ({ ...target(from), workspace: github.state.git.directory }),
  },
  'was retargeted from a reviewed branch with a softer policy': {
    start: (from) => {
      softBranch('release', GOOD);
      github.state.protection.set('release', REVIEWED_RULES);
      const options = target(from, 'release');
      world.pullRequest(change(from).head);
      return options;
    },
  },
  'is to a reviewed branch, and nobody says that it still is': {
    start: (from) => {
      softBranch('release', GOOD);
      github.state.protection.set('release', REVIEWED_RULES);
      return { ...target(from, 'release'), token: 'contents' };
    },
  },
  'inherits, with only-new, from a branch nobody reviews': {
    start: (from) => {
      const soft = softBranch();
      const files = world.files({ Dockerfile: from, 'x.txt': 'x' });
      const head = world.commit(files, [soft]);
      const merge = world.commit(files, [soft, head]);
      return world.started('pull_request_target', { head, merge, group: merge });
    },
  },
  'is narrowed by changed-files-only to a build file that it does not change': {
    start: (from) => ({
      ...world.started(
        'pull_request_target',
        world.change({
          '.env': `FILE=parts/${from === BAD ? 'legacy' : 'fine'}.txt\n`,
          'compose.yaml': `services: { a: { build: { context: ., dockerfile: "\${FILE}" } } }\n`,
        }),
      ),
      inputs: { 'changed-files-only': 'true' },
    }),
  },
  'has a payload of another repository': {
    start: () =>
      payloadWith(target(BAD), (payload) => {
        payload.pull_request.base.repo.full_name = 'mallory/shop';
      }),
    code: 2,
    honest: () =>
      payloadWith(target(GOOD), (payload) => {
        payload.pull_request.base.repo.full_name = 'ACME/Shop';
      }),
  },
  'has no payload': { start: () => ({ ...target(BAD), payload: null }), code: 2, honest: () => target(GOOD) },
  'has a head that is no commit': {
    start: () =>
      payloadWith(target(BAD), (payload) => {
        payload.pull_request.head.sha = 'main';
      }),
    code: 2,
    honest: () => target(GOOD),
  },
  ...Object.fromEntries(
    EVIL_BASES.map((base): [string, Attempt] => [
      `is to a base called ${JSON.stringify(base)}`,
      { start: (from) => target(from, base) },
    ]),
  ),
};

const GROUP: Readonly<Record<string, Attempt>> = {
  'is for a branch nobody reviews': { start: (from) => beside('soft', () => group(from, 'soft')) },
  'is for a branch that is gone': { start: (from) => group(from, 'gone') },
  'is for a branch without a name': { start: () => group(BAD, ''), code: 2, honest: () => group(GOOD) },
  'is for a branch called refs/heads/main': { start: (from) => group(from, 'refs/heads/main') },
  'names a tag as its base': {
    start: () =>
      payloadWith(group(BAD), (payload) => {
        payload.merge_group.base_ref = 'refs/tags/v1';
      }),
    code: 2,
    honest: () => group(GOOD),
  },
  'names no base': {
    start: () =>
      payloadWith(group(BAD), (payload) => {
        delete payload.merge_group.base_ref;
      }),
    code: 2,
    honest: () => group(GOOD),
  },
  'names a commit of its own as the base': {
    start: (from) =>
      payloadWith(group(from), (payload) => {
        payload.merge_group.base_sha = softBranch();
      }),
  },
  'names another head than the run is for': {
    start: () =>
      payloadWith(group(BAD), (payload) => {
        payload.merge_group.head_sha = change(GOOD).group;
      }),
    code: 2,
    honest: () => group(GOOD),
  },
  'has nothing in common with its base': {
    start: (from) => {
      const alone = world.commit(world.files({ Dockerfile: from, 'alone.txt': 'x' }), []);
      return world.started('merge_group', { head: alone, merge: alone, group: alone });
    },
  },
  'holds an earlier pull request of the queue': {
    start: (from) => {
      const earlier = change(from).group;
      const files = world.files({ Dockerfile: from, 'later.txt': 'x', 'second.txt': 'x' });
      const second = world.commit(files, [earlier, world.before]);
      return world.started('merge_group', { head: second, merge: second, group: second });
    },
  },
  'inherits from a branch nobody reviews': {
    start: (from) => {
      const soft = softBranch();
      const merged = world.commit(world.files({ Dockerfile: from, 'x.txt': 'x' }), [soft, world.before]);
      return world.started('merge_group', { head: merged, merge: merged, group: merged }, 'soft');
    },
  },
  'is started anew after its base moved on': {
    start: (from) => {
      const options = group(from);
      world.setRefs({ 'refs/heads/main': world.commit(world.files({ 'later.txt': 'x', 'm.txt': 'x' }), [world.main]) });
      return options;
    },
  },
  'is started anew after the default branch was renamed': {
    start: (from) => {
      const options = group(from);
      github.state.defaultBranch = 'trunk';
      world.setRefs({ 'refs/heads/trunk': world.main });
      softBranch('main');
      return options;
    },
  },
};

const push = (commit: string, ref: string): Omit<RunOptions, 'apiUrl'> => ({
  event: 'push',
  payload: payloadOf('push', { ref, deleted: false }),
  sha: commit,
  ref,
});

const AGAIN: Readonly<Record<string, Attempt>> = {
  'after the default branch was renamed, with a branch of the old name': {
    start: (from) => {
      const options = again(from);
      github.state.defaultBranch = 'trunk';
      world.setRefs({ 'refs/heads/trunk': world.main });
      softBranch('main');
      return options;
    },
  },
  'after the policy was tightened': {
    start: (from) => {
      const soft = world.commit(world.files({ [POLICY_PATH]: SOFT_POLICY }), []);
      const head = world.commit(world.files({ [POLICY_PATH]: SOFT_POLICY, Dockerfile: from }), [soft]);
      const merge = world.commit(world.files({ [POLICY_PATH]: SOFT_POLICY, Dockerfile: from }), [soft, head]);
      world.setRefs({ 'refs/heads/main': world.commit(world.files({}), [soft]) });
      return world.started('re-run', { head, merge, group: merge });
    },
  },
  'after it was retargeted from a reviewed branch with a softer policy': {
    start: (from) => {
      const release = softBranch('release', GOOD);
      github.state.protection.set('release', REVIEWED_RULES);
      const { head } = change(from);
      const merge = world.commit(world.files({ Dockerfile: from, [POLICY_PATH]: SOFT_POLICY }), [release, head]);
      const options = world.started('re-run', { head, merge, group: merge }, 'release');
      world.pullRequest(head);
      return options;
    },
  },
  'after its reviewed base was deleted and made anew': {
    start: (from) => beside('release', () => again(from, 'release')),
  },
  'after its base stopped asking for approvals': {
    start: (from) => {
      softBranch('release');
      const parameters = { required_approving_review_count: 0, require_code_owner_review: false };
      github.state.protection.set('release', [{ type: 'pull_request', parameters }]);
      return again(from, 'release');
    },
  },
  'after its base was deleted': { start: (from) => again(from, 'gone') },
  'after its merge was made anew with a newer head': {
    start: (from) => {
      const options = again(from);
      const newer = world.change({ 'newer.txt': 'x' });
      world.setRefs({ 'refs/pull/7/merge': newer.merge });
      world.pullRequest(newer.head);
      return options;
    },
  },
  'after it was closed': {
    start: (from) => {
      const options = again(from);
      world.pullRequest(change(from).head, { closed: true });
      return options;
    },
  },
  'after main was rewritten without its parent': {
    start: (from) => {
      const options = again(from);
      world.setRefs({ 'refs/heads/main': world.commit(world.files({ 'rewritten.txt': 'x' }), []) });
      return options;
    },
  },
  'of a push to a branch that is the default one only now': {
    start: (from) => {
      const pushed = world.commit(world.files({ Dockerfile: from, [POLICY_PATH]: SOFT_POLICY }), [world.before]);
      github.state.defaultBranch = 'trunk';
      world.setRefs({ 'refs/heads/trunk': world.main });
      return push(pushed, 'refs/heads/trunk');
    },
  },
  'of a push to a reviewed branch that was rewritten': {
    start: (from) => {
      const pushed = world.commit(world.files({ Dockerfile: from, [POLICY_PATH]: SOFT_POLICY }), [world.before]);
      world.setRefs({ 'refs/heads/release': world.main });
      github.state.protection.set('release', REVIEWED_RULES);
      return push(pushed, 'refs/heads/release');
    },
  },
  'of a push to a branch nobody reviews': {
    start: (from) => push(softBranch('soft', from), 'refs/heads/soft'),
  },
  'of a push of a tag': {
    start: (from) => push(softBranch('soft', from), 'refs/tags/v1'),
  },
  'of a push of the branch of the queue': {
    start: (from) => push(softBranch('soft', from), 'refs/heads/gh-readonly-queue/main/pr-7'),
  },
  'of a workflow_dispatch on a branch nobody reviews': {
    start: (from) => ({ ...push(softBranch('soft', from), 'refs/heads/soft'), event: 'workflow_dispatch' }),
  },
  'of a schedule on a default branch of before': {
    start: (from) => {
      github.state.defaultBranch = 'trunk';
      world.setRefs({ 'refs/heads/trunk': world.main });
      return { ...push(softBranch('main', from), 'refs/heads/main'), event: 'schedule' };
    },
  },
  'of a push whose commit GitHub does not know any more': {
    start: () => push('a'.repeat(40), 'refs/heads/main'),
    code: 2,
    honest: () => push(world.main, 'refs/heads/main'),
  },
};

/** The gate itself on workflow_run: the default branch's commit is the run's, whatever the payload speaks of. */
const WORKFLOW_RUN: Readonly<Record<string, Attempt>> = Object.fromEntries(
  ['refs/heads/soft', 'refs/tags/v1', 'refs/pull/7/merge', ''].map((ref): [string, Attempt] => [
    `runs on ${ref === '' ? 'no ref' : ref} with a policy of its own`,
    {
      start: (from) => {
        const sha = softBranch('soft', from);
        const payload = payloadOf('workflow_run', { workflow_run: { head_sha: sha, head_branch: 'soft' } });
        return { event: 'workflow_run', payload, sha, ref };
      },
    },
  ]),
);

describe.each([
  ['pull_request_target that', TARGET],
  ['merge_group that', GROUP],
  ['a re-run', AGAIN],
  ['workflow_run that', WORKFLOW_RUN],
] as const)('%s', (kind, attempts) => {
  const context = kind.replace(/^a | that$/g, '');
  test.each(Object.entries(attempts))('%s is refused', async (name, { start, code = 1, honest }) => {
    const refused = await world.run(start(BAD));
    note(`a run that ${name}`.replace(/^a run that (?=after|of)/, 'a re-run '), context, refused.code);
    expect([refused.code, code === 2 ? '' : refused.message]).toEqual([code, '']);
    world.reset();
    const passed = await world.run(honest === undefined ? start(GOOD) : honest());
    expect([passed.code, passed.message]).toEqual([0, '']);
  });
});

const PAGE = new URL('../../docs/threat-model.md', import.meta.url);
const BEGIN = '<!-- attempts: begin -->';
const END = '<!-- attempts: end -->';

test('docs/threat-model.md lists the attempts and how each ended (UPDATE_DOCS=1 makes all and writes it)', () => {
  const contexts = [...CHANGE_CONTEXTS, 'workflow_run'];
  const page = readFileSync(PAGE, 'utf8');
  const [before = '', rest = ''] = page.split(BEGIN);
  const [listed = '', after = ''] = rest.split(END);
  if (isWhole) {
    const rows = [...endings].map(([name, noted]) => [name, ...contexts.map((context) => noted.get(context) ?? '–')]);
    expect([...endings.values()].reduce((sum, noted) => sum + noted.size, 0)).toBeGreaterThanOrEqual(100);
    writeFileSync(PAGE, `${before}${BEGIN}\n\n${table(['attempt', ...contexts], rows)}\n\n${END}${after}`);
    return;
  }
  const cells = new Map(
    listed
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map(([, name, ...row]) => [name, row]),
  );
  for (const [name, noted] of endings) {
    for (const [context, ending] of noted)
      expect([name, cells.get(name)?.[contexts.indexOf(context)]]).toEqual([name, ending]);
  }
});
