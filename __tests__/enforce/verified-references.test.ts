import { beforeAll, describe, expect, test } from '@jest/globals';
import { type Exported, onlyFile } from '../../src/enforce/export-target.js';
import { makeLock } from '../../src/enforce/lock/make-lock.js';
import { buildkit } from '../../src/enforce/targets/buildkit.js';
import { buildx } from '../../src/enforce/targets/buildx.js';
import { verificationSummaries } from '../../src/enforce/vsa/verification-summaries.js';
import type { Policy } from '../../src/policy/policy.js';
import type { ImageSource } from '../../src/registry/image-source.js';
import type { Report } from '../../src/reports/report.js';
import { rules } from '../../src/rules/index.js';
import { makeMultiPlatform, NOW, signedEntries, sourceOf } from '../support/enforce/export-world.js';
import { evaluateSourcePolicy } from '../support/enforce/source-policy-evaluator.js';
import { gateRun } from '../support/gate-run.js';
import { validPolicy } from '../support/load-policy-text.js';

const NAMES = ['ghcr.io/acme/base:1', 'ghcr.io/acme/base:2', 'ghcr.io/acme/tool:1'];
const POLICY = `version: 1
allow: [{ image: "ghcr.io/acme/**", signed: false, reason: ours }]
rules: { no-known-vulnerabilities: off, supported: off, current: off }
`;

let source: ImageSource;
beforeAll(async () => {
  const entries = await Promise.all(
    NAMES.map(async (name) => await signedEntries(name, await makeMultiPlatform(name), [])),
  );
  source = await sourceOf(entries.flat());
});

async function run(files: Readonly<Record<string, string>>, policyText = POLICY) {
  const report = await gateRun({ files, policy: policyText, source, now: NOW });
  return { report, policy: await validPolicy(policyText, { rules }), now: NOW };
}

const decision = (exported: Exported, name: string) =>
  evaluateSourcePolicy(onlyFile(exported), `docker-image://${name}`).decision;

/** A bake file that gives the build a value which the environment of a run may set otherwise. */
const bake = (field: string) => `variable "V" { default = "1" }\ntarget "default" { ${field} }\n`;

describe('a reference that a variable of a run decides', () => {
  let made: { readonly report: Report; readonly policy: Policy; readonly now: Date };
  beforeAll(async () => {
    made = await run({
      Dockerfile: 'ARG TAG=1\nFROM ghcr.io/acme/base:$TAG\n',
      'docker-bake.hcl': bake('args = { TAG = V }'),
    });
  });

  test('is partly checked', () => {
    expect(made.report.uses).toMatchObject([{ open: [{ argument: 'TAG' }] }]);
    expect(made.report.coverage).toMatchObject({ full: 0, references: 1 });
  });

  test('is exported as it was evaluated, and every other value is denied, which the export says', () => {
    const exported = buildkit.render(made);
    expect(decision(exported, 'ghcr.io/acme/base:1')).toBe('convert');
    expect(decision(exported, 'ghcr.io/acme/base:2')).toBe('deny');
    for (const target of [buildkit, buildx])
      expect(target.render(made).stated).toContainEqual(
        expect.stringMatching(
          /^ghcr\.io\/acme\/base:1 is allowed as it was evaluated, and TAG is decided by the variable V /,
        ),
      );
  });

  test('is locked', () => {
    const { lock, left } = makeLock(made, null);
    expect(left).toEqual([]);
    expect(lock.images).toMatchObject([{ reference: 'ghcr.io/acme/base:1' }]);
  });

  test.each([
    ['keeps an earlier time', '2020-01-01T00:00:00Z', '2020-01-01T00:00:00Z'],
    ['takes no time that has not come', '2099-01-01T00:00:00Z', expect.not.stringContaining('2099')],
  ])('is locked, and %s', (_, verified, expected) => {
    const { lock } = makeLock(made, null);
    const before = { ...lock, images: lock.images.map((image) => ({ ...image, verified })) };
    expect(makeLock(made, before).lock.images).toMatchObject([{ verified: expected }]);
  });

  test('passes no Verification Summary', () => {
    const files = verificationSummaries({
      ...made,
      commit: null,
      server: 'https://github.com',
      partial: null,
      platforms: [],
    });
    expect(JSON.parse(files['image-1.json'] ?? '')).toMatchObject({ verificationResult: 'FAILED' });
  });
});

test('a stage is not exported where a run decides the target, since another role has other rules', async () => {
  const made = await run({
    Dockerfile: 'FROM ghcr.io/acme/tool:1 AS a\nRUN true\nFROM ghcr.io/acme/base:1 AS b\n',
    'docker-bake.hcl': bake('target = V == "1" ? "b" : V'),
  });
  const exported = buildkit.render(made);
  expect(exported.stated).toContainEqual(
    expect.stringMatching(/^ghcr\.io\/acme\/tool:1 is denied: It may have another role: --target is decided by /),
  );
  expect(decision(exported, 'ghcr.io/acme/tool:1')).toBe('deny');
});

test('a reference that only a run knows is not exported under strict', async () => {
  const made = await run(
    { Dockerfile: 'ARG TAG=1\nFROM ghcr.io/acme/base:$TAG\n', 'docker-bake.hcl': bake('args = { TAG = V }') },
    POLICY.replace('version: 1', 'version: 1\nprofile: strict'),
  );
  expect(buildkit.render(made)).toMatchObject({ allowed: 0 });
});
