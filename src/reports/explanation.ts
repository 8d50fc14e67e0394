import { z } from 'zod';
import { ROLES, type Role } from '../build-files/image-use.js';
import { isListedHost } from '../catalog/catalog.js';
import type { Catalog } from '../catalog/publisher.js';
import { type DeepReadonly, optionalField } from '../lib/collections.js';
import { denialOf, matchingEntries } from '../policy/govern.js';
import { governanceOf } from '../policy/governance.js';
import { profileToday } from '../policy/phases.js';
import { type AllowEntry, LEVELS, type Policy, type PolicyPosition, PROFILES, UNVERIFIED } from '../policy/policy.js';
import { type PhasedSetting, phasedSetting, type RuleSetting, ruleSetting } from '../policy/settings.js';
import { waiversAbout } from '../policy/waivers.js';
import { formatReference, type Reference } from '../references/reference.js';
import type { Rule } from '../rules/rule.js';
import { describeAuthority } from '../signatures/authority.js';

const text = z.string();
const level = z.enum(LEVELS);
const position = z.strictObject({ file: text, line: z.int().min(1), column: z.int().min(1) });
const entry = z.strictObject({ name: text, pattern: text, at: z.exactOptional(position) });

/**
 * What `explain --format json` prints. The published JSON Schema (schemas/explain.schema.json) is made from this;
 * optional fields are left out, never null unless it says so here.
 */
export const explanationSchema = z.strictObject({
  schema: z.literal('base-image-gate/explain/v1'),
  reference: text.describe(
    'The image as the policy sees it: a mirror replaced by what it mirrors, defaults filled in.',
  ),
  pulledFrom: z.exactOptional(text).describe('Where it is pulled from, where that is another name.'),
  role: z.enum(ROLES).describe('The role that levels are shown for.'),
  policy: z.strictObject({
    name: text,
    profile: z.enum(PROFILES).describe('The profile that decides today.'),
    announced: z.exactOptional(z.strictObject({ profile: z.enum(PROFILES), from: z.iso.date() })),
  }),
  registry: z.strictObject({
    host: text,
    contacted: z.boolean().describe('Whether the policy or the catalog names the host. No other host is contacted.'),
  }),
  denied: z
    .exactOptional(z.strictObject({ name: text, pattern: text, reason: text, at: z.exactOptional(position) }))
    .describe('The deny entry that matches, and the name of the image that it matches.'),
  allowlist: z.boolean().describe('Whether the policy has an allowlist.'),
  entry: entry.nullable().describe('The allow entry that governs the image.'),
  otherEntries: z.array(entry).describe('Allow entries that match as well, with a shorter literal prefix or later.'),
  publisher: z
    .strictObject({ id: text, name: text, hardened: z.boolean(), verifiable: z.boolean() })
    .nullable()
    .describe('The publisher of the catalog whose images these are.'),
  signers: z
    .strictObject({
      namedBy: text.describe('The entry of the policy or of the catalog that names them.'),
      signed: z.boolean().describe('false: the entry accepts the image without a signature.'),
      reason: z.exactOptional(text),
      require: z.int().describe('How many of the authorities must have signed.'),
      authorities: z.array(text),
    })
    .nullable()
    .describe('Who may sign; null where neither the policy nor the catalog says.'),
  rules: z.array(
    z.strictObject({
      rule: text,
      level,
      profileLevel: level.describe('The level of the profile, before the policy changes it.'),
      announced: z
        .exactOptional(z.strictObject({ level, from: z.iso.date() }))
        .describe('The level from a day on, where the policy has announced that.'),
      decidedBy: z.enum(['profile', 'rules', 'roles', 'publisher']).describe('What the level comes from.'),
      onIndeterminate: z.enum(['warn', 'fail']),
      options: z.record(text, z.unknown()),
      changedOptions: z.array(text).describe('Options that the policy sets to another value than the profile.'),
    }),
  ),
  waivers: z.array(
    z.strictObject({
      rule: text,
      image: z.exactOptional(text),
      file: z.exactOptional(text).describe('It holds in these build files alone.'),
      vulnerability: z.exactOptional(text),
      covers: z.enum(['fail', 'indeterminate']),
      expires: text,
      owner: text,
      reason: text,
      state: z.enum(['holds', 'expired', 'too-long']),
      at: z.exactOptional(position),
    }),
  ),
});

export type Explanation = DeepReadonly<z.output<typeof explanationSchema>>;
type ExplainedRule = Explanation['rules'][number];

/** What a policy says about images in a role. */
export interface ExplanationContext {
  readonly role: Role;
  readonly policy: Policy;
  readonly catalog: Catalog;
  readonly rules: readonly Rule[];
  readonly now: Date;
}

/**
 * What governs an image, and how each rule applies to it: only from the policy and the catalog, so that no host is
 * contacted.
 *
 * @param pullFrom the reference as a build file would name it
 */
