import type { FileTree } from '../image-content/filesystem/file-tree.js';
import { keptText } from '../image-content/filesystem/kept-text.js';
import { groupBy } from '../lib/collections.js';
import type { Distribution, Inventory } from './inventory.js';
import { readDistributions } from './os-release.js';
import type { DatabaseEntry } from './read-database.js';

type Unknown = Inventory['unknowns'][number];

/** Distributions by the type of their packages; one that is not listed may have any. */
const FAMILIES = {
  apk: /^(?:alpine|wolfi|chainguard|minimos|alpaquita|postmarketos|bellsoft-hardened-containers)$/,
  deb: /^(?:debian|ubuntu|raspbian|kali|echo|linuxmint|pop|devuan)$/,
  rpm: /^(?:rhel|centos|fedora|rocky|almalinux|ol|amzn|sles|sle_hpc|opensuse.*|photon|mariner|azurelinux|openeuler|mageia|scientific)$/,
} as const;

/** As few as this say nothing of the whole. */
const ENOUGH = 20;

/**
 * What in an image contradicts its os-release, which decides whose advisories its packages are looked up in: a second
 * os-release, the release files of other distributions, the packages' type, and the releases that their versions name.
 * Each is a reason by the path of the os-release.
 *
 * @param packages what the databases of the image's own root list
 */
export function contradictions(
  tree: FileTree,
  distribution: Distribution | null,
  packages: readonly DatabaseEntry[],
): readonly Unknown[] {
  if (distribution === null) {
    const [first] = packages;
    return first === undefined
      ? []
      : [
          {
            path: 'etc/os-release',
            reason: `no os-release names a distribution, but the ${first.type} package ${first.name.slice(0, 100)} is installed`,
          },
        ];
  }
  const reasons = [
    ...otherOsReleases(tree, distribution),
    ...releaseFiles(tree, distribution),
    ...otherFamilies(tree, distribution),
    ...packageTypes(distribution, packages),
    ...apkPackages(
      distribution,
      packages.filter(({ type }) => type === 'apk'),
    ),
    ...debPackages(
      distribution,
      packages.filter(({ type }) => type === 'deb'),
    ),
    ...rpmPackages(
      distribution,
      packages.filter(({ type }) => type === 'rpm'),
    ),
  ];
  return reasons.map((reason) => ({ path: distribution.where, reason }));
}

function called({ id, versionId }: Distribution): string {
  return [id, versionId].filter((part) => part !== undefined).join(' ');
}

function otherOsReleases(tree: FileTree, chosen: Distribution): readonly string[] {
  return readDistributions(tree).flatMap(({ distribution, repeated }) => [
    ...repeated.map((field) => `/${distribution.where} sets ${field} twice`),
    ...(distribution.id === chosen.id && distribution.versionId === chosen.versionId
      ? []
      : [`it says ${called(chosen)}, but /${distribution.where} says ${called(distribution)}`]),
  ]);
}

function releaseFiles(tree: FileTree, distribution: Distribution): readonly string[] {
  const { id, idLike, versionId } = distribution;
  const alpine = firstLine(tree, 'etc/alpine-release');
  const debian = firstLine(tree, 'etc/debian_version');
  const reasons: string[] = [];
  const against = (path: string, text: string) =>
    reasons.push(`it says ${called(distribution)}, but /${path} says ${text.slice(0, 40)}`);
  if (alpine !== undefined) {
    if (id !== 'alpine' && !idLike.includes('alpine')) against('etc/alpine-release', alpine);
    else if (id === 'alpine' && isOtherRelease(alpine, versionId, 2)) against('etc/alpine-release', alpine);
  }
  if (debian !== undefined) {
    const isDerived = idLike.some((like) => like === 'debian' || like === 'ubuntu');
    if (id !== 'debian' && id !== 'ubuntu' && !isDerived) against('etc/debian_version', debian);
    else if (id === 'debian' && isOtherRelease(debian, versionId, 1)) against('etc/debian_version', debian);
  }
  return reasons;
}

