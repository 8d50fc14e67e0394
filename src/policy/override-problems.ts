import { ROLES, type Role } from '../build-files/image-use.js';
import type { Rule } from '../rules/rule.js';
import { type Layer, problemIn } from './layer.js';
import { LEVELS, type Level, type Policy } from './policy.js';
import type { PolicyProblem } from './problem.js';
import { ruleOptions } from './rule-options.js';
import { OVERRIDABLE_KEYS } from './schema.js';
import { type RuleSetting, ruleSetting } from './settings.js';
import { isAtLeastAsStrict, strictnessOf } from './strictness.js';

interface Step {
  /** The policy that is extended, and what it is called. */
  readonly base: Policy;
  readonly baseName: string;
  /** The keys that it and the policies it extends list under `may-override`. */
  readonly mayOverride: ReadonlySet<string>;
  /** The policy that extends it, and the merged result. */
  readonly layer: Layer;
  readonly result: Policy;
}

/**
 * What a policy says that the one it extends does not let it: everything but further deny entries, higher levels and
 * tighter limits, unless `may-override` lists the key.
 */
export function overrideProblems(step: Step, rules: readonly Rule[]): readonly PolicyProblem[] {
  const { layer, mayOverride } = step;
  const keys = OVERRIDABLE_KEYS.filter((key) => layer.file[key] !== undefined && !mayOverride.has(key));
  return keys.flatMap((key) => {
    if (key === 'rules') return loosened(step, rules, ['rules'], ROLES, layer.file.rules);
    if (key === 'roles') {
      return ROLES.flatMap((role) =>
        loosened(step, rules, ['roles', role, 'rules'], [role], layer.file.roles?.[role]?.rules),
      );
    }
    if (key === 'max-waiver-days' && step.result.maxWaiverDays <= step.base.maxWaiverDays) return [];
    if (key === 'only-new' && step.result.onlyNew === false) return [];
    if (key === 'unverified' && step.result.unverified === 'fail') return [];
    if (key === 'scope' && (step.result.scope === 'all' || step.base.scope === 'build')) return [];
    return [notAllowed(step, [key], key, `"${key}" can't be set by a policy that extends ${step.baseName}.`)];
  });
}

function notAllowed(step: Step, path: readonly PropertyKey[], key: string, message: string): PolicyProblem {
  const fix = `Remove it, or have the owners of ${step.baseName} list "${key}" under may-override.`;
  return problemIn(step.layer, path, { code: 'not-overridable', message, fix });
}

function loosened(
  step: Step,
  rules: readonly Rule[],
  path: readonly string[],
  roles: readonly Role[],
  lines: Readonly<Record<string, unknown>> | undefined,
): readonly PolicyProblem[] {
  return rules
    .filter(({ id }) => lines?.[id] !== undefined && !step.mayOverride.has(`rules.${id}`))
    .flatMap((rule) => {
      // Whether the profile may change is checked separately: here both sides are compared under the same one.
      const after = { ...step.result, profile: step.base.profile };
      const changes = roles.flatMap((role) =>
        loosenedIn(rule, ruleSetting(step.base, rule, role), ruleSetting(after, rule, role)),
      );
      return [...new Set(changes)].map((change) =>
        notAllowed(step, [...path, rule.id], `rules.${rule.id}`, `Rule ${rule.id} would be loosened: ${change}.`),
      );
    });
}

function loosenedIn(rule: Rule, before: RuleSetting, after: RuleSetting): readonly string[] {
  if (before.level === 'off') return [];
  const changes: string[] = [];
  if (weight(after.level) < weight(before.level)) changes.push(`its level from ${before.level} to ${after.level}`);
  if (before.level === 'error' && isLater(after.enforceFrom, before.enforceFrom)) {
    changes.push(`enforce-from from ${before.enforceFrom ?? 'nothing'} to ${after.enforceFrom ?? 'nothing'}`);
  }
  if (before.onIndeterminate === 'fail' && after.onIndeterminate === 'warn') {
    changes.push('on-indeterminate from fail to warn');
  }
  const { shape, names } = ruleOptions(rule);
  for (const [key, name] of Object.entries(names)) {
    const schema = shape[key];
    const direction = schema === undefined ? undefined : strictnessOf(schema);
    const [from, to] = [before.options[name], after.options[name]];
    if (isAtLeastAsStrict(direction, from, to)) continue;
    changes.push(`${key} from ${JSON.stringify(from) ?? 'nothing'} to ${JSON.stringify(to) ?? 'nothing'}`);
  }
  return changes;
}

/** Without a day it is enforced already. */
function isLater(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && (other === undefined || one > other);
}

function weight(level: Level): number {
  return LEVELS.length - LEVELS.indexOf(level);
}
