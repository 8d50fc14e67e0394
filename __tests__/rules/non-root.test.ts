import { describe, expect, test } from '@jest/globals';
import type { Stage } from '../../src/build-files/stage.js';
import { nonRoot } from '../../src/rules/non-root.js';
import type { RuleResult } from '../../src/rules/rule.js';
import { contentsOf } from '../support/image/contents-of.js';
import type { LayerFile } from '../support/image/image-maker.js';
import { evaluateRule, subjectOf } from '../support/image/image-rule-subject.js';
import { read as readDockerfile } from '../support/image/read-dockerfile.js';
import { makeStage } from '../support/image/stage-maker.js';
import { makeUse } from '../support/report-maker.js';

const USE = { kind: 'image', use: makeUse('registry.test/made:latest').id } as const;
const PASSWD = { path: 'etc/passwd', content: 'root:x:0:0::/:\ntoor:x:0:0::/:\napp:x:1000:1000::/:\n1000:x:0:0::/:\n' };

async function answer(user: string, stages: readonly Stage[] = [], numeric = false): Promise<RuleResult> {
  const { evidence } = await contentsOf({ layers: [[PASSWD]], config: { User: user } });
  const [result] = evaluateRule(nonRoot, subjectOf(evidence, { stages }), 'hardened', { numeric });
  if (result === undefined) throw new Error('no answer');
  return result;
}

describe('without stages the base decides', () => {
  test.each([
    ['', 'fail'],
    ['root', 'fail'],
    ['0', 'fail'],
    ['0:0', 'fail'],
    ['00', 'fail'],
    ['+0', 'fail'],
    ['root:app', 'fail'],
    ['toor', 'fail'],
    ['65532', 'pass'],
    ['65532:0', 'pass'],
    ['app', 'pass'],
    ['1000', 'pass'],
    ['unheard-of', 'indeterminate'],
    ['-1000', 'fail'],
    ['2147483647', 'pass'],
    ['2147483648', 'fail'],
    ['4294967296', 'fail'],
    ['4294967296:0', 'fail'],
    ['99999999999999999999999', 'fail'],
  ])('user %j: %s', async (user, outcome) => {
    expect((await answer(user)).outcome).toBe(outcome);
  });

  test.each([
    ['', 'runs as root, since neither it nor its base sets USER.'],
    ['root', "runs as root (the base image's configuration)."],
    ['65532', "runs as uid 65532 (the base image's configuration)."],
    ['app', "runs as app (uid 1000) (the base image's configuration)."],
  ])('and it is reported who user %j is, and who says so', async (user, reported) => {
    const stage = makeStage(0, USE, [], { target: true });
    const { message, location } = await answer(user, [stage]);
    expect(message).toBe(`The image that is built here ${reported}`);
    expect(location).toBeUndefined();
  });

  test('is an indeterminate result without its configuration', () => {
    expect(evaluateRule(nonRoot, subjectOf({}))).toMatchObject([{ outcome: 'indeterminate' }]);
  });
});

