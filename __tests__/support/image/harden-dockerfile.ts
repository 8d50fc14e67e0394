import { loadCatalog } from '../../../src/catalog/catalog.js';
import { type HardenedFile, hardenFile } from '../../../src/fix/harden/harden-file.js';
import { err, ok } from '../../../src/lib/result.js';
import { deniedBy, governingEntry, policyReference } from '../../../src/policy/govern.js';
import type { Policy } from '../../../src/policy/policy.js';
import { ruleSetting } from '../../../src/policy/settings.js';
import { nonRoot } from '../../../src/rules/non-root.js';
import { candidatesFor } from '../../../src/suggestions/suggestions.js';
import { read } from './read-dockerfile.js';

/** The day of every rewrite of the tests. */
export const NOW = new Date('2026-11-21T12:00:00Z');

/** A policy that allows the images of Chainguard, public and of an organization, and what other catalog entries have. */
export function chainguardPolicy(profile: string, ...others: readonly string[]): string {
  return `version: 1
profile: ${profile}
allow:
  - catalog: chainguard
${others.map((other) => `  - catalog: ${other}\n`).join('')}  - catalog: chainguard-organization
    with: { organization: acme, identities: ["https://issuer.enforce.dev/a/b"] }
`;
}

/** Hardens one Dockerfile as `fix --harden` does before any image is resolved: what the policy does not allow is refused. */
export async function hardenDockerfile(text: string | Uint8Array, policy: Policy): Promise<HardenedFile> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const { uses, stages } = read(bytes);
  return await hardenFile(
    {
      path: 'Dockerfile',
      bytes,
      uses,
      stages,
      isRefused: ({ reference, role }) => {
        if (reference === null || role === 'frontend') return role !== 'frontend';
        const seen = policyReference(policy, reference);
        return governingEntry(policy, seen) === null || deniedBy(policy, seen) !== null;
      },
      candidates: (use) => {
        if (use.reference === null) return err('the image is not known');
        const reference = policyReference(policy, use.reference);
        const found = candidatesFor({ use, reference, now: NOW }, stages, policy, loadCatalog());
        return found.length > 0 ? ok(found) : err('no image that the policy allows is known in its place');
      },
      nonRoot: ruleSetting(policy, nonRoot, 'final').level === 'error',
    },
    async (contents) => {
      const again = read(contents.get('Dockerfile') ?? bytes);
      return { files: [again.file], uses: again.uses };
    },
  );
}
