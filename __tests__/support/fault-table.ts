import { readFile, writeFile } from 'node:fs/promises';
import { expect } from '@jest/globals';
import type { Evidence } from '../../src/evidence/evidence.js';
import { digestOf } from '../../src/registry/digest.js';
import type { ImageSource, RegistryError, Repository } from '../../src/registry/image-source.js';
import { BlobStreamError, registryErrorEvidence } from '../../src/registry/registry-error.js';
import { resolveImage } from '../../src/registry/resolve.js';
import type { Result } from '../../src/result.js';
import { faultList } from './fault-list.js';
import { startFaultProxy } from './fault-proxy.js';
import { type MadeContent, type MadeImage, makeArtifact, makeImage, makeIndex, subjectOf } from './image-maker.js';
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

/** Small, so that a fault that can only end by a limit ends soon. */
const LIMITS = { attempts: 2, 'document-ms': 800, 'answer-ms': 800, 'run-ms': 2500, 'run-bytes': 20_000_000 };
const AT_A_TIME = 12;

/** Puts every fault between us and a registry, and tells what an image, its referrers and its layer then are. */
export async function faultTable(upstream: string, content: FaultContent): Promise<readonly FaultRow[]> {
  const deep = [1, 2, 3, 4, 5, 6].reduce((inner) => makeIndex([inner]), content.index);
  const faults = [...faultList(upstream, deep)];
  const rows: FaultRow[] = [];
  for (let at = 0; at < faults.length; at += AT_A_TIME) {
    const some = faults.slice(at, at + AT_A_TIME);
    rows.push(
      ...(await Promise.all(
        some.map(async ([fault, does]): Promise<FaultRow> => {
          const ask = async (question: (source: ImageSource, repository: Repository) => Promise<string>) => {
            // A proxy of its own for each question, since some faults happen once.
            const proxy = await startFaultProxy(upstream, does);
            const registries = { [proxy.host]: LOOPBACK_HTTP, [upstream]: LOOPBACK_HTTP };
            const source = await openFor([], { registries, limits: LIMITS });
            const answer = await question(source, { registry: proxy.host, repository: 'base/app' });
            await proxy.close();
            return answer;
          };
          const [image, referrers, layer] = await Promise.all([
            ask((source, repository) => imageAnswer(source, repository, content)),
            ask((source, repository) => referrersAnswer(source, repository, content)),
            ask((source, repository) => layerAnswer(source, repository, content)),
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

const DOCUMENT = new URL('../../docs/registry-faults.md', import.meta.url);
const INTRODUCTION = `# Faults between the gate and a registry

Made by \`__tests__/registry/faults.test.ts\`, which fails where this table no longer tells the truth, and held to Docker's
own registry by \`faults.peer.test.ts\`. Each row puts one fault between the client and the registry and asks for an image by
its tag, for what refers to it, and for a layer. _right_ is the right content, hashed; _others_ are entries that a registry
lists although they refer to something else, which prove nothing; _none_ is an absence that the registry itself vouched for;
everything else is the cause under which the evidence is unavailable, and never a pass.

`;

/** A Markdown table with its columns in line, as the formatter wants it; the first row is the head. */
function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], filler: string) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width, filler)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head, ' '), line([], '-'), ...body.map((row) => line(row, ' ')), ''].join('\n');
}

/** Compares rows with the document, which \`UPDATE_TABLES=1\` writes anew. */
export async function expectFaultTable(rows: readonly FaultRow[]): Promise<void> {
  const table = formatTable([
    ['fault', 'image', 'referrers', 'layer'],
    ...rows.map(({ fault, image, referrers, layer }) => [fault, image, referrers, layer]),
  ]);
  if (process.env['UPDATE_TABLES'] === '1') await writeFile(DOCUMENT, INTRODUCTION + table);
  expect(await readFile(DOCUMENT, 'utf8')).toBe(INTRODUCTION + table);
  expect(table).not.toContain('WRONG');
}
