import { optionalField } from '../../lib/collections.js';
import { err, ok, type Result } from '../../lib/result.js';
import { type Fields, isFields, objects, text } from '../sbom/fields.js';
import type { BuildParameter, BuildProvenance, BuildSource, Material } from './provenance.js';
import { readSourceUri } from './source-uri.js';

/** How much of a predicate is kept; a build of a distribution has thousands of materials. */
export const PROVENANCE_LIMITS = { materials: 1000, parameters: 100, 'parameter-characters': 300 } as const;

/** Why a predicate gives no provenance; `reason` completes "The provenance …". */
export interface ProvenanceError {
  readonly status: 'unsupported' | 'malformed';
  readonly reason: string;
}

/**
 * Reads a SLSA provenance predicate. Takes v0.2 and v1, as GitHub, slsa-github-generator, BuildKit, Tekton Chains and
 * Google Cloud Build write them. Fails with `unsupported` for other versions, and with `malformed` where the predicate
 * has not the shape of its type.
 * @see https://slsa.dev/spec/v1.1/provenance and https://slsa.dev/spec/v0.2/provenance
 */
export function readProvenance(predicateType: string, predicate: unknown): Result<BuildProvenance, ProvenanceError> {
  if (!isFields(predicate)) return err({ status: 'malformed', reason: 'is not an object' });
  if (/^https:\/\/slsa\.dev\/provenance\/v1(?:\.[0-9]+)?$/.test(predicateType)) return readV1(predicate);
  if (predicateType === 'https://slsa.dev/provenance/v0.2') return readV02(predicate);
  return err({
    status: 'unsupported',
    reason: `has the type ${predicateType.slice(0, 100)}; only SLSA v0.2 and v1 are supported`,
  });
}

function readV1(predicate: Fields): Result<BuildProvenance, ProvenanceError> {
  const definition = predicate['buildDefinition'];
  const details = predicate['runDetails'];
  if (!isFields(definition) || !isFields(details)) {
    return err({ status: 'malformed', reason: 'has no buildDefinition and runDetails, as SLSA v1 requires' });
  }
  const buildType = text(definition['buildType']);
  if (buildType === undefined) return err({ status: 'malformed', reason: 'names no buildType' });
  const external = fieldsOf(definition['externalParameters']);
  const metadata = fieldsOf(details['metadata']);
  const materials = readMaterials(definition['resolvedDependencies']);
  const source = sourceOfV1(external, fieldsOf(metadata['buildkit_metadata']), materials);
  return ok(
    assemble({
      format: 'SLSA v1',
      builder: fieldsOf(details['builder'])['id'],
      buildType,
      source,
      parameters: external,
      invocation: metadata['invocationId'],
      startedOn: metadata['startedOn'],
      finishedOn: metadata['finishedOn'],
      materials,
    }),
  );
}

function readV02(predicate: Fields): Result<BuildProvenance, ProvenanceError> {
  const buildType = text(predicate['buildType']);
  if (buildType === undefined || !isFields(predicate['builder'])) {
    return err({ status: 'malformed', reason: 'has no builder and buildType, as SLSA v0.2 requires' });
  }
  const invocation = fieldsOf(predicate['invocation']);
  const metadata = fieldsOf(predicate['metadata']);
  const materials = readMaterials(predicate['materials']);
  const buildKit = fieldsOf(metadata['https://mobyproject.org/buildkit@v1#metadata']);
  return ok(
    assemble({
      format: 'SLSA v0.2',
      builder: predicate['builder']['id'],
      buildType,
      source: fromDescriptor(invocation['configSource'], 'invocation/configSource') ?? fromVcs(buildKit, 'metadata'),
      parameters: fieldsOf(invocation['parameters']),
      invocation: metadata['buildInvocationID'] ?? metadata['buildInvocationId'],
      startedOn: metadata['buildStartedOn'],
      finishedOn: metadata['buildFinishedOn'],
      materials,
    }),
  );
}

interface Parts {
  readonly format: BuildProvenance['format'];
  readonly builder: unknown;
  readonly buildType: string;
  readonly source: BuildSource | undefined;
  readonly parameters: Fields;
  readonly invocation: unknown;
  readonly startedOn: unknown;
  readonly finishedOn: unknown;
  readonly materials: readonly Material[];
}