describe('the stage that ships decides', () => {
  const target = { target: true, name: 'app' };

  test('with its own last USER, at its line', async () => {
    const stage = makeStage(0, USE, ['USER root', 'RUN x', 'USER 65532', 'CMD y'], target);
    expect(await answer('', [stage])).toMatchObject({
      outcome: 'pass',
      location: { file: 'Dockerfile', line: 13 },
      message: expect.stringContaining('uid 65532'),
    });
  });

  test('also against the base: USER root on a non-root base fails at that line', async () => {
    const stage = makeStage(0, USE, ['USER root'], target);
    expect(await answer('65532', [stage])).toMatchObject({
      outcome: 'fail',
      location: { line: 11 },
      message: 'The stage app runs as root (USER root on line 11).',
    });
  });

  test('through FROM of earlier stages', async () => {
    const stages = [
      makeStage(0, USE, ['USER app']),
      makeStage(1, { kind: 'stage', index: 0 }, ['RUN x']),
      makeStage(2, { kind: 'stage', index: 1 }, [], target),
    ];
    expect(await answer('', stages)).toMatchObject({
      outcome: 'pass',
      location: { line: 11 },
      message: expect.stringContaining('app (uid 1000)'),
    });
  });

  test('and a USER of a stage that it only copies from does not', async () => {
    const stages = [
      makeStage(0, USE, ['USER 1000'], { ships: false }),
      makeStage(1, USE, ['COPY --from=0 a b'], target),
    ];
    expect(await answer('', stages)).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining('neither it nor its base sets USER'),
    });
  });

  test('and of several targets the worst counts', async () => {
    const stages = [
      makeStage(0, USE, ['USER 1000'], target),
      makeStage(1, USE, ['USER 0'], { target: true, name: 'debug' }),
    ];
    expect(await answer('', stages)).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining('stage debug'),
    });
  });

  test('and one that is not known is worse than one that is not root', async () => {
    const known = makeStage(0, USE, ['USER 1000'], target);
    const unknown = makeStage(1, USE, ['USER $RUN_AS'], { target: true, name: 'debug' });
    for (const stages of [
      [known, unknown],
      [unknown, known],
    ]) {
      expect(await answer('', stages)).toMatchObject({
        outcome: 'indeterminate',
        message: expect.stringContaining('stage debug'),
      });
    }
    const root = makeStage(2, USE, ['USER 0'], { target: true, name: 'root' });
    expect(await answer('', [unknown, root, known])).toMatchObject({ outcome: 'fail' });
  });

  test('and the stages of another file do not', async () => {
    const other = { file: 'other.Dockerfile', target: true };
    const stages = [
      makeStage(0, USE, ['USER root'], other),
      makeStage(1, USE, ['USER root'], other),
      makeStage(0, USE, ['USER 1000']),
      makeStage(1, { kind: 'stage', index: 0 }, [], target),
    ];
    expect(await answer('', stages)).toMatchObject({ outcome: 'pass', message: expect.stringContaining('stage app') });
  });

  test('and a user that a build argument names is not known', async () => {
    const stage = makeStage(0, USE, ['USER $RUN_AS'], target);
    expect(await answer('', [stage])).toMatchObject({ outcome: 'indeterminate', location: { line: 11 } });
  });
});

test('an image that a trigger copies from is not what ships', () => {
  const use = makeUse('registry.test/made:latest', { instruction: 'ONBUILD' });
  expect(evaluateRule(nonRoot, { ...subjectOf({}), use })).toMatchObject([{ outcome: 'not-applicable' }]);
});

describe('what a build file says of the user is the same', () => {
  const use = makeUse('registry.test/made:latest');
  const [alice, bob] = [
    makeStage(0, USE, ['USER 1000'], { target: true }),
    makeStage(1, USE, ['USER 2000'], { target: true }),
  ];
  const isSame = (now: readonly Stage[], before: readonly Stage[]) =>
    nonRoot.isSame?.({ use, stages: now }, { use, stages: before });

  test('in whatever order its targets stand', () => {
    expect(isSame([alice, bob], [bob, alice])).toBe(true);
  });

  test('only where every user is', () => {
    expect(isSame([alice, bob], [alice])).toBe(false);
    expect(isSame([alice], [])).toBe(false);
    expect(isSame([alice], [bob])).toBe(false);
  });
});

describe('the ONBUILD triggers of the base run before the stage that ships', () => {
  const over = async (onBuild: readonly string[], instructions: readonly string[]) => {
    const config = { User: '65532', OnBuild: onBuild, Env: ['APP_UID=1654'] };
    const { evidence } = await contentsOf({ layers: [[PASSWD]], config });
    const stage = makeStage(0, USE, instructions, { target: true, name: 'app' });
    return evaluateRule(nonRoot, subjectOf(evidence, { stages: [stage] }), 'hardened')[0];
  };

  test('so that a USER of theirs replaces the user of the base', async () => {
    expect(await over(['RUN x', 'user root'], [])).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining('ONBUILD user root'),
    });
    expect(await over(['USER root', 'USER $APP_UID'], [])).toMatchObject({ outcome: 'pass' });
    expect(await over(['ENV APP_UID=0', 'USER $APP_UID'], [])).toMatchObject({ outcome: 'indeterminate' });
  });

  test('and one of the stage replaces that', async () => {
    expect(await over(['USER root'], ['USER 1000'])).toMatchObject({ outcome: 'pass', location: { line: 11 } });
  });
});

