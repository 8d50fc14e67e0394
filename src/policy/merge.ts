import type { Role } from '../build-files/image-use.js';
import { ROLES } from '../build-files/image-use.js';
import { optionalField } from '../lib/collections.js';
import { readablePlatforms } from '../references/platform.js';
import { canonicalHost } from '../references/registry-host.js';
import type { Rule } from '../rules/rule.js';
import { type Layer, positionIn } from './layer.js';
import type { AllowEntry, Policy, RegistryOverride, RuleOverride, Waiver } from './policy.js';
import { ruleOptions } from './rule-options.js';
import type { PolicyFile } from './schema.js';

type Rules = NonNullable<PolicyFile['rules']>;
type RuleLine = NonNullable<Rules[string]>;

/** What was read for a layer besides its text. */
export interface LayerContent {
  readonly allow: readonly AllowEntry[];
  /** The text of the trusted root that it names. */
  readonly trustedRoot?: string;
}

/**
 * A policy with a layer laid on top: lists grow at their end, maps are merged key by key, anything else is replaced.
 * Whether the layer may say all this is another question (`overrideProblems`).
 */
export function applyLayer(base: Policy, layer: Layer, content: LayerContent, rules: readonly Rule[]): Policy {
  const { file } = layer;
  const { profile: _profile, phase: _phase, ...rest } = base;
  const files = file.files;
  return {
    ...rest,
    ...profileOf(base, file.profile),
    allow: [...base.allow, ...content.allow],
    deny: [...base.deny, ...denyEntries(layer)],
    rules: mergeRules(base.rules, file.rules, rules),
    roles: mergeRoles(base.roles, file.roles, rules),
    files: {
      include: files?.include ?? base.files.include,
      exclude: files?.exclude ?? base.files.exclude,
      ...optionalField(
        'excludeAt',
        files?.exclude?.map((_, index) => positionIn(layer, ['files', 'exclude', index])) ?? base.files.excludeAt,
      ),
      targets: mergeMaps(base.files.targets, files?.targets),
      buildArgs: mergeMaps(base.files.buildArgs, files?.['build-args']),
    },
    platforms: file.platforms === undefined ? base.platforms : readablePlatforms(file.platforms),
    contexts: mergeMaps(base.contexts, file.contexts),
    ...optionalField('trustedRoot', content.trustedRoot),
    ...optionalField('unverified', file.unverified),
    ...optionalField('scope', file.scope),
    ...optionalField('onlyNew', file['only-new']),
    maxWaiverDays: file['max-waiver-days'] ?? base.maxWaiverDays,
    ...optionalField('vulnerabilityFeeds', file['vulnerability-feeds']),
    registries: mergeMaps(base.registries, registryOverrides(file)),
    waivers: [...base.waivers, ...waiversOf(layer)],
  };
}

function profileOf(base: Policy, written: PolicyFile['profile']): Pick<Policy, 'profile' | 'phase'> {
  if (written === undefined) return { profile: base.profile, ...optionalField('phase', base.phase) };
  if (typeof written === 'string') return { profile: written };
  const { name, before = 'observe', 'enforce-from': enforceFrom } = written;
  return { profile: name, phase: { before, enforceFrom } };
}

/** Without a prototype, since names of files and contexts are untrusted: `constructor` must find nothing. */
export function mergeMaps<T>(
  base: Readonly<Record<string, T>>,
  added: Readonly<Record<string, T>> | undefined,
): Readonly<Record<string, T>> {
  return Object.assign(Object.create(null) as Record<string, T>, base, added);
}

function denyEntries(layer: Layer): Policy['deny'] {
  return (layer.file.deny ?? []).map(({ image, reason }, index) => ({
    pattern: image,
    reason,
    at: positionIn(layer, ['deny', index]),
  }));
}

function mergeRules(base: Policy['rules'], lines: Rules | undefined, rules: readonly Rule[]): Policy['rules'] {
  const merged = mergeMaps(base, undefined);
  const changed: Record<string, RuleOverride> = {};
  for (const rule of rules) {
    const line = lines?.[rule.id];
    if (line === undefined) continue;
    const override = overrideOf(rule, line);
    const { enforceFrom, ...before } = merged[rule.id] ?? { options: {} };
    changed[rule.id] = {
      ...before,
      // A level that is written without a day holds at once.
      ...(override.level === undefined ? optionalField('enforceFrom', enforceFrom) : {}),
      ...override,
      options: { ...before.options, ...override.options },
    };
  }
  return mergeMaps(merged, changed);
}

function overrideOf(rule: Rule, line: RuleLine): RuleOverride {
  if (typeof line === 'string') return { level: line, options: {} };
  const { level, 'on-indeterminate': onIndeterminate, 'enforce-from': enforceFrom, ...rest } = line;
  const { names } = ruleOptions(rule);
  const options = Object.entries(rest).map(([key, value]) => [names[key] ?? key, value] as const);
  return {
    ...optionalField('level', level),
    ...optionalField('onIndeterminate', onIndeterminate),
    ...optionalField('enforceFrom', enforceFrom),
    options: Object.fromEntries(options),
  };
}

function mergeRoles(base: Policy['roles'], lines: PolicyFile['roles'], rules: readonly Rule[]): Policy['roles'] {
  const merged: Partial<Record<Role, Policy['rules']>> = { ...base };
  for (const role of ROLES) {
    const added = lines?.[role]?.rules;
    if (added !== undefined) merged[role] = mergeRules(base[role] ?? {}, added, rules);
  }
  return merged;
}

function registryOverrides(file: PolicyFile): Readonly<Record<string, RegistryOverride>> {
  const entries = Object.entries(file.registries ?? {}).map(([path, line]) => {
    const override: RegistryOverride = {
      privateNetwork: line['private-network'] ?? false,
      insecure: line.insecure ?? false,
      tokenHosts: line['token-hosts'] ?? [],
      ...(line['mirror-of'] === undefined ? {} : { mirrorOf: canonicalPath(line['mirror-of']) }),
      ...optionalField('layout', line.layout),
    };
    return [canonicalPath(path), override] as const;
  });
  return Object.fromEntries(entries);
}

/** `host/prefix` with the host under its one name and without a slash at its end. */
function canonicalPath(path: string): string {
  const [host = '', ...rest] = path.replace(/\/$/, '').split('/');
  return [canonicalHost(host), ...rest].join('/');
}

function waiversOf(layer: Layer): readonly Waiver[] {
  return (layer.file.waivers ?? []).map((line, index) => ({
    rule: line.rule,
    ...optionalField('image', line.image),
    ...optionalField('file', line.file),
    ...optionalField('vulnerability', line.vulnerability),
    reason: line.reason,
    owner: line.owner,
    expires: line.expires,
    covers: line.covers ?? 'fail',
    at: positionIn(layer, ['waivers', index]),
  }));
}
