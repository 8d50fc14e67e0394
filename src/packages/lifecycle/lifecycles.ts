import { compareNatural } from '../versions/order.js';
import { LIFECYCLE_TABLE } from './lifecycle-table.js';

/** When a release cycle ends: its last supported day in UTC, or that it goes on, or has ended, without a date. */
export type CycleEnd =
  | { readonly kind: 'date'; readonly date: string }
  | { readonly kind: 'open' }
  | { readonly kind: 'ended' };

let table: ReadonlyMap<string, ReadonlyMap<string, CycleEnd>> | undefined;

function lifecycles(): ReadonlyMap<string, ReadonlyMap<string, CycleEnd>> {
  if (table !== undefined) return table;
  const products = new Map<string, Map<string, CycleEnd>>();
  for (const line of LIFECYCLE_TABLE.trim().split('\n')) {
    const [product = '', ...cycles] = line.split(' ');
    const known = products.get(product) ?? new Map<string, CycleEnd>();
    products.set(product, known);
    for (const cycle of cycles) {
      const colon = cycle.lastIndexOf(':');
      known.set(cycle.slice(0, colon), endOf(cycle.slice(colon + 1)));
    }
  }
  table = products;
  return products;
}

function endOf(text: string): CycleEnd {
  return text === 'open' || text === 'ended' ? { kind: text } : { kind: 'date', date: text };
}

/**
 * The cycle of a version and when it ends: `3.20.3` is alpine's `3.20`, `12` is debian's `12`, `9.4` is rhel's `9`.
 * Undefined where the table does not know the product or the version.
 */
export function cycleOf(
  product: string,
  version: string,
): { readonly cycle: string; readonly end: CycleEnd } | undefined {
  const cycles = lifecycles().get(product);
  const parts = version.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const cycle = parts.slice(0, length).join('.');
    const end = cycles?.get(cycle);
    if (end !== undefined) return { cycle, end };
  }
  return undefined;
}

/** Whether a version is newer than every cycle of its product that the table knows: it came after the table was made. */
export function isNewerThanTable(product: string, version: string): boolean {
  const cycles = [...(lifecycles().get(product)?.keys() ?? [])];
  return cycles.length > 0 && cycles.every((cycle) => compareNatural(version, cycle) > 0);
}

/** Whether a last supported day is over, in UTC. */
export function hasEnded(end: CycleEnd, now: Date): boolean {
  if (end.kind === 'date') return now.toISOString().slice(0, 10) > end.date;
  return end.kind === 'ended';
}