test('the ONBUILD of a stage runs in the stage that is built on it, and at its own line', async () => {
  const stages = [
    makeStage(0, USE, ['USER 1000', 'ONBUILD USER root']),
    makeStage(1, { kind: 'stage', index: 0 }, ['RUN x'], { target: true, name: 'app' }),
  ];
  expect(await answer('', stages)).toMatchObject({
    outcome: 'fail',
    location: { line: 12 },
    message: 'The stage app runs as root (USER root on line 12).',
  });
});

describe('the base names the user by a variable', () => {
  const read = async (text: string, env: readonly string[] = ['APP_UID=1654', 'ZERO=0']) => {
    const reading = readDockerfile(`FROM registry.test/made:latest\n${text}\n`);
    const { evidence } = await contentsOf({ layers: [[PASSWD]], config: { Env: env } });
    const { stages, uses } = reading;
    const subject = { ...subjectOf(evidence, { stages }), use: uses[0] ?? makeUse('registry.test/made:latest') };
    return evaluateRule(nonRoot, subject, 'hardened')[0];
  };

  test.each([
    ['USER $APP_UID', 'pass'],
    [`USER $\{APP_UID:-0}`, 'pass'],
    [`USER $\{UID:-$APP_UID}`, 'pass'],
    ['USER $ZERO:1000', 'fail'],
    [`USER $\{APP_UID:+0}`, 'fail'],
    ['ENV APP_UID=0\nUSER $APP_UID', 'fail'],
    ['ENV APP_UID=$ZERO\nUSER $APP_UID', 'indeterminate'],
    ['ARG APP_UID\nUSER $APP_UID', 'indeterminate'],
    // Nobody says it, so it is nothing, and nothing is root.
    ['USER $NOBODY_SAYS', 'fail'],
  ])('%j: %s', async (text, outcome) => {
    expect(await read(text)).toMatchObject({ outcome });
  });

  test('and the instruction is reported, though it comes to nothing', async () => {
    expect(await read('USER $NOBODY_SAYS')).toMatchObject({
      message: expect.stringContaining('runs as root (USER $NOBODY_SAYS on line 2)'),
    });
  });
});

describe('a name that the build makes', () => {
  const made = (...instructions: readonly string[]) =>
    answer('', [makeStage(0, USE, [...instructions, 'USER web'], { target: true })]);

  test.each([
    ['RUN useradd -u 1001 web', 'pass'],
    ['RUN adduser -D web', 'pass'],
    ['RUN useradd -u 0 web', 'fail'],
    ['RUN useradd -o -u 0 web', 'indeterminate'],
    ['RUN echo web:x:0:0 >> /etc/passwd', 'indeterminate'],
    ['RUN apt-get install web', 'indeterminate'],
    ['COPY passwd /etc/passwd', 'indeterminate'],
  ])('with %s the outcome is %s', async (instruction, outcome) => {
    expect(await made(instruction)).toMatchObject({ outcome });
  });

  test('and one that the base has stays what it is, unless passwd is written', async () => {
    const asked = (instruction: string) => answer('', [makeStage(0, USE, [instruction, 'USER app'], { target: true })]);
    expect(await asked('RUN make')).toMatchObject({ outcome: 'pass' });
    expect(await asked('RUN sed -i s/1000/0/ /etc/passwd')).toMatchObject({
      outcome: 'indeterminate',
      fix: expect.stringContaining('USER 65532'),
    });
  });

  test('and a build argument that decides the user is named', async () => {
    const { stages, uses } = readDockerfile('FROM a\nARG ID=1000\nENV WHO=$ID\nUSER $WHO\n');
    const { evidence } = await contentsOf({ layers: [[PASSWD]], config: { User: '' } });
    const [use] = uses;
    if (use === undefined) throw new Error('no use');
    expect(evaluateRule(nonRoot, { ...subjectOf(evidence, { stages }), use })).toMatchObject([
      { outcome: 'pass', message: expect.stringContaining('the build argument ID can change') },
    ]);
  });
});

