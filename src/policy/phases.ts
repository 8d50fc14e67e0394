import { plural } from '../lib/text.js';
import { mergeMaps } from './merge.js';
import type { Policy, Profile, RuleOverride } from './policy.js';

const DAY = 86_400_000;

/**
 * A policy without the phases that are over: what is left under `phase` and `enforceFrom` is still to come on that day.
 * Without a day nothing is to come, so that a phase never softens a run which does not know the date.
 */
export function withPhasesOn(policy: Policy, now: Date | undefined): Policy {
  const isToCome = (date: string | undefined) => now !== undefined && date !== undefined && daysUntil(date, now) > 0;
  const pending = ({ enforceFrom, ...rest }: RuleOverride): RuleOverride =>
    enforceFrom !== undefined && isToCome(enforceFrom) ? { ...rest, enforceFrom } : rest;
  const pendingIn = (rules: Policy['rules']): Policy['rules'] =>
    mergeMaps(Object.fromEntries(Object.entries(rules).map(([id, override]) => [id, pending(override)])), undefined);
  const { phase, ...rest } = policy;
  const roles = Object.entries(policy.roles).map(([role, rules]) => [role, pendingIn(rules)] as const);
  return {
    ...rest,
    ...(phase !== undefined && isToCome(phase.enforceFrom) ? { phase } : {}),
    rules: pendingIn(policy.rules),
    roles: Object.fromEntries(roles),
  };
}

/** The profile that decides the verdict while another one is announced. */
export function profileToday({ profile, phase }: Pick<Policy, 'profile' | 'phase'>): Profile {
  return phase?.before ?? profile;
}

/** Whole days from today to a day, both in UTC; 0 or less where it has come. NaN, which is not more than 0, for no date. */
function daysUntil(date: string, now: Date): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY - Math.floor(now.getTime() / DAY);
}

/** What becomes blocking, and when, a sentence for each day; none where nothing is announced. */
export function announcements({ profile, phase, rules, roles }: Policy, now: Date): readonly string[] {
  const byDay = new Map<string, string[]>();
  const add = (day: string | undefined, what: string): void => {
    if (day === undefined) return;
    byDay.set(day, [...(byDay.get(day) ?? []), what]);
  };
  add(phase?.enforceFrom, `the profile ${profile}`);
  for (const [id, { enforceFrom }] of Object.entries(rules)) add(enforceFrom, `the rule ${id}`);
  for (const [role, overrides] of Object.entries(roles)) {
    for (const [id, { enforceFrom }] of Object.entries(overrides)) add(enforceFrom, `the rule ${id} (${role})`);
  }
  return [...byDay]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(
      ([day, what]) => `From ${day}, in ${plural(daysUntil(day, now), 'day')}, the policy enforces ${what.join(', ')}.`,
    );
}
