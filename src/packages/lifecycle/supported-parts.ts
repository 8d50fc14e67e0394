import type { FileTree } from '../../image-content/filesystem/file-tree.js';
import { optionalField } from '../../lib/collections.js';
import { componentOf } from '../components.js';
import type { Distribution, Inventory } from '../inventory.js';

/** A part of an image whose makers say how long they fix it. */
export interface SupportedPart {
  readonly role: 'distribution' | 'runtime';
  /** For people: `Debian`, `Node.js`; the os-release ID of a distribution that the table lacks. */
  readonly name: string;
  /** The product in the table of lifecycles; null where the table has none of that name. */
  readonly product: string | null;
  /** Undefined where a rolling distribution says none. */
  readonly version?: string;
  /** The file or package that shows. */
  readonly where: string;
}

/** os-release IDs → products, and what people call them. */
const DISTRIBUTIONS: Readonly<Record<string, { readonly product: string; readonly name: string }>> = {
  alpine: { product: 'alpine-linux', name: 'Alpine Linux' },
  debian: { product: 'debian', name: 'Debian' },
  ubuntu: { product: 'ubuntu', name: 'Ubuntu' },
  rhel: { product: 'rhel', name: 'Red Hat Enterprise Linux' },
  centos: { product: 'centos', name: 'CentOS' },
  amzn: { product: 'amazon-linux', name: 'Amazon Linux' },
  rocky: { product: 'rocky-linux', name: 'Rocky Linux' },
  almalinux: { product: 'almalinux', name: 'AlmaLinux' },
  fedora: { product: 'fedora', name: 'Fedora' },
  ol: { product: 'oracle-linux', name: 'Oracle Linux' },
  opensuse: { product: 'opensuse', name: 'openSUSE' },
  'opensuse-leap': { product: 'opensuse', name: 'openSUSE Leap' },
  sles: { product: 'sles', name: 'SUSE Linux Enterprise Server' },
  sle_hpc: { product: 'sles', name: 'SUSE Linux Enterprise Server' },
  photon: { product: 'vmware-photon', name: 'Photon OS' },
};
const CENTOS_STREAM = { product: 'centos-stream', name: 'CentOS Stream' };

/** Distributions that have no releases to end. */
const ROLLING: ReadonlySet<string> = new Set([
  'wolfi',
  'chainguard',
  'minimos',
  'arch',
  'opensuse-tumbleweed',
  'gentoo',
  'void',
]);

/** Distributions that keep several versions of a runtime and drop each when its makers do. */
const FOLLOWS_UPSTREAM: ReadonlySet<string> = new Set(['wolfi', 'chainguard', 'minimos']);

/** The distribution and the runtimes of an image. Runtimes that a distribution with releases packages are its own to support. */
export function supportedParts(tree: FileTree, inventory: Inventory): readonly SupportedPart[] {
  const { distribution } = inventory;
  const parts = [
    ...(distribution === null || isRolling(distribution) ? [] : [distributionPart(distribution)]),
    ...(distribution !== null && FOLLOWS_UPSTREAM.has(distribution.id) ? packagedRuntimes(inventory) : []),
    ...ownRuntimes(tree, inventory),
  ];
  const seen = new Set<string>();
  return parts.filter(({ product, version }) => {
    const key = `${product} ${version}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

/** Debian testing and unstable, and Alpine edge, say no number, or one with a word. */
export function isRolling({ id, versionId }: Distribution): boolean {
  return (
    ROLLING.has(id) ||
    (id === 'debian' && versionId === undefined) ||
    (id === 'alpine' && /_alpha|edge/.test(versionId ?? ''))
  );
}

/** A distribution with releases, as the table of lifecycles calls it. */
export function distributionPart({ id, versionId, prettyName, where }: Distribution): SupportedPart {
  const isStream = id === 'centos' && /stream/i.test(prettyName ?? '');
  const { product, name } = isStream ? CENTOS_STREAM : (DISTRIBUTIONS[id] ?? { product: null, name: id });
  return {
    role: 'distribution',
    name,
    product,
    ...optionalField('version', versionId),
    where: `/${where}`,
  };
}

/** apk packages such as `nodejs-22`, `python-3.12`, `go-1.23`, `openjdk-21-jre`, whose stream is in the name. */
const STREAMS: readonly { readonly pattern: RegExp; readonly product: string; readonly name: string }[] = [
  { pattern: /^nodejs-([0-9]+)$/, product: 'nodejs', name: 'Node.js' },
  { pattern: /^python-([0-9]+\.[0-9]+)(?:-base)?$/, product: 'python', name: 'Python' },
  { pattern: /^go-([0-9]+\.[0-9]+)$/, product: 'go', name: 'Go' },
  { pattern: /^openjdk-([0-9]+)(?:-jre|-jdk)?$/, product: 'eclipse-temurin', name: 'OpenJDK' },
  { pattern: /^ruby-([0-9]+\.[0-9]+)$/, product: 'ruby', name: 'Ruby' },
  { pattern: /^php-([0-9]+\.[0-9]+)$/, product: 'php', name: 'PHP' },
  { pattern: /^(?:dotnet|aspnet)-([0-9]+)-runtime$/, product: 'dotnet', name: '.NET' },
];

function packagedRuntimes({ packages }: Inventory): readonly SupportedPart[] {
  return packages.flatMap((one) =>
    STREAMS.flatMap(({ pattern, product, name }): SupportedPart[] => {
      const version = pattern.exec(one.name)?.[1];
      return version === undefined ? [] : [{ role: 'runtime', name, product, version, where: `package ${one.name}` }];
    }),
  );
}

/** Runtimes that no package of the distribution installed. */
function ownRuntimes(tree: FileTree, inventory: Inventory): readonly SupportedPart[] {
  const parts: SupportedPart[] = [];
  for (const { type, name: component, version, where, partOf } of inventory.packages) {
    const known = type === 'generic' && partOf === undefined ? componentOf(component) : undefined;
    const cycle = known?.lifecycle?.cycle.exec(version)?.[0];
    if (known?.lifecycle === undefined || cycle === undefined) continue;
    const { product } = known.lifecycle;
    parts.push({ role: 'runtime', name: known.label, product, version: cycle, where: `/${where}` });
  }
  for (const { path } of tree.list('usr/local/rustup/toolchains')) {
    const version = /\/([0-9]+\.[0-9]+)\.[0-9]+-[^/]+$/.exec(path)?.[1];
    if (version !== undefined)
      parts.push({ role: 'runtime', name: 'Rust', product: 'rust', version, where: `/${path}` });
  }
  return parts;
}
