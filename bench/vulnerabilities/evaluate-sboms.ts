import { collectKnown } from '../../__tests__/support/image/vulnerability-run.js';
import type { ImageSbom } from '../../src/attestations/sbom/image-sbom.js';
import { present } from '../../src/evidence/evidence.js';
import type { Hit } from './osv-scanner.js';
import { readSboms, type Sbom } from './sbom-directory.js';

/** What we find in SBOM, each as if it were the signed one of an image whose layers tell nothing. */
export interface Evaluated {
  readonly hits: readonly Hit[];
  readonly packages: number;
  /** What stays open, by sbom: an image with anything here is indeterminate, and not clean. */
  readonly unevaluated: readonly { readonly path: string; readonly reasons: readonly string[] }[];
}

export async function evaluateSboms(exports: string, paths: readonly string[]): Promise<Evaluated> {
  const shared = new Map<string, Promise<unknown>>();
  const hits: Hit[] = [];
  const unevaluated: { path: string; reasons: readonly string[] }[] = [];
  let packages = 0;
  for (const { path, sbom, distribution } of readSboms(paths)) {
    const evidence = await collectKnown({
      inventory: { distribution, packages: [], databases: [], unknowns: [], unreadContents: [], uncataloged: [] },
      evidence: { sbom: present(sbomOf({ path, sbom, distribution }), path) },
      settings: { vulnerabilitiesDirectory: exports },
      shared,
    });
    if (evidence.status !== 'present') throw new Error(`${path}: ${JSON.stringify(evidence).slice(0, 500)}`);
    const { found, unevaluated: open, packages: count } = evidence.value;
    packages += count;
    for (const { package: about, records } of found) {
      hits.push(...records.map((id) => ({ source: path, name: about.name, version: about.version, id })));
    }
    if (open.length > 0) unevaluated.push({ path, reasons: [...new Set(open.map(({ reason }) => reason))] });
  }
  return { hits, packages, unevaluated };
}

function sbomOf({ path, sbom }: Sbom): ImageSbom {
  const chosen = { sbom, digest: '', on: 'platform', predicateType: '', place: path } as const;
  return { chosen, counts: true, all: [chosen], problems: [], disagreements: [] };
}
