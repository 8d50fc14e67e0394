import { optionalField } from '../../../src/lib/collections.js';
/** Provenance predicates in the shapes that the build platforms write. */

export const COMMIT = 'c27d339ee6075c1f744c5d4b200f7901aad2c369';
export const SLSA_V1 = 'https://slsa.dev/provenance/v1';
export const SLSA_V02 = 'https://slsa.dev/provenance/v0.2';

interface Made {
  readonly repository?: string;
  readonly builder?: string;
  readonly finishedOn?: string;
}

/** As actions/attest-build-provenance writes it. @see https://actions.github.io/buildtypes/workflow/v1 */
export function githubProvenance({ repository = 'https://github.com/acme/images', builder, finishedOn }: Made = {}) {
  return {
    buildDefinition: {
      buildType: 'https://actions.github.io/buildtypes/workflow/v1',
      externalParameters: {
        workflow: { ref: 'refs/heads/main', repository, path: '.github/workflows/release.yml' },
      },
      internalParameters: { github: { event_name: 'push', runner_environment: 'github-hosted' } },
      resolvedDependencies: [{ uri: `git+${repository}@refs/heads/main`, digest: { gitCommit: COMMIT } }],
    },
    runDetails: {
      builder: { id: builder ?? `${repository}/.github/workflows/release.yml@refs/heads/main` },
      metadata: {
        invocationId: `${repository}/actions/runs/1/attempts/1`,
        ...optionalField('finishedOn', finishedOn),
      },
    },
  };
}

/** As slsa-github-generator's container workflow writes it. */
export function generatorProvenance(repository = 'https://github.com/acme/images') {
  return {
    builder: {
      id: 'https://github.com/slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml@refs/tags/v2.0.0',
    },
    buildType: 'https://github.com/slsa-framework/slsa-github-generator/container@v1',
    invocation: {
      configSource: {
        uri: `git+${repository}@refs/tags/v1`,
        digest: { sha1: COMMIT },
        entryPoint: '.github/workflows/release.yml',
      },
      parameters: {},
    },
    metadata: { buildInvocationID: '1-1', completeness: { parameters: true } },
    materials: [{ uri: `git+${repository}@refs/tags/v1`, digest: { sha1: COMMIT } }],
  };
}

/** As BuildKit writes it with `--attest type=provenance,mode=max`. @see https://docs.docker.com/build/metadata/attestations/slsa-definitions/ */
export function buildKitProvenance(builder = '') {
  return {
    builder: { id: builder },
    buildType: 'https://mobyproject.org/buildkit@v1',
    materials: [
      { uri: 'pkg:docker/alpine@3.20?platform=linux%2Famd64', digest: { sha256: 'a'.repeat(64) } },
      { uri: 'https://example.com/file.tgz' },
    ],
    invocation: {
      configSource: { entryPoint: 'Dockerfile' },
      parameters: { frontend: 'dockerfile.v0', args: { target: 'release' } },
      environment: { platform: 'linux/amd64' },
    },
    metadata: {
      buildInvocationID: 'abc',
      buildStartedOn: '2026-05-01T10:00:00Z',
      buildFinishedOn: '2026-05-01T10:05:00Z',
      'https://mobyproject.org/buildkit@v1#metadata': {
        vcs: { revision: COMMIT, source: 'https://github.com/acme/images.git' },
      },
    },
  };
}
