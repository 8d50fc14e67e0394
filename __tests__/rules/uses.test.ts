import { describe, expect, test } from '@jest/globals';
import type { BuildFile, ImageUse } from '../../src/build-files/image-use.js';
import { governingEntry } from '../../src/policy/govern.js';
import type { Policy } from '../../src/policy/policy.js';
import { parseReference, type Reference } from '../../src/references/reference.js';
import { allowedBase } from '../../src/rules/allowed-base.js';
import { allowedFrontend } from '../../src/rules/allowed-frontend.js';
import { deniedBase } from '../../src/rules/denied-base.js';
import { knownReference } from '../../src/rules/known-reference.js';
import { overridableBase } from '../../src/rules/overridable-base.js';
import { pinnedByDigest } from '../../src/rules/pinned-by-digest.js';
import { policyUnchanged } from '../../src/rules/policy-unchanged.js';
import { readableBuildFile } from '../../src/rules/readable-build-file.js';
import { asUseRule, type RuleResult, type UseRule, type UseSubject } from '../../src/rules/rule.js';
import { validPolicy } from '../support/load-policy-text.js';
import { DIGEST, makeUse } from '../support/report-maker.js';

const POLICY = await validPolicy(
  [
    'version: 1',
    'allow:',
    '  - { image: "acme/**", signed: false, reason: ours }',
    '  - { image: "ghcr.io/acme/frontend", signed: false, reason: ours }',
    'deny:',
    '  - { image: "docker.io/old/**", reason: no longer maintained }',
    '  - { image: "mirror.example/**", reason: the mirror is gone }',
  ].join('\n'),
);

function subjectOf(use: ImageUse, given: Partial<UseSubject> = {}): UseSubject {
  const policy: Policy = given.policy ?? POLICY;
  const reference = given.reference === undefined ? use.reference : given.reference;
  return {
    use,
    file: { path: use.file, status: 'read' },
    stages: [],
    reference,
    policy,
    entry: reference === null ? null : governingEntry(policy, reference),
    publisher: null,
    now: new Date('2026-11-21T12:00:00Z'),
    waiverOf: () => null,
    ...given,
  };
}

function answers<O>(rule: UseRule<O>, subject: UseSubject, changes: Partial<O> = {}): readonly RuleResult[] {
  const answered = rule.evaluate(subject, { ...rule.presets.strict.options, ...changes });
  return 'outcome' in answered ? [answered] : answered;
}

const outcomes = <O>(rule: UseRule<O>, subject: UseSubject, changes: Partial<O> = {}) =>
  answers(rule, subject, changes).map(({ aspect, outcome }) =>
    aspect === undefined ? outcome : `${aspect} ${outcome}`,
  );

function reference(text: string): Reference {
  const parsed = parseReference(text);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return parsed.value;
}

const unknown = makeUse('$BASE', { reference: null, unresolved: 'BASE has no default' });

test.each([asUseRule(allowedBase), asUseRule(deniedBase), asUseRule(pinnedByDigest), asUseRule(allowedFrontend)])(
  '$id has no answer for an image that is not known',
  (rule) => {
    expect(outcomes(rule, subjectOf(unknown))).toEqual(['not-applicable']);
  },
);

describe('an image is known', () => {
  test.each([
    [makeUse('node:20'), 'pass'],
    [unknown, 'fail'],
    [makeUse('node:20', { unresolved: 'a later error' }), 'fail'],
    [makeUse('node:20', { reference: null }), 'fail'],
  ])('%#', (use, outcome) => {
    expect(outcomes(knownReference, subjectOf(use))).toEqual([outcome]);
  });

  test.each([
    ['a variable in FROM is given a value', makeUse('$BASE', { reference: null }), /Give the ARG a default/],
    ['--from takes none', makeUse('$BASE', { reference: null, instruction: 'COPY' }), /Name the image itself/],
    ['a name without a variable is corrected', makeUse('UPPER', { reference: null }), /Correct the name/],
  ])('%s', (_what, use, fix) => {
    expect(answers(knownReference, subjectOf(use))[0]?.fix).toMatch(fix);
  });
});

