import { optionalField } from '../../lib/collections.js';
import { type Purl, parsePurl } from '../../packages/purl.js';
import { parseReference } from '../../references/reference.js';
import { normalizeVersion } from '../sbom/distribution-packages.js';

/** The four words of OpenVEX. @see https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md#status-labels */
export const VEX_STATUSES = ['not_affected', 'affected', 'fixed', 'under_investigation'] as const;
type VexStatus = (typeof VEX_STATUSES)[number];

/** @see https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md#status-justifications */
export const VEX_JUSTIFICATIONS = [
  'component_not_present',
  'vulnerable_code_not_present',
  'vulnerable_code_not_in_execute_path',
  'vulnerable_code_cannot_be_controlled_by_adversary',
  'inline_mitigations_already_exist',
] as const;
type VexJustification = (typeof VEX_JUSTIFICATIONS)[number];

/** Something an OpenVEX statement is about: what it is known by, and its digests. */
export interface VexComponent {
  /** `@id` and the identifiers: purls mostly. */
  readonly names: readonly string[];
  /** `sha256:…` and others. */
  readonly digests: readonly string[];
}

export interface VexProduct extends VexComponent {
  readonly subcomponents: readonly VexComponent[];
}

/** One statement of an OpenVEX document, and whose word it is. */
export interface VexStatement {
  /** The vulnerability's name, id and aliases, as written. */
  readonly vulnerabilities: readonly string[];
  readonly status: VexStatus;
  /** Absent too where the document gives a word that the specification does not have. */
  readonly justification?: VexJustification;
  readonly impact?: string;
  readonly action?: string;
  readonly products: readonly VexProduct[];
  /** Its own time, or its document's; milliseconds since 1970. Absent where neither says one. */
  readonly time?: number;
  /** The document's id and the statement's place in it, for reports. */
  readonly document: string;
  /** The author that the document names; the actual signer is `signer`. */
  readonly author?: string;
  readonly signer: string;
  /** The digest that the in-toto statement is about. */
  readonly digest: string;
}

/** The value of the evidence `vex`: from verified statements only. */
export interface ImageVex {
  readonly statements: readonly VexStatement[];
  /** What was skipped, each with the reason. */
  readonly problems: readonly string[];
}

/** What VEX says of one vulnerability in one package of one image. */
export interface VexVerdict {
  readonly status: VexStatus;
  /** Whether the vulnerability may be left out of the evaluation. */
  readonly silences: boolean;
  /** Why it does or does not, in one sentence with the statement's signer and document. */
  readonly reason: string;
  readonly statement: VexStatement;
}

/** The vulnerability that is looked up, by its id and aliases in any order. */
export interface QueriedVulnerability {
  readonly ids: readonly string[];
  readonly now: Date;
}

/** An author's clock may be ahead of this machine's by this much. */
const CLOCK_SKEW = 60 * 60 * 1000;

/** Where two statements are of the same time, the one that says more trouble is believed. */
const TROUBLE: Readonly<Record<VexStatus, number>> = { affected: 3, under_investigation: 2, not_affected: 1, fixed: 0 };

/**
 * Finds what VEX says of a vulnerability in a package, and whether that silences it. The latest statement wins. Strict in
 * effect: a statement counts if it was attested of this digest and its products do not name another image, if it names the
 * package (a statement about the image as a whole silences nothing), and if its time is not in the future; not_affected
 * silences with one of the specification's justifications or an impact statement. Null where no statement applies.
 *
 * @param image the image evaluated, by its digests and names
 * @param packagePurl the installed package's purl
 */
export function vexVerdict(
  statements: readonly VexStatement[],
  image: NamedImage,
  packagePurl: string,
  { ids, now }: QueriedVulnerability,
): VexVerdict | null {
  const queried = new Set(ids.map((id) => id.toLowerCase()));
  const purl = parsePurl(packagePurl);
  if (!purl.ok) return null;
  let latest: VexStatement | null = null;
  for (const statement of statements) {
    if (!statement.vulnerabilities.some((name) => queried.has(name.toLowerCase()))) continue;
    if (!image.digests.includes(statement.digest)) continue;
    if (statement.time === undefined || statement.time > now.getTime() + CLOCK_SKEW) continue;
    if (!statement.products.some((product) => namesPackage(product, image, purl.value))) continue;
    if (latest === null || isLater(statement, latest)) latest = statement;
  }
  return latest === null ? null : evaluate(latest);
}

function isLater(a: VexStatement, b: VexStatement): boolean {
  const [first, second] = [a.time ?? 0, b.time ?? 0];
  return first === second ? TROUBLE[a.status] > TROUBLE[b.status] : first > second;
}

