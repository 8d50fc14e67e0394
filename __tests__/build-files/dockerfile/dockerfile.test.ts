// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Dockerfiles
import { describe, expect, test } from '@jest/globals';
import { readablePlatforms } from '../../../src/references/platform.js';
import { formatReference } from '../../../src/references/reference.js';
import { useDocument } from '../../../src/reports/images.js';
import { expansions, read } from '../../support/image/read-dockerfile.js';
import { textOfRange } from '../../support/source-range.js';

describe('roles', () => {
  const text = 'FROM a AS one\nFROM b AS two\nCOPY --from=c x y\nFROM one AS three\nCOPY --from=two x y\n';
  const roles = (targets?: readonly string[]) =>
    read(text, targets === undefined ? {} : { targets }).uses.map((use) => `${use.expanded} ${use.role}`);

  test('what the last stage is built on is final, what it copies from is built on', () => {
    expect(roles()).toEqual(['a final', 'b build', 'c copy']);
  });

  test('a target is what ships instead', () => {
    expect(roles(['two'])).toEqual(['a build', 'b final', 'c copy']);
  });

  test('with several targets the strictest role counts', () => {
    expect(roles(['two', 'three'])).toEqual(['a final', 'b final', 'c copy']);
  });

  test('a target in other letters is the same stage', () => {
    expect(roles(['TWO'])).toEqual(['a build', 'b final', 'c copy']);
  });

  test('where a target is missing every stage counts as one, and the file says so', () => {
    const { file, uses } = read(text, { targets: ['gone'] });
    expect(uses.map((use) => use.role)).toEqual(['final', 'final', 'copy']);
    expect(file).toEqual({
      path: 'Dockerfile',
      status: 'read',
      reason: 'there is no stage "gone", so every stage counts as a target',
    });
  });
});

describe('reachability', () => {
  test('only what a target needs is reachable', () => {
    const text = 'FROM a AS one\nFROM b AS two\nFROM c\nCOPY --from=one x y\n';
    const reachable = (options = {}) => read(text, options).uses.filter((use) => use.reachable);
    expect(reachable().map((use) => use.expanded)).toEqual(['a', 'c']);
    expect(reachable({ targets: ['two'] }).map((use) => use.expanded)).toEqual(['b']);
  });

  test('an unreachable base that is no reference is unresolved all the same', () => {
    const [first] = read('FROM Upper AS one\nFROM b\n').uses;
    expect(first).toMatchObject({ reachable: false, reference: null });
    expect(first?.unresolved).toContain('lower case');
  });
});

