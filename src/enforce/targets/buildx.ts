import { groupBy, optionalField } from '../../lib/collections.js';
import { repositoryName } from '../../references/reference.js';
import { type Exported, type ExportInput, type ExportTarget, headerComment } from '../export-target.js';
import { BUILT_ROLES, compare, type VerifiedReference, verifiedReferences } from '../verified-references.js';

/**
 * A build policy of buildx in Rego, the one of `Dockerfile.rego`: references that were verified are pinned, and every other
 * image is denied. buildx itself checks again what it can: the platform, and the day on which a waiver ends.
 *
 * @see https://docs.docker.com/build/policies/
 */
export const buildx: ExportTarget = {
  name: 'buildx',
  title: 'buildx build policy (Rego)',
  render: (input: ExportInput): Exported => {
    const { verified, left } = verifiedReferences(input.report, BUILT_ROLES);
    return {
      files: { 'Dockerfile.rego': `${headerComment(input)}\n${RULES}\n${imagesData(verified)}` },
      allowed: verified.length,
      stated: left.map(({ name, reason }) => `${name} is denied: ${reason}`),
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
}

# No digest is written: the tag is pinned to the one that was verified.
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

deny_msg contains msg if {
	not allow
	msg := sprintf("base-image-gate did not verify %s for %s, or its verification has expired", [
		object.get(input, ["image", "ref"], "this source"),
		object.get(input, ["image", "platform"], "this platform"),
	])
}
`;

interface RegoEntry {
  readonly tags: readonly string[];
  readonly pins: readonly string[];
  readonly platforms: readonly string[];
  readonly until?: string;
}

/** The references as a Rego object: by full name, then by digest. Strings of JSON are strings of Rego. */
function imagesData(verified: readonly VerifiedReference[]): string {
  const lines = [...groupBy(verified, ({ reference }) => repositoryName(reference))].map(([name, ofName]) => {
    const entries = [...groupBy(ofName, ({ digest }) => digest)].map(
      ([digest, all]) => `\t\t${JSON.stringify(digest)}: ${entryText(entryOf(all))},\n`,
    );
    return `\t${JSON.stringify(name)}: {\n${entries.join('')}\t},\n`;
  });
  return `images := {\n${lines.join('')}}\n`;
}

function entryOf(all: readonly VerifiedReference[]): RegoEntry {
  const sorted = (list: readonly string[]) => [...new Set(list)].sort(compare);
  const tags = ({ reference }: VerifiedReference) => reference.tag ?? [];
  const [until] = sorted(all.flatMap((one) => one.until ?? []));
  return {
    tags: sorted(all.flatMap(tags)),
    pins: sorted(all.filter(({ reference }) => reference.digest === undefined).flatMap(tags)),
    platforms: sorted(all.flatMap(({ platforms }) => platforms.flatMap(spellings))),
    ...optionalField('until', until),
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

function entryText({ tags, pins, platforms, until }: RegoEntry): string {
  const fields = [
    `"tags": ${JSON.stringify(tags)}`,
    `"pins": ${JSON.stringify(pins)}`,
    `"platforms": ${JSON.stringify(platforms)}`,
    // The day is whole, in UTC. Nanoseconds are more than a number of JavaScript holds.
    ...(until === undefined ? [] : [`"until_ns": ${Date.parse(`${until}T00:00:00Z`) + DAY_MS}000000`]),
  ];
  return `{${fields.join(', ')}}`;
}