function evaluate(statement: VexStatement): VexVerdict {
  const { status, justification, impact, signer, document } = statement;
  const says = `${document}, signed by ${signer}, says ${status}`;
  if (status === 'fixed') return { status, silences: true, reason: says, statement };
  if (status !== 'not_affected') return { status, silences: false, reason: says, statement };
  if (justification !== undefined) return { status, silences: true, reason: `${says}: ${justification}`, statement };
  if (impact !== undefined) return { status, silences: true, reason: `${says}: ${impact}`, statement };
  return { status, silences: false, reason: `${says} without a justification or an impact statement`, statement };
}

/** Whether a product names this package: as a subcomponent of the image, or as the product itself. */
function namesPackage(product: VexProduct, image: NamedImage, installed: Purl): boolean {
  // The hashes of a product without parts are the package's own; its names may still be another image's.
  if (product.subcomponents.length === 0)
    return isPackage(product, installed) && mayBeImage({ names: product.names, digests: [] }, image);
  return mayBeImage(product, image) && product.subcomponents.some((component) => isPackage(component, installed));
}

/** The image that is evaluated, by what a VEX document can name it with. */
export interface NamedImage {
  /** The digest evaluated, and the index's: what the in-toto statements may be about. */
  readonly digests: readonly string[];
  /** `registry/repository` of the reference, and where it is pulled from. */
  readonly repositories: readonly string[];
  /** The reference's tag, where it has one. */
  readonly tag?: string;
}

/**
 * The in-toto statement is about the image; its product must not say that it is another one: by a digest, or, where it
 * has none of the image's, by a repository or tag. Mirrors and copies keep the digest.
 */
function mayBeImage(product: VexComponent, image: NamedImage): boolean {
  const named = product.names.flatMap(readImageName);
  const digests = [...named.flatMap(({ digest }) => digest ?? []), ...product.digests];
  if (!digests.filter((digest) => digest.startsWith('sha256:')).every((digest) => image.digests.includes(digest)))
    return false;
  if (digests.some((digest) => image.digests.includes(digest))) return true;
  // A digest by another algorithm can't be compared with the image's.
  if (digests.length > 0) return false;
  return named.every(
    ({ repository, tag }) =>
      (repository === undefined || image.repositories.some((own) => isNamed(own, repository))) &&
      (tag === undefined || image.tag === undefined || tag === image.tag),
  );
}