describe('variables', () => {
  test('a reference says which build arguments could replace it', () => {
    const text = 'ARG TAG=3\nARG REPO=alpine\nARG FULL=$REPO:$TAG\nARG OTHER=x\nFROM ${FULL}\n';
    const [use] = read(text).uses;
    expect(use).toMatchObject({ expanded: 'alpine:3', overridable: ['FULL', 'REPO', 'TAG'] });
  });

  test('a variable that is declared without a value can be given', () => {
    const text = 'ARG BASE\nFROM ${BASE:-alpine}\n';
    expect(read(text).uses[0]).toMatchObject({ expanded: 'alpine', overridable: ['BASE'] });
    expect(read(text, { buildArgs: { BASE: 'busybox' } }).uses[0]).toMatchObject({ expanded: 'busybox' });
  });

  test('a build argument that no ARG declares changes nothing', () => {
    const [use] = read('FROM ${BASE:-alpine}\n', { buildArgs: { BASE: 'evil' } }).uses;
    expect(use).toMatchObject({ expanded: 'alpine', overridable: [] });
  });

  test('the platform arguments need no declaration, and can be given too', () => {
    const text = 'FROM base-$TARGETARCH\n';
    expect(read(text, { platforms: readablePlatforms(['linux/arm/v7']) }).uses[0]).toMatchObject({
      expanded: 'base-arm',
    });
    expect(read(text, { buildArgs: { TARGETARCH: 'x' } }).uses[0]).toMatchObject({ expanded: 'base-x' });
    expect(read(text).uses[0]?.overridable).toEqual(['TARGETARCH']);
  });

  test('names that objects inherit are unset', () => {
    expect(expansions(read('FROM a${constructor}${__proto__}${toString}\n'))).toEqual(['a']);
  });

  test.each([
    ['FROM $BASE', '$BASE is empty'],
    ['ARG BASE\nFROM $BASE', '$BASE is empty'],
    ['ARG TAG\nFROM alpine:$TAG', 'TAG has no value'],
    ['ARG NS\nFROM ${NS}/a:${VER}', 'NS and VER have no value'],
    ['FROM alpine:${', "missing '}'"],
    ['FROM ${BASE?say}', 'BASE: say'],
    ['FROM ${X:#a}', 'unsupported modifier'],
    ['ARG A="open\nFROM $A', "the default of ARG A can't be expanded"],
    ['FROM --platform=$NONE alpine', '--platform=$NONE is empty'],
    ['FROM --platform=nonsense alpine', 'nonsense'],
  ])('%j is unresolved, with the reason', (text, reason) => {
    const [use] = read(text).uses;
    expect(use?.reference).toBeNull();
    expect(use?.unresolved).toContain(reason);
  });

  test('an ARG within a stage is none to the next FROM', () => {
    expect(expansions(read('FROM a\nARG V=1\nFROM b:$V\n'))).toEqual(['a', '?']);
  });

  test('an ARG whose default alone is the reference is the place to write another', () => {
    const text = 'ARG X=1\nARG BASE="alpine:3.20"\nFROM ${BASE} AS a\nARG NO=y\nFROM alpine:$X\n';
    const [first, second] = read(text).uses;
    const definedAt = first?.definedAt;
    expect(definedAt === undefined ? undefined : textOfRange(text, definedAt)).toBe('alpine:3.20');
    expect(second?.definedAt).toBeUndefined();
    expect(read(text, { buildArgs: { BASE: 'x' } }).uses[0]?.definedAt).toBeUndefined();
  });
});

describe('platforms', () => {
  test('one use for each distinct expansion, with the platforms it was found for', () => {
    const { uses } = read('FROM alpine AS a\nFROM base-$TARGETARCH\nFROM --platform=$BUILDPLATFORM go\n', {
      platforms: readablePlatforms(['linux/amd64', 'linux/arm64/v8']),
    });
    expect(uses.map(useDocument).map((use) => [use.expanded, use.platform, use.targetPlatforms])).toEqual([
      ['alpine', null, ['linux/amd64', 'linux/arm64']],
      ['base-amd64', null, ['linux/amd64']],
      ['base-arm64', null, ['linux/arm64']],
      ['go', 'linux/amd64', ['linux/amd64', 'linux/arm64']],
    ]);
    expect(new Set(uses.map((use) => use.id)).size).toBe(4);
  });
});

describe('COPY --from and mounts', () => {
  test.each([
    ['FROM a\nCOPY --from=$X x y', 'supports neither variables nor quotes'],
    ['FROM a\nCOPY --from=7 x y', 'there is no stage 7'],
    ['FROM a\nCOPY --from=-1 x y', 'there is no stage -1'],
    ['FROM a AS s\nCOPY --from=s x y', "can't copy from itself"],
    ['FROM a\nCOPY --from=late x y\nFROM b AS late', 'comes later in the file'],
    ['FROM a\nRUN --mount=from=late,target=/x true\nFROM b AS late', 'comes later in the file'],
    ['FROM a\nRUN --mount=from=img$,target=/x true', 'is not an image reference'],
  ])('%j is unresolved, with the reason', (text, reason) => {
    const use = read(text).uses.find((candidate) => candidate.role === 'copy');
    expect(use?.unresolved).toContain(reason);
  });

  test('the range is the name alone, in quotes and over lines', () => {
    const text =
      'FROM a\nCOPY "x" y\nCOPY --chown=0:0 \\\n  --from=ng\\\ninx:1 a b\nRUN --mount=\'target=/x,"from=busybox"\' ls\n';
    expect(read(text).uses.map((use) => use.written)).toEqual(['a', 'ng\\\ninx:1', 'busybox']);
    for (const use of read(text).uses) expect(textOfRange(text, use)).toBe(use.written);
  });

  test('a character of two units at the end of a name is cut whole', () => {
    const text = 'FROM a\nCOPY --from=x\u{1f600} a b\n';
    expect(read(text).uses[1]?.written).toBe('x\u{1f600}');
  });

  test('after two hyphens there are no flags', () => {
    expect(expansions(read('FROM a\nCOPY -- --from=x y\n'))).toEqual(['a']);
  });
});

