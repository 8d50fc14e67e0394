import { err, ok, type Result } from '../../lib/result.js';
import { distributionPackages } from '../sbom/distribution-packages.js';
import { isFields, texts } from '../sbom/fields.js';
import type { Sbom } from '../sbom/sbom.js';

/** The signed predicateType of the configuration that apko built an image from. */
export const APKO_PREDICATE_TYPE = 'https://apko.dev/image-configuration';

const MOST_ENTRIES = 50_000;
/** A package of an apko configuration; locked to a version in what apko attests. */
export interface ApkoPackage {
  readonly name: string;
  readonly version?: string;
}

/** What apko was configured to build. @see https://github.com/chainguard-dev/apko/blob/main/docs/apko_file.md */
export interface ApkoConfiguration {
  readonly repositories: readonly string[];
  readonly keys: readonly string[];
  readonly packages: readonly ApkoPackage[];
  readonly architectures: readonly string[];
  /** Who signed it; absent for an unsigned one, which does not count. */
  readonly signer?: string;
  readonly digest: string;
  readonly on: 'index' | 'platform';
  readonly place: string;
}

/** Reads the predicate of an apko configuration attestation. Fails with a reason that can follow "because". */
export function readApko(
  predicate: unknown,
): Result<Pick<ApkoConfiguration, 'repositories' | 'keys' | 'packages' | 'architectures'>, string> {
  if (!isFields(predicate)) return err('it is not an object');
  const contents = predicate['contents'];
  if (!isFields(contents)) return err('it has no contents');
  const repositories = [
    ...texts(contents['build_repositories']),
    ...texts(contents['repositories']),
    ...texts(contents['runtime_repositories']),
  ];
  const packages = texts(contents['packages']);
  if (packages.length === 0) return err('it lists no packages');
  if (packages.length > MOST_ENTRIES || repositories.length > MOST_ENTRIES)
    return err(`it lists more than ${MOST_ENTRIES} entries`);
  return ok({
    repositories: [...new Set(repositories)],
    keys: texts(contents['keyring']),
    packages: packages.map(readPackage),
    architectures: texts(predicate['archs']),
  });
}

/** `bash=5.2.37-r1` is locked; `bash`, `bash~5` and `bash>5` leave the version to apk; `@tag` names a repository. */
function readPackage(written: string): ApkoPackage {
  const constraint = /^([^=<>~@]+)(?:=([^=<>~@]+))?/.exec(written.trim());
  const [, name = written, version] = constraint ?? [];
  return version === undefined ? { name } : { name, version };
}

/**
 * The differences between an apko configuration and the SBOM of the image, each as a sentence. Every requested package must be
 * there, in the version it is locked to. The reverse is checked only for a locked configuration, which lists everything
 * that is installed.
 */
export function compareWithSbom(apko: Pick<ApkoConfiguration, 'packages'>, sbom: Sbom): readonly string[] {
  const installed = new Map<string, Set<string>>();
  for (const { type, name, version } of distributionPackages(sbom)) {
    if (type !== 'apk') continue;
    const versions = installed.get(name) ?? new Set<string>();
    installed.set(name, versions.add(version ?? ''));
  }
  const found: string[] = [];
  for (const { name, version } of apko.packages) {
    const versions = installed.get(name);
    if (versions === undefined) {
      // A name that is only provided by another package (`so:`, `cmd:` or a virtual name) is listed under that one.
      if (version !== undefined)
        found.push(`the apko configuration installs ${name} ${version}, which the SBOM does not list`);
    } else if (version !== undefined && !versions.has(version)) {
      found.push(
        `the apko configuration installs ${name} ${version}, but the SBOM lists ${[...versions].join(' and ')}`,
      );
    }
  }
  if (apko.packages.every(({ version }) => version !== undefined)) {
    const wanted = new Set(apko.packages.map(({ name }) => name));
    for (const name of installed.keys()) {
      if (!wanted.has(name)) found.push(`the SBOM lists ${name}, which the apko configuration does not install`);
    }
  }
  return found;
}
