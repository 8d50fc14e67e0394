import { describe, expect, test } from '@jest/globals';
import type { ImageSource } from '../../src/registry/image-source.js';
import type { Report } from '../../src/reports/report.js';
import type { Answer } from '../../src/rules/answer.js';
import { gateRun } from '../support/gate-run.js';
import { type MadeContent, makeImage, makeIndex } from '../support/image/image-maker.js';
import { layoutOf } from '../support/image/layout-of.js';
import { watchedSource } from '../support/registry/watched-source.js';

const ALLOWED =
  'version: 1\nprofile: baseline\nallow:\n  - { image: "demo.example/**", signed: false, reason: built here }\n';

function answersOf(report: Report, rule: string): readonly Answer[] {
  return report.answers.filter((answer) => answer.rule === rule);
}

describe('the gate', () => {
  test('no build file passes, and says that nothing was evaluated', async () => {
    const report = await gateRun({ files: { 'README.md': 'hello' }, policy: ALLOWED });
    expect(report.verdict).toBe('pass');
    expect(report.notices[0]).toMatch(
      /^No build file was found, so nothing was evaluated: none is called Dockerfile, /,
    );
  });

  test.each([
    ['', 'Dockerfile:2'],
    ['USER 0\n', 'Dockerfile:2'],
    ['USER 1000\nUSER root:app\n', 'Dockerfile:2'],
    ['USER 65532\n', null],
    ['ARG ID=1000\nUSER $ID\n', null],
  ])('on scratch, %j is reported where it ships root, which is no image’s doing', async (user, place) => {
    const files = { Dockerfile: `FROM scratch AS below\nFROM below\n${user}` };
    const reported = (await gateRun({ files, policy: ALLOWED })).notices.filter((text) => text.includes('scratch'));
    expect(reported).toEqual(
      place === null ? [] : [expect.stringMatching(new RegExp(`^Stages on scratch .*: ${place}\\.$`))],
    );
    const off = await gateRun({ files, policy: `${ALLOWED}rules: { non-root: off }\n` });
    expect(off.notices.filter((text) => text.includes('scratch'))).toEqual([]);
  });

  test('build files that are all skipped are distinguished from none', async () => {
    const report = await gateRun({ files: { 'Dockerfile.j2': 'FROM {{ x }}' }, policy: ALLOWED });
    expect(report.notices).toContain('Every build file is skipped, so nothing was evaluated.');
  });

  test('a policy without an allowlist is reported to add one to the file that is there', async () => {
    const report = await gateRun({ files: { Dockerfile: 'FROM scratch\n' }, policy: 'version: 1\n' });
    expect(report.notices.join()).toContain('Add `allow` to .github/base-image-gate.yml (');
  });

  test('an image that nobody allowed is not opened, and its registry is not contacted', async () => {
    const image = await makeImage();
    const { source, asked } = watchedSource(await layoutOf({ 'other.example/base:1': image }));
    const policy = `${ALLOWED}rules: { allowed-base: error }\nregistries: { other.example: {} }\n`;
    const report = await gateRun({ files: { Dockerfile: 'FROM other.example/base:1\n' }, policy, source });
    expect(report.verdict).toBe('fail');
    expect(asked).toEqual(new Set());
    expect(new Set(answersOf(report, 'signature-verified').map(({ outcome }) => outcome))).toEqual(
      new Set(['skipped']),
    );
  });

  test('--all opens it all the same', async () => {
    const { source, asked } = watchedSource(await layoutOf({ 'other.example/base:1': await makeImage() }));
    const policy = `${ALLOWED}rules: { allowed-base: error }\nregistries: { other.example: {} }\n`;
    const files = { Dockerfile: 'FROM other.example/base:1\n' };
    const report = await gateRun({ files, policy, source, all: true });
    expect(report.verdict).toBe('fail');
    expect(asked).toEqual(new Set(['other.example']));
    expect(report.images).toHaveLength(1);
  });

  test('a host that neither policy nor catalog names is never contacted, and the answer says which line to add', async () => {
    const { source, asked } = watchedSource(await layoutOf({}));
    const report = await gateRun({
      files: { Dockerfile: 'FROM attacker.example/base:1\n' },
      policy: 'version: 1\nprofile: baseline\n',
      source,
    });
    expect(asked).toEqual(new Set());
    const [answer] = answersOf(report, 'signature-verified');
    expect(answer?.outcome).toBe('skipped');
    expect(answer?.message).toContain('registries: { "attacker.example": {} }');
  });

  test('what could not be looked up is indeterminate, and never a pass', async () => {
    const policy = 'version: 1\nprofile: hardened\nallow: [{ catalog: chainguard }]\n';
    const report = await gateRun({
      files: { Dockerfile: `FROM cgr.dev/chainguard/python:latest@sha256:${'a'.repeat(64)}\n` },
      policy,
    });
    expect(report.verdict).toBe('indeterminate');
    expect(answersOf(report, 'signature-verified').map(({ outcome }) => outcome)).toEqual(['indeterminate']);
  });

  test('an unreadable file makes the run indeterminate, and the uses it still shows are evaluated', async () => {
    const report = await gateRun({
      files: { Dockerfile: 'FROM demo.example/base:1\nBOGUS line\n' },
      policy: `${ALLOWED}deny: [{ image: "demo.example/**", reason: gone }]\n`,
    });
    expect(report.verdict).toBe('fail');
    expect(answersOf(report, 'readable-build-file').map(({ outcome }) => outcome)).toEqual(['indeterminate']);
    expect(report.findings).toContainEqual(
      expect.objectContaining({
        rule: 'readable-build-file',
        location: expect.objectContaining({ line: 2 }),
      }),
    );
    expect(answersOf(report, 'denied-base').map(({ outcome }) => outcome)).toEqual(['fail']);
  });

  test.each(['signature-verified', 'allowed-base', 'denied-base'])(
    'a waiver of %s excuses that rule alone: the image is opened, and its other rules are asked',
    async (rule) => {
      const image = await makeImage({ config: { Env: ['SMTP_PASSWORD=hunter2hunter2'] } });
      const policy = [
        'version: 1',
        'profile: baseline',
        `allow: [{ image: "${rule === 'allowed-base' ? 'other' : 'demo'}.example/**" }]`,
        `deny: [{ image: "${rule === 'denied-base' ? 'demo' : 'other'}.example/**", reason: gone }]`,
        'registries: { demo.example: {} }',
        `rules: { allowed-base: error, signature-verified: ${rule === 'signature-verified' ? 'error' : 'off'}, no-secrets: error }`,
        `waivers: [{ rule: ${rule}, image: "demo.example/**", reason: r, owner: o, expires: 2026-12-01 }]`,
      ].join('\n');
      const report = await gateRun({
        files: { Dockerfile: 'FROM demo.example/base:1\n' },
        policy,
        source: await layoutOf({ 'demo.example/base:1': image }),
        now: new Date('2026-11-21T00:00:00Z'),
      });
      expect(answersOf(report, rule)).toEqual([expect.objectContaining({ outcome: 'fail', waiver: 0 })]);
      expect(answersOf(report, 'no-secrets').map(({ outcome }) => outcome)).toContain('fail');
      expect(report.verdict).toBe('fail');
    },
  );

  test('shows how many uses are evaluated, of how many', async () => {
    const reported: string[] = [];
    const evaluated = (done: number, of: number) => reported.push(`${done} of ${of}`);
    await gateRun({ files: { Dockerfile: 'FROM a AS x\nFROM b\n' }, policy: ALLOWED, evaluated });
    expect(reported).toEqual(['0 of 2', '1 of 2', '2 of 2']);
  });

  test('an image is denied under the name of its mirror as under the one it mirrors', async () => {
    const mirror = 'registries: { mirror.example/hub: { mirror-of: docker.io } }\n';
    const files = { Dockerfile: 'FROM mirror.example/hub/acme/base:1\n' };
    for (const image of ['mirror.example/**', 'docker.io/acme/*']) {
      const policy = `version: 1\n${mirror}deny: [{ image: "${image}", reason: gone }]\n`;
      expect((await gateRun({ files, policy })).verdict).toBe('fail');
    }
  });

  test('a file that is none of BuildKit’s refusals is not said to be one', async () => {
    const files = { Dockerfile: 'FROM scratch\n', 'a/Dockerfile': 'FORM a\n', 'b/Dockerfile': '#'.repeat(17 << 20) };
    const report = await gateRun({ files, policy: ALLOWED });
    const reasons = answersOf(report, 'readable-build-file').map(({ location, message }) => [
      location.file,
      message.slice(0, 33),
    ]);
    expect(reasons).toEqual([
      ['Dockerfile', 'BuildKit would accept every line.'],
      ['a/Dockerfile', 'BuildKit would not build this fil'],
      ['b/Dockerfile', 'This build file could not be read'],
    ]);
  });

  test.each([
    ['FROM $BASE\n', 'Give the ARG a default'],
    ['FROM a\nCOPY --from=$BASE /a /a\n', 'Name the image itself'],
    ['FROM Alpine\n', 'Correct the name'],
  ])('what can be done about an image that is not known: %j', async (Dockerfile, fix) => {
    const report = await gateRun({ files: { Dockerfile }, policy: ALLOWED });
    const [answer] = answersOf(report, 'known-reference').filter(({ outcome }) => outcome === 'fail');
    expect(answer?.fix).toContain(fix);
  });

  test('an image is resolved to its index, manifest and configuration', async () => {
    const platform = await makeImage();
    const index = makeIndex([platform]);
    const report = await gateRun({
      files: { Dockerfile: 'FROM demo.example/base:1\n', 'api/Dockerfile': 'FROM demo.example/base:1\n' },
      policy: ALLOWED,
      source: await layoutOf({ 'demo.example/base:1': index }),
    });
    expect(report.images).toEqual([
      expect.objectContaining({
        id: 'demo.example/base:1 linux/amd64',
        reference: 'demo.example/base:1',
        platform: 'linux/amd64',
        resolved: {
          digest: index.descriptor.digest,
          manifest: platform.descriptor.digest,
          config: platform.config.digest,
        },
      }),
    ]);
  });

  test('the ONBUILD triggers of a base are uses: they take its place and role, and are evaluated', async () => {
    const base = await makeImage({ config: { OnBuild: ['COPY --from=docker.io/evil/tools /t /t'] } });
    const report = await gateRun({
      files: { Dockerfile: 'FROM demo.example/base:1\n' },
      policy: `${ALLOWED}deny: [{ image: "docker.io/evil/**", reason: evil }]\n`,
      source: await layoutOf({ 'demo.example/base:1': base }),
    });
    expect(report.verdict).toBe('fail');
    const triggered = report.uses.find(({ instruction }) => instruction === 'ONBUILD');
    expect(triggered).toMatchObject({ file: 'Dockerfile', line: 1, role: 'final' });
    expect(answersOf(report, 'denied-base').find(({ use }) => use === triggered?.id)?.outcome).toBe('fail');
  });

  test('what a trigger of an inherited base copies from is inherited, and ships as nobody', async () => {
    const base = await makeImage({ config: { User: '65532', OnBuild: ['COPY --from=demo.example/tools:1 /t /t'] } });
    const files = { Dockerfile: 'FROM demo.example/base:1\n' };
    const source = await layoutOf({ 'demo.example/base:1': base, 'demo.example/tools:1': await makeImage({}) });
    const policy = `${ALLOWED}rules: { fresh: { level: error, max-age: 1d }, non-root: error }\n`;
    const now = new Date('2030-01-01T00:00:00Z');
    const { uses } = await gateRun({ files: { Dockerfile: 'FROM demo.example/base:1\n' }, policy });
    for (const [baseUses, level] of [
      [uses, 'warning'],
      [[], 'error'],
    ] as const) {
      const change = { changedFiles: [], baseUses, onlyNew: 'aging' } as const;
      const report = await gateRun({ files, policy, source, now, change });
      expect(answersOf(report, 'fresh').map((answer) => `${answer.outcome} ${answer.level}`)).toEqual([
        `fail ${level}`,
        `fail ${level}`,
      ]);
      expect(answersOf(report, 'non-root').map(({ outcome }) => outcome)).toEqual(['pass', 'not-applicable']);
    }
  });

  test('what lies in a Windows image is not evaluated, and every rule about it says so', async () => {
    const base = await makeImage({ platform: 'windows/amd64', layers: [[{ path: 'Files/Windows/a' }]] });
    const report = await gateRun({
      files: { Dockerfile: 'FROM demo.example/windows:1\n' },
      policy: `${ALLOWED.replace('baseline', 'strict')}platforms: [windows/amd64]\n`,
      source: await layoutOf({ 'demo.example/windows:1': base }),
    });
    const contents = ['distroless', 'minimal', 'hardened-configuration', 'non-root', 'intact', 'supported'];
    for (const rule of contents) {
      expect(answersOf(report, rule)).toEqual([
        expect.objectContaining({ outcome: 'not-applicable', message: expect.stringContaining('Windows image') }),
      ]);
    }
    expect(answersOf(report, 'no-secrets').map(({ aspect, outcome }) => `${aspect} ${outcome}`)).toEqual([
      'layers not-applicable',
      'environment pass',
    ]);
  });

  test('bases that name each other in their triggers end in an indeterminate result, not in a loop', async () => {
    const chain: Record<string, MadeContent> = {};
    for (let place = 0; place < 6; place++) {
      const next = { OnBuild: [`COPY --from=demo.example/link${place + 1}:1 / /`] };
      chain[`demo.example/link${place}:1`] = await makeImage({ config: next });
    }
    const report = await gateRun({
      files: { Dockerfile: 'FROM demo.example/link0:1\n' },
      policy: ALLOWED,
      source: await layoutOf(chain),
    });
    expect(report.verdict).toBe('indeterminate');
    expect(
      answersOf(report, 'known-reference').some(({ message: reason }) => reason.includes('nest deeper than 3')),
    ).toBe(true);
  });

  test('a failure that the base ref has unchanged is a warning only where it ages, or where only-new covers all', async () => {
    const files = { Dockerfile: 'FROM other.example/base:1\n' };
    const policy = `${ALLOWED}rules: { allowed-base: error }\n`;
    const { uses } = await gateRun({ files, policy });
    const aging = await gateRun({ files, policy, change: { changedFiles: [], baseUses: uses, onlyNew: 'aging' } });
    expect(aging.verdict).toBe('fail');
    const all = await gateRun({ files, policy, change: { changedFiles: [], baseUses: uses, onlyNew: 'all' } });
    expect(all.verdict).toBe('pass');
    expect(all.findings.find(({ rule }) => rule === 'allowed-base')).toMatchObject({
      level: 'warning',
      inherited: true,
    });
    const moved = await gateRun({
      files: { Dockerfile: 'FROM other.example/base:2\n' },
      policy,
      change: { changedFiles: ['Dockerfile'], baseUses: uses, onlyNew: 'all' },
    });
    expect(moved.verdict).toBe('fail');
  });

  test('a change to the policy, or to a key that it names, is noted', async () => {
    const files = { Dockerfile: 'FROM demo.example/base:1\n' };
    const change = { changedFiles: ['.github/base-image-gate.yml', 'x.txt'], baseUses: [], onlyNew: 'aging' } as const;
    const report = await gateRun({ files, policy: ALLOWED, change });
    expect(answersOf(report, 'policy-unchanged')).toEqual([
      expect.objectContaining({ outcome: 'fail', level: 'note', details: ['.github/base-image-gate.yml'] }),
    ]);
  });

  test('a waiver covers what it names until it expires, and is reported', async () => {
    const files = { Dockerfile: 'FROM other.example/base:1\n' };
    const waiver =
      'waivers: [{ rule: allowed-base, image: other.example/base, reason: moving, owner: "@acme", expires: 2026-07-01 }]\n';
    const policy = `${ALLOWED}rules: { allowed-base: error }\n${waiver}`;
    const held = await gateRun({ files, policy, now: new Date('2026-06-01T00:00:00Z') });
    expect([held.verdict, held.waivers[0]?.state]).toEqual(['pass', 'used']);
    const expired = await gateRun({ files, policy, now: new Date('2026-07-02T00:00:00Z') });
    expect([expired.verdict, expired.waivers[0]?.state]).toEqual(['fail', 'expired']);
  });

  test('a collector that throws leaves an indeterminate result', async () => {
    const broken: ImageSource = {
      resolveTag: () => Promise.reject(new TypeError('boom')),
      manifest: () => Promise.reject(new TypeError('boom')),
      blob: () => Promise.reject(new TypeError('boom')),
      blobStream: () => Promise.reject(new TypeError('boom')),
      referrers: () => Promise.reject(new TypeError('boom')),
      tags: () => Promise.reject(new TypeError('boom')),
    };
    const policy = 'version: 1\nprofile: hardened\nallow: [{ catalog: chainguard }]\n';
    const report = await gateRun({
      files: { Dockerfile: `FROM cgr.dev/chainguard/python:latest@sha256:${'a'.repeat(64)}\n` },
      policy,
      source: broken,
    });
    expect(report.verdict).toBe('indeterminate');
  });
});

