import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { placeOf, startOfLine } from '../../src/build-files/image-use.js';
import type { EvidenceCollection } from '../../src/evidence/collect.js';
import { present } from '../../src/evidence/evidence.js';
import type { CollectedEvidence, EvidenceKind } from '../../src/evidence/kinds.js';
import type { Change } from '../../src/gate/change.js';
import { builtInPolicy } from '../../src/policy/baseline.js';
import type { Level, Policy } from '../../src/policy/policy.js';
import type { Bar } from '../../src/rules/answer.js';
import {
  answersOfChange,
  answersOfFile,
  answersOfImage,
  answersOfUse,
  type ReferenceContext,
} from '../../src/rules/evaluate.js';
import {
  asChangeRule,
  asFileRule,
  asImageRule,
  asUseRule,
  type ImageRule,
  type ImageRuleSubject,
  type Preset,
  type RuleResult,
  type UseRule,
  type UseSubject,
} from '../../src/rules/rule.js';
import { SharedResults } from '../../src/rules/shared-results.js';
import { contentsOf } from '../support/image/contents-of.js';
import { makeStage } from '../support/image/stage-maker.js';
import { makeUse } from '../support/report-maker.js';

const DENIED: Bar = { cause: 'identity', message: 'it is denied' };

interface Options {
  readonly limit: number;
}

const options = z.strictObject({ limit: z.number() });
const preset: Preset<Options> = { level: 'error', options: { limit: 1 } };
const ABOUT = {
  id: 'made',
  title: 'Made for a test',
  question: 'Is it so?',
  why: 'For tests.',
  fix: 'Nothing.',
  roles: ['final', 'copy'] as const,
  options,
  presets: {
    baseline: { ...preset, level: 'note' as Level },
    hardened: preset,
    'hardened-build': { ...preset, level: 'off' as Level },
    strict: { level: 'error' as Level, options: { limit: 9 } },
  },
  controls: {},
  securitySeverity: 1,
};

const ABSENT = { status: 'absent', lookedIn: [] } as const;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const FAILED: RuleResult = { outcome: 'fail', message: 'It is not so.' };

type Answered = RuleResult | readonly RuleResult[];
const useRule = (evaluate: (subject: UseSubject, given: Options) => Answered = () => FAILED): UseRule<unknown> =>
  asUseRule<Options>({ ...ABOUT, subject: 'use', evaluate });
const imageRule = (
  given: Partial<ImageRule<Options>> = {},
  evaluate: (subject: ImageRuleSubject) => Answered = () => FAILED,
): ImageRule<unknown> =>
  asImageRule<Options>({ ...ABOUT, subject: 'image', evidence: ['sbom'], ages: false, evaluate, ...given });

const use = makeUse('acme/app:1');
const PLATFORM = { os: 'linux', architecture: 'amd64' };

/** For rules that ask for none. */
const NO_EVIDENCE: EvidenceCollection = {
  get: async () => ABSENT,
  collect: async () => ({}),
  collected: async () => ({}),
};

function inquiry(given: Partial<ReferenceContext> = {}, policy: Policy = builtInPolicy('hardened')): ReferenceContext {
  return {
    evidence: NO_EVIDENCE,
    subject: {
      use,
      file: { path: use.file, status: 'read' },
      stages: [],
      reference: use.reference,
      policy,
      entry: null,
      publisher: null,
      now: new Date('2026-11-21T12:00:00Z'),
    },
    waiverOf: () => null,
    platforms: [PLATFORM],
    place: placeOf(use),
    results: new SharedResults(),
    image: use.reference === null ? null : { reference: use.reference, pullFrom: use.reference, verifiedBy: null },
    change: null,
    ...given,
  };
}

const asked = (given: Partial<ReferenceContext>, about: Partial<typeof use>): ReferenceContext => {
  const whole = inquiry(given);
  return { ...whole, subject: { ...whole.subject, use: { ...use, ...about } } };
};

