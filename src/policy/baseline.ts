import type { Policy, Profile } from './policy.js';

const DEFAULT_MAX_WAIVER_DAYS = 180;

/** The policy of a repository that has none: the profile's presets, and no allowlist. */
export function builtInPolicy(profile: Profile = 'baseline'): Policy {
  return {
    source: { name: `built-in ${profile}`, extends: [] },
    profile,
    allow: [],
    deny: [],
    rules: {},
    roles: {},
    files: { include: [], exclude: [], targets: {}, buildArgs: {} },
    platforms: [],
    contexts: {},
    maxWaiverDays: DEFAULT_MAX_WAIVER_DAYS,
    registries: {},
    waivers: [],
    dependsOn: [],
  };
}
