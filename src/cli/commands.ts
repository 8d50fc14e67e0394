import type { Command } from './command.js';
import { images } from './images.js';

/**
 * How each command of `definitions.ts` is loaded, when it is run: `images` starts fast because it never sees the verifier.
 * What it needs itself is what all others need.
 */
export const LOADERS: Readonly<Record<string, () => Promise<Command>>> = {
  check: async () => (await import('./check.js')).check,
  images: async () => images,
  inspect: async () => (await import('./inspect.js')).inspect,
  verify: async () => (await import('./verify.js')).verify,
  'verify-bundle': async () => (await import('./verify-bundle.js')).verifyBundle,
  sbom: async () => (await import('./sbom.js')).sbom,
  rules: async () => (await import('./rules.js')).rulesCommand,
  explain: async () => (await import('./explain.js')).explainCommand,
  'policy init': async () => (await import('./policy-init.js')).policyInit,
  'policy validate': async () => (await import('./policy-validate.js')).policyValidate,
  'policy test': async () => (await import('./policy-test.js')).policyTest,
  fix: async () => (await import('./fix.js')).fix,
  lock: async () => (await import('./lock.js')).lock,
  export: async () => (await import('./export.js')).exportCommand,
  survey: async () => (await import('./survey.js')).survey,
  'survey merge': async () => (await import('./survey-merge.js')).surveyMerge,
  'survey issue': async () => (await import('./survey-issue.js')).surveyIssue,
  completion: async () => (await import('./completion.js')).completion,
  evidence: async () => (await import('./evidence.js')).evidence,
};
