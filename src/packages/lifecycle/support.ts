import { type CycleEnd, cycleOf, isNewerThanTable } from './lifecycles.js';
import type { SupportedPart } from './supported-parts.js';

/** How long one part of an image is supported. */
export interface Support {
  /** For people: `Debian 12`, `Node.js 22`. */
  readonly reported: string;
  /** What a policy calls it to say its last day: product and cycle, such as `debian 12`. */
  readonly key: string;
  /** Undefined where neither the table nor `lastDays` knows. */
  readonly end: CycleEnd | undefined;
  /** It came after the table was made. */
  readonly isNew: boolean;
}

/** Looks a part up in the table of lifecycles. `lastDays` are dates by key, and come before the table. */
export function supportOf(
  { name, product, version }: SupportedPart,
  lastDays: Readonly<Record<string, string>> = {},
): Support {
  const known = product === null || version === undefined ? undefined : cycleOf(product, version);
  const cycle = known?.cycle ?? version ?? '';
  const key = `${product ?? name} ${cycle}`.trim();
  const date = lastDays[key];
  return {
    reported: `${name} ${cycle}`.trim(),
    key,
    end: date === undefined ? known?.end : { kind: 'date', date },
    isNew: product !== null && version !== undefined && isNewerThanTable(product, version),
  };
}

/** `until 2028-08-09`: in a clause that can follow "supported". */
export function untilWhen(end: CycleEnd): string {
  if (end.kind === 'date') return `until ${end.date}`;
  return end.kind === 'open' ? 'without an announced end' : 'no longer';
}
