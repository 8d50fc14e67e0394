import type { Answer } from './answer.js';
import { rules } from './index.js';

const identityRules = new Map(rules.flatMap(({ id, identity }) => (identity === undefined ? [] : [[id, identity]])));

/** Whether a rule decides who an image is. */
export function isIdentityRule({ id }: { readonly id: string }): boolean {
  return identityRules.has(id);
}

/** Whether an answer contradicts the identity of an image: a failure, or something that could not be decided. */
export function isIdentityDoubt({ rule, aspect, outcome }: Pick<Answer, 'rule' | 'aspect' | 'outcome'>): boolean {
  if (outcome !== 'fail' && outcome !== 'indeterminate') return false;
  const identity = identityRules.get(rule);
  if (identity === undefined) return false;
  return identity === true || (aspect !== undefined && identity.aspects.includes(aspect));
}