const inherited: Change = { changedFiles: [], baseUses: [use], onlyNew: 'aging' };

describe('the level of an answer', () => {
  const levelOf = (result: RuleResult, policy: Policy) =>
    answersOfUse([useRule(() => result)], inquiry({}, policy), null)[0]?.level;
  const open: RuleResult = { outcome: 'indeterminate', message: 'Nobody knows.' };
  const warns = { ...builtInPolicy('hardened'), rules: { made: { onIndeterminate: 'warn', options: {} } } } as const;

  test.each<readonly [string, RuleResult, Policy, Level]>([
    ["is the profile's", FAILED, builtInPolicy('hardened'), 'error'],
    ["is the profile's", FAILED, builtInPolicy('baseline'), 'note'],
    ['is lowered by the answer', { ...FAILED, atMost: 'warning' }, builtInPolicy('hardened'), 'warning'],
    ['is never raised by the answer', { ...FAILED, atMost: 'warning' }, builtInPolicy('baseline'), 'note'],
    ['is as high for an indeterminate result', open, builtInPolicy('hardened'), 'error'],
    ['is a warning for an indeterminate result where the policy says so', open, warns, 'warning'],
    ['is lower still where the answer says so', { ...open, atMost: 'note' }, warns, 'note'],
    ['of a failure is as high all the same', FAILED, warns, 'error'],
  ])('%s', (_what, result, policy, level) => {
    expect(levelOf(result, policy)).toBe(level);
  });

  test('is no field that the answer brought', () => {
    const [answer] = answersOfUse([useRule(() => ({ ...FAILED, atMost: 'note' }))], inquiry(), null);
    expect(answer).toEqual({ rule: 'made', use: use.id, location: placeOf(use), level: 'note', ...FAILED });
  });
});

describe('what observe holds back', () => {
  const blocking = (result: RuleResult) =>
    asUseRule<Options>({
      ...ABOUT,
      presets: { ...ABOUT.presets, baseline: preset },
      subject: 'use',
      evaluate: () => result,
    });
  const OPEN: RuleResult = { outcome: 'indeterminate', message: 'Nobody knows.' };
  const observe = builtInPolicy('observe');
  const warnsWhenOpen = { ...observe, rules: { made: { onIndeterminate: 'warn', options: {} } } } as const;

  test.each<readonly [string, RuleResult, Policy, true | undefined]>([
    ['a failure', FAILED, observe, true],
    ['an indeterminate result', OPEN, observe, true],
    ['what passes blocks nobody', { outcome: 'pass', message: 'It is so.' }, observe, undefined],
    ['an indeterminate result that would only warn', OPEN, warnsWhenOpen, undefined],
    ['a failure that would only warn', { ...FAILED, atMost: 'warning' }, observe, undefined],
    ['a failure where nothing is held back', FAILED, builtInPolicy('baseline'), undefined],
  ])('%s', (_what, result, policy, heldBack) => {
    const [answer] = answersOfUse([blocking(result)], inquiry({}, policy), null);
    expect(answer?.heldBack).toBe(heldBack);
    expect(answer?.level).toBe(policy.profile === 'observe' ? 'warning' : 'error');
  });

  test('is not what a pull request inherits, which would not block it', () => {
    const change: Change = { ...inherited, onlyNew: 'all' };
    const [answer] = answersOfUse([blocking(FAILED)], inquiry({ change }, observe), null);
    expect(answer).toMatchObject({ level: 'warning', inherited: true });
    expect(answer).not.toHaveProperty('heldBack');
  });
});

