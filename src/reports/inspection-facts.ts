import type { CollectedEvidence } from '../evidence/kinds.js';
import { type EnvironmentFinding, environmentSecrets } from '../image-content/environment-facts.js';
import { environmentHooks, openPlaces } from '../image-content/loader-hooks.js';
import { runsAs } from '../image-content/user.js';
import { hasEnded } from '../packages/lifecycle/lifecycles.js';
import { supportOf, untilWhen } from '../packages/lifecycle/support.js';
import { supportedParts } from '../packages/lifecycle/supported-parts.js';
import { evaluateWolfi, type WolfiEvaluation } from '../packages/wolfi-facts.js';

/** A distribution or runtime, and how long its makers fix it. */
export interface SupportFact {
  /** Product and cycle: `Debian 12`. */
  readonly name: string;
  readonly where: string;
  /** Such as `until 2028-08-09`; absent where the table does not know. */
  readonly supported?: string;
  readonly ended: boolean;
}

/** What follows from several kinds of evidence together, and rules ask of an image. */
export interface InspectionFacts {
  /** The account of the configuration's user in the image's passwd. Absent without a configuration. */
  readonly user?: { readonly written: string; readonly uid?: number; readonly name?: string };
  /** Variables that look like secrets, or decide what is run. */
  readonly environment: readonly EnvironmentFinding[];
  readonly support: readonly SupportFact[];
  /** Absent where os-release names no Wolfi. */
  readonly wolfi?: WolfiEvaluation;
}

/** Says what the kinds of evidence mean together; absent ones are not mentioned. */
export function inspectionFacts({ image, filesystem, packages, apko }: CollectedEvidence, now: Date): InspectionFacts {
  const tree = filesystem?.status === 'present' ? filesystem.value.tree : undefined;
  const inventory = packages?.status === 'present' ? packages.value : undefined;
  const configuration = image?.status === 'present' ? image.value.configuration : undefined;
  const env = configuration?.env ?? [];
  const parts = tree === undefined || inventory === undefined ? [] : supportedParts(tree, inventory);
  const isWolfi = ['wolfi', 'chainguard'].includes(inventory?.distribution?.id ?? '');
  return {
    ...(configuration === undefined
      ? {}
      : { user: { written: configuration.user, ...runsAs(configuration.user, tree) } }),
    environment: [
      ...environmentSecrets(env),
      ...environmentHooks(env, tree === undefined ? () => undefined : openPlaces(tree)),
    ],
    support: parts.map((part) => {
      const { reported, end } = supportOf(part);
      return {
        name: reported,
        where: part.where,
        ...(end === undefined ? {} : { supported: untilWhen(end) }),
        ended: end !== undefined && hasEnded(end, now),
      };
    }),
    ...(tree === undefined || inventory === undefined || !isWolfi
      ? {}
      : { wolfi: evaluateWolfi(tree, inventory, apko?.status === 'present' ? apko.value : undefined) }),
  };
}