describe('ONBUILD', () => {
  test('what a trigger pulls counts where a stage of the file builds on it', () => {
    const text = 'FROM a AS base\nONBUILD COPY --from=t x y\nONBUILD RUN --mount=from=u,target=/x true\n';
    expect(expansions(read(text))).toEqual(['a']);
    const { uses, stages } = read(`${text}FROM base\n`);
    expect(uses.map((use) => [use.expanded, use.instruction, use.role, use.stage?.index])).toEqual([
      ['a', 'FROM', 'final', 0],
      ['t', 'ONBUILD', 'copy', 0],
      ['u', 'ONBUILD', 'copy', 0],
    ]);
    expect(stages[1]?.usesFrom).toEqual(uses.slice(1).map((use) => use.id));
  });

  test('runs for children, not for grandchildren', () => {
    const text = 'FROM a AS base\nONBUILD COPY --from=t x y\nFROM base AS child\nFROM child\n';
    const { stages } = read(text);
    expect(stages.map((stage) => stage.usesFrom.length)).toEqual([0, 1, 0]);
  });
});

describe('named contexts', () => {
  const contexts = (text: string, buildContexts: Record<string, string>) => expansions(read(text, { buildContexts }));

  test.each([
    ['FROM alpine', { alpine: './base' }, []],
    ['FROM docker.io/library/alpine:latest', { alpine: './base' }, []],
    ['FROM alpine:3', { alpine: './base' }, ['alpine:3']],
    ['FROM alpine', { alpine: 'docker-image://mirror/alpine:1' }, ['mirror/alpine:1']],
    ['FROM alpine', { 'alpine::linux/amd64': './base' }, []],
    ['FROM alpine', { 'alpine::linux/arm64': './base' }, ['alpine']],
    ['FROM alpine AS base\nFROM base', { base: './base' }, []],
    ['FROM a\nCOPY --from=alpine x y', { alpine: './base' }, ['a']],
    ['FROM a\nRUN --mount=from=alpine,target=/x true', { alpine: 'docker-image://b' }, ['a', 'b']],
    ['FROM scratch\nFROM scratch:latest', { scratch: 'docker-image://b' }, ['b']],
    ['FROM a AS scratch', { scratch: 'docker-image://b' }, ['a']],
  ])('%j with %j pulls %j', (text, buildContexts, expected) => {
    expect(contexts(text, buildContexts)).toEqual(expected);
  });
});

