import { z } from 'zod';
import { err, ok, type Result } from '../../lib/result.js';
import { misspelt, parseStrictJson } from '../../lib/strict-json.js';
import { type SignatureError, signatureError } from '../signature-error.js';

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
  if (other !== undefined) return malformed(`its key ${JSON.stringify(other)} reads differently to different programs`);
  // cosign does not look at the type; a document signed for another purpose must not do for an image.
  if (critical.type !== COSIGN_TYPE)
    return err(signatureError('wrong-type', `it signs a "${critical.type.slice(0, 80)}", not a "${COSIGN_TYPE}"`));
  const signed = critical.image['docker-manifest-digest'];
  return signed === digest
    ? ok(true)
    : err(signatureError('wrong-subject', `it is over ${signed.slice(0, 100)}, not ${digest}`));
}

function malformed(reason: string): { readonly ok: false; readonly error: SignatureError } {
  return err(signatureError('malformed', `its payload can't be read: ${reason}`));
}
