import type { Waiver } from '../../policy/policy.js';
import type { Vulnerability } from '../../vulnerabilities/vulnerabilities.js';
import type { ImageRuleSubject } from '../rule.js';
import { distinct } from './describe.js';

/** What is known against an image, by what the policy and the publisher say of it. */
export interface Sorted {
  /** Neither silenced nor accepted. */
  readonly open: readonly Vulnerability[];
  /** The names by which waivers accept what they accept. */
  readonly acceptedIds: readonly string[];
  /** A line for each that does not count: its author, the reason and the expiry. */
  readonly lines: readonly string[];
}

/**
 * Takes out what a verified VEX statement silences and what a waiver accepts. A waiver names one vulnerability by any of its
 * names: the CVE, an alias, or the record that shows of it.
 */
export function sortAccepted(
  found: readonly Vulnerability[],
  { waiverOf }: Pick<ImageRuleSubject, 'waiverOf'>,
): Sorted {
  const silenced = found.filter(({ vex }) => vex?.silences === true);
  const accepted: { readonly one: Vulnerability; readonly by: string; readonly waiver: Waiver }[] = [];
  const open: Vulnerability[] = [];
  for (const one of found) {
    if (one.vex?.silences === true) continue;
    const [first] = one.ids.flatMap((by) => {
      const waiver = waiverOf(by);
      return waiver === null ? [] : [{ one, by, waiver }];
    });
    if (first === undefined) open.push(one);
    else accepted.push(first);
  }
  const byId = new Map(accepted.map((each) => [each.one.id, each]));
  return {
    open,
    acceptedIds: [...new Set(accepted.map(({ by }) => by))],
    lines: [
      ...distinct(silenced).map(({ id, vex }) => `${id} does not count: ${vex?.reason ?? ''}`),
      ...[...byId.values()].map(({ one, by, waiver }) => {
        const alias = by === one.id ? '' : ` (as ${by})`;
        return `${one.id}${alias} is accepted by ${waiver.owner} until ${waiver.expires}: ${waiver.reason}`;
      }),
    ],
  };
}