describe('frontends', () => {
  const syntax = (text: string, buildArgs: Record<string, string> = {}) =>
    read(text, { buildArgs }).uses.find((use) => use.instruction === 'SYNTAX');

  test.each([
    ['# syntax=docker/dockerfile:1\nFROM a', 'docker/dockerfile:1'],
    ['#SYNTAX  =  x/y:1  more words\nFROM a', 'x/y:1'],
    ['# check=skip=all\n# syntax=x\nFROM a', 'x'],
    ['#!/usr/bin/env x\n# syntax=x\nFROM a', 'x'],
    ['\ufeff# syntax=x\nFROM a', 'x'],
    ['// syntax=x/y\nanything', 'x/y'],
    ['{ "a": {"syntax": "no"}, "syntax": "x/y", "b": 1 }', 'x/y'],
  ])('%j names %j', (text, expected) => {
    const use = syntax(text);
    expect(use).toMatchObject({ written: expected, expanded: expected, role: 'frontend', stage: null });
    expect(use === undefined ? undefined : textOfRange(text, use)).toBe(expected);
    expect(read(text).file.frontend).toBe(expected);
  });

  test.each([
    ['# hello\n# syntax=x\nFROM a'],
    ['\n# syntax=x\nFROM a'],
    [' # syntax=x\nFROM a'],
    ['# syntax=dockerfile.v0\nFROM a'],
    ['FROM a\n# syntax=x'],
    ['{ "syntax": 1 }'],
    ['{ "syntax": "x" '],
  ])('%j names none', (text) => {
    expect(syntax(text)).toBeUndefined();
  });

  test('BUILDKIT_SYNTAX takes its place', () => {
    expect(syntax('# syntax=x\nFROM a', { BUILDKIT_SYNTAX: 'y' })).toMatchObject({ written: 'x', expanded: 'y' });
    expect(syntax('FROM a', { BUILDKIT_SYNTAX: 'y' })).toMatchObject({
      written: '',
      expanded: 'y',
      line: 1,
      column: 1,
    });
  });

  test('what is no Dockerfile is unreadable, and its frontend is listed', () => {
    const { file, uses } = read('// syntax=acme/builder\nbuild me\n');
    expect(file).toMatchObject({ status: 'unreadable', line: 1 });
    expect(file.reason).toMatch(/^it is written for the frontend acme\/builder; read as a Dockerfile, /);
    expect(uses.map((use) => use.expanded)).toEqual(['acme/builder']);
  });
});

describe('ids', () => {
  const ids = (text: string) => read(text).uses.map((use) => use.id);

  test('stay when other lines move, and when other images change', () => {
    const [, second] = ids('FROM a AS x\nFROM b AS y\nRUN true\n');
    const [, , moved] = ids('# new\nFROM new AS n\nFROM c AS x\nRUN x\nFROM b AS y\n');
    expect(moved).toBe(second);
  });

  test('differ for the same words in the same stage', () => {
    const [, first, second] = ids('FROM a\nCOPY --from=b x y\nCOPY --from=b x y\n');
    expect(second).toBe(`${first}:2`);
  });
});

describe('stages', () => {
  test('tell what they are built on, what they copy, and what they run', () => {
    const { stages, uses } = read(
      'FROM a AS one\nFROM one AS two\nFROM scratch\nCOPY --from=two x y\nRUN <<EOF\necho hi\nEOF\nENTRYPOINT ["/x", "y"]\n',
    );
    expect(stages.map(({ name, base }) => [name, base])).toEqual([
      ['one', { kind: 'image', use: uses[0]?.id }],
      ['two', { kind: 'stage', index: 0 }],
      [null, { kind: 'scratch' }],
    ]);
    expect(stages[2]).toMatchObject({ copiesFrom: [1], ships: true, target: true, line: 3, column: 1, endColumn: 13 });
    expect(stages[2]?.instructions.map(({ keyword, text, json, heredocs }) => [keyword, text, json, heredocs])).toEqual(
      [
        ['COPY', 'x y', undefined, undefined],
        ['RUN', '<<EOF', undefined, [{ name: 'EOF', body: 'echo hi\n' }]],
        ['ENTRYPOINT', '["/x", "y"]', ['/x', 'y'], undefined],
      ],
    );
  });

  test('USER is expanded with the ARGs and ENVs of the stage and of those below it', () => {
    const expanded = (text: string, buildArgs = {}) =>
      read(text, { buildArgs })
        .stages.at(-1)
        ?.instructions.filter(({ keyword }) => keyword === 'USER')
        .map((instruction) => instruction.expanded);
    expect(expanded('FROM a\nARG U=app\nENV V=$U-1\nUSER ${V}\n')).toEqual(['app-1']);
    expect(expanded('FROM a\nARG U=app\nUSER $U\n', { U: 'root' })).toEqual(['root']);
    expect(expanded('ARG U=app\nFROM a\nARG U\nUSER $U\n')).toEqual(['app']);
    expect(expanded('FROM a AS x\nENV U=65532\nFROM x\nUSER $U:$U\n')).toEqual(['65532:65532']);
    expect(expanded('FROM a\nUSER $U\n')).toEqual([undefined]);
    expect(expanded('FROM scratch\nUSER a$U\n')).toEqual(['a']);
    expect(expanded('FROM a\nENV U=$FROM_BASE\nUSER $U\n')).toEqual([undefined]);
    expect(expanded('FROM a\nUSER 65532\n')).toEqual(['65532']);
  });
});

