import type { ExportTarget } from './export-target.js';

interface ListedTarget {
  /** The word of `--format`. */
  readonly name: string;
  readonly load: () => Promise<ExportTarget>;
}

/** Every form that `export` writes, in the order of the help; each is loaded on demand. */
export const EXPORT_TARGETS = [
  { name: 'buildkit', load: async () => (await import('./targets/buildkit.js')).buildkit },
  { name: 'buildx', load: async () => (await import('./targets/buildx.js')).buildx },
  { name: 'kyverno', load: async () => (await import('./targets/kyverno.js')).kyverno },
  {
    name: 'cluster-image-policy',
    load: async () => (await import('./targets/cluster-image-policy.js')).clusterImagePolicy,
  },
  { name: 'containers-policy', load: async () => (await import('./targets/containers-policy.js')).containersPolicy },
  { name: 'notation', load: async () => (await import('./targets/notation.js')).notation },
] as const satisfies readonly ListedTarget[];
