/** Why a signature does not count. The codes are kept to the report, so that a wrong signer is distinguished from broken bytes. */
export type SignatureErrorCode =
  /** It can't be read as what it claims to be. */
  | 'malformed'
  | 'limit'
  /** A form that is known and not evaluated here, by name. */
  | 'unsupported'
  | 'bad-signature'
  | 'bad-certificate'
  | 'bad-timestamp'
  /** The log's promise, proof or checkpoint does not hold. */
  | 'bad-log-entry'
  /** The entry is genuine, but of another signature, artifact or key. */
  | 'other-log-entry'
  | 'not-logged'
  /** Signed by a log or certificate log that the trusted root does not know. */
  | 'unknown-log'
  /** Certified or timestamped by an authority that the trusted root does not know. */
  | 'unknown-authority'
  /** Valid, but made by another signer than the authority. */
  | 'wrong-signer'
  /** Sound, and what fewer authorities say than must say it. */
  | 'too-few-signers'
  /** Sound, and about something else. */
  | 'wrong-subject'
  | 'wrong-type'
  /** The signer set a time after which the signature does not count, and it has passed. */
  | 'expired'
  | 'revoked'
  /** Whether its certificates are revoked could not be determined. */
  | 'revocation-unknown';

export interface SignatureError {
  readonly code: SignatureErrorCode;
  /** A clause that can follow "because": what was seen, and what was expected. */
  readonly reason: string;
}

/** Whether a newer trusted root may know what this one does not. */
export function isUnknownToRoot(code: SignatureErrorCode): boolean {
  return code === 'unknown-log' || code === 'unknown-authority';
}

/** An error with a reason that can follow "because". */
export function signatureError(code: SignatureErrorCode, reason: string): SignatureError {
  return { code, reason };
}