describe('what BuildKit refuses is unreadable, with line and reason', () => {
  test.each([
    ['', 1, 'there is no instruction'],
    ['# only a comment\n', 1, 'there is no instruction'],
    ['ARG A=1\n', 1, 'there is no FROM'],
    ['RUN true\nFROM a\n', 1, 'RUN comes before the first FROM'],
    ['FROM a\n\nNOPE\n', 3, '"NOPE" is not an instruction'],
    ['FROM a # comment\n', 1, 'FROM takes an image'],
    ['FROM\n', 1, 'FROM takes an image'],
    ['FROM a AS 1\n', 1, 'is not a valid stage name'],
    ['FROM --foo=1 a\n', 1, 'FROM has no flag --foo'],
    ['FROM a\nRUN <<EOF\nEOF2\n', 2, 'the heredoc "EOF" is not closed'],
    ['FROM a\nENV A\n', 2, 'ENV takes a name and a value'],
    ['FROM a\nLABEL a=b c\n', 2, '"c" has no "="'],
    ['FROM a\nRUN ["a", 1]\n', 2, 'must be a string'],
    ['FROM a\nSHELL sh\n', 2, 'SHELL takes a JSON array'],
    ['FROM a\nCOPY x\n', 2, 'COPY takes at least one source'],
    ['FROM a\nCOPY x <<EOF\nEOF\n', 2, "can't be a heredoc"],
    ['FROM a\nCOPY --from=a --from=b x y\n', 2, '--from is given more than once'],
    ['FROM a\nCOPY --link=maybe x y\n', 2, '--link is true or false'],
    ['FROM a\nRUN --mount=from=$X,target=/x true\n', 2, 'does not support variables'],
    ["FROM a\nRUN --mount='a\"b' true\n", 2, 'CSV'],
    ['FROM a\nRUN --network=wild true\n', 2, '--network'],
    ['FROM a\nRUN --security=no true\n', 2, '--security'],
    ['FROM a\nRUN --device=a,b=c true\n', 2, '--device'],
    ['FROM a\nONBUILD FROM b\n', 2, "ONBUILD can't contain FROM"],
    ['FROM a\nONBUILD onbuild RUN x\n', 2, "ONBUILD can't contain ONBUILD"],
    ['FROM a\nONBUILD ENV A\n', 2, 'ENV takes a name and a value'],
    ['FROM a\nHEALTHCHECK --interval=1x CMD a\n', 2, '--interval is a duration'],
    ['FROM a\nHEALTHCHECK --interval=1us CMD a\n', 2, 'at least one millisecond'],
    ['FROM a\nHEALTHCHECK NONE x\n', 2, 'takes no arguments'],
    ['FROM a\nHEALTHCHECK --retries=-1 CMD a\n', 2, 'not negative'],
    ['FROM a\nVOLUME [" "]\n', 2, 'VOLUME is empty'],
    ['FROM a\nARG =x\n', 2, 'a name of ARG is empty'],
    ['FROM a\nUSER\n', 2, 'USER takes exactly one argument'],
    ['FROM a\nCMD --x y\n', 2, 'CMD has no flag --x'],
    ['# escape=x\nFROM a\n', 1, 'the escape directive'],
    ['# escape=`\n# escape=\\\nFROM a\n', 2, 'only one escape directive'],
    [`FROM a\nRUN ${'x'.repeat(65_536)}\n`, 2, 'longer than 65,535 bytes'],
  ])('%j', (text, line, reason) => {
    const { file } = read(text);
    expect(file).toMatchObject({ status: 'unreadable', line });
    expect(file.reason).toContain(reason);
  });

  test('what can be seen is listed all the same', () => {
    const reading = read('FROM a # c\nNOPE\nCOPY --from=b x y\nRUN <<EOF\nFROM c\n');
    expect(reading.file).toMatchObject({ status: 'unreadable', line: 1 });
    expect(expansions(reading)).toEqual(['a', 'b', 'c']);
  });

  test('a binary file says what it is', () => {
    const { file } = read(Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0xff, 0xfe]));
    expect(file).toMatchObject({ status: 'unreadable', line: 1 });
    expect(file.reason).toContain('binary');
  });

  test('a file beyond what BuildKit reads', () => {
    const { file } = read(new Uint8Array(16 * 1024 * 1024 + 1));
    expect(file.reason).toBe('it has 16,777,217 bytes; BuildKit reads at most 16,777,216 bytes');
  });

  test('Latin-1 in a comment is read, as BuildKit reads it', () => {
    const bytes = Buffer.from('# M\xfcller\nFROM a\xe9\n', 'latin1');
    const { file, uses } = read(bytes);
    expect(file.status).toBe('read');
    expect(uses[0]).toMatchObject({ written: 'a\ufffd', line: 2, column: 6, endColumn: 8, reference: null });
  });
});

