import { type SignatureError, type SignatureErrorCode, signatureError } from '../signature-error.js';

/** The codes of @sigstore/verify's VerificationError. @see https://github.com/sigstore/sigstore-js/blob/main/packages/verify/src/error.ts */
const CODES: Readonly<Record<string, SignatureErrorCode>> = {
  TIMESTAMP_ERROR: 'bad-timestamp',
  CERTIFICATE_ERROR: 'bad-certificate',
  SIGNATURE_ERROR: 'bad-signature',
  PUBLIC_KEY_ERROR: 'bad-signature',
  TLOG_ERROR: 'bad-log-entry',
  TLOG_BODY_ERROR: 'other-log-entry',
  TLOG_INCLUSION_PROOF_ERROR: 'bad-log-entry',
  TLOG_INCLUSION_PROMISE_ERROR: 'bad-log-entry',
  TLOG_MISSING_INCLUSION_ERROR: 'bad-log-entry',
};
const MAX_REASON = 200;

/** What a throw of the library means. One that is not its own error is a form it choked on: still no valid signature. */
export function describeFailure(cause: unknown): SignatureError {
  if (!(cause instanceof Error)) return signatureError('malformed', 'its verification failed unexpectedly');
  const code = 'code' in cause && typeof cause.code === 'string' ? CODES[cause.code] : undefined;
  const reason = `${code === undefined ? "it can't be read" : 'it does not verify'}: ${cause.message.slice(0, MAX_REASON)}`;
  return signatureError(code ?? 'malformed', reason);
}
