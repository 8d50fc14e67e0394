import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BuildProvenance } from '../../../src/attestations/provenance/provenance.js';
import { PROVENANCE_LIMITS, readProvenance } from '../../../src/attestations/provenance/read-provenance.js';
import { isProvenanceType } from '../../../src/signatures/predicate-types.js';
import {
  buildKitProvenance,
  COMMIT,
  generatorProvenance,
  githubProvenance,
  SLSA_V1,
  SLSA_V02,
} from '../../support/signing/make-provenance.js';

function read(predicateType: string, predicate: unknown): BuildProvenance {
  const provenance = readProvenance(predicateType, predicate);
  if (!provenance.ok) throw new Error(provenance.error.reason);
  return provenance.value;
}

test("GitHub's names the workflow's repository, its ref, and the commit from the dependency of that repository", () => {
  expect(read(SLSA_V1, githubProvenance({ finishedOn: '2026-05-01T10:00:00Z' }))).toEqual({
    format: 'SLSA v1',
    builder: 'https://github.com/acme/images/.github/workflows/release.yml@refs/heads/main',
    buildType: 'https://actions.github.io/buildtypes/workflow/v1',
    source: {
      repository: 'https://github.com/acme/images',
      ref: 'refs/heads/main',
      commit: COMMIT,
      from: 'buildDefinition/externalParameters/workflow',
    },
    parameters: [{ name: 'workflow', value: expect.stringContaining('release.yml') }],
    invocation: 'https://github.com/acme/images/actions/runs/1/attempts/1',
    finishedOn: '2026-05-01T10:00:00Z',
    materials: [{ uri: 'git+https://github.com/acme/images@refs/heads/main', digests: [`gitCommit:${COMMIT}`] }],
    materialCount: 1,
  });
});

test("slsa-github-generator's names the configSource", () => {
  expect(read(SLSA_V02, generatorProvenance()).source).toEqual({
    repository: 'https://github.com/acme/images',
    ref: 'refs/tags/v1',
    commit: COMMIT,
    from: 'invocation/configSource',
  });
});

test("BuildKit's names what its client said of the repository, no builder outside CI, materials with and without digest", () => {
  const provenance = read(SLSA_V02, buildKitProvenance());
  expect(provenance).not.toHaveProperty('builder');
  expect(provenance).toMatchObject({
    source: { repository: 'https://github.com/acme/images', commit: COMMIT, from: 'metadata/vcs' },
    startedOn: '2026-05-01T10:00:00Z',
    finishedOn: '2026-05-01T10:05:00Z',
    parameters: [
      { name: 'frontend', value: 'dockerfile.v0' },
      { name: 'args', value: '{"target":"release"}' },
    ],
    materials: [{ digests: [`sha256:${'a'.repeat(64)}`] }, { digests: [] }],
  });
});

test("BuildKit's in SLSA v1 is read", () => {
  const predicate = {
    buildDefinition: {
      buildType: 'https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md',
      externalParameters: {
        configSource: { uri: 'https://github.com/acme/images.git#main:app', digest: { sha1: COMMIT } },
      },
    },
    runDetails: { builder: { id: 'https://github.com/acme/images/actions/runs/5' }, metadata: {} },
  };
  expect(read(SLSA_V1, predicate).source).toMatchObject({
    repository: 'https://github.com/acme/images',
    ref: 'main',
    commit: COMMIT,
  });
});

describe('is not read', () => {
  test.each([
    ['https://slsa.dev/provenance/v0.1', {}, 'unsupported'],
    ['https://slsa.dev/provenance/v2', {}, 'unsupported'],
    ['https://in-toto.io/Provenance/v0.1', {}, 'unsupported'],
    [SLSA_V1, null, 'malformed'],
    [SLSA_V1, 'text', 'malformed'],
    [SLSA_V1, {}, 'malformed'],
    [SLSA_V1, { buildDefinition: {}, runDetails: {} }, 'malformed'],
    [SLSA_V1, buildKitProvenance(), 'malformed'],
    [SLSA_V02, githubProvenance(), 'malformed'],
    [SLSA_V02, { builder: {} }, 'malformed'],
  ])('%s with the predicate %j is refused', (predicateType, predicate, status) => {
    expect(isProvenanceType(predicateType)).toBe(true);
    const provenance = readProvenance(predicateType, predicate);
    expect(provenance.ok ? 'read' : provenance.error.status).toBe(status);
  });

  test('another type that begins like one', () => {
    expect(isProvenanceType('https://slsa.dev/provenance-like/v1')).toBe(false);
    expect(isProvenanceType('https://slsa.dev/verification_summary/v1')).toBe(false);
  });
});

test('a build of thousands of materials is kept in part, and counted in full', () => {
  const materials = Array.from({ length: 5000 }, (_, i) => ({ uri: `pkg:deb/debian/p${i}` }));
  const provenance = read(SLSA_V02, { ...buildKitProvenance(), materials });
  expect(provenance.materials).toHaveLength(PROVENANCE_LIMITS.materials);
  expect(provenance.materialCount).toBe(5000);
});

test('whatever JSON is given, nothing is thrown', () => {
  fc.assert(
    fc.property(fc.constantFrom(SLSA_V1, SLSA_V02), fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (type, a, b, c) => {
      const predicate = {
        builder: { id: a },
        buildType: 'x',
        invocation: b,
        metadata: c,
        materials: a,
        buildDefinition: { buildType: 'x', externalParameters: { workflow: a, source: b }, resolvedDependencies: c },
        runDetails: { builder: b, metadata: { buildkit_metadata: c } },
      };
      expect(readProvenance(type, predicate).ok).toBe(true);
    }),
  );
});
