interface Named {
  readonly reference: string;
  readonly digest: string;
}

/**
 * The image that was opened under a reference: the one of its digest or, where several names lead to that digest, the
 * one of this name, since other people may vouch for the same bytes under another. Undefined where none can be reported.
 */
export function imageOf<T extends Named>(
  { reference, digest }: { readonly reference: string; readonly digest?: string | undefined },
  images: readonly T[],
): T | undefined {
  const same = images.filter((image) => image.digest === digest);
  const exact = same.find((image) => image.reference === reference);
  if (exact !== undefined) return exact;
  // A mirror's reference stands for another name, which is none of these if they differ.
  return new Set(same.map((image) => repositoryOf(image.reference))).size === 1 ? same[0] : undefined;
}

/** A reference without tag and digest. */
export function repositoryOf(reference: string): string {
  return reference.replace(/@.*$/, '').replace(/:[^/]*$/, '');
}
