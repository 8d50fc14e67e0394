import { z } from 'zod';
import { duration } from '../../src/policy/duration.js';
import type { Level } from '../../src/policy/policy.js';
import { stricter } from '../../src/policy/strictness.js';
import type { Preset, ProfileColumn, Rule, UseRule } from '../../src/rules/rule.js';
import { asUseRule } from '../../src/rules/rule.js';

function rule<O>(
  id: string,
  options: z.ZodType<O>,
  levels: readonly [Level, Level, Level, Level],
  presets: O,
): UseRule<unknown> {
  const [baseline, hardened, build, strict] = levels;
  const preset = (level: Level): Preset<O> => ({ level, options: presets });
  const columns: Record<ProfileColumn, Preset<O>> = {
    baseline: preset(baseline),
    hardened: preset(hardened),
    'hardened-build': preset(build),
    strict: preset(strict),
  };
  return asUseRule({
    id,
    title: `Rule ${id}`,
    question: `Does ${id} hold?`,
    why: 'For tests.',
    fix: 'Nothing to fix.',
    subject: 'use',
    roles: ['final', 'build', 'copy', 'frontend'],
    options,
    presets: columns,
    controls: {},
    securitySeverity: 5,
    evaluate: () => ({ outcome: 'pass', message: 'Always.' }),
  });
}

/** Rules whose options cover every way of getting stricter; their names are those of the policy's documentation. */
export const rulesWithOptions: readonly Rule[] = [
  rule('denied-base', z.strictObject({}), ['error', 'error', 'error', 'error'], {}),
  rule('pinned-by-digest', z.strictObject({}), ['note', 'error', 'warning', 'error'], {}),
  rule(
    'fresh',
    z.strictObject({ maxAge: stricter(duration(), 'lower').describe('How old it may be.') }),
    ['off', 'warning', 'off', 'error'],
    {
      maxAge: '30d',
    },
  ),
  rule(
    'no-known-vulnerabilities',
    z.strictObject({
      severity: stricter(z.enum(['critical', 'high', 'medium', 'low']), ['critical', 'high', 'medium', 'low']).describe(
        'From where.',
      ),
      fixable: stricter(z.boolean(), 'false').describe('Only what has a fix.'),
      grace: stricter(duration(), 'lower').describe('How long after.'),
    }),
    ['warning', 'error', 'warning', 'error'],
    { severity: 'high' as const, fixable: true, grace: '7d' },
  ),
  rule(
    'minimal',
    z.strictObject({
      maxPackages: stricter(z.number().int(), 'lower').describe('At most.'),
      minScore: stricter(z.number(), 'higher').describe('At least.'),
      forbidden: stricter(z.array(z.string()), 'more').describe('Not these.'),
      allowed: stricter(z.array(z.string()), 'fewer').describe('None but these.'),
      label: z.string().describe('A name.'),
    }),
    ['off', 'warning', 'off', 'error'],
    { maxPackages: 100, minScore: 5, forbidden: ['curl'], allowed: ['a', 'b'], label: 'x' },
  ),
];
