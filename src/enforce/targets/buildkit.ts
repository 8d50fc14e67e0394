import { distinct } from '../../lib/collections.js';
import { formatReference, type Reference } from '../../references/reference.js';
import { type Exported, type ExportInput, type ExportTarget, exportHeader, jsonFile } from '../export-target.js';
import {
  BUILT_ROLES,
  openStatements,
  roleLimits,
  type VerifiedReference,
  verifiedReferences,
} from '../verified-references.js';

/**
 * A rule of a source policy. BuildKit ignores keys that it does not know and takes a rule without an action for ALLOW, so
 * the type is the whole of what is written.
 *
 * @see https://github.com/moby/buildkit/blob/master/sourcepolicy/pb/policy.proto
 */
interface SourceRule {
  readonly action: 'ALLOW' | 'DENY' | 'CONVERT';
  readonly selector: {
    readonly identifier: string;
    readonly match_type: 'EXACT' | 'WILDCARD';
    readonly constraints?: readonly { readonly key: string; readonly value: string; readonly condition: 'EQUAL' }[];
  };
  readonly updates?: { readonly identifier: string };
}

/** Every source that holds an image. `*` alone would deny the build context, too. */
const IMAGE_SOURCES = ['docker-image://*', 'docker-image+blob://*', 'oci-layout://*'] as const;

/**
 * BuildKit's source policy: each reference that was verified is converted to its digest, and every other image is denied.
 * The last rule that matches decides, so the denials come first. All references are compared whole: `alpine*` would let
 * `alpine-evil` through, and regular expressions are not anchored.
 */
export const buildkit: ExportTarget = {
  name: 'buildkit',
  title: 'BuildKit source policy',
  render: (input: ExportInput): Exported => {
    const { verified, left } = verifiedReferences(input.report, BUILT_ROLES);
    const limits = limitsOf(verified);
    const rules = [header(input, limits), ...IMAGE_SOURCES.map(denied), ...verified.flatMap(allowed)];
    return {
      files: { 'source-policy.json': jsonFile({ version: 1, rules: distinct(rules) }) },
      allowed: verified.length,
      stated: [
        ...left.map(({ name, reason }) => `${name} is denied: ${reason}`),
        ...openStatements(verified),
        ...limits,
      ],
    };
  },
};

/** Where BuildKit lets through more than the gate does. */
function limitsOf(verified: readonly VerifiedReference[]): readonly string[] {
  if (verified.length === 0) return [];
  const [end] = verified.flatMap(({ until }) => until ?? []).sort();
  return [
    `A source policy can't distinguish platforms: images that were verified for ${platformsOf(verified)} may also be pulled for others.`,
    ...(end === undefined
      ? []
      : [`A source policy has no dates: what a waiver admits stays allowed after ${end}, so export again by then.`]),
    ...roleLimits(verified),
  ];
}

/** No source has this name, so the rule decides nothing: JSON has no comments, and rules have no other place for words. */
function header(input: ExportInput, limits: readonly string[]): SourceRule {
  const constraints = [...exportHeader(input, limits)].map(
    ([key, value]) => ({ key: `base-image-gate.${key}`, value, condition: 'EQUAL' }) as const,
  );
  return { action: 'DENY', selector: { identifier: 'base-image-gate://header', match_type: 'EXACT', constraints } };
}

function denied(identifier: string): SourceRule {
  return { action: 'DENY', selector: { identifier, match_type: 'WILDCARD' } };
}

function allowed({ reference, digest }: VerifiedReference): readonly SourceRule[] {
  const { tag } = reference;
  const pinned = source({ ...reference, digest });
  const byDigest = source({ registry: reference.registry, repository: reference.repository, digest });
  const converted: readonly SourceRule[] =
    reference.digest !== undefined || tag === undefined
      ? []
      : [
          {
            action: 'CONVERT',
            selector: { identifier: source(reference), match_type: 'EXACT' },
            updates: { identifier: pinned },
          },
        ];
  const exact = [...new Set([pinned, byDigest])].map(
    (identifier): SourceRule => ({ action: 'ALLOW', selector: { identifier, match_type: 'EXACT' } }),
  );
  return [...converted, ...exact];
}

/** As BuildKit names it when it asks: whole, with the tag. */
function source(reference: Reference): string {
  return `docker-image://${formatReference(reference)}`;
}

function platformsOf(verified: readonly VerifiedReference[]): string {
  return [...new Set(verified.flatMap(({ platforms }) => platforms))].sort().join(', ');
}