/** Files that only a family of distributions has, whatever they say, and what os-release calls these. */
const OWN_FILES: readonly (readonly [path: string, ids: RegExp])[] = [
  ['etc/redhat-release', /^(?:rhel|fedora|centos|rocky|almalinux|ol|amzn|scientific|cloudlinux|eurolinux|virtuozzo)$/],
  ['etc/SuSE-release', /^(?:sles?|sle_hpc|suse|opensuse.*)$/],
  ['etc/arch-release', /^arch(?:arm|linux)?$/],
  ['etc/gentoo-release', /^gentoo$/],
];

/** Release files of other families, and the one that Ubuntu keeps next to its os-release. */
function otherFamilies(tree: FileTree, distribution: Distribution): readonly string[] {
  const { id, idLike, versionId } = distribution;
  const reasons = OWN_FILES.flatMap(([path, ids]) =>
    tree.resolve(path) === undefined || [id, ...idLike].some((one) => ids.test(one))
      ? []
      : [`it says ${called(distribution)}, but there is an /${path}`],
  );
  const lsb = keptText(tree, 'etc/lsb-release') ?? '';
  const [name, release] = ['DISTRIB_ID', 'DISTRIB_RELEASE'].map(
    (field) => new RegExp(`^${field}=["']?([^"'\\s]{1,64})`, 'm').exec(lsb)?.[1],
  );
  // Others that are like Ubuntu keep its file.
  const isOther = name !== undefined && idLike.length === 0 && isOtherFamily(name.toLowerCase(), id);
  const isOtherVersion = id === 'ubuntu' && release !== undefined && release !== versionId;
  return isOther || isOtherVersion
    ? [...reasons, `it says ${called(distribution)}, but /etc/lsb-release says ${[name, release].join(' ').trim()}`]
    : reasons;
}

/** Whether both are known and have packages of different types, or are Debian and Ubuntu. */
function isOtherFamily(first: string, second: string): boolean {
  const [one, other] = [first, second].map((id) => Object.entries(FAMILIES).find(([, ids]) => ids.test(id))?.[0]);
  if (one === undefined || other === undefined) return false;
  return one !== other || (first !== second && [first, second].every((id) => id === 'debian' || id === 'ubuntu'));
}

function firstLine(tree: FileTree, path: string): string | undefined {
  const line = keptText(tree, path)?.trim().split('\n', 1)[0];
  return line === '' ? undefined : line;
}

/** Whether both are numbers, and differ in their first parts. */
function isOtherRelease(first: string, second: string | undefined, parts: number): boolean {
  if (second === undefined || !/^[0-9]/.test(first) || !/^[0-9]/.test(second)) return false;
  const release = (text: string) => (/^[0-9.]+/.exec(text)?.[0] ?? '').split('.').slice(0, parts).join('.');
  return release(first) !== release(second);
}

function packageTypes(distribution: Distribution, packages: readonly DatabaseEntry[]): readonly string[] {
  const families = Object.entries(FAMILIES).filter(([, ids]) => ids.test(distribution.id));
  if (families.length === 0) return [];
  const foreign = packages.find(({ type }) => families.every(([family]) => family !== type));
  return foreign === undefined
    ? []
    : [`it says ${called(distribution)}, which has no ${foreign.type} packages such as ${foreign.name.slice(0, 100)}`];
}

/** Names that only one of the distributions with apk has. */
const ALPINE_OWN = /^alpine-(?:baselayout|release|keys|conf|base)/;
const WOLFI_OWN = /^(?:wolfi|chainguard)-(?:baselayout|keys)$/;
const ALPINE_PACKAGER = /@alpinelinux\.org>?\s*$/i;

