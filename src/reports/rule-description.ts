import type { Rule } from '../rules/rule.js';
import { WAIVERS } from './findings.js';

/** What reports and pages say of a rule; how it judges is not their concern. */
export type RuleDescription = Pick<
  Rule,
  | 'id'
  | 'title'
  | 'question'
  | 'why'
  | 'mend'
  | 'subject'
  | 'roles'
  | 'controls'
  | 'securitySeverity'
  | 'presets'
  | 'options'
>;

/** What SARIF says of the problems that are no rule's: those of waivers. */
export const WAIVER_RULE: Pick<
  RuleDescription,
  'id' | 'title' | 'question' | 'why' | 'mend' | 'controls' | 'securitySeverity'
> = {
  id: WAIVERS,
  title: 'Waivers are in force and in use',
  question: 'Does every waiver still cover something, and may it?',
  why: 'A waiver is an exception that somebody has answered for until a day. One that has run out, covers nothing or runs longer than the policy allows is a promise nobody keeps.',
  mend: 'Remove it from `waivers:`, or have its owner renew it.',
  controls: ['CA-5'],
  securitySeverity: 3,
};
