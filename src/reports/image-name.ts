import type { ImageUse } from '../build-files/image-use.js';
import { familiarReference, formatReference } from '../references/reference.js';

const DIGEST_SHOWN = 'sha256:'.length + 12;

/** Two uses name the same image if this is the same: the whole reference, or what is left of it after variables. */
export function imageKey(use: ImageUse): string {
  return use.reference === null ? use.expanded : formatReference(use.reference);
}

/** The name as people write it, without its digest, which is shown next to it. */
export function imageName(use: ImageUse): string {
  if (use.reference === null) return use.expanded;
  const { digest: _digest, ...named } = use.reference;
  return familiarReference(named);
}

/** Enough of a digest to tell it from others. */
export function shortDigest(digest: string): string {
  return digest.slice(0, DIGEST_SHOWN);
}
