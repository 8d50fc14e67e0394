import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { parseAllDocuments } from 'yaml';
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
import { describeWithSharedData, sharedData } from '../../support/shared-data.js';

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

const CRDS = [
  { name: 'kyverno', target: kyverno, schema: 'schemas/kyverno-imagevalidatingpolicy-v1.schema.json' },
  {
    name: 'cluster-image-policy',
    target: clusterImagePolicy,
    schema: 'schemas/policy-controller-clusterimagepolicy-v1beta1.schema.json',
  },
] as const;
for (const { name, target, schema } of CRDS) {
  describeWithSharedData(schema, `export --format ${name}`, () => {
    test('is what the custom resource definition describes, with every kind of signer', async () => {
      const validate = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(sharedData(schema), 'utf8')));
      const signers = [
        '{ key: { file: acme.pub } }',
        '{ key: { file: release.pub, log: ignored }, signature-repository: ghcr.io/acme/signatures }',
        '{ keyless: { issuer: "https://accounts.google.com", subject: release@acme.example } }',
        '{ keyless: { issuer: "https://ci.example", subject: "https://ci.example/acme/**" } }',
      ];
      const more = signers.map((signer, index) => `  - { image: "ghcr.io/more/${index}", authorities: [${signer}] }\n`);
      const policy = world.run.policy.replace('deny:\n', `${more.join('')}deny:\n`);
      const documents = parseAllDocuments(onlyFile(await exportFor(target, { ...world.run, policy })));
      expect(documents.length).toBeGreaterThan(0);
      for (const document of documents) {
        validate(document.toJS());
        expect(validate.errors).toBeNull();
      }
    });
  });
}
