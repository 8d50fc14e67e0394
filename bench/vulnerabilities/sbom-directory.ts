import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { readSbom } from '../../src/attestations/sbom/read.js';
import { type Sbom as Document, installedPackages } from '../../src/attestations/sbom/sbom.js';
import type { Distribution } from '../../src/packages/inventory.js';
import { parsePurl } from '../../src/packages/purl.js';

/** An SBOM, and the distribution that most of its purls name: `distro=alpine-3.17.2`, or apk's `distro=3.15.6`. */
export interface Sbom {
  readonly path: string;
  readonly sbom: Document;
  readonly distribution: Distribution | null;
}

/** Copies a directory's SBOM that we read, under names by which osv-scanner knows their format. */
export function copySboms(directory: string, into: string): readonly Sbom[] {
  mkdirSync(into, { recursive: true });
  return readdirSync(directory).flatMap((file) => {
    const extension = extname(file);
    const read = readSbom(readFileSync(join(directory, file)));
    if (!read.ok) return [];
    const format = read.value.format.name === 'SPDX' ? 'spdx' : 'cdx';
    const path = join(
      into,
      `${file.slice(0, -extension.length)}.${extension === '.spdx' ? 'spdx' : `${format}${extension}`}`,
    );
    copyFileSync(join(directory, file), path);
    return [{ path, sbom: read.value, distribution: distributionOf(read.value) }];
  });
}

/** Reads SBOM that were copied, one when the one before has been worked through, as a run reads images. */
export function* readSboms(paths: readonly string[]): Iterable<Sbom> {
  for (const path of paths) {
    const read = readSbom(readFileSync(path));
    if (!read.ok) throw new Error(`${path}: ${read.error.message}`);
    yield { path, sbom: read.value, distribution: distributionOf(read.value) };
  }
}

function distributionOf(sbom: Document): Distribution | null {
  const named = new Map<string, number>();
  for (const { purl } of installedPackages(sbom)) {
    const read = purl?.includes('distro=') === true ? parsePurl(purl) : undefined;
    if (read?.ok !== true) continue;
    const { namespace: id, qualifiers } = read.value;
    const distro = qualifiers.get('distro');
    if (distro === undefined || id === undefined) continue;
    const key = `${id} ${distro.startsWith(`${id}-`) ? distro.slice(id.length + 1) : distro}`;
    named.set(key, (named.get(key) ?? 0) + 1);
  }
  const [most] = [...named].sort(([, a], [, b]) => b - a);
  const [id, versionId] = most?.[0].split(' ') ?? [];
  return id === undefined || versionId === undefined ? null : { id, idLike: [], versionId, where: 'its purls' };
}
