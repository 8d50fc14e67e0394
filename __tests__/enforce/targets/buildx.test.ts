import { beforeAll, describe, expect, test } from '@jest/globals';
import { onlyFile } from '../../../src/enforce/export-target.js';
import { buildx } from '../../../src/enforce/targets/buildx.js';
import type { Statement } from '../../../src/signatures/statement.js';
import { BUILDER, type BuildxRun, makeBuildxRun, SIGNER, withAttestation } from '../../support/enforce/buildx-run.js';
import { NOW } from '../../support/enforce/export-world.js';

let run: BuildxRun;
beforeAll(async () => {
  run = await makeBuildxRun();
});

const exported = (made: BuildxRun) => onlyFile(buildx.render({ ...made, now: NOW }));

/** The entry of the one image, which is JSON. */
function entryOf(made: BuildxRun): Readonly<Record<string, unknown>> {
  const [, entry = ''] = /^\t\t"sha256:[0-9a-f]{64}": (.*),$/m.exec(exported(made)) ?? [];
  return JSON.parse(entry);
}

test('export --format buildx pins no reference but those without a digest, and only for what was evaluated', () => {
  const text = exported(run);
  expect(text).toContain(
    `"${run.image.descriptor.digest}": {"tags": ["1"], "pins": ["1"], "platforms": ["linux/amd64","linux/amd64/v1"]},`,
  );
  expect(text.match(/pin_image\(/g)).toHaveLength(1);
  expect(text).toMatch(/allow if \{\n\tnot input\.image\.isCanonical\n[^}]*pin_image/);
});

test('a hostile policy name stays a comment', () => {
  const name = 'a/b/p.yml@main\npackage docker\ndefault allow := true\r\u2028#';
  const text = exported({ ...run, policy: { ...run.policy, source: { name, extends: [] } } });
  expect(text.split(/[\n\r\u2028\u2029\u0085]/).filter((line) => line.startsWith('default allow'))).toEqual([
    'default allow := false',
  ]);
  expect(text.split('\n').filter((line) => line.startsWith('package'))).toEqual(['package docker']);
});

describe('export --format buildx has checked again', () => {
  test('what rules at level error need: the user, the signer of the attestation manifest and the builder', () => {
    expect(entryOf(withAttestation(run, ['non-root', 'provenance-attested']))).toMatchObject({
      users: ['65532'],
      signers: [SIGNER],
      builders: [BUILDER],
    });
  });

  test('nothing that no rule at level error needs', () => {
    expect(Object.keys(entryOf(withAttestation(run, [])))).toEqual(['tags', 'pins', 'platforms']);
    expect(entryOf(withAttestation(run, ['sbom-attested']))).not.toHaveProperty('builders');
  });

  const OTHERS: readonly (readonly [what: string, change: (statement: Statement) => Statement])[] = [
    ['a signature that is not of the attestation manifest', (one) => ({ ...one, form: 'cosign attestation' })],
    ['a manifest that does not name the image', ({ namesImage: _, ...one }) => one],
    ['no provenance', (one) => ({ ...one, predicateType: 'https://spdx.dev/Document' })],
    ['a signature that is in no log', (one) => ({ ...one, logged: [] })],
    ['a key', (one) => ({ ...one, signer: { kind: 'key', name: 'a.pub', fingerprint: 'sha256:1' } })],
  ];
  test.each(OTHERS)('no signer that buildx would not see: %s', (_, change) => {
    expect(entryOf(withAttestation(run, ['provenance-attested'], change))).not.toHaveProperty('signers');
  });

  test('the day on which it is too old, where that is an error', async () => {
    const strict = withAttestation(await makeBuildxRun('fresh: { level: error, max-age: 30d }'), ['fresh']);
    expect(exported(strict)).toContain(`"until_ns": ${Date.parse('2026-12-25T12:00:00Z')}000000`);
  });

  test('no signer where the policy has a trusted root of its own, which buildx does not know', () => {
    const made = withAttestation(run, ['provenance-attested']);
    expect(entryOf({ ...made, policy: { ...made.policy, trustedRoot: '{}' } })).not.toHaveProperty('signers');
  });
});