describe('the user of a stage that is copied whole', () => {
  test.each([
    ['scratch', 'USER 65532', 'pass'],
    ['scratch', 'USER app', 'pass'],
    ['scratch', 'USER toor', 'fail'],
    ['scratch', 'CMD x', 'fail'],
    ['other', 'USER 0', 'not-applicable'],
  ])('into one on %s with %s: %s', async (base, last, outcome) => {
    const { stages, uses } = readDockerfile(`FROM a AS b\nFROM ${base}\nCOPY --from=b /usr /usr\n${last}\n`);
    const { evidence } = await contentsOf({ layers: [[PASSWD]], config: { User: '' } });
    const [use] = uses;
    if (use === undefined) throw new Error('no use');
    expect(evaluateRule(nonRoot, { ...subjectOf(evidence, { stages }), use })).toMatchObject([{ outcome }]);
  });
});

describe('passwd is read as runc reads it', () => {
  const runs = async (passwd: readonly LayerFile[], user = 'app') => {
    const { evidence } = await contentsOf({ layers: [passwd], config: { User: user } });
    return evaluateRule(nonRoot, subjectOf(evidence), 'hardened')[0];
  };

  test.each(['  app:x:0:0::/:', 'app:x::0::/:', 'app:x:0x10:0::/:', 'app', 'app:x:-0:0'])(
    '%j is root',
    async (line) => {
      expect(await runs([{ path: 'etc/passwd', content: `root:x:0:0::/:\n${line}\n` }])).toMatchObject({
        outcome: 'fail',
      });
    },
  );

  test('and where another file lies behind it, a name stands for nobody known', async () => {
    const file = { path: 'opt/accounts', content: 'app:x:0:0::/:\n' };
    for (const type of ['symlink', 'link'] as const) {
      const link = type === 'link' ? 'opt/accounts' : '../opt/accounts';
      expect(await runs([file, { path: 'etc/passwd', link, type }])).toMatchObject({
        outcome: 'indeterminate',
        message: expect.stringContaining(
          'whose uid is not known: /etc/passwd was not read: it is a hard link to /opt/accounts, whose content was not read',
        ),
      });
    }
    expect(await runs([file, { path: 'etc/passwd', link: '../opt/accounts' }], '65532')).toMatchObject({
      outcome: 'pass',
    });
  });
});

test('a number can be asked for', async () => {
  expect(await answer('app', [], true)).toMatchObject({
    outcome: 'fail',
    fix: 'Write its uid 1000 instead of its name.',
  });
  expect(await answer('1000', [], true)).toMatchObject({ outcome: 'pass' });
});

test('a Windows image has no user numbers', async () => {
  const { evidence } = await contentsOf({ platform: 'windows/amd64', config: { User: 'ContainerUser' } });
  expect(evaluateRule(nonRoot, subjectOf(evidence, { platform: 'windows' }))).toMatchObject([
    { outcome: 'not-applicable' },
  ]);
  expect(evaluateRule(nonRoot, subjectOf(evidence))).toMatchObject([{ outcome: 'fail' }]);
});

test('a name stands for nobody known where the layers could not be read, and a number for itself', async () => {
  const asked = async (user: string) => {
    const { evidence } = await contentsOf({ config: { User: user } });
    const filesystem = {
      status: 'unavailable',
      cause: 'timeout',
      message: 'No answer.',
      fix: 'Try again.',
    } as const;
    return evaluateRule(nonRoot, subjectOf({ ...evidence, filesystem }));
  };
  expect(await asked('app')).toMatchObject([
    { outcome: 'indeterminate', message: expect.stringContaining('whose uid is not known: No answer.') },
  ]);
  expect(await asked('65532')).toMatchObject([{ outcome: 'pass' }]);
  expect(await asked('root')).toMatchObject([{ outcome: 'fail' }]);
});
