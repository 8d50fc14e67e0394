import type { ResolvedImage, TagState } from '../registry/resolved-image.js';
import type { Evidence } from './evidence.js';

/**
 * Every kind of evidence and the value it holds. A room adds its kind here, and its collector to
 * src/evidence/collectors.ts; a rule names the kinds it needs and is given exactly those.
 */
export interface EvidenceKinds {
  /** Index, manifest and config digests, and the configuration. */
  readonly image: ResolvedImage;
  /** Where the tag points now. */
  readonly tag: TagState;
}

export type EvidenceKind = keyof EvidenceKinds;

/** What was collected for one use on one platform. */
export type CollectedEvidence = { readonly [K in EvidenceKind]?: Evidence<EvidenceKinds[K]> };
