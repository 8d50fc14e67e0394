import { z } from 'zod';
import { err, ok, type Result } from '../lib/result.js';
import { misspelt, parseStrictJson } from '../lib/strict-json.js';
import { type SignatureError, signatureError } from './signature-error.js';
import type { SignedMaterial } from './sigstore/signed-material.js';
import { checkPayloadType, readStatement } from './statement.js';
import type { VerifiedSignature } from './verified.js';

const COSIGN_TYPE = 'cosign container image signature';
const MAX_PAYLOAD_BYTES = 64 * 1024;

/** @see https://github.com/containers/image/blob/main/docs/containers-signature.5.md */
const payload = z.looseObject({
  critical: z.looseObject({
    type: z.string(),
    image: z.looseObject({ 'docker-manifest-digest': z.string() }),
  }),
});

/**
 * Checks that a signed payload is an image signature, and over this digest. The reference in it is informative: the
 * same image may lie under many names. Fails with `wrong-type` or `wrong-subject`, and with `malformed` for a payload
 * that two readers could understand differently.
 *
 * @see https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#simple-signing
 */
export function checkSimpleSigning(bytes: Uint8Array, digest: string): Result<true, SignatureError> {
  if (bytes.length > MAX_PAYLOAD_BYTES) return err(signatureError('limit', 'its payload is larger than 64 KiB'));
  const json = parseStrictJson(bytes);
  if (!json.ok) return malformed(json.error);
  const read = payload.safeParse(json.value);
  if (!read.success) return malformed('it is not a simple signing document');
  const { critical } = read.data;
  const other =
    misspelt(read.data, ['critical', 'optional']) ??
    misspelt(critical, ['type', 'image', 'identity']) ??
    misspelt(critical.image, ['docker-manifest-digest']);
  if (other !== undefined) return malformed(`programs disagree on how to read its key ${JSON.stringify(other)}`);
  // cosign does not look at the type; a document signed for another purpose must not do for an image.
  if (critical.type !== COSIGN_TYPE)
    return err(signatureError('wrong-type', `it signs a "${critical.type.slice(0, 80)}", not a "${COSIGN_TYPE}"`));
  const signed = critical.image['docker-manifest-digest'];
  return signed === digest
    ? ok(true)
    : err(signatureError('wrong-subject', `it signs ${signed.slice(0, 100)}, not ${digest}`));
}

function malformed(reason: string): { readonly ok: false; readonly error: SignatureError } {
  return err(signatureError('malformed', `its payload can't be read: ${reason}`));
}

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
  if (content.kind === 'digest') return err(signatureError('wrong-type', 'it signs a file, not an image'));
  const type = checkPayloadType(content.payloadType);
  if (!type.ok) return type;
  const statement = readStatement(content.payload, digest);
  if (!statement.ok) return statement;
  if (statement.value.predicateType !== SIGN_PREDICATE) return ok(null);
  return material.form === 'bundle'
    ? ok('Sigstore bundle')
    : err(signatureError('wrong-type', 'a signature in the new format must be a bundle, and this is not one'));
}
