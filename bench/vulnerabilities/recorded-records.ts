import { canaryRecord } from '../../__tests__/support/registry/osv-canary.js';
import { osvRecordings } from '../../__tests__/support/registry/osv-recordings.js';
import type { MadeRecord } from '../../__tests__/support/registry/osv-server.js';
import { compareIn } from '../../src/packages/versions/ecosystem.js';
import { distributionEcosystem, ecosystemFamily } from '../../src/vulnerabilities/matching/ecosystems.js';
import type { Sbom } from './sbom-directory.js';

interface Entry {
  readonly package: { readonly ecosystem: string; readonly name: string };
  readonly versions: readonly string[];
}

/** Which package names a record is about. */
export const entriesOf = ({ affected }: MadeRecord): readonly Entry[] => affected as readonly Entry[];

/**
 * The answers of the OSV API in a directory of recordings as records, by family of ecosystems. The records' own words were not
 * recorded; affected is every version up to the highest for which the service named the record, in the release it was
 * asked about and in those of the SBOM.
 */
export function recordedRecords(directory: string, sboms: readonly Sbom[]): ReadonlyMap<string, readonly MadeRecord[]> {
  const releases = new Set(
    sboms.flatMap(({ distribution }) => {
      const ecosystem = distributionEcosystem(distribution);
      return ecosystem.ok ? ecosystem.value.ecosystems : [];
    }),
  );
  const families = new Map<string, MadeRecord[]>();
  const add = (family: string, record: MadeRecord) => {
    families.set(family, [...(families.get(family) ?? []), record]);
  };
  for (const record of osvRecordings(directory).records) {
    for (const family of new Set(entriesOf(record).map(familyOf))) {
      const own = entriesOf(record).filter((entry) => familyOf(entry) === family);
      add(family, { ...record, affected: spread(own, releases) });
    }
  }
  for (const ecosystem of [...releases, 'npm', 'PyPI', 'Go', 'crates.io']) {
    add(ecosystemFamily(ecosystem), canaryRecord(ecosystem));
  }
  return families;
}

const familyOf = (entry: Entry): string => ecosystemFamily(entry.package.ecosystem);

function spread(own: readonly Entry[], releases: ReadonlySet<string>): readonly object[] {
  const asked = new Set(own.map((entry) => entry.package.ecosystem));
  const [first] = own;
  const others = [...releases].filter((one) => first !== undefined && ecosystemFamily(one) === familyOf(first));
  const names = [...new Set(own.map((entry) => entry.package.name))];
  const versionsOf = (name: string) =>
    own.filter((entry) => entry.package.name === name).flatMap(({ versions }) => versions);
  return [
    ...own.map(({ package: about, versions }) => ranged(about.ecosystem, about.name, versions)),
    ...others
      .filter((ecosystem) => !asked.has(ecosystem))
      .flatMap((ecosystem) => names.map((name) => ranged(ecosystem, name, versionsOf(name)))),
  ];
}

function ranged(ecosystem: string, name: string, versions: readonly string[]): object {
  const [first = ''] = versions;
  const last = versions.reduce((a, b) => ((compareIn(ecosystem, b, a) ?? 0) > 0 ? b : a), first);
  const events = [{ introduced: '0' }, { last_affected: last }];
  return { package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events }], versions };
}
