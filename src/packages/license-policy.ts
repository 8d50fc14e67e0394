import deprecatedIds from 'spdx-license-ids/deprecated.json' with { type: 'json' };
import currentIds from 'spdx-license-ids/index.json' with { type: 'json' };
import { bothOf, decideExpression, type License, type LicenseVerdict } from './license-expression.js';

/** Which licenses are accepted: entries are licenses, with or without an exception, or begin like them (`GPL-*`). */
export interface LicenseLists {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/**
 * Makes the decision about what packages say of their license. Ids of SPDX's list and of documents (`LicenseRef-x`) are
 * known, and so is any text that a list has; other words are unknown. A list's entry without an exception means the license
 * with any exception too, and denial wins.
 *
 * @returns decides the statements about one package: all of them apply
 */
export function licenseDecision({ allow, deny }: LicenseLists): (statements: readonly string[]) => LicenseVerdict {
  const isAllowed = matcher(allow);
  const isDenied = matcher(deny);
  const decide = ({ id, exception }: License): LicenseVerdict => {
    const spdx = currentName(id);
    const names = exception === undefined ? [spdx] : [`${spdx} WITH ${exception}`, spdx];
    if (names.some(isDenied)) return 'refused';
    if (!KNOWN.has(spdx.toLowerCase()) && !/(?:^|:)LicenseRef-/i.test(spdx)) {
      return names.some((name) => isAllowed(name, 'whole')) ? 'accepted' : 'unknown';
    }
    return names.some(isAllowed) ? 'accepted' : 'refused';
  };
  const decideText = (text: string): LicenseVerdict => {
    if (isDenied(text, 'whole')) return 'refused';
    if (isAllowed(text, 'whole')) return 'accepted';
    return decideExpression(text, decide) ?? 'unknown';
  };
  return (statements) => {
    let verdict: LicenseVerdict | undefined;
    for (const text of statements) {
      const one = decideText(text.trim());
      verdict = verdict === undefined ? one : bothOf(verdict, one);
    }
    return verdict ?? 'unknown';
  };
}

const KNOWN: ReadonlySet<string> = new Set([...currentIds, ...deprecatedIds].map((id) => id.toLowerCase()));

/** `GPL-2.0` and `GPL-2.0+`, as SPDX wrote them before version 3 of its list, and `X+`, which X or later is. */
function currentName(id: string): string {
  const isLater = id.endsWith('+');
  const name = isLater ? id.slice(0, -1) : id;
  if (/^(?:AGPL|GFDL|GPL|LGPL)-[0-9.]+$/i.test(name)) return `${name}-${isLater ? 'or-later' : 'only'}`;
  return name;
}

/** Whether a list has a license. `whole`: not by what its name begins with, which says nothing of words that are no id. */
function matcher(entries: readonly string[]): (name: string, how?: 'whole' | number) => boolean {
  const whole = new Set<string>();
  const beginnings: string[] = [];
  for (const entry of entries) {
    const [id = '', exception] = entry.trim().split(/\s+WITH\s+/i);
    if (entry.endsWith('*')) beginnings.push(entry.slice(0, -1).toLowerCase());
    else whole.add((exception === undefined ? currentName(id) : `${currentName(id)} WITH ${exception}`).toLowerCase());
  }
  return (name, how) => {
    const lower = name.toLowerCase();
    return whole.has(lower) || (how !== 'whole' && beginnings.some((beginning) => lower.startsWith(beginning)));
  };
}