function apkPackages(distribution: Distribution, packages: readonly DatabaseEntry[]): readonly string[] {
  const { id, versionId } = distribution;
  const isWolfi = id === 'wolfi' || id === 'chainguard';
  const reasons: string[] = [];
  const strange = packages.find(({ name }) => (isWolfi ? ALPINE_OWN : id === 'alpine' ? WOLFI_OWN : /^$/).test(name));
  if (strange !== undefined)
    reasons.push(`it says ${called(distribution)}, but the package ${strange.name} is installed`);
  const byAlpine = packages.filter(({ packaging }) => ALPINE_PACKAGER.test(packaging?.packager ?? ''));
  const [example] = byAlpine;
  if (isWolfi && example !== undefined && byAlpine.length * 2 > packages.length)
    reasons.push(`it says ${called(distribution)}, but packages such as ${example.name} were built by Alpine`);
  const release = packages.find(({ name }) => name === 'alpine-release');
  if (id === 'alpine' && release !== undefined && isOtherRelease(release.version, versionId, 2))
    reasons.push(`it says ${called(distribution)}, but the package alpine-release is ${release.version}`);
  return reasons;
}

/** `+deb13u1`, in what is no backport to an older release. */
const DEBIAN_UPDATE = /[+~]deb([0-9]{1,3})u[0-9]/;
const UBUNTU_UPDATE = /(?:ubuntu|~)[0-9.]*?([0-9]{2}\.(?:04|10))(?:\.[0-9]+)?(?:~|$)/;

function debPackages(distribution: Distribution, packages: readonly DatabaseEntry[]): readonly string[] {
  const { id, versionId } = distribution;
  if (id !== 'debian' && id !== 'ubuntu') return [];
  const reasons: string[] = [];
  const base = packages.find(({ name }) => name === 'base-files');
  if (id === 'debian' && base !== undefined && isOtherRelease(base.version, versionId, 1))
    reasons.push(`it says ${called(distribution)}, but the package base-files is ${base.version}`);
  const pattern = id === 'debian' ? DEBIAN_UPDATE : UBUNTU_UPDATE;
  const later = packages.find(({ version }) => {
    const release = version.includes('~bpo') ? undefined : pattern.exec(version)?.[1];
    return release !== undefined && Number(release) > Number(versionId);
  });
  if (later !== undefined && later !== base)
    reasons.push(`it says ${called(distribution)}, but ${later.name} ${later.version} is from a later release`);
  const ofUbuntu = packages.filter(({ version }) => version.includes('ubuntu')).length;
  if (packages.length >= ENOUGH && (id === 'ubuntu') !== ofUbuntu * 5 > packages.length)
    reasons.push(
      `it says ${called(distribution)}, but ${ofUbuntu} of ${packages.length} packages have Ubuntu versions`,
    );
  return reasons;
}

const ENTERPRISE = /^(?:rhel|centos|rocky|almalinux|ol)$/;

/** The release that most packages name, such as `.el9` or `.fc40`. */
function rpmPackages(distribution: Distribution, packages: readonly DatabaseEntry[]): readonly string[] {
  const { id, versionId } = distribution;
  const tags = groupBy(
    packages.flatMap(({ version }) => /\.(el|fc|amzn|azl|ph)([0-9]+)/.exec(version)?.slice(1, 3).join('') ?? []),
    (tag) => tag,
  );
  const [most] = [...tags.values()].sort((a, b) => b.length - a.length);
  const tag = most?.[0];
  if (most === undefined || tag === undefined || most.length * 2 < packages.length || versionId === undefined)
    return [];
  const major = versionId.split('.', 1)[0];
  const own = ENTERPRISE.test(id)
    ? `el${major}`
    : id === 'fedora'
      ? `fc${major}`
      : id === 'amzn'
        ? `amzn${major}`
        : tag;
  return own === tag
    ? []
    : [`it says ${called(distribution)}, but ${most.length} of ${packages.length} packages are built for ${tag}`];
}