function assemble(parts: Parts): BuildProvenance {
  const { format, buildType, source, materials } = parts;
  const builder = text(parts.builder);
  const invocation = text(parts.invocation);
  const startedOn = text(parts.startedOn);
  const finishedOn = text(parts.finishedOn);
  return {
    format,
    buildType,
    parameters: readParameters(parts.parameters),
    materials: materials.slice(0, PROVENANCE_LIMITS.materials),
    materialCount: materials.length,
    ...optionalField('builder', builder),
    ...optionalField('source', source),
    ...optionalField('invocation', invocation),
    ...optionalField('startedOn', startedOn),
    ...optionalField('finishedOn', finishedOn),
  };
}

/** Where a v1 predicate keeps its source: each build type has its own place. */
function sourceOfV1(external: Fields, buildKit: Fields, materials: readonly Material[]): BuildSource | undefined {
  // GitHub: https://actions.github.io/buildtypes/workflow/v1
  const workflow = external['workflow'];
  const repository = isFields(workflow) ? text(workflow['repository']) : undefined;
  if (isFields(workflow) && repository !== undefined) {
    const ref = text(workflow['ref']);
    const source = readSourceUri(repository);
    const commit = commitOfMaterial(materials, source.repository);
    return {
      repository: source.repository,
      from: 'buildDefinition/externalParameters/workflow',
      ...optionalField('ref', ref),
      ...optionalField('commit', commit),
    };
  }
  for (const field of ['source', 'configSource', 'buildConfigSource', 'sourceToBuild']) {
    const value = external[field];
    const descriptor = typeof value === 'string' ? { uri: value } : value;
    const source = fromDescriptor(descriptor, `buildDefinition/externalParameters/${field}`);
    if (source !== undefined) return source;
  }
  return fromVcs(buildKit, 'runDetails/metadata/buildkit_metadata');
}

/** `{ uri, digest }`, and Google Cloud Build's `{ repository, ref }`. */
function fromDescriptor(value: unknown, from: string): BuildSource | undefined {
  if (!isFields(value)) return undefined;
  const uri = text(value['uri']) ?? text(value['repository']);
  if (uri === undefined) return undefined;
  const { repository, ref = text(value['ref']) } = readSourceUri(uri);
  const digest = fieldsOf(value['digest']);
  const commit = text(digest['gitCommit']) ?? text(digest['sha1']);
  return { repository, from, ...optionalField('ref', ref), ...optionalField('commit', commit) };
}

/** BuildKit notes the repository of a local context next to the build, as its client reported it. */
function fromVcs(buildKit: Fields, from: string): BuildSource | undefined {
  const vcs = fieldsOf(buildKit['vcs']);
  const source = text(vcs['source']);
  if (source === undefined) return undefined;
  const commit = text(vcs['revision']);
  const { repository, ref } = readSourceUri(source);
  return {
    repository,
    from: `${from}/vcs`,
    ...optionalField('ref', ref),
    ...optionalField('commit', commit),
  };
}

function commitOfMaterial(materials: readonly Material[], repository: string): string | undefined {
  const material = materials.find(({ uri }) => readSourceUri(uri).repository === repository);
  const digest = material?.digests.find((text) => text.startsWith('gitCommit:') || text.startsWith('sha1:'));
  return digest?.slice(digest.indexOf(':') + 1);
}

function readMaterials(value: unknown): readonly Material[] {
  return objects(value).flatMap((material) => {
    const uri = text(material['uri']) ?? text(material['name']);
    if (uri === undefined) return [];
    const digests = Object.entries(fieldsOf(material['digest'])).flatMap(([algorithm, digest]) =>
      typeof digest === 'string' ? [`${algorithm}:${digest}`] : [],
    );
    return [{ uri, digests }];
  });
}

function readParameters(parameters: Fields): readonly BuildParameter[] {
  const most = PROVENANCE_LIMITS['parameter-characters'];
  return Object.entries(parameters)
    .slice(0, PROVENANCE_LIMITS.parameters)
    .map(([name, value]) => {
      const written = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
      return { name, value: written.length <= most ? written : `${written.slice(0, most)}…` };
    });
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}
