import { isRpmKey } from '../../attestations/sbom/distribution-packages.js';
import { err, ok, type Result } from '../../lib/result.js';
import { componentOf, semanticVersion } from '../../packages/components.js';
import type { Distribution, InstalledPackage, OtherRoot } from '../../packages/inventory.js';
import { hasPlace } from '../../packages/versions/ecosystem.js';
import {
  type DistributionEcosystem,
  distributionEcosystem,
  LANGUAGE_ECOSYSTEMS,
  normalizeName,
  subscriptionEcosystem,
} from '../matching/ecosystems.js';

/** A package whose vulnerabilities are queried. */
export type QueriedPackage = Pick<
  InstalledPackage,
  'name' | 'version' | 'architecture' | 'source' | 'module' | 'purl' | 'where' | 'partOf' | 'thirdParty' | 'root'
> & {
  readonly type: string;
  /** An SBOM lists it, and `where` is that document. */
  readonly isListed?: true;
};

/** A query to a source: which vulnerabilities are known in this version. */
export interface Query {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
}

export interface PackageQuery extends Query {
  readonly package: QueriedPackage;
  /**
   * `possible`: the query is about what the package was built from, where the distribution's records are about
   * packages themselves; the vulnerability may lie in another part of it.
   */
  readonly about: 'package' | 'possible';
}

/** Something that was not evaluated, so that nothing can be called clean. */
export interface Unevaluated {
  /** The package, database or record. */
  readonly what: string;
  /** Can follow "because". */
  readonly reason: string;
  /** What closes the gap, where it is not another image. */
  readonly fix?: string;
}

/** A component of the image that no source of advisories is queried about. */
export interface Uncovered {
  /** Its purl type, as `accept-uncovered` names it. */
  readonly type: string;
  /** Its name, where it has one. */
  readonly name?: string;
  /** For people, with its place. */
  readonly what: string;
  /** Can follow "because". */
  readonly reason: string;
}

export interface Queries {
  readonly queries: readonly PackageQuery[];
  readonly unevaluated: readonly Unevaluated[];
  readonly uncovered: readonly Uncovered[];
  /** Packages that were evaluated, those that are part of another one left out. */
  readonly packages: number;
}

/** Longer names and versions, or ones with control characters, are no package manager's. */
const QUERYABLE = /^[\x21-\x7e]{1,256}$/;

/**
 * The queries about packages, by ecosystem, name and version: never by a purl, which says too little or the wrong thing.
 * A package of a language that a distribution's package installed is left to the distribution, whose records know which
 * fixes it took back.
 *
 * @see https://google.github.io/osv.dev/post-v1-query/
 */
export function queriesAbout(packages: readonly QueriedPackage[], distribution: Distribution | null): Queries {
  const own = distributionEcosystem(distribution);
  const ofRoots = new Map<OtherRoot, ReturnType<typeof distributionEcosystem>>();
  const ecosystemFor = ({ root }: QueriedPackage) => {
    if (root === undefined) return own;
    const ecosystem = ofRoots.get(root) ?? distributionEcosystem(root.distribution);
    ofRoots.set(root, ecosystem);
    return ecosystem;
  };
  const queried = packages.filter(({ partOf, type, name }) => partOf === undefined && !isRpmKey(type, name));
  const queries: PackageQuery[] = [];
  const unevaluated: Unevaluated[] = [];
  const uncovered: Uncovered[] = [];
  for (const one of queried) {
    const made = queriesOf(one, ecosystemFor(one));
    if (made.ok) queries.push(...made.value);
    else if (made.error.kind === 'uncovered') uncovered.push(uncoveredPackage(one, made.error.reason));
    else unevaluated.push({ what: packageCalled(one.name, one.version), reason: made.error.reason });
    // The distribution may still have a package of that name, so it is queried as well.
    if (one.thirdParty !== undefined) {
      const reason = `the distribution's advisories do not cover it: ${one.thirdParty}`;
      uncovered.push(uncoveredPackage(one, reason));
    }
  }
  return { queries, unevaluated, uncovered, packages: queried.length };
}

/** A package that no source is queried about: `Node.js 22.1.0 in /usr/local/bin/node`. */
export function uncoveredPackage({ type, name, version, where, isListed }: QueriedPackage, reason: string): Uncovered {
  const label = type === 'generic' ? (componentOf(name)?.label ?? name) : name;
  const place = isListed === true ? `of ${where}` : `in /${where}`;
  return { type, name, what: `${packageCalled(label, version)} ${place.slice(0, 300)}`, reason };
}

/** A package as reports call it: names from untrusted parties may be of any length. */
export function packageCalled(name: string, version: string | undefined): string {
  return [name, version]
    .filter((part) => part !== undefined && part !== '')
    .join(' ')
    .slice(0, 200);
}

/** Why a package is not queried: no source has advisories for its type, or its ecosystem is unknown. */
interface NotQueried {
  readonly kind: 'uncovered' | 'unevaluated';
  readonly reason: string;
}

const notQueried = (reason: string): Result<never, NotQueried> => err({ kind: 'unevaluated', reason });

