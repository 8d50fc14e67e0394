import type { Rule } from '../rules/rule.js';
import { WAIVERS } from './findings.js';

/** What reports and pages say of a rule; how it evaluates is not their concern. */
export type RuleDescription = Pick<
  Rule,
  | 'id'
  | 'title'
  | 'question'
  | 'why'
  | 'fix'
  | 'subject'
  | 'roles'
  | 'controls'
  | 'securitySeverity'
  | 'presets'
  | 'options'
>;

/** What SARIF says of a rule, and of what is reported like one. */
export type ReportedRule = Pick<
  RuleDescription,
  'id' | 'title' | 'question' | 'why' | 'fix' | 'controls' | 'securitySeverity'
>;

/** Problems with waivers, which are no rule's. */
export const WAIVERS_RULE: ReportedRule = {
  id: WAIVERS,
  title: 'Waivers are in force and in use',
  question: 'Does every waiver still cover something, and may it?',
  why: 'A waiver is an exception that somebody answers for until a day. One that has run out, covers nothing or ends later than the policy allows is a promise that nobody keeps.',
  fix: 'Remove it from `waivers:`, or have its owner renew it.',
  controls: ['CA-5'],
  securitySeverity: 3,
};
