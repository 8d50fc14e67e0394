import { z } from 'zod';
import { ROLES, type Role } from '../build-files/image-use.js';
import type { Rule } from '../rules/rule.js';
import { allowSchema, denySchema } from './allow-schema.js';
import { fileGlob, imagePattern, isoDate, platform, registryPath, repositoryPath } from './fields.js';
import { LEVELS, PROFILES, SCOPES, UNVERIFIED, VULNERABILITY_FEEDS } from './policy.js';
import { ruleOptions } from './rule-options.js';

const text = z.string().min(1, { error: 'a non-empty string' });

const level = z.enum(LEVELS).describe('error decides the verdict; warning and note are shown; off: not evaluated.');

/** A policy's setting for one rule: its level, or level and options. */
function ruleSchema(rule: Rule) {
  const options = Object.entries(ruleOptions(rule).shape).map(([key, schema]) => [key, schema.optional()] as const);
  return z
    .union([
      level,
      z.strictObject({
        level: level.optional(),
        'enforce-from': isoDate()
          .optional()
          .describe(
            'The first day, in UTC, on which an error decides the verdict: 2027-01-31. Until then it is a warning that names the day.',
          ),
        'on-indeterminate': z
          .enum(['warn', 'fail'])
          .optional()
          .describe(
            'The effect at level error if the rule could not be checked: an indeterminate verdict (fail, the default), or a warning.',
          ),
        // Only the rule knows its options; here they are schemas of some keys.
        ...(Object.fromEntries(options) as Record<string, z.ZodType>),
      }),
    ])
    .describe(`${rule.title}. ${rule.question}`);
}

function rulesSchema(rules: readonly Rule[]) {
  const shape = Object.fromEntries(rules.map((rule) => [rule.id, ruleSchema(rule).optional()]));
  // Named, so that the JSON Schema holds it once and not once a role.
  return z.strictObject(shape).meta({ id: 'rules' });
}

const files = z
  .strictObject({
    include: z
      .array(fileGlob())
      .optional()
      .describe('Further build files: globs over paths, * within a directory, ** across directories.'),
    exclude: z
      .array(fileGlob())
      .optional()
      .describe('Files that are not build files, or that this policy does not cover.'),
    targets: z
      .record(text, z.array(text).min(1))
      .optional()
      .describe('The stages that are built and shipped, by file; without it, the last stage.'),
    'build-args': z
      .record(text, z.record(text, z.string()))
      .optional()
      .describe('Build arguments that the pipeline passes, by file.'),
  })
  .describe('Which build files are read, and how they are built.');

const registry = z.strictObject({
  'private-network': z
    .boolean()
    .optional()
    .describe('Allow the host to be a private, loopback or link-local address. Default: false.'),
  insecure: z.boolean().optional().describe('Plain HTTP. Default: false.'),
  'mirror-of': registryPath()
    .optional()
    .describe('The registry, or registry/prefix, that this path mirrors: docker.io.'),
  layout: text.optional().describe('An OCI image layout used instead of the registry; command line only.'),
  'token-hosts': z
    .array(registryPath())
    .optional()
    .describe("Further hosts that this registry's credentials may be sent to: its token servers."),
});

function waiverSchema(rules: readonly Rule[]) {
  const ids = [...rules.map(({ id }) => id), UNVERIFIED];
  return z
    .strictObject({
      rule: z.enum(ids).describe('The rule whose failure is accepted; `unverified`: images that could not be checked.'),
      image: imagePattern()
        .optional()
        .describe('The images it is accepted for: a pattern as in allow. Without it, every image.'),
      file: fileGlob().optional().describe('The build files it is accepted in: a glob. Without it, every file.'),
      vulnerability: text.optional().describe('The one vulnerability that is accepted, such as CVE-2026-0001.'),
      reason: text.describe('Why this is acceptable, for the reviewer.'),
      owner: text.describe('Who is responsible for it: a person or a team.'),
      expires: isoDate().describe('The last day it is valid, in UTC: 2027-01-31.'),
      covers: z
        .enum(['fail', 'indeterminate'])
        .optional()
        .describe('fail (default): only failures. indeterminate: also what could not be checked.'),
    })
    .describe('A reviewed exception.');
}

const ROLE_NAMES: Readonly<Record<Role, string>> = {
  final: 'Images that ship: stages that are targets, or that a target is built FROM.',
  build: 'Images of other stages.',
  copy: 'Images that files are copied or mounted from.',
  frontend: 'The image that `# syntax=` names.',
  run: 'Images that CI, Compose or a dev container runs, and that nothing is built on.',
};

