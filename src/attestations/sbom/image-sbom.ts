import type { Sbom } from './sbom.js';

/** An SBOM that came with an image, and on whose word. */
export interface AttestedSbom {
  readonly sbom: Sbom;
  /** Who signed the statement, for people; absent for an unsigned one. */
  readonly signer?: string;
  /** The earliest trusted time of the signature, ISO 8601 in UTC. */
  readonly signedAt?: string;
  /** The digest the statement is about: the index's, or the platform's manifest. */
  readonly digest: string;
  readonly on: 'index' | 'platform';
  readonly predicateType: string;
  readonly place: string;
}

/** The value of the evidence `sbom`. */
export interface ImageSbom {
  /** The one that rules evaluate: over the platform before the index, then the one with most packages. */
  readonly chosen: AttestedSbom;
  /** Whether it may be counted on: it is signed by an authority, or the allow entry accepts unsigned ones. */
  readonly counts: boolean;
  /** Every one that was read, the chosen one included. */
  readonly all: readonly AttestedSbom[];
  /** Documents that are there and were not read, each with the reason. */
  readonly problems: readonly string[];
  /** What the signed documents say differently of the packages of the distribution; each a sentence. */
  readonly disagreements: readonly string[];
}
