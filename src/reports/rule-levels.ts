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

/** The levels of a rule for images that are only run, in a clause; undefined where it is off in every profile. */
export function runLevelsOf({ runLevels }: Pick<RuleDescription, 'runLevels'>): string | undefined {
  if (runLevels === undefined) return undefined;
  return Object.entries(runLevels)
    .map(([profile, level]) => `${profile} ${level}`)
    .join(', ');
}

/** The level of a rule in a column; the profile observe lowers an error to a warning. */
export function levelIn(
  { presets }: Pick<RuleDescription, 'presets'>,
  { column, capped }: (typeof LEVEL_COLUMNS)[number],
): Level {
  const { level } = presets[column];
  return capped === true && level === 'error' ? 'warning' : level;
}
