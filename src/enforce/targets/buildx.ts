import { groupBy, optionalField } from '../../lib/collections.js';
import type { Policy } from '../../policy/policy.js';
import { repositoryName } from '../../references/reference.js';
import { type Exported, type ExportInput, type ExportTarget, headerComment } from '../export-target.js';
import {
  BUILT_ROLES,
  compare,
  openStatements,
  roleLimits,
  type VerifiedReference,
  verifiedReferences,
} from '../verified-references.js';
import { type BuildxEvidence, buildxEvidence } from './buildx-evidence.js';

/**
 * A build policy of buildx in Rego, the one of `Dockerfile.rego`: references that were verified are pinned, and every other
 * image is denied. buildx itself checks again what it can: digest and platform, the day on which a waiver ends or the
 * image is too old, and, where a rule at level error needs them, the user, the signer of BuildKit's attestation manifest
 * and the builder that its provenance names.
 *
 * @see https://docs.docker.com/build/policies/
 */
export const buildx: ExportTarget = {
  name: 'buildx',
  title: 'buildx build policy (Rego)',
  render: (input: ExportInput): Exported => {
    const { verified, left } = verifiedReferences(input.report, BUILT_ROLES);
    const limits = roleLimits(verified);
    return {
      files: { 'Dockerfile.rego': `${headerComment(input, limits)}\n${RULES}\n${imagesData(verified, input.policy)}` },
      allowed: verified.length,
      stated: [
        ...left.map(({ name, reason }) => `${name} is denied: ${reason}`),
        ...openStatements(verified),
        ...limits,
      ],
    };
  },
};

/**
 * `pin_image` replaces any digest that is there, so it is called only where none is written. What is no image (the build
 * context, Git, HTTP) is left to other policies; anything that a later buildx asks about is denied.
 */
const RULES = `package docker

decision := {"allow": allow, "deny_msg": deny_msg}

default allow := false

allow if input.local

allow if input.http

allow if input.git

# A digest is written: it is the one that was verified, under a tag that was.
allow if {
	input.image.isCanonical
	entry := images[input.image.fullRepo][input.image.checksum]
	names_tag(entry)
	holds(entry)
	runs_as_verified(entry)
	signed_as_verified(entry)
	built_as_verified(entry)
}

# No digest is written: the tag is pinned to the one that was verified, and buildx asks again with the digest.
allow if {
	not input.image.isCanonical
	some digest, entry in images[input.image.fullRepo]
	input.image.tag in entry.pins
	holds(entry)
	pin_image(input.image, digest)
}

names_tag(_) if not input.image.tag

names_tag(entry) if input.image.tag in entry.tags

holds(entry) if {
	input.image.platform in entry.platforms
	not ended(entry)
}

ended(entry) if time.now_ns() >= entry.until_ns

# What buildx reads of the image itself, where a rule needs it. The policy asks for nothing where none does.
runs_as_verified(entry) if not entry.users

runs_as_verified(entry) if input.image.user in entry.users

signed_as_verified(entry) if not entry.signers

signed_as_verified(entry) if {
	some signer in entry.signers
	some signature in input.image.signatures
	signature.signer.issuer == signer.issuer
	signature.signer.subjectAlternativeName == signer.subject
	ran_for(signature.signer, signer)
}

ran_for(_, signer) if not signer.source

ran_for(certificate, signer) if certificate.sourceRepositoryURI == signer.source

built_as_verified(entry) if not entry.builders

built_as_verified(entry) if input.image.provenance.builderID in entry.builders

deny_msg contains msg if {
	not allow
	msg := sprintf("base-image-gate did not verify %s for %s, or what it verified no longer holds", [
		object.get(input, ["image", "ref"], "this source"),
		object.get(input, ["image", "platform"], "this platform"),
	])
}
`;

interface RegoEntry extends Omit<BuildxEvidence, 'staleAt'> {
  readonly tags: readonly string[];
  readonly pins: readonly string[];
  readonly platforms: readonly string[];
  /** In milliseconds since 1970. */
  readonly until?: number;
}

/** The references as a Rego object: by full name, then by digest. Strings of JSON are strings of Rego. */
function imagesData(verified: readonly VerifiedReference[], policy: Policy): string {
  const lines = [...groupBy(verified, ({ reference }) => repositoryName(reference))].map(([name, ofName]) => {
    const entries = [...groupBy(ofName, ({ digest }) => digest)].map(
      ([digest, all]) => `\t\t${JSON.stringify(digest)}: ${entryText(entryOf(all, policy))},\n`,
    );
    return `\t${JSON.stringify(name)}: {\n${entries.join('')}\t},\n`;
  });
  return `images := {\n${lines.join('')}}\n`;
}

function entryOf(all: readonly VerifiedReference[], policy: Policy): RegoEntry {
  const sorted = (list: readonly string[]) => [...new Set(list)].sort(compare);
  const tags = ({ reference }: VerifiedReference) => reference.tag ?? [];
  const { staleAt, ...evidence } = buildxEvidence(all, policy);
  // The day of a waiver is whole, in UTC.
  const ends = all.flatMap(({ until }) => (until === undefined ? [] : [Date.parse(`${until}T00:00:00Z`) + DAY_MS]));
  const until = Math.min(...ends, staleAt ?? Number.POSITIVE_INFINITY);
  return {
    tags: sorted(all.flatMap(tags)),
    pins: sorted(all.filter(({ reference }) => reference.digest === undefined).flatMap(tags)),
    platforms: sorted(all.flatMap(({ platforms }) => platforms.flatMap(spellings))),
    ...optionalField('until', Number.isFinite(until) ? until : undefined),
    ...evidence,
  };
}

/** buildx writes platforms as the client was given them: the variant that is implied may stand there. */
function spellings(platform: string): readonly string[] {
  const [, architecture, variant] = platform.split('/');
  if (variant !== undefined) return [platform];
  if (architecture === 'arm64') return [platform, `${platform}/v8`];
  return architecture === 'amd64' ? [platform, `${platform}/v1`] : [platform];
}

const DAY_MS = 86_400_000;

function entryText({ until, ...lists }: RegoEntry): string {
  const fields = Object.entries(lists).map(([name, list]) => `${JSON.stringify(name)}: ${JSON.stringify(list)}`);
  // Nanoseconds are more than a number of JavaScript holds.
  if (until !== undefined) fields.push(`"until_ns": ${until}000000`);
  return `{${fields.join(', ')}}`;
}