describe('limits', () => {
  test.each([
    ['limit expansion-depth', `FROM ${'${A:-'.repeat(5_000)}x${'}'.repeat(5_000)}\n`],
    [
      'limit expansion-characters',
      `ARG A=${'x'.repeat(1_000)}\n${Array.from({ length: 20 }, () => 'ARG A=$A$A').join('\n')}\nFROM $A\n`,
    ],
    ['limit expansion-work', `ARG A=${'x'.repeat(60_000)}\n${'ARG B=$A\n'.repeat(400)}FROM a\n`],
    ['limit expansion-work', `FROM a\nENV A=${'x'.repeat(60_000)}\n${'ENV B=$A\n'.repeat(400)}`],
    ['limit expansion-work', `FROM a AS x\n${'ONBUILD RUN true\n'.repeat(20_000)}${'FROM x\n'.repeat(10_000)}`],
    [
      'limit expansion-work',
      `FROM a AS x\n${Array.from({ length: 9_000 }, (_, n) => `ENV V${n}=1`).join('\n')}\n${'FROM x\n'.repeat(9_000)}`,
    ],
    ['limit expansion-work', `ARG A=${'a'.repeat(30_000)}\nFROM x\${A#${'*a'.repeat(5_000)}b}\n`],
    ['limit image-uses', `FROM a\n${'COPY --from=b x y\n'.repeat(20_001)}`],
    ['limit image-uses', 'FROM scratch\n'.repeat(20_001)],
    ['limit json-characters', `FROM a\nRUN ["a"${', "a"\\\n'.repeat(210_000)}]\n`],
    ['limit flags', `FROM a\nRUN ${'--mount=from=b \\\n'.repeat(10_002)}`],
    ['limit trigger-depth', `FROM a\n${'ONBUILD '.repeat(5_000)}x\n`],
    ['limit instructions', `FROM a\n${'RUN a\n'.repeat(100_001)}`],
  ])('%s is named', (limit, text) => {
    expect(read(text).file).toMatchObject({ status: 'unreadable', reason: expect.stringContaining(limit) });
  });

  test('a long line without growth is no matter of limits', () => {
    const text = `FROM a\nRUN cat <<EOF; ${'echo "$A" \\\n'.repeat(20_000)}true\nEOF;\n`;
    expect(read(text).file).toEqual({ path: 'Dockerfile', status: 'read' });
  });

  test('reasons stay short, whatever they quote', () => {
    const long = 'x'.repeat(60_000);
    expect(read(`FROM a\n${long}\n`).file.reason?.length).toBeLessThan(400);
    expect(read(`FROM A${long}\n`).uses[0]?.unresolved?.length).toBeLessThan(400);
  });

  test('a chain of defaults that would multiply ends the file, not the process', () => {
    const doubling = Array.from({ length: 60 }, (_, index) => `ARG A${index + 1}=$A${index}$A${index}`).join('\n');
    expect(read(`ARG A0=xxxxxxxxxx\n${doubling}\nFROM $A60\n`).file.status).toBe('unreadable');
  });
});