describe('a rule over a use', () => {
  test('is not asked where it is off', () => {
    const off = { ...builtInPolicy('hardened'), rules: { made: { level: 'off', options: {} } } } as const;
    expect(answersOfUse([useRule()], inquiry({}, off), null)).toEqual([]);
  });

  test('does not apply to a role that it is not asked of', () => {
    expect(answersOfUse([useRule()], asked({}, { role: 'frontend' }), DENIED)).toMatchObject([
      { outcome: 'not-applicable', message: expect.stringContaining('"frontend"') },
    ]);
  });

  test('is skipped where the image is not to be looked at', () => {
    expect(answersOfUse([useRule()], inquiry(), DENIED)).toMatchObject([
      { outcome: 'skipped', message: DENIED.message },
    ]);
  });

  test('answers each of its questions', () => {
    const both: readonly RuleResult[] = [
      { ...FAILED, aspect: 'one' },
      { outcome: 'pass', message: 'Fine.', aspect: 'two' },
    ];
    expect(answersOfUse([useRule(() => both)], inquiry(), null)).toMatchObject(both);
  });

  test('is given the options of the profile, changed by the policy, and no others', () => {
    const seen: Options[] = [];
    const rule = useRule((_subject, given) => {
      seen.push(given);
      return FAILED;
    });
    answersOfUse([rule], inquiry({}, builtInPolicy('strict')), null);
    const changed = { ...builtInPolicy('strict'), rules: { made: { options: { limit: 4 } } } };
    answersOfUse([rule], inquiry({}, changed), null);
    expect(seen).toEqual([{ limit: 9 }, { limit: 4 }]);
    const wrong = { ...builtInPolicy('strict'), rules: { made: { options: { limit: 'x' } } } };
    expect(() => answersOfUse([rule], inquiry({}, wrong), null)).toThrow();
  });

  test('asks for the waivers of its own name', () => {
    const rule = useRule((subject) => ({
      outcome: subject.waiverOf('CVE-2') === null ? 'pass' : 'fail',
      message: subject.waiverOf('CVE-1')?.reason ?? 'It is not waived.',
    }));
    const waiver = {
      rule: 'made',
      reason: 'Not reachable.',
      owner: 'o',
      expires: '2027-01-31',
      covers: 'fail',
    } as const;
    const waiverOf = (id: string, vulnerability: string) =>
      id === 'made' && vulnerability === 'CVE-1' ? waiver : null;
    expect(answersOfUse([rule], inquiry({ waiverOf }), null)).toMatchObject([
      { outcome: 'pass', message: 'Not reachable.' },
    ]);
  });
});

describe('what a pull request inherits', () => {
  const image = async (rule: ImageRule<unknown>, change: Change | null) =>
    answersOfImage([rule], { ...inquiry({ change }), evidence: await collection() }, PLATFORM, null);
  const all: Change = { ...inherited, onlyNew: 'all' };
  const ages = imageRule({ ages: true });

  test.each<readonly [string, ImageRule<unknown>, Change | null, boolean]>([
    ['an old failure of a rule that ages', ages, inherited, true],
    ['an old failure of another rule', imageRule(), inherited, false],
    ['an old failure of any rule, where the policy says all', imageRule(), all, true],
    ['an old failure, where nothing is forgiven', ages, { ...inherited, onlyNew: 'off' }, false],
    ['a failure that the change brings', ages, { ...inherited, baseUses: [makeUse('acme/other')] }, false],
    ['a failure in a run that evaluates everything', ages, null, false],
    [
      'an indeterminate result',
      imageRule({ ages: true }, () => ({ outcome: 'indeterminate', message: 'Nobody knows.' })),
      inherited,
      false,
    ],
  ])('%s', async (_what, rule, change, isLowered) => {
    const [answer] = await image(rule, change);
    expect(answer?.level).toBe(isLowered ? 'warning' : 'error');
    expect(answer?.inherited).toBe(isLowered ? true : undefined);
  });

  test('is no more than it was', async () => {
    const noting = imageRule({ ages: true }, () => ({ ...FAILED, atMost: 'note' }));
    expect(await image(noting, inherited)).toMatchObject([{ level: 'note', inherited: true }]);
  });

  test('is not lowered where the rule finds that the build file says something else of it now', async () => {
    const stages = [makeStage(0, { kind: 'image', use: use.id }, ['USER 0'])];
    const asked: unknown[] = [];
    const comparing = (same: boolean) =>
      imageRule({ ages: true, isSame: (now, before) => [same, asked.push([now, before])][0] === true });
    const change: Change = { ...inherited, baseStages: stages };
    expect((await image(comparing(true), change))[0]?.inherited).toBe(true);
    expect((await image(comparing(false), change))[0]?.inherited).toBeUndefined();
    expect((await image(comparing(false), inherited))[0]?.inherited).toBeUndefined();
    expect(asked).toEqual(
      [stages, stages, []].map((before) => [
        { use, stages: [] },
        { use, stages: before },
      ]),
    );
  });

  test('is lowered for rules over a use only where the policy says all', () => {
    const level = (change: Change) => answersOfUse([useRule()], inquiry({ change }), null)[0]?.level;
    expect([level(inherited), level(all)]).toEqual(['error', 'warning']);
  });
});

