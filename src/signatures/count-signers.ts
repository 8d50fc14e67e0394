import { groupBy } from '../lib/collections.js';
import { keylessVoice } from '../policy/identity.js';
import type { Signer } from './signer.js';

interface SignedByAuthority {
  readonly authorityIndex: number;
  readonly signer: Signer;
}

/**
 * How many authorities signed, each by a signer of its own: one signature that satisfies two overlapping authorities is
 * one person's word. It is the size of the largest matching of authorities to signers.
 */
export function countSigners(verified: readonly SignedByAuthority[]): number {
  const voiceOf = voices(verified.map(({ signer }) => signer));
  const signersOf = new Map<number, Set<string>>();
  for (const { authorityIndex, signer } of verified) {
    const known = signersOf.get(authorityIndex) ?? new Set();
    signersOf.set(authorityIndex, known.add(voiceOf(signer)));
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

/** Gives each signer the name of its voice: signers that share an identity or a key, be it through others, are one. */
function voices(signers: readonly Signer[]): (signer: Signer) => string {
  const parents = new Map<string, string>();
  const voiceOf = (name: string): string => {
    let voice = name;
    for (let parent = parents.get(voice); parent !== undefined; parent = parents.get(voice)) voice = parent;
    return voice;
  };
  for (const signer of signers) {
    const [first, ...others] = namesOf(signer);
    for (const other of others) {
      const [one, another] = [voiceOf(first), voiceOf(other)];
      if (one !== another) parents.set(another, one);
    }
  }
  return (signer) => voiceOf(namesOf(signer)[0]);
}

function namesOf(signer: Signer): readonly [string, ...string[]] {
  const key = (fingerprint: string | undefined) => (fingerprint === undefined ? [] : [`key ${fingerprint}`]);
  switch (signer.kind) {
    case 'key':
      return [`key ${signer.fingerprint}`];
    case 'keyless':
      return [`identity ${JSON.stringify(keylessVoice(signer))}`, ...key(signer.key)];
    // A renewed certificate is the same signer's.
    case 'certificate':
      return [`certificate ${signer.subject}`, ...key(signer.key)];
  }
}

/**
 * Parts signed documents by whether enough authorities signed the same content: a document that only one of two required
 * authorities signed does not count. `contentOf` gives what two documents must share to be one.
 */
export function partBySigners<T extends SignedByAuthority>(
  documents: readonly T[],
  least: number,
  contentOf: (document: T) => string,
): { readonly enough: readonly T[]; readonly tooFew: readonly T[] } {
  if (least <= 1) return { enough: documents, tooFew: [] };
  const groups = [...groupBy(documents, contentOf).values()];
  const isEnough = (group: readonly T[]) => countSigners(group) >= least;
  return {
    enough: groups.filter(isEnough).flat(),
    tooFew: groups.filter((group) => !isEnough(group)).flat(),
  };
}
