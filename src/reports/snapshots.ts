import type { Catalog } from '../catalog/publisher.js';
import { LIFECYCLE_DATE } from '../packages/lifecycle/lifecycle-table.js';
import type { EvaluatedImage, Report } from './report.js';

/** Data as of one day that answers rest on: what a release of the gate carries, and lists that were given or fetched. */
type Snapshot = Report['tool']['snapshots'][number];

const DAY = 24 * 60 * 60 * 1000;

/** What is wrong with an old one, after how many days that is reported, and what to do. */
interface Aging {
  readonly days: number;
  readonly lacks: string;
  readonly fix: string;
}

const NEWER_RELEASE = 'Use a newer version of base-image-gate.';
const CATALOG: Aging = {
  days: 180,
  lacks: 'newer publishers and signers are not in it',
  fix: NEWER_RELEASE,
};
const LIFECYCLES: Aging = { days: 180, lacks: 'newer releases are not in it', fix: NEWER_RELEASE };
const ROOT: Aging = {
  days: 180,
  lacks: 'authorities and logs that came after it are not in it',
  fix: `${NEWER_RELEASE} Or let the run reach the root's update repository, or name a newer root (\`trusted-root\`).`,
};
const EXPLOITED: Aging = {
  days: 30,
  lacks: 'what was exploited since is not in it',
  fix: "Download CISA's list again.",
};

/** The snapshots that a run's answers rest on, and a sentence for each that is older than it should be. */
export function snapshotsOf(
  images: readonly EvaluatedImage[],
  catalog: Pick<Catalog, 'date'>,
  now: Date,
): { readonly snapshots: readonly Snapshot[]; readonly notices: readonly string[] } {
  const found: readonly (readonly [Snapshot, Aging])[] = [
    [{ name: 'catalog of publishers', date: catalog.date }, CATALOG],
    [{ name: 'end-of-life table', date: LIFECYCLE_DATE }, LIFECYCLES],
    ...images.flatMap(rootsOf).map((root) => [root, ROOT] as const),
    ...exploitedListOf(images).map((list) => [list, EXPLOITED] as const),
  ];
  const distinct = [...new Map(found.map((one) => [one[0].name, one])).values()];
  return {
    snapshots: distinct.map(([snapshot]) => snapshot),
    notices: distinct.flatMap(([{ name, date }, { days, lacks, fix }]) => {
      const age = Math.floor((now.getTime() - Date.parse(date)) / DAY);
      return age > days ? [`The ${name} is of ${date}, ${age} days ago: ${lacks}. ${fix}`] : [];
    }),
  };
}

function rootsOf({ evidence }: EvaluatedImage): readonly Snapshot[] {
  return [evidence.signatures, evidence.statements].flatMap((collected) =>
    collected?.status === 'present' ? collected.value.roots.flatMap(({ snapshot }) => snapshot ?? []) : [],
  );
}

/** The oldest that was read: images may have been queried at different times. */
function exploitedListOf(images: readonly EvaluatedImage[]): readonly Snapshot[] {
  const read = images.flatMap(({ evidence: { vulnerabilities } }) =>
    vulnerabilities?.status === 'present' && vulnerabilities.value.exploitedList.status === 'read'
      ? [vulnerabilities.value.exploitedList.asOf]
      : [],
  );
  if (read.length === 0) return [];
  const date = new Date(Math.min(...read)).toISOString().slice(0, 10);
  return [{ name: "CISA's list of exploited vulnerabilities", date }];
}
