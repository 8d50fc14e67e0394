import { LOCKED, UNVERIFIED } from '../policy/policy.js';
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
  | 'runLevels'
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
  why: 'A waiver is an exception with an owner and an end date. One that has expired, covers nothing or ends later than the policy allows should be renewed or removed.',
  fix: 'Remove it from `waivers:`, or have its owner renew it.',
  controls: { 'CA-5': 'An exception that is no longer maintained is reported.' },
  securitySeverity: 3,
};

/** Images that were not evaluated, which the policy's key of the same name is about. */
export const UNVERIFIED_RULE: ReportedRule = {
  id: UNVERIFIED,
  title: 'Image was opened',
  question: 'Was the image behind the reference resolved and opened?',
  why: 'An image that was not opened has passed no rule: its registry may be down, unknown or refuse access, and what it holds today is not known.',
  fix: 'Run the gate again when the registry answers, give the gate access to it, or name it under `registries:` of the policy. `unverified: warn` makes it a warning.',
  controls: { 'SR-4': 'The origin of an image is not known until it is checked.' },
  securitySeverity: 5,
};

/** References whose digest the lock does not have, where `--locked` asks for it. */
export const LOCKED_RULE: ReportedRule = {
  id: LOCKED,
  title: 'Reference is in the lock',
  question: 'Does the lock have the digest that a reference without one names?',
  why: 'A tag may name another image when the build pulls it. The lock says which digest was reviewed.',
  fix: 'Run `base-image-gate lock --write`, review what changed, and commit the lock.',
  controls: { 'CM-2': 'The images that are built on are those of a reviewed baseline.' },
  securitySeverity: 5,
};