describe('the denylist', () => {
  test.each([
    ['old/thing:1', 'fail'],
    ['docker.io/old/deep/thing', 'fail'],
    ['older/thing', 'pass'],
    ['acme/app', 'pass'],
  ])('holds for %s: %s', (written, outcome) => {
    expect(outcomes(deniedBase, subjectOf(makeUse(written)))).toEqual([outcome]);
  });

  test('keeps an image off the allowlist, too: nobody is advised to ask for its addition', () => {
    const fixOf = (written: string) => answers(allowedBase, subjectOf(makeUse(written)))[0]?.fix;
    expect(fixOf('untrusted/thing:1')).toContain("ask the policy's owners");
    expect(fixOf('old/thing:1')).not.toContain("ask the policy's owners");
  });

  test('is asked for the name that the build file writes, and for what it mirrors', () => {
    const mirrored = subjectOf(makeUse('mirror.example/acme/app'), { reference: reference('acme/app') });
    expect(answers(deniedBase, mirrored)).toMatchObject([
      { outcome: 'fail', message: expect.stringContaining('mirror.example/acme/app') },
    ]);
    const denied = subjectOf(makeUse('other.example/thing'), { reference: reference('old/thing') });
    expect(answers(deniedBase, denied)).toMatchObject([
      { outcome: 'fail', message: expect.stringContaining('no longer maintained') },
    ]);
  });

  test.each([
    ['mirror.gcr.io/old/thing:1', 'fail'],
    ['MIRROR.gcr.io:0443/old/thing:1', 'fail'],
    ['docker.io:0443/old/thing:1', 'fail'],
    ['mirror.gcr.io/acme/app', 'pass'],
    ['public.ecr.aws/old/thing', 'pass'],
  ])('is asked for what a public mirror serves as %s: %s', (written, outcome) => {
    expect(outcomes(deniedBase, subjectOf(makeUse(written)))).toEqual([outcome]);
  });

  test('is asked for a name that policy alone knows', () => {
    const use = makeUse('$BASE', { reference: null });
    expect(outcomes(deniedBase, subjectOf(use, { reference: reference('old/thing') }))).toEqual(['fail']);
    expect(outcomes(deniedBase, subjectOf(use, { reference: reference('acme/app') }))).toEqual(['pass']);
  });
});

describe('the allowlist', () => {
  test('passes what an entry matches, and names the entry', () => {
    expect(answers(allowedBase, subjectOf(makeUse('acme/app:1')))).toMatchObject([
      { outcome: 'pass', message: expect.stringContaining('allow[0]') },
    ]);
  });

  test('fails what none matches', () => {
    expect(outcomes(allowedBase, subjectOf(makeUse('node:20')))).toEqual(['fail']);
  });

  test('that is empty asks nothing', () => {
    const policy = { ...POLICY, allow: [] };
    expect(outcomes(allowedBase, subjectOf(makeUse('node:20'), { policy }))).toEqual(['not-applicable']);
  });
});

describe('a frontend', () => {
  test.each([
    [`docker/dockerfile:1@${DIGEST}`, ['allowed pass', 'pinned pass']],
    ['docker/dockerfile:1', ['allowed pass', 'pinned fail']],
    [`ghcr.io/acme/frontend@${DIGEST}`, ['allowed pass', 'pinned pass']],
    [`docker/dockerfile-upstream@${DIGEST}`, ['allowed fail', 'pinned pass']],
    ['ghcr.io/other/frontend', ['allowed fail', 'pinned fail']],
  ])('is evaluated: %s: %j', (written, expected) => {
    expect(outcomes(allowedFrontend, subjectOf(makeUse(written)))).toEqual(expected);
  });

  test('need not be pinned where the policy says so', () => {
    expect(outcomes(allowedFrontend, subjectOf(makeUse('docker/dockerfile')), { pinned: false })).toEqual([
      'allowed pass',
    ]);
  });

  test('is not allowed by a pattern that cannot be read, or by none', () => {
    const subject = subjectOf(makeUse('docker/dockerfile'));
    expect(outcomes(allowedFrontend, subject, { allow: ['***'], pinned: false })).toEqual(['allowed fail']);
    expect(outcomes(allowedFrontend, subject, { allow: [], pinned: false })).toEqual(['allowed fail']);
    expect(outcomes(allowedFrontend, subject, { allow: ['x/y', 'docker/*'], pinned: false })).toEqual(['allowed pass']);
  });
});

