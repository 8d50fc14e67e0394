import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LayerFile, type MadeContent, makeTar } from './image-maker.js';

export interface LayoutEntry {
  readonly content: MadeContent;
  /** The annotation `org.opencontainers.image.ref.name`: `registry/repository:tag`, or a bare tag. Referrers need none. */
  readonly name?: string;
}

/** Writes an OCI image layout with these entries into `directory`, which is made if need be. */
export async function writeLayout(directory: string, entries: readonly LayoutEntry[]): Promise<void> {
  await mkdir(join(directory, 'blobs/sha256'), { recursive: true });
  for (const { content } of entries) {
    for (const [digest, { bytes }] of content.manifests) await writeFile(blobPath(directory, digest), bytes);
    for (const [digest, bytes] of content.blobs) await writeFile(blobPath(directory, digest), bytes);
  }
  await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(
    join(directory, 'index.json'),
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: entries.map(({ content, name }) => ({
        ...content.descriptor,
        ...(name === undefined
          ? {}
          : { annotations: { ...content.descriptor.annotations, 'org.opencontainers.image.ref.name': name } }),
      })),
    }),
  );
}

export function blobPath(directory: string, digest: string): string {
  return join(directory, 'blobs', digest.replace(':', '/'));
}

/** Packs a layout directory into one uncompressed tar. */
export async function writeLayoutTar(directory: string, file: string): Promise<void> {
  const files: LayerFile[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.push({ path: path.slice(directory.length + 1), content: await readFile(path) });
  }
  await writeFile(file, await makeTar(files));
}
