import { verify } from 'node:crypto';
import type { TrustMaterial } from '@sigstore/verify';
import { err, ok, type Result } from '../../lib/result.js';
import { type SignatureError, signatureError } from '../signature-error.js';
import type { LogEntryMaterial } from './signed-material.js';

/**
 * Verifies a log's signed entry timestamp. @sigstore/verify does this too, but not for entries whose body it does not
 * know (intoto 0.0.1, which cosign still makes).
 *
 * @see https://github.com/sigstore/rekor/blob/main/openapi.yaml (SignedEntryTimestamp: over the canonical JSON of the entry)
 */
export function verifyInclusionPromise(
  entry: LogEntryMaterial,
  logs: TrustMaterial['tlogs'],
): Result<true, SignatureError> {
  const promise = entry.inclusionPromise?.signedEntryTimestamp;
  const integratedTime = Number(entry.integratedTime);
  const logIndex = Number(entry.logIndex);
  if (promise === undefined || !Number.isSafeInteger(integratedTime) || integratedTime <= 0)
    return err(signatureError('bad-log-entry', 'its log entry has no signed entry timestamp'));
  if (!Number.isSafeInteger(logIndex)) return err(signatureError('malformed', 'its log entry has no index'));
  const at = new Date(integratedTime * 1000);
  // The keys in this order, without white space, are RFC 8785's canonical form.
  const signed = Buffer.from(
    JSON.stringify({
      body: Buffer.from(entry.canonicalizedBody).toString('base64'),
      integratedTime,
      logID: Buffer.from(entry.logId.keyId).toString('hex'),
      logIndex,
    }),
  );
  const holds = logs.some(
    ({ logID, publicKey, validFor }) =>
      logID.equals(entry.logId.keyId) &&
      validFor.start <= at &&
      at <= validFor.end &&
      verify(publicKey.asymmetricKeyType === 'ed25519' ? null : 'sha256', signed, publicKey, promise),
  );
  return holds
    ? ok(true)
    : err(signatureError('bad-log-entry', 'the signed entry timestamp of its log entry does not verify'));
}