/** The keys of a policy file that a policy may be allowed to override in the one it extends. */
export const OVERRIDABLE_KEYS = [
  'profile',
  'allow',
  'rules',
  'roles',
  'files',
  'platforms',
  'contexts',
  'trusted-root',
  'max-waiver-days',
  'unverified',
  'scope',
  'only-new',
  'vulnerability-feeds',
  'registries',
  'waivers',
] as const;

const announcedProfile = z
  .strictObject({
    name: z.enum(PROFILES).describe('The profile.'),
    'enforce-from': isoDate().describe('The first day, in UTC, on which it decides the verdict: 2027-01-31.'),
    before: z
      .enum(PROFILES)
      .optional()
      .describe('The profile that decides until then, a less strict one. Default: observe.'),
  })
  .refine(({ name, before = 'observe' }) => PROFILES.indexOf(before) < PROFILES.indexOf(name), {
    error: 'a profile under `before` that is less strict than `name`',
    path: ['before'],
  })
  .describe('A profile that takes effect later: until that day, what it would block is a warning.');

/**
 * The policy file, as people write it. Rules bring their own options. Nothing is transformed: what the schema lets
 * through is resolved afterwards, and the JSON Schema for editors is made from the same lines.
 */
export function policySchema(rules: readonly Rule[]) {
  const settings = rulesSchema(rules);
  const roleShape = Object.fromEntries(
    ROLES.map((role) => [
      role,
      z
        .strictObject({ rules: settings.optional().describe('Like rules; these take precedence.') })
        .optional()
        .describe(ROLE_NAMES[role]),
    ]),
  );
  const mayOverride = [...OVERRIDABLE_KEYS, ...rules.map(({ id }) => `rules.${id}`)];
  return z.strictObject({
    version: z.literal(1).describe('The version of this format: 1.'),
    extends: text
      .optional()
      .describe('A policy this one builds on: a path in this repository, or owner/repository/path@ref.'),
    'may-override': z
      .array(z.enum(mayOverride))
      .optional()
      .describe(
        'What policies that extend this one may set besides adding deny entries, raising levels and tightening limits.',
      ),
    profile: z
      .union([z.enum(PROFILES), announcedProfile])
      .optional()
      .describe('The presets of all rules: observe, baseline (default), hardened or strict.'),
    allow: z
      .array(allowSchema())
      .optional()
      .describe('The images that may be built on. The entry with the longest literal prefix applies.'),
    deny: z.array(denySchema()).optional().describe('The images that may not be built on, even if allow matches them.'),
    rules: settings.optional().describe("Levels and options that differ from the profile's."),
    roles: z
      .strictObject(roleShape)
      .optional()
      .describe('The same for images in one role: final (what ships), build, copy, frontend or run.'),
    files: files.optional(),
    platforms: z.array(platform()).min(1).optional().describe('The platforms evaluated. Default: linux/amd64.'),
    contexts: z
      .record(text, text)
      .optional()
      .describe('Images that are built in this repository, and named build contexts: name → replacement.'),
    'trusted-root': repositoryPath()
      .optional()
      .describe('A Sigstore trusted root (JSON) that replaces the public one.'),
    unverified: z
      .enum(['fail', 'warn'])
      .optional()
      .describe(
        'The result for an image that could not be checked for any reason: fail (the verdict is at least indeterminate) or warn. Default: fail; warn in observe, and in baseline for images that neither the policy nor the catalog names.',
      ),
    scope: z
      .enum(SCOPES)
      .optional()
      .describe(
        'Which images are evaluated: those that are built on (build), or also those that CI, Compose and dev containers run (all, the default).',
      ),
    'only-new': z
      .boolean()
      .optional()
      .describe(
        'Which failures become warnings where a pull request does not change the image reference: those of all rules (true) or of none (false). Default: those of rules whose result changes over time.',
      ),
    'max-waiver-days': z
      .number()
      .int({ error: 'a whole number of days' })
      .min(1, { error: 'a number of days from 1 to 3650' })
      .max(3650, { error: 'a number of days from 1 to 3650' })
      .optional()
      .describe('How many days from today a waiver may end. Default: 180.'),
    'vulnerability-feeds': z
      .array(z.enum(VULNERABILITY_FEEDS))
      .optional()
      .describe(
        "Publishers whose own advisories are used instead of OSV's copy: chainguard, under a license (CC BY-NC-ND 4.0, or an agreement) that you need to have. Default: none.",
      ),
    registries: z
      .record(registryPath(), registry)
      .optional()
      .describe('Settings of single registries, by host or host/prefix.'),
    waivers: z
      .array(waiverSchema(rules))
      .optional()
      .describe('Reviewed exceptions, each with an owner and an expiry date.'),
  });
}

export type PolicyFile = z.output<ReturnType<typeof policySchema>>;
