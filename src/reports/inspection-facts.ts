import { z } from 'zod';
import type { CollectedEvidence } from '../evidence/kinds.js';
import { environmentSecrets } from '../image-content/environment-facts.js';
import { environmentHooks, openPlaces } from '../image-content/loader-hooks.js';
import { runsAs } from '../image-content/user.js';
import type { DeepReadonly } from '../lib/collections.js';
import { hasEnded } from '../packages/lifecycle/lifecycles.js';
import { supportOf, untilWhen } from '../packages/lifecycle/support.js';
import { supportedParts } from '../packages/lifecycle/supported-parts.js';
import { evaluateWolfi } from '../packages/wolfi-facts.js';

const text = z.string();

/** What follows from several kinds of evidence together, as `inspect --format json` prints it. */
export const factsSchema = z
  .strictObject({
    user: z
      .exactOptional(
        z.strictObject({ written: text, uid: z.exactOptional(z.int().min(0)), name: z.exactOptional(text) }),
      )
      .describe("The account of the configuration's user in the image's passwd; absent without a configuration."),
    environment: z
      .array(
        z.strictObject({
          variable: text,
          reason: text,
          isLikely: z
            .exactOptional(z.literal(true))
            .describe('A JSON Web Token may have ended, and a password in a URL may open nothing.'),
        }),
      )
      .describe('Variables that look like secrets, or decide what is run; never their values.'),
    support: z.array(
      z.strictObject({
        name: text.describe('Product and cycle, such as Debian 12.'),
        where: text,
        supported: z.exactOptional(text).describe('Such as "until 2028-08-09"; absent where the table does not know.'),
        ended: z.boolean(),
      }),
    ),
    wolfi: z
      .exactOptional(z.strictObject({ contradictions: z.array(text), agreements: z.array(text) }))
      .describe('Absent where os-release does not name Wolfi.'),
  })
  .describe('What several kinds of evidence mean together.');

export type InspectionFacts = DeepReadonly<z.infer<typeof factsSchema>>;

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
