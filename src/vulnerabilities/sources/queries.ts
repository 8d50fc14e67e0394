import { isRpmKey } from '../../attestations/sbom/distribution-packages.js';
import { err, ok, type Result } from '../../lib/result.js';
import type { Distribution, InstalledPackage } from '../../packages/inventory.js';
import { hasPlace } from '../../packages/versions/ecosystem.js';
import {
  type DistributionEcosystem,
  distributionEcosystem,
  LANGUAGE_ECOSYSTEMS,
  normalizeName,
} from '../matching/ecosystems.js';

/** A package whose vulnerabilities are asked for. */
export type QueriedPackage = Pick<
  InstalledPackage,
  'name' | 'version' | 'architecture' | 'source' | 'purl' | 'where' | 'partOf'
> & { readonly type: string };

/** What a source is asked: which vulnerabilities are known of this version. */
export interface Question {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
}

export interface PackageQuestion extends Question {
  readonly package: QueriedPackage;
  /**
   * `possible`: the question is about what the package was built from, where the distribution's records are about
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

export interface Questions {
  readonly questions: readonly PackageQuestion[];
  readonly unevaluated: readonly Unevaluated[];
  /** Packages that were looked at, those that are part of another one left out. */
  readonly packages: number;
}

/** Longer names and versions, or ones with control characters, are no package manager's. */
const ASKABLE = /^[\x21-\x7e]{1,256}$/;

/**
 * What to ask about packages, by ecosystem, name and version: never by a purl, which says too little or the wrong thing.
 * A package of a language that a distribution's package brought is left to the distribution, whose records know which
 * fixes it took back.
 *
 * @see https://google.github.io/osv.dev/post-v1-query/
 */
export function queriesAbout(packages: readonly QueriedPackage[], distribution: Distribution | null): Questions {
  const ecosystem = distributionEcosystem(distribution);
  const asked = packages.filter(({ partOf, type, name }) => partOf === undefined && !isRpmKey(type, name));
  const questions: PackageQuestion[] = [];
  const unevaluated: Unevaluated[] = [];
  for (const one of asked) {
    const made = questionsOf(one, ecosystem);
    if (made.ok) questions.push(...made.value);
    else unevaluated.push({ what: packageCalled(one.name, one.version), reason: made.error });
  }
  return { questions, unevaluated, packages: asked.length };
}

/** A package as reports call it: names from strangers may be of any length. */
export function packageCalled(name: string, version: string | undefined): string {
  return [name, version]
    .filter((part) => part !== undefined && part !== '')
    .join(' ')
    .slice(0, 200);
}

function questionsOf(
  one: QueriedPackage,
  distribution: Result<DistributionEcosystem, string>,
): Result<readonly PackageQuestion[], string> {
  const { type, name, version, source } = one;
  const language = languageEcosystem(type);
  if (!ASKABLE.test(name) || !ASKABLE.test(version) || !ASKABLE.test(source.name)) {
    return err(version === '' ? 'it has no version' : "its name or version holds characters that no package's has");
  }
  if (language !== undefined) {
    if (!hasPlace(language, version)) return err(`its version has no place in the version order of ${language}`);
    return ok([
      { ecosystem: language, name: normalizeName(language, name), version, package: one, about: 'package' as const },
    ]);
  }
  if (type !== 'apk' && type !== 'deb' && type !== 'rpm')
    return err(`no source of advisories covers packages of the type ${type}`);
  if (!distribution.ok) return distribution;
  const { packages, ecosystems, names } = distribution.value;
  if (packages !== type)
    return err(`it is ${type === 'deb' ? 'a' : 'an'} ${type} package, and the distribution's packages are ${packages}`);
  const own = { name, version, package: one, about: 'package' as const };
  const origin = { name: source.name, version: sourceVersion(one), package: one };
  return ok(
    ecosystems.flatMap((ecosystem): readonly PackageQuestion[] => {
      if (names === 'own') return [{ ecosystem, ...own }];
      if (names === 'source') return [{ ecosystem, ...origin, about: 'package' }];
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

const LANGUAGES: Readonly<Record<string, string>> = {
  ...LANGUAGE_ECOSYSTEMS,
  golang: 'Go',
  cargo: 'crates.io',
};

/** OSV's ecosystem of a purl type of a language's packages. */
export function languageEcosystem(type: string): string | undefined {
  return Object.hasOwn(LANGUAGES, type) ? LANGUAGES[type] : undefined;
}

/** rpm's source has no epoch in its file name, although the advisories' versions have one. */
function sourceVersion({ type, version, source }: QueriedPackage): string {
  if (source.version === undefined) return version;
  const epoch = type === 'rpm' && !source.version.includes(':') ? /^[0-9]+:/.exec(version)?.[0] : undefined;
  return `${epoch ?? ''}${source.version}`;
}
