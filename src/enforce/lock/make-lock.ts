import { terminal } from '../../lib/escape/visible.js';
import { formatReference } from '../../references/reference.js';
import { type ExportInput, jsonFile } from '../export-target.js';
import { policyDigest } from '../policy-digest.js';
import { BUILT_ROLES, compare, type LeftReference, verifiedReferences } from '../verified-references.js';
import { type Lock, type LockedImage, lockKey } from './lock.js';

/** The lock of a run, and the references that are not in it because they were not verified. */
export interface MadeLock {
  readonly lock: Lock;
  readonly left: readonly LeftReference[];
}

/**
 * The lock of what a run verified: an entry for each reference that the build files do not pin, and platform, in order. An
 * entry that says the same as one of the lock before keeps its time, so that only what changed differs.
 */
export function makeLock(input: ExportInput, before: Lock | null): MadeLock {
  const { verified, left } = verifiedReferences(input.report, BUILT_ROLES);
  const policy = policyDigest(input.policy);
  const now = `${input.now.toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length)}Z`;
  const known = new Map((before?.images ?? []).map((image) => [lockKey(image.reference, image.platform), image]));
  const images = verified
    .filter(({ reference }) => reference.digest === undefined)
    .flatMap(({ reference, digest, platforms, authorities }) =>
      platforms.map((platform): LockedImage => {
        const image = { reference: formatReference(reference), platform, digest, verified: now, authorities, policy };
        const old = known.get(lockKey(image.reference, platform));
        // A change can write any time; one that has not come is certainly not that of a verification.
        return old !== undefined && isSame(old, image) && Date.parse(old.verified) <= input.now.getTime() ? old : image;
      }),
    )
    .toSorted((a, b) => compare(lockKey(a.reference, a.platform), lockKey(b.reference, b.platform)));
  // What a build file pins is in no lock.
  const unpinned = left.filter(({ reference }) => reference?.digest === undefined);
  return { lock: { schema: 'base-image-gate/lock/v1', images }, left: unpinned };
}

function isSame(old: LockedImage, image: LockedImage): boolean {
  const { verified: _, ...was } = old;
  const { verified: __, ...is } = image;
  return JSON.stringify(was) === JSON.stringify({ ...is });
}

/** The text of the lock file. */
export function lockText(lock: Lock): string {
  return jsonFile(lock);
}

/** What one lock has and another has not, a line each for a terminal: `+`, `-`, or `~` where the entry is another. */
export function lockChanges(before: Lock | null, after: Lock): readonly string[] {
  const byKey = (lock: Lock | null) =>
    new Map((lock?.images ?? []).map((image) => [lockKey(image.reference, image.platform), image]));
  const [old, now] = [byKey(before), byKey(after)];
  const keys = [...new Set([...old.keys(), ...now.keys()])].sort(compare);
  return keys.flatMap((key) => {
    const [was, is] = [old.get(key), now.get(key)];
    if (is === undefined) return [terminal(`- ${key} ${was?.digest ?? ''}`)];
    if (was === undefined) return [terminal(`+ ${key} ${is.digest}`)];
    if (isSame(was, is)) return [];
    if (was.digest !== is.digest) return [terminal(`~ ${key} ${was.digest} -> ${is.digest}`)];
    const what = was.policy === is.policy ? 'the signer' : 'the policy that it was verified against';
    return [terminal(`~ ${key}: ${what} changed`)];
  });
}
