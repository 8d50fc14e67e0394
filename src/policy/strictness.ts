import { z } from 'zod';
import { durationMilliseconds } from './duration.js';
import { LEVELS } from './policy.js';

/**
 * Which way an option gets stricter, so that a policy may tighten what it extends without permission:
 * less or more of a number or duration, `true` or `false`, more or fewer entries of a list, or a place further down a
 * list of values. An option without it is neither: changing it needs `may-override`.
 */
export type Strictness = 'lower' | 'higher' | 'true' | 'false' | 'more' | 'fewer' | readonly string[];

const registry = z.registry<{ readonly stricter: Strictness }>();

/** Marks an option's schema; returns the same schema. `stricter(z.boolean(), 'true')`. */
export function stricter<S extends z.ZodType>(schema: S, direction: Strictness): S {
  registry.add(schema, { stricter: direction });
  return schema;
}

/** An option that caps the level of a finding: the higher, the stricter. */
export const highestLevel = () => stricter(z.enum(LEVELS), [...LEVELS].reverse());

/** The mark of an option's schema, also where it was made optional or described afterwards. */
export function strictnessOf(schema: z.ZodType): Strictness | undefined {
  const own = registry.get(schema)?.stricter;
  if (own !== undefined) return own;
  if (!(schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)) {
    return undefined;
  }
  const inner = schema.unwrap();
  return inner instanceof z.ZodType ? strictnessOf(inner) : undefined;
}

/** Whether going from one value of an option to another loosens nothing. An unmarked option must stay as it is. */
export function isAtLeastAsStrict(direction: Strictness | undefined, from: unknown, to: unknown): boolean {
  if (JSON.stringify(from) === JSON.stringify(to)) return true;
  if (direction === undefined) return false;
  if (direction === 'true' || direction === 'false') return to === (direction === 'true');
  if (direction === 'lower') return amount(to) <= amount(from);
  if (direction === 'higher') return amount(to) >= amount(from);
  if (direction === 'more' || direction === 'fewer') return includesAll(direction, from, to);
  return direction.indexOf(String(from)) >= 0 && direction.indexOf(String(to)) >= direction.indexOf(String(from));
}

/** NaN for anything that is not an amount: every comparison with it is false. */
function amount(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? durationMilliseconds(value) : Number.NaN;
}

function includesAll(direction: 'more' | 'fewer', from: unknown, to: unknown): boolean {
  if (!Array.isArray(from) || !Array.isArray(to)) return false;
  const [smaller, larger] = direction === 'more' ? [from, to] : [to, from];
  const held = new Set(larger.map((item) => JSON.stringify(item)));
  return smaller.every((item) => held.has(JSON.stringify(item)));
}