/** A collection that notes what it was asked for; the image is there, and whatever else was given. */
async function collection(
  asked: (readonly [string, readonly EvidenceKind[]])[] = [],
  given: CollectedEvidence = {},
): Promise<EvidenceCollection> {
  const { image } = await contentsOf({ layers: [] });
  const held: CollectedEvidence = { image: present(image, 'the test'), ...given };
  return {
    get: async () => ABSENT,
    collected: async () => held,
    collect: async (subject, kinds) => {
      asked.push([`${subject.pullFrom.repository} ${subject.platform.architecture}`, kinds]);
      return held;
    },
  };
}

describe('a rule over an image', () => {
  test('is asked with the evidence that it names, and the image, of the platform', async () => {
    const requests: (readonly [string, readonly EvidenceKind[]])[] = [];
    const seen: ImageRuleSubject[] = [];
    const noting = (subject: ImageRuleSubject): RuleResult => {
      seen.push(subject);
      return FAILED;
    };
    const rules = [imageRule({}, noting), imageRule({ evidence: ['image', 'tag'] }, noting)];
    const evidence = await collection(requests);
    const answers = await answersOfImage(rules, inquiry({ evidence }), { os: 'linux', architecture: 'arm64' }, null);
    expect(requests).toEqual([
      ['acme/app arm64', ['image', 'sbom']],
      ['acme/app arm64', ['image', 'tag']],
    ]);
    expect(answers).toMatchObject([
      {
        rule: 'made',
        platform: 'linux/arm64',
        image: 'docker.io/acme/app:1 linux/arm64',
        outcome: 'fail',
        use: use.id,
      },
      { platform: 'linux/arm64' },
    ]);
    expect(seen[0]).toMatchObject({ use, platform: { architecture: 'arm64' }, entry: null });
    expect(seen[0]?.evidence.image?.status).toBe('present');
    expect(seen[0]).not.toHaveProperty('base');
  });

  test('answers where the image is not there', async () => {
    const evidence = await collection([], { image: ABSENT });
    const [answer] = await answersOfImage([imageRule()], { ...inquiry(), evidence: evidence }, PLATFORM, null);
    expect(answer).toMatchObject({ outcome: 'fail', platform: 'linux/amd64' });
  });

  test.each<readonly [string, ReferenceContext, Bar | null, string]>([
    ['its role is not asked', asked({}, { role: 'frontend' }), DENIED, 'not-applicable'],
    ['nobody knows where to read it', inquiry({ image: null }), DENIED, 'not-applicable'],
    ['it is not to be looked at', inquiry(), DENIED, 'skipped'],
  ])('collects nothing where %s', async (_what, about, bar, outcome) => {
    const requests: (readonly [string, readonly EvidenceKind[]])[] = [];
    const answers = await answersOfImage(
      [imageRule()],
      { ...about, evidence: await collection(requests) },
      PLATFORM,
      bar,
    );
    expect(answers).toMatchObject([{ outcome, platform: 'linux/amd64' }]);
    expect(requests).toEqual([]);
  });

  test('is not asked where policy knows no reference, or the rule is off', async () => {
    const whole = inquiry();
    const unnamed = { ...whole, image: null };
    const evidence = await collection();
    expect(await answersOfImage([imageRule()], { ...unnamed, evidence: evidence }, PLATFORM, null)).toMatchObject([
      { outcome: 'not-applicable', message: expect.stringContaining('known-reference') },
    ]);
    const off = { ...builtInPolicy('hardened'), rules: { made: { level: 'off', options: {} } } } as const;
    expect(await answersOfImage([imageRule()], { ...inquiry({}, off), evidence: evidence }, PLATFORM, null)).toEqual(
      [],
    );
  });
});

