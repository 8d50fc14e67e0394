import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { z } from 'zod';
import { onlyFile } from '../../../src/enforce/export-target.js';
import { buildkit } from '../../../src/enforce/targets/buildkit.js';
import { formatReference, parseReference } from '../../../src/references/reference.js';
import { type BuildProbes, makeBuildProbes } from '../../support/enforce/build-probes.js';
import { exportFor } from '../../support/enforce/export-world.js';
import { evaluateSourcePolicy } from '../../support/enforce/source-policy-evaluator.js';
import { describeWithSharedData, sharedData } from '../../support/shared-data.js';

/** As BuildKit names it when it asks. */
function source(written: string): string {
  const parsed = parseReference(written);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return `docker-image://${formatReference(parsed.value)}`;
}

let world: BuildProbes;
let text: string;
let stated: readonly string[];
beforeAll(async () => {
  world = await makeBuildProbes();
  const exported = await exportFor(buildkit, world.run);
  text = onlyFile(exported);
  stated = exported.stated;
});

describe('export --format buildkit', () => {
  test('decides as the gate does, but for what is listed', () => {
    expect(world.probes.length).toBeGreaterThanOrEqual(40);
    const rows = world.probes.map(({ kind, reference, platform, gate, differs }) => {
      const { decision } = evaluateSourcePolicy(text, source(reference));
      const allowed = decision === 'allow' || decision === 'convert';
      return { kind, reference, platform, allowed, expected: differs['buildkit'] === undefined ? gate : !gate };
    });
    expect(rows.filter(({ allowed, expected }) => allowed !== expected)).toEqual([]);
    expect(new Set(rows.map(({ allowed }) => allowed))).toEqual(new Set([true, false]));
  });

  test.each([
    ['alpine:3.20', 'docker.io/library/alpine:3.20'],
    ['ghcr.io/acme/base:1', 'ghcr.io/acme/base:1'],
    ['docker/dockerfile:1', 'docker.io/docker/dockerfile:1'],
    ['mirror.example/hub/library/alpine:3.20', 'mirror.example/hub/library/alpine:3.20'],
  ])('%s is converted to the digest that was verified, whatever the tag names by then', (written, name) => {
    expect(evaluateSourcePolicy(text, source(written))).toEqual({
      decision: 'convert',
      result: `docker-image://${name}@${world.digests.get(name)}`,
    });
  });

  test.each(['local://context', 'https://example.com/x.tar', 'git://github.com/acme/app.git'])(
    'leaves %s to others: it is no image',
    (identifier) => {
      expect(evaluateSourcePolicy(text, identifier)).toEqual({ decision: 'allow' });
    },
  );

  test.each([
    'oci-layout://base@sha256:0',
    'docker-image+blob://ghcr.io/acme/base@sha256:0',
    'docker-image://docker.io/docker/buildkit-syft-scanner:stable-1',
  ])('denies %s', (identifier) => {
    expect(evaluateSourcePolicy(text, identifier)).toEqual({ decision: 'deny' });
  });

  test('says which policy, day and waiver it stands for in a rule that no source matches', () => {
    const { rules } = JSON.parse(text);
    expect(
      Object.fromEntries(rules[0].selector.constraints.map(({ key, value }: never) => [key, value])),
    ).toMatchObject({
      'base-image-gate.policy': '.github/base-image-gate.yml',
      'base-image-gate.policy-digest': expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      'base-image-gate.day': '2026-12-01',
      'base-image-gate.verdict': 'fail',
      'base-image-gate.first-waiver-ends': '2026-12-20 (signature-verified)',
    });
  });

  test('is the same for the same run', async () => {
    expect(onlyFile(await exportFor(buildkit, world.run))).toBe(text);
  });

  test('has no key that BuildKit does not know, and an action in each rule: either slip would allow everything', () => {
    const selector = z.strictObject({
      identifier: z.string(),
      match_type: z.enum(['EXACT', 'WILDCARD']),
      constraints: z.array(z.unknown()).optional(),
    });
    const rule = z.strictObject({
      action: z.enum(['ALLOW', 'DENY', 'CONVERT']),
      selector,
      updates: z.strictObject({ identifier: z.string() }).optional(),
    });
    const policy = z.strictObject({ version: z.literal(1), rules: z.array(rule) });
    expect(policy.safeParse(JSON.parse(text)).error).toBeUndefined();
  });

  test('has no wildcard or expression but in what it denies', () => {
    const { rules } = JSON.parse(text);
    for (const { action, selector } of rules) {
      if (action !== 'DENY') expect(selector).toMatchObject({ match_type: 'EXACT' });
    }
  });

  test("says why a reference is denied, and that a source policy can't distinguish platforms", () => {
    expect(stated).toContainEqual(expect.stringMatching(/^ghcr\.io\/acme\/old\/base:1 is denied: denied-base: /));
    expect(stated).toContainEqual(expect.stringMatching(/^ghcr\.io\/acme\/foreign:1 is denied: signature-verified: /));
    expect(stated).toContainEqual(
      expect.stringMatching(/^A source policy can't distinguish platforms: .* linux\/amd64, linux\/arm64 /),
    );
  });
});

describeWithSharedData('schemas/buildkit-source-policy.schema.json', 'the source policy', () => {
  test('has no key that BuildKit would ignore', () => {
    const schema = JSON.parse(readFileSync(sharedData('schemas/buildkit-source-policy.schema.json'), 'utf8'));
    const validate = new Ajv({ strict: false }).compile(schema);
    expect(validate(JSON.parse(text))).toBe(true);
  });
});

describeWithSharedData('peers/source-policy/cases.jsonl', 'our evaluator of source policies', () => {
  test('answers as BuildKit did', () => {
    const cases = readFileSync(sharedData('peers/source-policy/cases.jsonl'), 'utf8').trim().split('\n');
    for (const line of cases) {
      const { name, policy, source: asked, expect: answer } = JSON.parse(line);
      // What an attribute says is not in the exports.
      if (JSON.stringify(policy).includes('attrs')) continue;
      const { decision, result } = evaluateSourcePolicy(JSON.stringify(policy), asked);
      expect({ name, decision, result }).toEqual({ name, decision: answer.decision, result: answer.result });
    }
  });
});
