import { z } from 'zod';

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const DURATION = /^(0|[1-9][0-9]{0,4})([hdw])$/;

/** A number of hours, days or weeks, as policies write it: `12h`, `30d`, `4w`. */
export const duration = () =>
  z.string().regex(DURATION, { error: 'a number of hours, days or weeks, such as 12h, 30d or 4w' });

/** Milliseconds of a duration that the schema has let through; NaN for any other text. */
export function durationMilliseconds(text: string): number {
  const [, count, unit] = DURATION.exec(text) ?? [];
  return Number(count) * (UNITS[unit ?? ''] ?? Number.NaN);
}
