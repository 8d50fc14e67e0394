import { beforeAll, describe, expect, test } from '@jest/globals';
import { type ExportTarget, onlyFile } from '../../../src/enforce/export-target.js';
import { clusterImagePolicy } from '../../../src/enforce/targets/cluster-image-policy.js';
import { kyverno } from '../../../src/enforce/targets/kyverno.js';
import { parseReference, repositoryName } from '../../../src/references/reference.js';
import {
  evaluateClusterImagePolicies,
  evaluateKyvernoPolicy,
  type IsSignedBy,
} from '../../support/enforce/cluster-evaluators.js';
import { type ClusterProbes, makeClusterProbes } from '../../support/enforce/cluster-probes.js';
import { exportFor, sourceOf } from '../../support/enforce/export-world.js';

const EVALUATORS: readonly { readonly name: string; readonly target: ExportTarget; readonly evaluate: Evaluate }[] = [
  { name: 'kyverno', target: kyverno, evaluate: evaluateKyvernoPolicy },
  { name: 'cluster-image-policy', target: clusterImagePolicy, evaluate: evaluateClusterImagePolicies },
];
type Evaluate = (text: string, image: string, isSignedBy: IsSignedBy) => boolean;

let world: ClusterProbes;
beforeAll(async () => {
  world = await makeClusterProbes('ghcr.io', '{}', sourceOf);
});

/** A tag is resolved first; a key counts if it signed what the reference names. */
const isSignedBy: IsSignedBy = (image, pem) => {
  const parsed = parseReference(image);
  if (!parsed.ok) return false;
  const name = repositoryName(parsed.value);
  const digest = parsed.value.digest ?? world.digests.get(`${name}:${parsed.value.tag}`);
  return world.signedBy.get(`${name}@${digest}`)?.includes(pem) === true;
};

describe.each(EVALUATORS)('export --format $name', ({ name, target, evaluate }) => {
  test('decides as the gate does, but for what is listed', async () => {
    const text = onlyFile(await exportFor(target, world.run));
    const rows = world.probes.map(({ kind, reference, gate, differs }) => ({
      kind,
      reference,
      allowed: evaluate(text, reference, isSignedBy),
      expected: differs[name] === undefined ? gate : !gate,
    }));
    expect(rows.length).toBeGreaterThanOrEqual(40);
    expect(rows.filter(({ allowed, expected }) => allowed !== expected)).toEqual([]);
    expect(new Set(rows.map(({ allowed }) => allowed))).toEqual(new Set([true, false]));
  });
});
