import type { Inventory } from '../packages/inventory.js';
import { hasEnded } from '../packages/lifecycle/lifecycles.js';
import { supportOf, untilWhen } from '../packages/lifecycle/support.js';
import { distributionPart, isRolling } from '../packages/lifecycle/supported-parts.js';
import type { Unevaluated } from './sources/queries.js';

/** Debian's tracker also has what its long-term support team fixes. @see https://wiki.debian.org/LTS */
const LONG_TERM: Readonly<Record<string, string>> = {
  'debian 7': '2018-05-31',
  'debian 8': '2020-06-30',
  'debian 9': '2022-06-30',
  'debian 10': '2024-06-30',
  'debian 11': '2026-08-31',
  'debian 12': '2028-06-30',
  'debian 13': '2030-06-30',
};

/**
 * The releases in an image whose publishers no longer add advisories. What their data does not name was not evaluated
 * since, so that "none is known" is no answer, however new the data of other releases is.
 */
export function endedAdvisories({ distribution, packages }: Inventory, now: Date): readonly Unevaluated[] {
  const distributions = new Set([distribution, ...packages.map(({ root }) => root?.distribution ?? null)]);
  return [...distributions].flatMap((one) => {
    if (one === null || isRolling(one)) return [];
    const { end, reported } = supportOf(distributionPart(one), LONG_TERM);
    if (end === undefined || !hasEnded(end, now)) return [];
    return [
      {
        what: reported,
        reason: `its publisher no longer adds advisories (it was supported ${untilWhen(end)})`,
        fix: 'Use an image of a release that its publisher supports.',
      },
    ];
  });
}