interface ImageName {
  /** `registry/repository`, or the last part of it where a purl gives no registry. */
  readonly repository?: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** A repository by its whole name, or without its registry. */
function isNamed(own: string, repository: string): boolean {
  const isWhole = /^[^/]*[.:][^/]*\/|^localhost\//.test(repository);
  return own === repository || (!isWhole && own.endsWith(`/${repository}`));
}

/** `acme/app:1`, which names no registry; a path without a tag may be any product's name. */
const SHORT_REFERENCE = /^([a-z0-9][a-z0-9_-]*(?:\/[a-z0-9][a-z0-9._-]*)+):([A-Za-z0-9_][A-Za-z0-9._-]*)$/;

const DIGEST_IN_NAME = /(sha256|sha384|sha512)(?::|%3[aA])([a-f0-9]{64,128})/;

/** What a name says of an image: a purl of type `oci` or `docker`, or a reference with its registry. */
function readImageName(name: string): readonly ImageName[] {
  const [, algorithm, hex] = DIGEST_IN_NAME.exec(name) ?? [];
  const digest = optionalField('digest', algorithm === undefined ? undefined : `${algorithm}:${hex}`);
  if (name.slice(0, 4).toLowerCase() === 'pkg:') return [{ ...digest, ...readImagePurl(name) }];
  const [, short, shortTag] = SHORT_REFERENCE.exec(name) ?? [];
  if (short !== undefined) return [{ ...digest, repository: short, ...optionalField('tag', shortTag) }];
  const reference = /^[^/]+[.:][^/]*\/|^localhost\//.test(name) ? parseReference(name) : undefined;
  if (reference?.ok !== true) return [digest];
  const { registry, repository, tag } = reference.value;
  // Without a tag and digest a reader of references fills in `latest`, which is not in the document.
  const written = name.slice(name.lastIndexOf('/')).includes(':');
  return [{ ...digest, repository: `${registry}/${repository}`, ...optionalField('tag', written ? tag : undefined) }];
}

/** @see https://github.com/package-url/purl-spec/blob/main/types-doc/oci-definition.md */
function readImagePurl(name: string): ImageName {
  const purl = parsePurl(name);
  if (!purl.ok || (purl.value.type !== 'oci' && purl.value.type !== 'docker')) return {};
  const { type, namespace, version, qualifiers } = purl.value;
  const place = qualifiers.get('repository_url');
  const tag = qualifiers.get('tag') ?? (type === 'docker' && version?.includes(':') === false ? version : undefined);
  const path = namespace === undefined ? purl.value.name : `${namespace}/${purl.value.name}`;
  if (type === 'oci') {
    const whole = place === undefined ? undefined : parseReference(place);
    if (whole?.ok !== true) return { repository: path, ...optionalField('tag', tag) };
    const { registry, repository } = whole.value;
    // Some tools leave the name itself out.
    const isWhole = repository === path || repository.endsWith(`/${path}`);
    return {
      repository: isWhole ? `${registry}/${repository}` : `${registry}/${repository}/${path}`,
      ...optionalField('tag', tag),
    };
  }
  const whole = parseReference(place === undefined ? path : `${place}/${path}`);
  return {
    repository: whole.ok ? `${whole.value.registry}/${whole.value.repository}` : path,
    ...optionalField('tag', tag),
  };
}

/** Where a package was built, not which one it is. */
const NO_IDENTITY: ReadonlySet<string> = new Set(['upstream', 'sourcerpm', 'epoch', 'distro']);

/** Namespaces that tools write for one distribution. */
const NAMESPACES: Readonly<Record<string, string>> = {
  redhat: 'rhel',
  'rocky-linux': 'rocky',
  suse: 'opensuse',
  'opensuse-leap': 'opensuse',
};

/** A purl of the component with the same type, namespace and name, and with no version, release or qualifier that differs. */
function isPackage(component: VexComponent, installed: Purl): boolean {
  return component.names.some((name) => {
    const purl = name.startsWith('pkg:') ? parsePurl(name) : undefined;
    if (purl?.ok !== true) return false;
    const { type, namespace, version, qualifiers } = purl.value;
    if (type !== installed.type || purl.value.name !== installed.name) return false;
    if (distributionOf(namespace) !== distributionOf(installed.namespace)) return false;
    if (version !== undefined && versionOf(purl.value) !== versionOf(installed)) return false;
    const distro = qualifiers.get('distro');
    if (distro !== undefined && !isOfRelease(distro, installed)) return false;
    return [...qualifiers].every(([key, value]) => NO_IDENTITY.has(key) || installed.qualifiers.get(key) === value);
  });
}

function distributionOf(namespace: string | undefined): string | undefined {
  return namespace !== undefined && Object.hasOwn(NAMESPACES, namespace) ? NAMESPACES[namespace] : namespace;
}

/** The epoch is in a qualifier or in front of the version. */
function versionOf({ type, version = '', qualifiers }: Purl): string {
  return type === 'rpm' ? normalizeVersion(version, qualifiers.get('epoch')) : version;
}

/** Releases that their distributions call by a name. */
const CODE_NAMES: Readonly<Record<string, string>> = {
  buster: 'debian-10',
  bullseye: 'debian-11',
  bookworm: 'debian-12',
  trixie: 'debian-13',
  forky: 'debian-14',
  xenial: 'ubuntu-16.04',
  bionic: 'ubuntu-18.04',
  focal: 'ubuntu-20.04',
  jammy: 'ubuntu-22.04',
  noble: 'ubuntu-24.04',
  resolute: 'ubuntu-26.04',
};

/**
 * Whether a `distro` qualifier (`debian-12`, `bookworm`, `alpine-3.22`, `9`) names the release that a package is installed
 * in, or its series. One of an archive for subscribers (`esm-infra/bionic`) is about other packages.
 */
function isOfRelease(distro: string, { namespace, qualifiers }: Purl): boolean {
  const own = qualifiers.get('distro');
  if (own === undefined) return false;
  const name = distro.toLowerCase();
  const named = Object.hasOwn(CODE_NAMES, name) ? CODE_NAMES[name] : undefined;
  const [wanted, installed] = [named ?? name, own].map((one) => releaseOf(one, distributionOf(namespace) ?? ''));
  return wanted !== undefined && (installed === wanted || installed?.startsWith(`${wanted}.`) === true);
}

/** `rhel-9.4` of `redhat-9.4` and of `9.4`. */
function releaseOf(distro: string, namespace: string): string {
  const [, id = namespace, version = distro] = /^(?:(.*[a-z].*)-)?([0-9][0-9.]*)$/.exec(distro) ?? [];
  return version === distro && !/^[0-9]/.test(distro) ? distro : `${distributionOf(id) ?? id}-${version}`;
}
