import { isDeepStrictEqual } from 'node:util';
import type { AllowEntry, Policy, Waiver } from '../../policy/policy.js';

/**
 * What a change would do to the policy, in sentences for its reviewer: it is applied only when it has been
 * merged. Names come from the pull request; reports escape them.
 */
export function policyChanges(before: Policy, after: Policy): readonly string[] {
  const sentences: string[] = [];
  if (profileOf(before) !== profileOf(after)) {
    sentences.push(`The profile becomes ${profileOf(after)} (now ${profileOf(before)}).`);
  }
  sentences.push(
    ...listChanges('allow', before.allow, after.allow, describeEntry),
    ...listChanges('deny', before.deny, after.deny, ({ pattern }) => pattern),
    ...listChanges('waivers', before.waivers, after.waivers, describeWaiver),
  );
  for (const key of ['rules', 'roles', 'registries', 'files', 'contexts', 'platforms'] as const) {
    if (!same(before[key], after[key])) sentences.push(`\`${key}\` changes.`);
  }
  if (before.trustedRoot !== after.trustedRoot) sentences.push('The trusted root changes.');
  if (before.maxWaiverDays !== after.maxWaiverDays) {
    sentences.push(`Waivers may run ${after.maxWaiverDays} days (now ${before.maxWaiverDays}).`);
  }
  if ((before.scope ?? 'all') !== (after.scope ?? 'all')) {
    sentences.push(`\`scope\` becomes ${after.scope ?? 'all'} (now ${before.scope ?? 'all'}).`);
  }
  if (before.unverified !== after.unverified) {
    const word = ({ unverified }: Policy) => unverified ?? "the profile's";
    sentences.push(`\`unverified\` becomes ${word(after)} (now ${word(before)}).`);
  }
  if (before.onlyNew !== after.onlyNew) {
    const word = ({ onlyNew }: Policy) => (onlyNew === undefined ? 'not set' : String(onlyNew));
    sentences.push(`\`only-new\` becomes ${word(after)} (now ${word(before)}).`);
  }
  const feeds = (policy: Policy) => policy.vulnerabilityFeeds?.join(', ') ?? '';
  if (feeds(before) !== feeds(after)) {
    sentences.push(`Vulnerability feeds become ${feeds(after) || 'none'} (now ${feeds(before) || 'none'}).`);
  }
  return sentences;
}

function profileOf({ profile, phase }: Policy): string {
  return phase === undefined ? profile : `${profile} from ${phase.enforceFrom} on, ${phase.before} until then`;
}

/** Whether two parts of policies say the same. What was read from YAML has objects without a prototype; ours have one. */
function same(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(structuredClone(one), structuredClone(other));
}

function listChanges<T extends Placed>(
  key: string,
  before: readonly T[],
  after: readonly T[],
  describe: (entry: T) => string,
): readonly string[] {
  const missing = (from: readonly T[], among: readonly T[]): readonly string[] =>
    from.filter((entry) => !among.some((other) => same(withoutPlace(entry), withoutPlace(other)))).map(describe);
  const added = missing(after, before);
  const removed = missing(before, after);
  return [
    ...(added.length === 0 ? [] : [`\`${key}\` gains ${added.join(', ')}.`]),
    ...(removed.length === 0 ? [] : [`\`${key}\` loses ${removed.join(', ')}.`]),
  ];
}

interface Placed {
  readonly at?: unknown;
  readonly name?: string;
}

/** An entry that only moved has not changed. */
function withoutPlace({ at: _at, name: _name, ...rest }: Placed): object {
  return rest;
}

function describeEntry({ pattern, signed }: AllowEntry): string {
  return signed ? pattern : `${pattern} (unsigned)`;
}

function describeWaiver({ rule, image, file, expires }: Waiver): string {
  return `${rule} for ${image ?? file ?? 'every image'} until ${expires}`;
}
