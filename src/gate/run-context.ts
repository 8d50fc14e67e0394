import { type ImageUse, placeOf } from '../build-files/image-use.js';
import type { ReadingIndex } from '../build-files/reading-index.js';
import type { Catalog } from '../catalog/publisher.js';
import type { Lock } from '../enforce/lock/lock.js';
import type { EvidenceCollection } from '../evidence/collect.js';
import type { RunSettings } from '../evidence/collector.js';
import { optionalField } from '../lib/collections.js';
import { type Governance, governanceOf } from '../policy/governance.js';
import type { Policy } from '../policy/policy.js';
import { vulnerabilityWaiver } from '../policy/waivers.js';
import { DEFAULT_PLATFORM, type Platform } from '../references/platform.js';
import { formatReference, type Reference } from '../references/reference.js';
import type { ReferenceContext } from '../rules/evaluate.js';
import type { Rule } from '../rules/rule.js';
import { SharedResults } from '../rules/shared-results.js';
import { baseReference, type Change } from './change.js';

/** The policy and settings of a run. */
export interface RunInput {
  readonly policy: Policy;
  readonly catalog: Catalog;
  readonly settings: RunSettings;
  readonly change: Change | null;
  /** Open images whose identity failed, too. */
  readonly all: boolean;
  /** The rules that are evaluated; all of them unless a run names some. */
  readonly rules?: readonly Rule[];
  /** The evaluated repository's lock; it restricts, and is never evidence. */
  readonly lock?: Lock | null;
}

/** Everything the steps of a run need. It is made once and passed on as it is. */
export interface RunContext extends RunInput {
  readonly reading: ReadingIndex;
  readonly evidence: EvidenceCollection;
  /** Everything the rules need to evaluate a reference; made once for each. */
  referenceOf(use: ImageUse): ReferenceContext;
  /** The same context for other platforms. */
  onPlatforms(use: ImageUse, platforms: readonly Platform[]): ReferenceContext;
  /** The same run without a base to inherit from, to evaluate another image as if the build file named it. */
  readonly alone: RunContext;
}

/** Makes the context of a run over a reading. */
export function startRun(input: RunInput, reading: ReadingIndex, evidence: EvidenceCollection): RunContext {
  const { policy, catalog, settings, change, all, lock = null } = input;
  const references = new Map<ImageUse, ReferenceContext>();
  const shared: Shared = { results: new SharedResults(), governances: new Map() };
  let alone: RunContext | undefined;
  const referenceOf = (use: ImageUse) => {
    const known = references.get(use);
    if (known !== undefined) return known;
    const made = referenceContext(use, input, reading, evidence, shared);
    references.set(use, made);
    return made;
  };
  return {
    policy,
    catalog,
    settings,
    change,
    all,
    lock,
    ...optionalField('rules', input.rules),
    reading,
    evidence,
    get alone() {
      alone ??= startRun({ ...input, change: null }, reading, evidence);
      return alone;
    },
    referenceOf,
    onPlatforms(use, platforms) {
      const made = { ...referenceOf(use), platforms };
      references.set(use, made);
      return made;
    },
  };
}

/** What all references of a run share. It is made once. */
interface Shared {
  readonly results: SharedResults;
  readonly governances: Map<string, Governance>;
}

function referenceContext(
  use: ImageUse,
  { policy, catalog, settings, change }: RunInput,
  reading: ReadingIndex,
  evidence: EvidenceCollection,
  { results, governances }: Shared,
): ReferenceContext {
  const governed = (named: Reference): Governance => {
    const name = formatReference(named);
    const governance = governances.get(name) ?? governanceOf(named, { policy, catalog });
    governances.set(name, governance);
    return governance;
  };
  const image = use.reference === null ? null : governed(use.reference);
  const reference = image?.reference ?? null;
  return {
    change,
    evidence,
    ...optionalField('base', baseReference(use, change, { policy, catalog })),
    image,
    place: placeOf(use),
    results,
    platforms: platformsOf(use),
    subject: {
      use,
      file: reading.fileOf(use),
      reference,
      policy,
      stages: reading.stagesOf(use),
      entry: image?.entry ?? null,
      publisher: image?.publisher ?? null,
      now: settings.now,
    },
    waiverOf: (rule, vulnerability) =>
      reference === null ? null : vulnerabilityWaiver(policy, { rule, use, reference, vulnerability }, settings.now),
  };
}

/** The platforms an image is evaluated on: the one its --platform flag names, else those the file is built for. */
function platformsOf(use: ImageUse): readonly Platform[] {
  const platforms = use.platform === null ? use.targetPlatforms : [use.platform];
  // Without a platform no rule about the image would be evaluated, and none could fail.
  return platforms.length > 0 ? platforms : [DEFAULT_PLATFORM];
}
