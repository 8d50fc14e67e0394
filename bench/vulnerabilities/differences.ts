import { basename } from 'node:path';
import { installedPackages } from '../../src/attestations/sbom/sbom.js';
import { parsePurl } from '../../src/packages/purl.js';
import type { Evaluated } from './evaluate-sboms.js';
import { type Hit, hitKey, type Scan } from './osv-scanner.js';
import type { Sbom } from './sbom-directory.js';

/** What the causes of differences are reported by. */
export interface Known {
  readonly sboms: readonly Sbom[];
  /** `ID NAME` of every entry of every record. */
  readonly named: ReadonlySet<string>;
  readonly exported: ReadonlySet<string>;
}

interface Cause {
  readonly of: 'ours' | 'osv-scanner';
  readonly says: string;
  readonly explains: (hit: Hit, sbom: Sbom, scanned: Scan, known: Known) => boolean;
}

const isOfDistribution = ({ id }: Hit): boolean => !/^(?:GO|GHSA|PYSEC|OLD-(?:Go|npm|PyPI))-?/.test(id);

const CAUSES: readonly Cause[] = [
  {
    of: 'ours',
    says: 'The record names the source package (`upstream=` or `origin=` in the purl, or the document’s own field). Distributions write their advisories about these; osv-scanner asks for the installed package’s own name alone.',
    explains: (hit, _bill, _scanned, { named }) => isOfDistribution(hit) && !named.has(`${hit.id} ${hit.name}`),
  },
  {
    of: 'ours',
    says: 'The SBOM names a point release (`distro=debian-9.13`); osv-scanner asks for an ecosystem `Debian:9.13`, which no record has, and we for `Debian:9`.',
    explains: (hit, sbom, scanned, { exported }) => {
      const theirs = packageOf(hit, sbom, scanned);
      return isOfDistribution(hit) && theirs !== undefined && !exported.has(theirs.ecosystem);
    },
  },
  {
    of: 'ours',
    says: 'osv-scanner leaves the namespace out of the name of what SPDX names: `golang.org/x/sys` becomes `sys`, and `io.netty:netty-codec` becomes `netty-codec`, which no record is about.',
    explains: (hit, sbom, scanned) => {
      const own = hit.name.slice(Math.max(hit.name.lastIndexOf('/'), hit.name.lastIndexOf(':')) + 1);
      const theirs = packageOf({ ...hit, name: own }, sbom, scanned)?.ecosystem;
      return own !== hit.name && (theirs === 'Go' || theirs === 'Maven');
    },
  },
  {
    of: 'osv-scanner',
    says: 'For the same reason a module whose path ends in `/go`, such as `github.com/json-iterator/go`, becomes `go`, which it takes for Go’s standard library.',
    explains: (hit, { sbom }) =>
      hit.name === 'stdlib' &&
      installedPackages(sbom).some(({ purl, version }) => {
        const read = purl === undefined ? undefined : parsePurl(purl);
        return read?.ok === true && read.value.name === 'go' && (read.value.version ?? version) === `v${hit.version}`;
      }),
  },
  {
    of: 'osv-scanner',
    says: 'The SBOM does not say which release its packages are of. osv-scanner holds them against the records of every release; we leave them open.',
    explains: (hit, { distribution }) => isOfDistribution(hit) && distribution === null,
  },
];

function packageOf({ name, version }: Hit, { path }: Sbom, scanned: Scan): Scan['found'][number] | undefined {
  return scanned.found.find((one) => one.source.startsWith(path) && one.name === name && one.version === version);
}

/** Every difference with its cause, as lines of Markdown; those without one as texts. */
export function differences(
  evaluated: Evaluated,
  scanned: Scan,
  known: Known,
): { readonly lines: readonly string[]; readonly unexplained: readonly string[] } {
  const sbomOf = (source: string) => known.sboms.find(({ path }) => source.startsWith(path));
  const theirHits = scanned.hits.flatMap((hit) => {
    const sbom = sbomOf(hit.source);
    return sbom === undefined ? [] : [{ ...hit, source: sbom.path }];
  });
  const ours = new Map(evaluated.hits.map((hit) => [hitKey(hit), hit]));
  const theirs = new Map(theirHits.map((hit) => [hitKey(hit), hit]));
  const both = [...ours.keys()].filter((key) => theirs.has(key)).length;
  const left = [
    ...[...ours].filter(([key]) => !theirs.has(key)).map(([, hit]) => ({ of: 'ours', hit })),
    ...[...theirs].filter(([key]) => !ours.has(key)).map(([, hit]) => ({ of: 'osv-scanner', hit })),
  ];
  const counted = new Map<Cause, Hit[]>();
  const unexplained: string[] = [];
  for (const { of, hit } of left) {
    const sbom = sbomOf(hit.source);
    const cause = CAUSES.find((one) => sbom !== undefined && one.of === of && one.explains(hit, sbom, scanned, known));
    if (cause === undefined) unexplained.push(`${of}: ${hitKey(hit)}`);
    else counted.set(cause, [...(counted.get(cause) ?? []), hit]);
  }
  return {
    unexplained,
    lines: [
      `Both find ${both}. Every one that only one of them finds has a cause:`,
      '',
      '| found by | how many | because | such as |',
      '| --- | --- | --- | --- |',
      ...[...counted].map(([{ of, says }, hits]) => `| ${of} | ${hits.length} | ${says} | ${exampleOf(hits)} |`),
    ],
  };
}

function exampleOf([first]: readonly Hit[]): string {
  return first === undefined ? '' : `${first.name} ${first.version}, ${first.id}, in ${basename(first.source)}`;
}
