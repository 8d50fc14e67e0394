import { isRpmKey } from '../attestations/sbom/distribution-packages.js';
import { type NamedImage, vexVerdict } from '../attestations/vex/vex-verdict.js';
import type { CollectContext, Collector } from '../evidence/collector.js';
import { type Evidence, present } from '../evidence/evidence.js';
import { optionalField } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';
import { plural } from '../lib/text.js';
import type { Inventory } from '../packages/inventory.js';
import { endedAdvisories } from './ended-advisories.js';
import { evaluatedPackages } from './evaluated-packages.js';
import { hasFixesOnly } from './matching/ecosystems.js';
import { foldMatches } from './matching/fold.js';
import { matchRecords } from './matching/match.js';
import { rateByName } from './matching/rate-by-name.js';
import { urgencyOf } from './matching/severity.js';
import { cvesOf } from './matching/vulnerability-group.js';
import { DISTRIBUTION_TYPES } from './no-packages.js';
import { querySources, type SourceResults } from './query-sources.js';
import type { readExploitedList } from './sources/exploited.js';
import { openSources, PUBLIC_SERVICES } from './sources/open-sources.js';
import {
  isCommunity,
  type QueriedPackage,
  queriesAbout,
  type Uncovered,
  type Unevaluated,
  uncoveredPackage,
} from './sources/queries.js';
import type { SourceFailure } from './sources/source.js';
import type { Services, Sources } from './sources/sources.js';
import type { ExploitedList, KnownVulnerabilities, Vulnerability } from './vulnerabilities.js';

/** Queries the public services, or the directory of exports that the run was given. */
export const collectVulnerabilities: Collector<'vulnerabilities'> = vulnerabilityCollector(PUBLIC_SERVICES);

/**
 * Makes the collector of known vulnerabilities for services at some place. The evidence is `unavailable` where a source
 * that was needed could not be queried; each query that stayed without an answer is in `unevaluated`.
 */
export function vulnerabilityCollector(services: Services): Collector<'vulnerabilities'> {
  return async (context) => {
    const [packages, sbom] = await Promise.all([context.get('packages'), context.get('sbom')]);
    if (packages.status !== 'present') return packages;
    const inventory = packages.value;
    const evaluated = evaluatedPackages(inventory, sbom.status === 'present' && sbom.value.counts ? sbom.value : null);
    const needed = queriesAbout(evaluated.packages, inventory.distribution);
    const inventoried =
      needed.packages + evaluated.unevaluated.length + evaluated.uncovered.length + uncatalogedFiles(inventory);
    const gaps = [
      ...inventoryGaps(inventory, evaluated.packages, inventoried, context),
      ...unreadSbom(sbom),
      ...evaluated.unevaluated,
      ...needed.unevaluated,
      ...(needed.queries.length === 0 ? [] : endedAdvisories(inventory, context.settings.now)),
    ];
    const uncovered = [...evaluated.uncovered, ...needed.uncovered, ...uncatalogedTypes(inventory)];
    if (needed.queries.length === 0) {
      return present({ ...NOTHING, unevaluated: gaps, uncovered, inventoried }, 'the inventory');
    }
    const sources = await context.once('sources of vulnerabilities', () => openSources(context, services));
    if (!sources.ok) return unavailable(sources.error);
    const reported = await querySources(sources.value, needed.queries);
    if (!reported.ok) return unavailable(reported.error);
    const covered = new Set(reported.value.answered.map((query) => query.package));
    return await evaluate(context, sources.value, reported.value, {
      unevaluated: gaps,
      uncovered: [...uncovered, ...reported.value.uncovered],
      community: reported.value.answered
        .filter(({ ecosystem }) => isCommunity(ecosystem))
        .map(({ package: about, ecosystem }) =>
          uncoveredPackage(about, `only ${ecosystem}'s community publishes advisories about it`),
        ),
      fixesOnly: [...new Set(reported.value.answered.map(({ ecosystem }) => ecosystem).filter(hasFixesOnly))],
      inventoried,
      packages: covered.size,
    });
  };
}

const NOTHING: KnownVulnerabilities = {
  found: [],
  unevaluated: [],
  uncovered: [],
  community: [],
  fixesOnly: [],
  inventoried: 0,
  packages: 0,
  sources: [],
  exploitedList: { status: 'not-needed' },
};

/** What the inventory says of coverage before anything was found. */
type Coverage = Pick<
  KnownVulnerabilities,
  'unevaluated' | 'uncovered' | 'community' | 'fixesOnly' | 'inventoried' | 'packages'
>;

function uncatalogedFiles({ uncataloged }: Inventory): number {
  return uncataloged.reduce((sum, { files }) => sum + files, 0);
}

