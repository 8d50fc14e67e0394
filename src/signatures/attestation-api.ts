import { err, ok, type Result } from '../lib/result.js';
import { plural } from '../lib/text.js';
import type { RegistryLimits } from '../registry/limits.js';
import { beyond, type Discovery } from './discovery.js';
import type { FetchFromService, Found } from './format.js';
import { foundBundle, rejected } from './sigstore/format.js';
import type { Incomplete } from './verified.js';

/**
 * Attestations that GitHub keeps of a digest, whether they were pushed to a registry or not. The repository is the one
 * that an authority of the policy names, and never one that an image or a label does.
 *
 * @see https://docs.github.com/en/rest/repos/attestations
 */

/** One as the API lists it: the bundle, or an address that has it. */
export interface ListedAttestation {
  readonly bundle?: unknown;
  readonly bundleUrl?: string;
}

/** Lists at most so many attestations of a digest (`sha256:…`) in a repository (`owner/name`), the newest first. */
export type ListAttestations = (
  repository: string,
  digest: string,
  most: number,
) => Promise<Result<{ readonly attestations: readonly ListedAttestation[]; readonly more: boolean }, Incomplete>>;

/** Where to look, and how. */
export interface AttestationPlace {
  readonly repository: string;
  readonly digest: string;
  readonly limits: RegistryLimits;
  /** Undefined in a run without a network. */
  readonly list: ListAttestations | undefined;
  /** Asks an address outside the API: without a token, over public addresses. */
  readonly fetch: FetchFromService;
}

/** Everything that GitHub's API lists about a digest, as bundles to be verified. */
export async function searchGitHub(search: AttestationPlace): Promise<Discovery> {
  const { repository, digest, limits, list } = search;
  const place = `GitHub's attestations of ${repository} for ${digest}`;
  const nothing: Discovery = { found: [], documents: [], unsupported: [], lookedIn: [], failures: [] };
  if (list === undefined)
    return { ...nothing, lookedIn: [{ place, answer: 'not queried: the run is offline' }], failures: [offline(place)] };
  const most = limits['signature-referrers'];
  const listed = await list(repository, digest, most);
  if (!listed.ok) return { ...nothing, lookedIn: [{ place, answer: listed.error.message }], failures: [listed.error] };
  const { attestations, more } = listed.value;
  const budget = { left: limits['signature-bytes'] };
  const read = await Promise.all(attestations.map((attestation) => readListed(attestation, search, place, budget)));
  return {
    ...nothing,
    found: read.flatMap((one) => (one.ok ? [one.value] : [])),
    lookedIn: [{ place, answer: plural(attestations.length, 'attestation', 'attestations') }],
    failures: [
      ...(more ? [beyond('signature-referrers', most, place)] : []),
      ...read.flatMap((one) => (one.ok ? [] : [one.error])),
    ],
  };
}

async function readListed(
  { bundle, bundleUrl }: ListedAttestation,
  { limits, fetch }: AttestationPlace,
  place: string,
  budget: { left: number },
): Promise<Result<Found, Incomplete>> {
  const within = (bytes: number) => {
    budget.left -= bytes;
    return budget.left >= 0;
  };
  if (typeof bundle === 'object' && bundle !== null) {
    const bytes = Buffer.from(JSON.stringify(bundle));
    return within(bytes.length) ? ok(await foundBundle(bytes, place)) : err(beyondBytes(limits, place));
  }
  if (bundleUrl === undefined) return ok(rejected(place, 'GitHub lists it without a bundle'));
  const compressed = await fetch(bundleUrl);
  if (!compressed.ok) return err(unreachable(bundleUrl, place, compressed.error));
  const length = snappyLength(compressed.value);
  if (length === undefined)
    return ok(rejected(place, 'it is not compressed with Snappy, the format GitHub stores bundles in'));
  if (length > limits['attestation-bytes']) return err(beyond('attestation-bytes', limits['attestation-bytes'], place));
  if (!within(length)) return err(beyondBytes(limits, place));
  try {
    const { snappyUncompress } = await import('hysnappy');
    return ok(await foundBundle(snappyUncompress(compressed.value, length), place));
  } catch {
    return ok(rejected(place, 'its Snappy compression is damaged'));
  }
}

/** The length that a Snappy block says it has, a varint of 32 bits. @see https://github.com/google/snappy/blob/main/format_description.txt */
export function snappyLength(block: Uint8Array): number | undefined {
  let length = 0;
  for (const [index, byte] of block.subarray(0, 5).entries()) {
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return length < 2 ** 32 ? length : undefined;
  }
  return undefined;
}

function beyondBytes(limits: RegistryLimits, place: string): Incomplete {
  return beyond('signature-bytes', limits['signature-bytes'], place);
}

function unreachable(address: string, place: string, clause: string): Incomplete {
  const host = URL.canParse(address) ? new URL(address).host : 'an invalid address';
  return {
    cause: 'network',
    message: `A bundle of ${place} could not be read: ${host} ${clause}.`,
    fix: `Run the gate where ${host} can be reached, or push attestations to the registry (\`push-to-registry: true\`).`,
  };
}

function offline(place: string): Incomplete {
  return {
    cause: 'offline',
    message: `${place} were not requested because the run is offline.`,
    fix: 'Run without --offline, or push attestations to the registry (`push-to-registry: true`).',
  };
}