describe('a rule that compares', () => {
  const comparing = (seen: ImageRuleSubject[]) =>
    imageRule({ comparesWithBase: true }, (subject) => {
      seen.push(subject);
      return FAILED;
    });
  const before = makeUse('acme/before:1').reference;
  if (before === null) throw new Error('it is a reference');
  const image: ReferenceContext['base'] & object = {
    kind: 'image',
    use: makeUse('acme/before:1'),
    subject: { reference: before, pullFrom: before, verifiedBy: null },
  };

  test.each<readonly [string, ReferenceContext['base'] & object, object]>([
    ['its image', image, { kind: 'image', reference: 'docker.io/acme/before:1' }],
    ['that there was none', { kind: 'none' }, { kind: 'none' }],
    ['that it is not known', { kind: 'unknown', use, reason: 'no network' }, { kind: 'unknown', reason: 'no network' }],
  ])('is reported of the base ref %s', async (_what, base, expected) => {
    const seen: ImageRuleSubject[] = [];
    const requests: (readonly [string, readonly EvidenceKind[]])[] = [];
    await answersOfImage(
      [comparing(seen)],
      { ...inquiry({ base }), evidence: await collection(requests) },
      PLATFORM,
      null,
    );
    expect(seen[0]?.base).toMatchObject(expected);
    expect(requests.slice(1)).toEqual(base.kind === 'image' ? [['acme/before amd64', ['sbom']]] : []);
  });

  test('is reported nothing where nothing is compared; nor is one that does not compare', async () => {
    const seen: ImageRuleSubject[] = [];
    await answersOfImage([comparing(seen)], { ...inquiry(), evidence: await collection() }, PLATFORM, null);
    const requests: (readonly [string, readonly EvidenceKind[]])[] = [];
    await answersOfImage(
      [imageRule()],
      { ...inquiry({ base: image }), evidence: await collection(requests) },
      PLATFORM,
      null,
    );
    expect(seen[0]).not.toHaveProperty('base');
    expect(requests).toHaveLength(1);
  });

  const newer: ReferenceContext['newer'] & object = {
    kind: 'image',
    tag: '1',
    subject: { reference: before, pullFrom: before, verifiedBy: null },
  };
  const asksNewer = (seen: ImageRuleSubject[]) =>
    imageRule({ comparesWithNewer: true }, (subject) => {
      seen.push(subject);
      return FAILED;
    });

  test('is reported what its tag names today, with the same evidence and the image', async () => {
    const seen: ImageRuleSubject[] = [];
    const requests: (readonly [string, readonly EvidenceKind[]])[] = [];
    await answersOfImage(
      [asksNewer(seen)],
      { ...inquiry({ newer }), evidence: await collection(requests) },
      PLATFORM,
      null,
    );
    expect(seen[0]?.newer).toMatchObject({ kind: 'image', tag: '1', digest: expect.stringMatching(DIGEST) });
    expect(requests).toEqual([
      ['acme/app amd64', ['image', 'sbom']],
      ['acme/before amd64', ['image', 'sbom']],
    ]);
  });

  test.each<readonly [string, ReferenceContext['newer'] & object, CollectedEvidence['image'] & object, object]>([
    ['is not looked at', { kind: 'unchecked', tag: '1', reason: 'It is denied.' }, ABSENT, { reason: 'It is denied.' }],
    ['is not there', newer, ABSENT, { tag: '1', reason: expect.stringMatching(/^The image has no /) }],
    [
      'could not be had',
      newer,
      { status: 'unavailable', cause: 'network', message: 'It timed out.', fix: 'Try again.' },
      { tag: '1', reason: 'It timed out.' },
    ],
  ])('is reported why what its tag names %s', async (_what, named, image, expected) => {
    const seen: ImageRuleSubject[] = [];
    await answersOfImage(
      [asksNewer(seen)],
      { ...inquiry({ newer: named }), evidence: await collection([], { image }) },
      PLATFORM,
      null,
    );
    expect(seen[0]?.newer).toMatchObject({ kind: 'unchecked', ...expected });
  });

  test('is reported of nothing newer where nothing is, nor if it does not ask', async () => {
    const seen: ImageRuleSubject[] = [];
    await answersOfImage([asksNewer(seen)], { ...inquiry(), evidence: await collection() }, PLATFORM, null);
    await answersOfImage([comparing(seen)], { ...inquiry({ newer }), evidence: await collection() }, PLATFORM, null);
    expect(seen).toHaveLength(2);
    for (const subject of seen) expect(subject).not.toHaveProperty('newer');
  });
});

