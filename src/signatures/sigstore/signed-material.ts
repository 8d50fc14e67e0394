import type { Bundle } from '@sigstore/bundle';
import type { SignedContent } from './signed-content.js';

export type LogEntryMaterial = Bundle['verificationMaterial']['tlogEntries'][number];

/** What every form of signature comes down to, as found: nothing in it is proven yet. */
export interface SignedMaterial {
  readonly content: SignedContent;
  /** The leaf certificate's DER; without one, the claim is that some key signed. */
  readonly certificate?: Buffer;
  readonly entries: readonly LogEntryMaterial[];
  /** RFC 3161 responses, DER. */
  readonly timestamps: readonly Buffer[];
  readonly form: 'cosign' | 'bundle';
}