test('references are normalized', () => {
  const { uses } = read('FROM alpine\nFROM ghcr.io/a/b:1\nFROM my_host.example/x\n');
  expect(uses.map((use) => (use.reference === null ? null : formatReference(use.reference)))).toEqual([
    'docker.io/library/alpine:latest',
    'ghcr.io/a/b:1',
    'my_host.example/x:latest',
  ]);
});

describe('what decides besides the file', () => {
  const frontends = (text: string, buildContexts: Readonly<Record<string, string>>) =>
    read(text, { buildContexts }).uses.flatMap(({ role, expanded, unresolved }) =>
      role === 'frontend' ? [unresolved === undefined ? expanded : 'unresolved'] : [],
    );

  test('a named context takes the place of the frontend', () => {
    const text = '# syntax=docker/dockerfile:1\nFROM a\n';
    expect(frontends(text, { 'docker/dockerfile:1': 'docker-image://evil/f:1' })).toEqual(['evil/f:1']);
    expect(frontends(text, { 'docker/dockerfile:1': './dir' })).toEqual(['unresolved']);
    expect(frontends(text, { 'docker/dockerfile:2': 'docker-image://evil/f:1' })).toEqual(['docker/dockerfile:1']);
  });

  test('an argument that chooses a stage can replace its image', () => {
    const { uses } = read('ARG ROOT=one\nFROM a AS one\nFROM one AS two\nFROM $ROOT\n');
    expect(uses.map(({ overridable }) => overridable)).toEqual([['ROOT']]);
    expect(read('FROM a AS one\nFROM one\n').uses.map(({ overridable }) => overridable)).toEqual([[]]);
  });

  test.each([
    ['docker/dockerfile:1.2', ['a', 'evil']],
    [`docker/dockerfile:1@sha256:${'a'.repeat(64)}`, ['a', 'evil']],
    ['mirror.example/dockerfile', ['a', 'evil']],
    ['docker/dockerfile:experimental', ['a', 'evil']],
    ['docker/dockerfile:1-experimental', ['a', 'evil']],
    ['docker/dockerfile:1', ['a']],
    ['docker/dockerfile:1.4', ['a']],
    ['docker/dockerfile:1.10.0-labs', ['a']],
    ['docker/dockerfile-upstream:master', ['a']],
  ])('%s may know no heredocs, and then what they hold counts: %j', (frontend, expected) => {
    const text = `# syntax=${frontend}\nFROM a\nRUN true <<"RUN echo done"\nFROM evil\nRUN echo done\n`;
    expect(read(text).uses.flatMap(({ role, expanded }) => (role === 'frontend' ? [] : [expanded]))).toEqual(expected);
  });

  test.each([
    ['a heredoc that nothing closes', 'FROM a\nRUN <<CMD\nFROM evil\n'],
    ['a variable in a mount', 'FROM a\nRUN --mount=from=$X,target=/x true\nRUN <<CMD\nFROM evil\nCMD\n'],
    ['a destination that looks like a heredoc', 'FROM a\nRUN <<CMD\nCOPY x <<E\nFROM evil\nCMD\n'],
    ['an escape character in a flag', '# escape=`\nFROM a\nCOPY --from=ev\\il x y\n'],
    ['an argument that came later', 'FROM evil$TARGETSTAGE\n'],
  ])('%s does not hide what an old frontend pulls', (_name, text) => {
    expect(read(`# syntax=docker/dockerfile:1.2\n${text}`).uses.map(({ expanded }) => expanded)).toContain('evil');
  });

  test('a heredoc that an old frontend refuses hides nothing', () => {
    const text = '# syntax=docker/dockerfile:1.2\nFROM a\nRUN <<EOF\nset -e\nFROM evil\nEOF\n';
    expect(read(text).uses.map(({ expanded }) => expanded)).not.toContain('evil');
  });

  test('what takes the place of the first FROM is its image', () => {
    const { uses } = read('FROM a AS one\nFROM b\n', { firstBase: 'c:1' });
    expect(uses.map(({ expanded }) => expanded)).toEqual(['c:1', 'b']);
  });
});
