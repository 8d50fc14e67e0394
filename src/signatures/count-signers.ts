import type { Signer } from './signer.js';
import type { VerifiedSignature } from './verified.js';

/**
 * How many authorities signed, each by a signer of its own: one signature that satisfies two overlapping authorities is
 * one person's word. It is the size of the largest matching of authorities to signers.
 */
export function countSigners(verified: readonly Pick<VerifiedSignature, 'authorityIndex' | 'signer'>[]): number {
  const signersOf = new Map<number, Set<string>>();
  for (const { authorityIndex, signer } of verified) {
    const known = signersOf.get(authorityIndex) ?? new Set();
    signersOf.set(authorityIndex, known.add(nameOf(signer)));
  }
  const authorityOf = new Map<string, number>();
  const assign = (authority: number, tried: Set<string>): boolean => {
    for (const signer of signersOf.get(authority) ?? []) {
      if (tried.has(signer)) continue;
      tried.add(signer);
      const holder = authorityOf.get(signer);
      if (holder !== undefined && !assign(holder, tried)) continue;
      authorityOf.set(signer, authority);
      return true;
    }
    return false;
  };
  return [...signersOf.keys()].filter((authority) => assign(authority, new Set())).length;
}

function nameOf(signer: Signer): string {
  switch (signer.kind) {
    case 'key':
      return signer.fingerprint;
    case 'keyless':
      return JSON.stringify([signer.issuer, signer.subject]);
    // A renewed certificate is the same signer's.
    case 'certificate':
      return signer.subject;
  }
}
