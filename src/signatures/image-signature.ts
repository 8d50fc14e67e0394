import { err, ok, type Result } from '../lib/result.js';
import { type SignatureError, signatureError } from './signature-error.js';
import type { SignedMaterial } from './sigstore/signed-material.js';
import { checkSimpleSigning } from './sigstore/simple-signing.js';
import { checkPayloadType, readStatement } from './statement.js';
import type { VerifiedSignature } from './verified.js';

/** The predicate of an image signature in the new form. @see https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md */
export const SIGN_PREDICATE = 'https://sigstore.dev/cosign/sign/v1';

/** What a proven signature is over: this image (with its form), or an attestation, which is no signature of the image (null). */
export function readSignature(
  material: SignedMaterial,
  digest: string,
): Result<VerifiedSignature['form'] | null, SignatureError> {
  const { content } = material;
  if (content.kind === 'message') {
    const payload = checkSimpleSigning(content.message, digest);
    return payload.ok ? ok('cosign signature') : payload;
  }
  if (content.kind === 'digest') return err(signatureError('wrong-type', 'it is a signature over a file'));
  const type = checkPayloadType(content.payloadType);
  if (!type.ok) return type;
  const statement = readStatement(content.payload, digest);
  if (!statement.ok) return statement;
  if (statement.value.predicateType !== SIGN_PREDICATE) return ok(null);
  return material.form === 'bundle'
    ? ok('Sigstore bundle')
    : err(signatureError('wrong-type', 'a signature of the new form is a bundle, and this is not'));
}
