import type { Role } from '../build-files/image-use.js';
import { optionalField } from '../lib/collections.js';
import type { ProfileColumn, Rule } from '../rules/rule.js';
import { LEVELS, type Level, type Policy, type Profile, type RuleOverride } from './policy.js';

/** How a rule is evaluated for a role. */
export interface RuleSetting {
  readonly level: Level;
  /** What an answer of `indeterminate` is worth: as much as a failure, or a warning at most. */
  readonly onIndeterminate: 'warn' | 'fail';
  /** For the rule's own schema to parse. */
  readonly options: Readonly<Record<string, unknown>>;
  /** An error of the profile `baseline` that `observe` makes a warning, so that a team sees what is coming. */
  readonly heldBack: boolean;
  /** The day from which an error counts, where that is to come. */
  readonly enforceFrom?: string;
  /** Which part of the policy says the level. */
  readonly decidedBy: 'profile' | 'rules' | 'roles';
}

/** How a rule is evaluated today, and from which day on differently, where the policy has announced a change. */
export interface PhasedSetting {
  readonly now: RuleSetting;
  readonly next?: { readonly setting: RuleSetting; readonly from: string };
}

/** The setting of a rule for a role while phases are still to come; `ruleSetting` is the one after them. */
export function phasedSetting(policy: Policy, rule: SettableRule, role: Role): PhasedSetting {
  const setting = ruleSetting(policy, rule, role);
  const { phase } = policy;
  const before = phase === undefined ? setting : ruleSetting({ ...policy, profile: phase.before }, rule, role);
  const [ofRule, ofProfile] = [setting.enforceFrom, phase?.enforceFrom];
  // Of two days the later one counts: the rule is announced, and so is the profile.
  const from = [ofRule, ofProfile]
    .filter((day) => day !== undefined)
    .sort()
    .at(-1);
  if (from === undefined) return { now: setting };
  const now = ofRule === undefined ? before : { ...before, level: lowerLevel(before.level, 'warning') };
  return { now, next: { setting, from } };
}

/**
 * What the policy makes of a rule for a role: the profile's preset (`observe` capped at warning), changed by `rules`,
 * changed by `roles`.
 */
export function ruleSetting(policy: Policy, rule: SettableRule, role: Role): RuleSetting {
  const preset = rule.presets[profileColumn(policy.profile, role)];
  const presetLevel = role === 'run' ? runLevel(rule, policy.profile) : preset.level;
  const heldBack = policy.profile === 'observe' && presetLevel === 'error';
  const setting: RuleSetting = {
    level: heldBack ? 'warning' : presetLevel,
    heldBack,
    decidedBy: 'profile',
    onIndeterminate: 'fail',
    options: isRecord(preset.options) ? preset.options : {},
  };
  const general = change(setting, policy.rules[rule.id], 'rules');
  // A setting for all images raises no level for those that nothing is built on.
  const isRaised = role === 'run' && lowerLevel(general.level, setting.level) !== general.level;
  const inGeneral = isRaised ? { ...general, level: setting.level, decidedBy: setting.decidedBy } : general;
  const changed = change(inGeneral, policy.roles[role]?.[rule.id], 'roles');
  return mayExcuseUnknown(rule.id) ? changed : { ...changed, onIndeterminate: 'fail' };
}

/** The parts of a rule that decide how it is evaluated. */
export type SettableRule = Pick<Rule, 'id' | 'presets' | 'runLevels'>;

/** The level of a rule for images that are only run, before the policy changes it. */
function runLevel({ runLevels }: Pick<Rule, 'runLevels'>, profile: Profile): Level {
  return runLevels?.[profile === 'observe' ? 'baseline' : profile] ?? 'off';
}

function lowerLevel(one: Level, other: Level): Level {
  return LEVELS.indexOf(one) > LEVELS.indexOf(other) ? one : other;
}

/** Rules that the pusher of an image can make indeterminate: that counts as a failure under any policy. */
const UNKNOWN_COUNTS: ReadonlySet<string> = new Set(['signature-verified']);

/** Whether what a rule could not find out may be excused: by `on-indeterminate: warn`, or by a waiver that covers it. */
export function mayExcuseUnknown(rule: string): boolean {
  return !UNKNOWN_COUNTS.has(rule);
}

/** Which column of a rule's presets holds for images in a role. */
export function profileColumn(profile: Profile, role: Role): ProfileColumn {
  if (profile === 'observe' || profile === 'baseline') return 'baseline';
  if (role === 'build') return 'hardened-build';
  return profile;
}

function change(setting: RuleSetting, override: RuleOverride | undefined, by: RuleSetting['decidedBy']): RuleSetting {
  if (override === undefined) return setting;
  const { enforceFrom, ...before } = setting;
  return {
    ...before,
    // A level that is written without a day holds at once.
    ...optionalField('enforceFrom', override.enforceFrom ?? (override.level === undefined ? enforceFrom : undefined)),
    decidedBy: override.level === undefined ? setting.decidedBy : by,
    level: override.level ?? setting.level,
    heldBack: setting.heldBack && override.level === undefined,
    onIndeterminate: override.onIndeterminate ?? setting.onIndeterminate,
    options: { ...setting.options, ...override.options },
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