export function explain(pullFrom: Reference, context: ExplanationContext): Explanation {
  const { role, policy, catalog, rules, now } = context;
  const governance = governanceOf(pullFrom, context);
  const { reference, verifiedBy, publisher } = governance;
  const [name, written] = [formatReference(reference), formatReference(pullFrom)];
  const denied = denialOf(policy, [reference, pullFrom]);
  const waivers = [...rules.map(({ id }) => id), UNVERIFIED].flatMap((rule) =>
    waiversAbout(policy, { rule, reference }, now),
  );
  return {
    schema: 'base-image-gate/explain/v1',
    reference: name,
    ...(written === name ? {} : { pulledFrom: written }),
    role,
    policy: {
      name: policy.source.name,
      profile: profileToday(policy),
      ...(policy.phase === undefined ? {} : { announced: { profile: policy.profile, from: policy.phase.enforceFrom } }),
    },
    registry: {
      host: pullFrom.registry,
      contacted: governance.entry !== null || isListedHost(catalog, policy, pullFrom),
    },
    ...(denied === null
      ? {}
      : {
          denied: {
            name: formatReference(denied.name),
            pattern: denied.entry.pattern,
            reason: denied.entry.reason,
            ...optionalField('at', denied.entry.at),
          },
        }),
    allowlist: policy.allow.length > 0,
    entry: governance.entry === null ? null : entryOf(governance.entry),
    otherEntries: matchingEntries(policy, reference)
      .filter((other) => other !== governance.entry)
      .map(entryOf),
    publisher:
      publisher === null
        ? null
        : {
            id: publisher.id,
            name: publisher.name,
            hardened: publisher.hardened,
            verifiable: publisher.verifiable,
          },
    signers: verifiedBy === null ? null : signersOf(verifiedBy),
    rules: rules.filter((rule) => appliesTo(rule, role)).map((rule) => explainedRule(rule, governance, context)),
    waivers: waivers.map(({ period, ...waiver }) => ({
      rule: waiver.rule,
      ...optionalField('image', waiver.image),
      ...optionalField('file', waiver.file),
      ...optionalField('vulnerability', waiver.vulnerability),
      covers: waiver.covers,
      expires: waiver.expires,
      owner: waiver.owner,
      reason: waiver.reason,
      state: period,
      ...optionalField('at', waiver.at),
    })),
  };
}

function entryOf({ name, pattern, at }: AllowEntry): {
  readonly name: string;
  readonly pattern: string;
  readonly at?: PolicyPosition;
} {
  return { name, pattern, ...optionalField('at', at) };
}

function signersOf(verifiedBy: AllowEntry): NonNullable<Explanation['signers']> {
  return {
    namedBy: verifiedBy.name,
    signed: verifiedBy.signed,
    ...optionalField('reason', verifiedBy.reason),
    require: verifiedBy.require,
    authorities: verifiedBy.authorities.map(describeAuthority),
  };
}

function appliesTo({ subject, roles }: Rule, role: Role): boolean {
  return (subject === 'use' || subject === 'image') && roles.includes(role);
}

function explainedRule(
  rule: Rule,
  known: ReturnType<typeof governanceOf>,
  { policy, role }: ExplanationContext,
): ExplainedRule {
  const { now: setting, next } = phasedSetting(policy, rule, role);
  const preset = ruleSetting({ ...policy, profile: profileToday(policy), rules: {}, roles: {} }, rule, role);
  const { level, isCapped } = levelFor(rule, known, setting);
  const later = next === undefined ? level : levelFor(rule, known, next.setting).level;
  return {
    rule: rule.id,
    level,
    profileLevel: preset.level,
    ...(next === undefined || later === level ? {} : { announced: { level: later, from: next.from } }),
    decidedBy: isCapped ? 'publisher' : setting.decidedBy,
    onIndeterminate: setting.onIndeterminate,
    options: setting.options,
    changedOptions: changedOptions(preset, setting),
  };
}

/** The level of a rule, or the highest one that its answers have for this publisher and these signers. */
function levelFor(
  rule: Rule,
  known: ReturnType<typeof governanceOf>,
  { level, options }: PhasedSetting['now'],
): { readonly level: RuleSetting['level']; readonly isCapped: boolean } {
  const highest = rule.subject === 'image' ? rule.highestLevel?.(known, options) : undefined;
  return highest !== undefined && LEVELS.indexOf(highest) > LEVELS.indexOf(level)
    ? { level: highest, isCapped: true }
    : { level, isCapped: false };
}

function changedOptions(preset: RuleSetting, setting: RuleSetting): readonly string[] {
  return Object.keys(setting.options).filter(
    (name) => JSON.stringify(setting.options[name]) !== JSON.stringify(preset.options[name]),
  );
}