describe('what the build pulls is what was evaluated', () => {
  test('where it is pinned', () => {
    expect(answers(pinnedByDigest, subjectOf(makeUse(`node:20@${DIGEST}`)))).toMatchObject([
      { outcome: 'pass', message: expect.stringContaining(DIGEST) },
    ]);
    expect(outcomes(pinnedByDigest, subjectOf(makeUse('node:20')))).toEqual(['fail']);
  });

  test('where no build argument can replace it', () => {
    const overridable = (...names: string[]) =>
      answers(overridableBase, subjectOf(makeUse('node', { overridable: names })));
    expect(overridable()).toMatchObject([{ outcome: 'pass' }]);
    expect(overridable('TAG')).toMatchObject([
      { outcome: 'fail', message: expect.stringMatching(/argument `TAG` can/) },
    ]);
    expect(overridable('BASE', 'TAG')).toMatchObject([
      { outcome: 'fail', message: expect.stringMatching(/arguments `BASE`, `TAG` can/) },
    ]);
  });
});

describe('a build file is read', () => {
  const answer = (file: BuildFile) => readableBuildFile.evaluate({ file, policy: POLICY }, { unreferenced: 'warning' });

  test.each<readonly [BuildFile, object]>([
    [{ path: 'Dockerfile', status: 'read' }, { outcome: 'pass' }],
    [
      { path: 'Dockerfile.j2', status: 'skipped', reason: 'it is a template' },
      { outcome: 'not-applicable', message: 'it is a template' },
    ],
    [
      { path: 'x', status: 'skipped' },
      { outcome: 'not-applicable', message: 'The file is not a build file.' },
    ],
    [
      { path: 'Dockerfile', status: 'unreadable', reason: 'unknown instruction: FORM', line: 1 },
      { outcome: 'indeterminate', message: expect.stringContaining('unknown instruction: FORM') },
    ],
    [
      { path: 'Dockerfile', status: 'unreadable', reason: 'it is a link' },
      { outcome: 'indeterminate', message: 'This build file could not be read: it is a link.' },
    ],
    [
      { path: 'Dockerfile', status: 'unreadable' },
      { outcome: 'indeterminate', message: 'This build file could not be read: no reason is known.' },
    ],
  ])('%j: %j', (file, expected) => {
    expect(answer(file)).toMatchObject(expected);
  });
});

describe('a change of the policy', () => {
  const answer = (changedFiles: readonly string[] | null, policy: Policy = POLICY) =>
    policyUnchanged.evaluate({ policy, changedFiles }, {});

  test('is seen in the file, the keys and whatever else the policy is made of', () => {
    const policy = { ...POLICY, dependsOn: ['keys/base.pub'] };
    expect(answer(['README.md', '.github/base-image-gate.yml'], policy)).toMatchObject({
      outcome: 'fail',
      details: ['.github/base-image-gate.yml'],
    });
    expect(answer(['keys/base.pub', 'README.md'], policy)).toMatchObject({
      outcome: 'fail',
      details: ['keys/base.pub'],
    });
    expect(answer(['README.md', 'keys/other.pub'], policy)).toMatchObject({ outcome: 'pass' });
    expect(answer([], policy)).toMatchObject({ outcome: 'pass' });
  });

  test('is seen where the policy was named by another path', () => {
    const { path: _path, ...source } = POLICY.source;
    const elsewhere = { ...POLICY, source: { ...source, path: 'policies/images.yml' } };
    expect(answer(['policies/images.yml'], elsewhere)).toMatchObject({ outcome: 'fail' });
    expect(answer(['.github/base-image-gate.yml'], elsewhere)).toMatchObject({ outcome: 'pass' });
    expect(answer(['.github/base-image-gate.yml'], { ...POLICY, source })).toMatchObject({ outcome: 'fail' });
  });

  test('is no question where nothing is compared', () => {
    expect(answer(null)).toMatchObject({ outcome: 'not-applicable' });
  });
});