function queriesOf(
  one: QueriedPackage,
  distribution: Result<DistributionEcosystem, string>,
): Result<readonly PackageQuery[], NotQueried> {
  const { type, name, version, source } = one;
  const isDistribution = type === 'apk' || type === 'deb' || type === 'rpm';
  if (version === '' && !isDistribution) return err({ kind: 'uncovered', reason: 'nothing says its version' });
  if (!QUERYABLE.test(name) || !QUERYABLE.test(version) || !QUERYABLE.test(source.name)) {
    return notQueried(
      version === '' ? 'it has no version' : "its name or version holds characters that no package's has",
    );
  }
  if (type === 'generic') return componentQueries(one);
  if (type === 'maven' && !name.includes(':')) return err({ kind: 'uncovered', reason: 'its Maven group is unknown' });
  const language = languageEcosystem(type);
  if (language !== undefined) {
    if (type === 'composer' && /^dev-|-dev$/.test(version))
      return err({ kind: 'uncovered', reason: 'its version is the name of a branch' });
    if (!hasPlace(language, version))
      return notQueried(`its version can't be ordered among the versions of ${language}`);
    return ok([
      {
        ecosystem: language,
        // The service compares NuGet's names as they are written.
        name: language === 'NuGet' ? name : normalizeName(language, name),
        version: queryVersion(type, version),
        package: one,
        about: 'package' as const,
      },
    ]);
  }
  if (!isDistribution)
    return err({ kind: 'uncovered', reason: `no source of advisories covers packages of the type ${type}` });
  if (!distribution.ok) return notQueried(distribution.error);
  const { packages, ecosystems, names } = distribution.value;
  if (packages !== type)
    return notQueried(
      `it is ${type === 'deb' ? 'a' : 'an'} ${type} package, and the distribution's packages are ${packages}`,
    );
  const own = { name, version, package: one, about: 'package' as const };
  const origin = { name: source.name, version: sourceVersion(one), package: one };
  return ok(
    ecosystems.flatMap((ecosystem): readonly PackageQuery[] => {
      if (names === 'own') return [{ ecosystem, ...own }];
      if (names === 'source')
        return [ecosystem, subscriptionEcosystem(ecosystem)].flatMap((queried) =>
          queried === undefined
            ? []
            : sourceNames(one).map((of) => ({ ecosystem: queried, ...origin, name: of, about: 'package' as const })),
        );
      // What rpm's records call a package differs from one to the next: either name is meant in full.
      const about = type === 'apk' ? 'possible' : 'package';
      return source.name === name
        ? [{ ecosystem, ...own }]
        : [
            { ecosystem, ...own },
            { ecosystem, ...origin, about },
          ];
    }),
  );
}

/**
 * The names by which records of source packages may mean a package. An apk's origin is as untrusted as its
 * database: where it names another recipe, the package's own name may still be one, and recipes' names are lower case.
 */
function sourceNames({ type, name, source }: QueriedPackage): readonly string[] {
  if (type !== 'apk') return [source.name];
  return [...new Set([source.name, name].flatMap((one) => [one, one.toLowerCase()]))];
}

/** The query about a runtime or server, which no package registry has. */
function componentQueries(one: QueriedPackage): Result<readonly PackageQuery[], NotQueried> {
  const advisories = componentOf(one.name)?.advisories;
  if (advisories === undefined) return err({ kind: 'uncovered', reason: 'no source of advisories covers it' });
  const version = semanticVersion(one.version, advisories.numbers);
  if (version === undefined) return err({ kind: 'uncovered', reason: 'its full version is unknown' });
  const { ecosystem, names } = advisories;
  return ok(names.map((name) => ({ ecosystem, name, version, package: one, about: 'package' as const })));
}

/** Whether a community, not the vendor, maintains an ecosystem's records: they cover what no other source does. */
export function isCommunity(ecosystem: string): boolean {
  return ecosystem === 'Bitnami';
}

const LANGUAGES: Readonly<Record<string, string>> = {
  ...LANGUAGE_ECOSYSTEMS,
  golang: 'Go',
  maven: 'Maven',
  bitnami: 'Bitnami',
  cargo: 'crates.io',
  composer: 'Packagist',
  cran: 'CRAN',
  gem: 'RubyGems',
  nuget: 'NuGet',
};

/**
 * A version as records write it: of Composer's packages without the v that tags have, of Bitnami's components that of
 * upstream, without the number of Bitnami's own build (`7.0.4-5`).
 */
function queryVersion(type: string, version: string): string {
  if (type === 'bitnami') return version.replace(/-[0-9]+$/, '');
  return type === 'composer' ? version.replace(/^v(?=[0-9])/, '') : version;
}

/** OSV's ecosystem of a purl type of a language's packages. */
export function languageEcosystem(type: string): string | undefined {
  return Object.hasOwn(LANGUAGES, type) ? LANGUAGES[type] : undefined;
}

/** rpm's source has no epoch in its file name, and the epoch of a package built from it can be another. */
function sourceVersion({ type, version, source }: QueriedPackage): string {
  return source.version ?? (type === 'rpm' ? version.replace(/^[0-9]+:/, '') : version);
}