describe('under the profile observe', () => {
  const DENY = 'deny:\n  - { image: "images.example/**", reason: old }\n';
  const files = { Dockerfile: 'FROM images.example/base:1\n' };
  const denied = async (policy: string) => {
    const report = await gateRun({ files, policy: `version: 1\n${DENY}${policy}` });
    const finding = report.findings.find(({ rule }) => rule === 'denied-base');
    return { verdict: report.verdict, level: finding?.level, heldBack: finding?.heldBack };
  };

  test('what baseline would fail by is a warning that says so', async () => {
    expect(await denied('profile: observe\n')).toEqual({ verdict: 'pass', level: 'warning', heldBack: true });
    expect(await denied('profile: baseline\n')).toEqual({ verdict: 'fail', level: 'error' });
  });

  test('what the policy itself gives a level has that level, and nothing is held back', async () => {
    const warning = await denied('profile: observe\nrules: { denied-base: warning }\n');
    expect(warning).toEqual({ verdict: 'pass', level: 'warning' });
    expect(await denied('profile: observe\nrules: { denied-base: error }\n')).toMatchObject({ verdict: 'fail' });
  });

  test('what baseline only warns of is held back by nobody', async () => {
    const unknown = { Dockerfile: 'ARG BASE\nFROM $BASE\n' };
    const report = await gateRun({ files: unknown, policy: 'version: 1\nprofile: observe\n' });
    const warning = report.findings.find(({ rule }) => rule === 'known-reference');
    expect([warning?.level, warning?.heldBack]).toEqual(['warning', undefined]);
  });
});
