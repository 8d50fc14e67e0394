import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { readSbom } from '../../src/attestations/sbom/read.js';
import { installedPackages, type Sbom } from '../../src/attestations/sbom/sbom.js';
import type { Distribution } from '../../src/packages/inventory.js';
import { parsePurl } from '../../src/packages/purl.js';

/** A bill of materials, and the distribution that most of its purls name: `distro=alpine-3.17.2`, or apk's `distro=3.15.6`. */
export interface Bill {
  readonly path: string;
  readonly sbom: Sbom;
  readonly distribution: Distribution | null;
}

/** Copies a folder's bills of materials that we read, under names by which osv-scanner knows their format. */
export function copyBills(folder: string, into: string): readonly Bill[] {
  mkdirSync(into, { recursive: true });
  return readdirSync(folder).flatMap((file) => {
    const extension = extname(file);
    const read = readSbom(readFileSync(join(folder, file)));
    if (!read.ok) return [];
    const format = read.value.format.name === 'SPDX' ? 'spdx' : 'cdx';
    const path = join(
      into,
      `${file.slice(0, -extension.length)}.${extension === '.spdx' ? 'spdx' : `${format}${extension}`}`,
    );
    copyFileSync(join(folder, file), path);
    return [{ path, sbom: read.value, distribution: distributionOf(read.value) }];
  });
}

/** Reads bills of materials that were copied. */
export function readBills(paths: readonly string[]): readonly Bill[] {
  return paths.map((path) => {
    const read = readSbom(readFileSync(path));
    if (!read.ok) throw new Error(`${path}: ${read.error.message}`);
    return { path, sbom: read.value, distribution: distributionOf(read.value) };
  });
}

function distributionOf(sbom: Sbom): Distribution | null {
  const named = new Map<string, number>();
  for (const { purl } of installedPackages(sbom)) {
    const read = purl === undefined ? undefined : parsePurl(purl);
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
