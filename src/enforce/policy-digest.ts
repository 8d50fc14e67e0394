import type { Policy } from '../policy/policy.js';
import { digestOf } from '../references/digest.js';

/**
 * `sha256:` of what a policy says, after everything it extends, its key files and the catalog's entries are put in, as JSON
 * with sorted keys. Where its lines stand, and from which commit it was read, is left out: the same rules have the same digest.
 */
export function policyDigest({ source: _, dependsOn: __, ...policy }: Policy): string {
  const text = JSON.stringify(policy, (key: string, value: unknown) => {
    if (key === 'at') return undefined;
    return isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
  });
  return digestOf(Buffer.from(text));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
