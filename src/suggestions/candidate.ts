import type { Equivalent, EquivalentVariant } from '../catalog/equivalent.js';
import type { MissedVersion } from './version-line.js';

/** An image that is known in the place of the use's, in the variant that its stage needs. */
export interface Candidate {
  readonly equivalent: Equivalent;
  readonly variant: EquivalentVariant;
  readonly image: string;
  /** Where what the stage runs has to be run, if not in this image. */
  readonly buildOn?: string;
  /** The version asked for, where this image is or may be of another. */
  readonly missedVersion?: MissedVersion;
}
