import { err, type Result } from '../../lib/result.js';

/**
 * The check that a Notary Project signature did not pass. `revocation-unknown` alone leaves the answer open: the
 * service that knows did not answer.
 */
export type NotationCheck =
  | 'manifest'
  | 'envelope'
  | 'unknown-critical'
  | 'needs-plugin'
  | 'algorithm'
  | 'integrity'
  | 'descriptor'
  | 'chain'
  | 'authenticity'
  | 'identity'
  | 'expiry'
  | 'authentic-timestamp'
  | 'revocation'
  | 'revocation-unknown';

/** Why a Notary Project signature is refused. */
export interface NotationRefusal {
  readonly check: NotationCheck;
  /** A clause that can follow "because". */
  readonly reason: string;
}

/** A failed result with the check and a clause that can follow "because". */
export function refuse(check: NotationCheck, reason: string): Result<never, NotationRefusal> {
  return err({ check, reason });
}