function uncatalogedTypes({ uncataloged }: Inventory): readonly Uncovered[] {
  return uncataloged.map(({ type, files, path }) => ({
    type,
    what:
      files === 1 ? `the ${type} package of /${path}` : `${plural(files, `${type} package`)}, such as that of /${path}`,
    reason: 'packages of this type are not read',
  }));
}

function unavailable({ cause, message, fix }: SourceFailure): Evidence<never> {
  return { status: 'unavailable', cause, message, fix };
}

const OPT_IN =
  'Use an image that keeps its package database; for a static image, set `no-packages: allow` in its allow entry.';

/**
 * What of the inventory itself stays open: an image that was not understood is not clean. Libraries of a language alone
 * don't show that it was: removing a distribution's database leaves them, and its programs, in place.
 */
function inventoryGaps(
  { unknowns, unreadContents }: Inventory,
  packages: readonly QueriedPackage[],
  count: number,
  { subject }: CollectContext,
): readonly Unevaluated[] {
  const unread = [...unknowns, ...unreadContents].map(({ path, reason }) => ({ what: `/${path}`, reason }));
  const isUnderstood = packages.some(({ type, name }) => DISTRIBUTION_TYPES.has(type) && !isRpmKey(type, name));
  if (isUnderstood || subject.verifiedBy?.noPackages === 'allow') return unread;
  const found = count === 0 ? 'no package was found in it' : 'no distribution package was found in it';
  const reason = `${found}, and its allow entry does not have \`no-packages: allow\``;
  return [...unread, { what: 'the image', reason, fix: OPT_IN }];
}

/** An SBOM that exists but is unavailable may name what an image's own databases hide. */
function unreadSbom(sbom: Evidence<unknown>): readonly Unevaluated[] {
  if (sbom.status !== 'unavailable') return [];
  return [{ what: 'its attested SBOM', reason: `it is not available (${sbom.cause}): ${sbom.message}` }];
}

async function evaluate(
  context: CollectContext,
  sources: Sources,
  results: SourceResults,
  coverage: Coverage,
): Promise<Evidence<KnownVulnerabilities>> {
  const { matches, unevaluated } = matchRecords(results.hits);
  const mayBeListed = matches.some(({ record }) => cvesOf(record).length > 0);
  const list = mayBeListed ? await sources.exploited() : null;
  const folded = foldMatches(matches, list?.ok === true ? list.value.cves : new Set());
  const rated = await rateByName(folded, sources);
  const found = [...rated].sort((a, b) => urgencyRank(b) - urgencyRank(a));
  const vex = found.length === 0 ? null : await vexStatementsFor(context, found);
  return present(
    {
      found: vex?.ok === true ? vex.value : found,
      ...coverage,
      unevaluated: [...coverage.unevaluated, ...results.unevaluated, ...unevaluated],
      sources: results.sources,
      exploitedList: listState(list),
      ...(vex?.ok === false ? { vexUnknown: vex.error } : {}),
    },
    results.sources.map(({ name }) => name).join(', '),
  );
}

function urgencyRank({ exploited, rating }: Vulnerability): number {
  return urgencyOf({ exploited, severity: rating.severity });
}

function listState(list: ReturnType<typeof readExploitedList> | null): ExploitedList {
  if (list === null) return { status: 'not-needed' };
  return list.ok ? { status: 'read', asOf: list.value.asOf } : { status: 'unknown', failure: list.error };
}

/** Adds what verified VEX says. Fails with the reason where it could not be evaluated: nothing is silenced then. */
async function vexStatementsFor(
  context: CollectContext,
  found: readonly Vulnerability[],
): Promise<Result<readonly Vulnerability[], string>> {
  const [image, vex] = await Promise.all([context.get('image'), context.get('vex')]);
  if (vex.status === 'unavailable') return err(vex.message);
  if (vex.status !== 'present' || image.status !== 'present') return ok(found);
  const { digest, manifestDigest, index } = image.value;
  const digests = [...new Set([digest, manifestDigest, ...(index === undefined ? [] : [index.digest])])];
  const { now } = context.settings;
  const { reference, pullFrom } = context.subject;
  const named: NamedImage = {
    digests,
    repositories: [reference, pullFrom].map(({ registry, repository }) => `${registry}/${repository}`),
    ...optionalField('tag', reference.tag),
  };
  return ok(
    found.map((one) => {
      const verdict = vexVerdict(vex.value.statements, named, one.package.purl, { ids: one.ids, now });
      if (verdict === null) return one;
      const { status, silences, reason } = verdict;
      return { ...one, vex: { status, silences, reason } };
    }),
  );
}
