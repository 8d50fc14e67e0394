import type { Level } from '../policy/policy.js';
import type { ProfileColumn } from '../rules/rule.js';
import type { RuleDescription } from './rule-description.js';

/** The levels of rules as people choose them: by profile, and in hardened and strict by where the image is used. */
export const LEVEL_COLUMNS: readonly {
  readonly title: string;
  readonly column: ProfileColumn;
  readonly capped?: true;
}[] = [
  { title: 'observe', column: 'baseline', capped: true },
  { title: 'baseline', column: 'baseline' },
  { title: 'hardened', column: 'hardened' },
  { title: 'strict', column: 'strict' },
  { title: 'build stages', column: 'hardened-build' },
];

/** The level of a rule in a column; the profile observe lowers an error to a warning. */
export function levelIn(
  { presets }: Pick<RuleDescription, 'presets'>,
  { column, capped }: (typeof LEVEL_COLUMNS)[number],
): Level {
  const { level } = presets[column];
  return capped === true && level === 'error' ? 'warning' : level;
}
