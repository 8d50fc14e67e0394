import { expect } from '@jest/globals';
import type { Evidence } from '../../../src/evidence/evidence.js';
import type { Result } from '../../../src/lib/result.js';
import { digestOf } from '../../../src/references/digest.js';
import type { ImageSource, RegistryError, Repository } from '../../../src/registry/image-source.js';
import { BlobStreamError, registryErrorEvidence } from '../../../src/registry/registry-error.js';
import { resolveImage } from '../../../src/registry/resolve.js';
import { expectDocument } from '../held-table.js';
import {
  type MadeContent,
  type MadeImage,
  makeArtifact,
  makeImage,
  makeIndex,
  subjectOf,
} from '../image/image-maker.js';
import { faultList } from './fault-list.js';
import { startFaultProxy } from './fault-proxy.js';
import { LOOPBACK_HTTP, openFor } from './registry-open.js';

/** What the registry behind the proxy must hold: `base/app:1` is `index`, and `signature` refers to it. */
export interface FaultContent {
  readonly image: MadeImage;
  readonly index: MadeContent;
  readonly signature: MadeContent;
}

export async function makeFaultContent(): Promise<FaultContent> {
  const image = await makeImage({ layers: [[{ path: 'a', content: 'x'.repeat(200_000) }]], compression: 'none' });
  const index = makeIndex([image]);
  const layers = [{ mediaType: 'text/plain', content: 'signed' }];
  return {
    image,
    index,
    signature: makeArtifact({ artifactType: 'example/signature', subject: subjectOf(index), layers }),
  };
}

export interface FaultRow {
  readonly fault: string;
  readonly image: string;
  readonly referrers: string;
  readonly layer: string;
}

/** Generous, so that a busy machine changes nothing; and short for the faults that only time can end. */
const LIMITS = { attempts: 2, 'document-ms': 20_000, 'answer-ms': 20_000, 'run-bytes': 20_000_000 };
const TIMED_LIMITS = { attempts: 1, 'document-ms': 400, 'answer-ms': 400, 'run-ms': 3000 };
const TIMED: ReadonlySet<string> = new Set(['a slow trickle', 'no answer']);
const AT_A_TIME = 6;

/** Puts every fault between us and a registry, and shows what an image, its referrers and its layer then are. */
export async function faultTable(upstream: string, content: FaultContent): Promise<readonly FaultRow[]> {
  const deep = [1, 2, 3, 4, 5, 6].reduce((inner) => makeIndex([inner]), content.index);
  const faults = [...faultList(upstream, deep)];
  const rows: FaultRow[] = [];
  for (let at = 0; at < faults.length; at += AT_A_TIME) {
    const some = faults.slice(at, at + AT_A_TIME);
    rows.push(
      ...(await Promise.all(
        some.map(async ([fault, does]): Promise<FaultRow> => {
          const resolve = async (question: (source: ImageSource, repository: Repository) => Promise<string>) => {
            // A proxy of its own for each question, since some faults happen once.
            const proxy = await startFaultProxy(upstream, does);
            const registries = { [proxy.host]: LOOPBACK_HTTP, [upstream]: LOOPBACK_HTTP };
            const source = await openFor([], { registries, limits: TIMED.has(fault) ? TIMED_LIMITS : LIMITS });
            const answer = await question(source, { registry: proxy.host, repository: 'base/app' });
            await proxy.close();
            // Which of its two timestamps ends a trickle depends on how busy the machine is.
            return TIMED.has(fault) ? answer.replace(' (run-ms)', '') : answer;
          };
          const [image, referrers, layer] = await Promise.all([
            resolve((source, repository) => imageAnswer(source, repository, content)),
            resolve((source, repository) => referrersAnswer(source, repository, content)),
            resolve((source, repository) => layerAnswer(source, repository, content)),
          ]);
          return { fault, image, referrers, layer };
        }),
      )),
    );
  }
  return rows;
}

async function imageAnswer(
  source: ImageSource,
  repository: Repository,
  { image, index }: FaultContent,
): Promise<string> {
  const platform = { os: 'linux', architecture: 'amd64' };
  const resolved = await resolveImage(source, { ...repository, tag: '1' }, platform);
  if (!resolved.ok) return failure(resolved.error);
  const { digest, configDigest } = resolved.value;
  return digest === index.descriptor.digest && configDigest === image.config.digest ? 'right' : 'WRONG';
}

async function referrersAnswer(
  source: ImageSource,
  repository: Repository,
  { index, signature }: FaultContent,
): Promise<string> {
  const found = await source.referrers(repository, index.descriptor.digest);
  if (!found.ok) return failure(found.error);
  const digests = found.value.descriptors.map(({ digest }) => digest);
  return digests.length === 0 ? 'none' : digests.join() === signature.descriptor.digest ? 'right' : 'others';
}

async function layerAnswer(source: ImageSource, repository: Repository, { image }: FaultContent): Promise<string> {
  const layer = image.layers[0] ?? image.config;
  const stream: Result<AsyncIterable<Uint8Array>, RegistryError> = await source.blobStream(repository, layer, 'layer');
  if (!stream.ok) return failure(stream.error);
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of stream.value) chunks.push(chunk);
  } catch (error) {
    if (error instanceof BlobStreamError) return failure(error.error);
    throw error;
  }
  return digestOf(Buffer.concat(chunks)) === layer.digest ? 'right' : 'WRONG';
}

function failure(error: RegistryError): string {
  const evidence: Evidence<never> = registryErrorEvidence(error);
  if (evidence.status !== 'unavailable') return evidence.status;
  return error.limit === undefined ? evidence.cause : `${evidence.cause} (${error.limit})`;
}

const INTRODUCTION = `# Faults between the gate and a registry

Made by \`__tests__/registry/faults.test.ts\`, which fails where this table no longer shows the truth, and held to Docker's
own registry by \`faults.peer.test.ts\`. Each row puts one fault between the client and the registry and asks for an image by
its tag, for what refers to it, and for a layer. _right_ is the right content, hashed; _others_ are entries that a registry
lists although they refer to something else, which prove nothing; _none_ is an absence that the registry itself vouched for;
everything else is the cause under which the evidence is unavailable, and never a pass.
`;

/** Compares rows with the document, which `UPDATE_TABLES=1` writes anew. */
export async function expectFaultTable(rows: readonly FaultRow[]): Promise<void> {
  const cells = rows.map(({ fault, image, referrers, layer }) => [fault, image, referrers, layer]);
  await expectDocument('dev/registry-faults.md', INTRODUCTION, ['fault', 'image', 'referrers', 'layer'], cells);
  expect(cells.flat()).not.toContain('WRONG');
}
