import { z } from 'zod';
import { groupBy } from '../../../lib/collections.js';
import { err, ok, type Result } from '../../../lib/result.js';
import { plural } from '../../../lib/text.js';
import type { VulnerabilityLimits } from '../../limits.js';
import type { OsvRecord } from '../osv-record.js';

/** Alpine's own list of what its packages fixed, as far as matching needs it. */
const database = z.object({
  reponame: z.string(),
  distroversion: z.string(),
  packages: z.array(
    z.object({
      pkg: z.object({ name: z.string().min(1), secfixes: z.record(z.string(), z.array(z.string()).nullish()) }),
    }),
  ),
});

/** Packages of `community` that every release has fixed vulnerabilities of. A list without any of them is not whole. */
const KNOWN = ['go', 'ffmpeg', 'firefox', 'firefox-esr', 'qemu', 'wireshark'];

/** The fixes of one repository of one release of Alpine, by the name of the package that was built from. */
export interface SecurityDatabase {
  /** A record for each vulnerability of a package, for all versions. */
  recordsOf(name: string): readonly OsvRecord[];
}

/**
 * Reads Alpine's security database of a release's `community` repository. Fails, with what is wrong with it in a clause
 * that can follow "because", where it is of another release or repository, or lacks what every release has.
 *
 * @param ecosystem OSV's name of the release, which the records get: `Alpine:v3.22`
 * @see https://secdb.alpinelinux.org/
 */
export function readSecurityDatabase(
  value: unknown,
  ecosystem: string,
  limits: VulnerabilityLimits,
): Result<SecurityDatabase, { readonly reason: string; readonly isLimit?: true }> {
  const read = database.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    return err({ reason: `it is not an Alpine security database (${issue?.path.join('.') ?? 'not an object'})` });
  }
  const { reponame, distroversion, packages } = read.data;
  const release = ecosystem.slice('Alpine:'.length);
  if (reponame !== 'community' || distroversion !== release) {
    return err({
      reason: `it is of ${distroversion.slice(0, 40)}/${reponame.slice(0, 40)}, not of ${release}/community`,
    });
  }
  let entries = 0;
  const byName = groupBy(packages, ({ pkg }) => pkg.name);
  const fixesOf = (name: string) =>
    (byName.get(name) ?? []).flatMap(({ pkg }) =>
      Object.entries(pkg.secfixes).flatMap(([version, written]) =>
        // What is "fixed in 0" never affected the package.
        version === '0' ? [] : (written ?? []).map((text) => ({ version, text })),
      ),
    );
  for (const { pkg } of packages) {
    for (const written of Object.values(pkg.secfixes)) entries += written?.length ?? 0;
  }
  if (entries > limits['secdb-entries']) {
    return err({
      reason: `it has more than ${plural(limits['secdb-entries'], 'entry', 'entries')} (limit secdb-entries)`,
      isLimit: true,
    });
  }
  if (!KNOWN.some((name) => fixesOf(name).length > 0)) {
    return err({
      reason: `it lists no vulnerability of ${KNOWN[0]} or ${KNOWN[1]}, so an empty result proves nothing`,
    });
  }
  return ok({ recordsOf: (name) => recordsOf(name, fixesOf(name), ecosystem) });
}

interface Fix {
  readonly version: string;
  /** `CVE-2024-0001`, two identifiers of one vulnerability, or an identifier with a remark. */
  readonly text: string;
}

function recordsOf(name: string, fixes: readonly Fix[], ecosystem: string): readonly OsvRecord[] {
  const byId = groupBy(
    fixes.flatMap(({ version, text }) => idsOf(text).map((id) => ({ id, version, text }))),
    ({ id }) => id,
  );
  return [...byId].map(([id, same]) => ({
    id,
    modified: '',
    aliases: [...new Set(same.flatMap(({ text }) => aliasesIn(text)))].filter((alias) => alias !== id),
    upstream: [],
    related: [],
    severity: [],
    affected: [
      {
        package: { ecosystem, name },
        ranges: same.map(({ version }) => ({ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: version }] })),
        versions: [],
        severity: [],
      },
    ],
  }));
}

const CVE = /CVE-[0-9]{4}-[0-9]{4,19}/g;
const GHSA = /GHSA(?:-[0-9a-z]{4}){3}/g;

/** Every CVE of an entry; where it has none, its first word, such as `XSA-312` or `GHSA-mw36-7c6c-q4q2`. */
function idsOf(text: string): readonly string[] {
  const cves = text.match(CVE) ?? [];
  if (cves.length > 0) return [...new Set(cves)];
  const word =
    text
      .trim()
      .split(/\s/, 1)[0]
      ?.replaceAll(/[^A-Za-z0-9._:+-]/g, '')
      .slice(0, 128) ?? '';
  return [word === '' ? 'a vulnerability without an identifier' : word];
}

/** The other names of an entry's vulnerability. Of two CVEs in one entry it does not say whose they are. */
function aliasesIn(text: string): readonly string[] {
  return (text.match(CVE) ?? []).length > 1 ? [] : (text.match(GHSA) ?? []);
}