describe('rules over files and changes', () => {
  const fileRule = asFileRule<Options>({
    ...ABOUT,
    id: 'of-a-file',
    subject: 'file',
    evaluate: ({ file }, { limit }) => ({ outcome: 'fail', message: `${file.path} ${limit}` }),
  });
  const changeRule = asChangeRule<Options>({
    ...ABOUT,
    id: 'of-the-change',
    subject: 'change',
    evaluate: ({ changedFiles }) => [{ outcome: 'fail', message: `${changedFiles?.join(' ') ?? 'nothing'}` }],
  });
  const rules = [useRule(), fileRule, imageRule(), changeRule];
  const policy = builtInPolicy('hardened');
  const off = {
    ...policy,
    rules: { 'of-a-file': { level: 'off', options: {} }, 'of-the-change': { level: 'off', options: {} } },
  } as const;

  test('answer with the file, and without a use', () => {
    const file = { path: 'Dockerfile', status: 'read' } as const;
    expect(answersOfFile(rules, file, policy)).toEqual([
      {
        rule: 'of-a-file',
        location: startOfLine('Dockerfile', 1),
        level: 'error',
        outcome: 'fail',
        message: 'Dockerfile 1',
      },
    ]);
    expect(answersOfFile(rules, file, off)).toEqual([]);
  });

  test('answer at the line where the reading stops', () => {
    const file = { path: 'Dockerfile', status: 'unreadable', line: 7 } as const;
    expect(answersOfFile(rules, file, policy)).toMatchObject([{ location: startOfLine('Dockerfile', 7) }]);
  });

  test('answer with the files that differ, where some are compared', () => {
    const change: Change = { changedFiles: ['a', 'b'], baseUses: null, onlyNew: 'off' };
    expect(answersOfChange(rules, policy, change)).toMatchObject([
      { rule: 'of-the-change', level: 'error', outcome: 'fail', message: 'a b' },
    ]);
    expect(answersOfChange(rules, policy, null)).toMatchObject([{ message: 'nothing' }]);
    expect(answersOfChange(rules, policy, { ...change, changedFiles: null })).toMatchObject([{ message: 'nothing' }]);
    expect(answersOfChange(rules, off, change)).toEqual([]);
  });
});
