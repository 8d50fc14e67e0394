import type { Bundle } from '@sigstore/bundle';
import { optionalField } from '../../lib/collections.js';
import { err, ok, type Result } from '../../lib/result.js';
import { parseStrictJson } from '../../lib/strict-json.js';
import type { HashName } from '../key.js';
import { type SignatureError, signatureError } from '../signature-error.js';
import { isDigestOf } from './signed-content.js';
import type { SignedMaterial } from './signed-material.js';

/** The versions that exist. The library reads any `\d.\d`. */
const MEDIA_TYPES: ReadonlySet<string> = new Set([
  'application/vnd.dev.sigstore.bundle+json;version=0.1',
  'application/vnd.dev.sigstore.bundle+json;version=0.2',
  'application/vnd.dev.sigstore.bundle+json;version=0.3',
  'application/vnd.dev.sigstore.bundle.v0.3+json',
]);
/** The same size as is read from registries (`attestation-bytes`): a bundle may carry an SBOM of 50 MB, in base64. */
const MAX_BUNDLE_BYTES = 96 * 1024 * 1024;
/** HashAlgorithm of sigstore_common.proto. */
const HASHES: Readonly<Record<number, HashName>> = { 1: 'sha256', 2: 'sha384', 3: 'sha512' };

/** What a message signature claims to cover: bytes, or their SHA-256. */
export type Artifact = { readonly bytes: Uint8Array } | { readonly sha256: Uint8Array };

/**
 * Reads a sigstore bundle of versions 0.1 to 0.3. `artifact` is what a message signature is over; a DSSE envelope
 * brings its own. Fails with `malformed`, or `wrong-subject` where the bundle's digest is not the artifact's.
 *
 * @see https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
 */
export async function readBundle(
  bytes: Uint8Array,
  artifact?: Artifact,
): Promise<Result<SignedMaterial, SignatureError>> {
  if (bytes.length > MAX_BUNDLE_BYTES)
    return err(signatureError('limit', `the bundle is larger than ${MAX_BUNDLE_BYTES} bytes`));
  const json = parseStrictJson(bytes);
  if (!json.ok) return malformed(json.error);
  const { bundleFromJSON } = await import('./sigstore-library.js');
  let bundle: Bundle;
  try {
    bundle = bundleFromJSON(json.value);
  } catch (cause) {
    return malformed(cause instanceof Error ? cause.message : 'it is not in the bundle format');
  }
  if (!MEDIA_TYPES.has(bundle.mediaType)) return malformed(`its version ${bundle.mediaType} is not supported`);
  if (bundle.verificationMaterial.tlogEntries.some(lacksCheckpoint))
    return malformed('its inclusion proof has no checkpoint, so it proves nothing');
  const certificate = readCertificate(bundle);
  if (!certificate.ok) return certificate;
  const content = readContent(bundle, artifact);
  if (!content.ok) return content;
  const { tlogEntries, timestampVerificationData } = bundle.verificationMaterial;
  return ok({
    content: content.value,
    ...optionalField('certificate', certificate.value),
    entries: tlogEntries,
    timestamps: (timestampVerificationData?.rfc3161Timestamps ?? []).map(({ signedTimestamp }) => signedTimestamp),
    form: 'bundle',
  });
}

/** The library requires this of bundles from v0.2 on, and chokes on it in a v0.1. */
function lacksCheckpoint({ inclusionProof }: Bundle['verificationMaterial']['tlogEntries'][number]): boolean {
  return inclusionProof !== undefined && inclusionProof.checkpoint === undefined;
}

/**
 * The leaf, or nothing where a key signed. What a v0.1 or v0.2 chain holds beyond it is not read: early clients put the
 * root there too, and which authorities count is the trusted root's to say.
 */
function readCertificate(bundle: Bundle): Result<Buffer | undefined, SignatureError> {
  const { content } = bundle.verificationMaterial;
  switch (content.$case) {
    case 'publicKey':
      return ok(undefined);
    case 'certificate':
      return ok(content.certificate.rawBytes);
    case 'x509CertificateChain': {
      const [leaf] = content.x509CertificateChain.certificates;
      return leaf === undefined ? malformed('its certificate chain is empty') : ok(leaf.rawBytes);
    }
  }
}

function readContent(bundle: Bundle, artifact?: Artifact): Result<SignedMaterial['content'], SignatureError> {
  const { content } = bundle;
  if (content.$case === 'dsseEnvelope') {
    const { payload, payloadType, signatures } = content.dsseEnvelope;
    const [signature, ...others] = signatures;
    if (signature === undefined || others.length > 0) return malformed('its envelope must have exactly one signature');
    return ok({ kind: 'envelope', payloadType, payload, signature: signature.sig });
  }
  if (artifact === undefined)
    return err(signatureError('wrong-type', 'it is a signature of a file; expected a DSSE envelope'));
  const { messageDigest, signature } = content.messageSignature;
  const hash = HASHES[messageDigest.algorithm];
  if (hash === undefined) return malformed('its message digest is not SHA-256, SHA-384 or SHA-512');
  if ('sha256' in artifact) {
    const digest = Buffer.from(artifact.sha256);
    if (hash !== 'sha256') return malformed(`it signs a ${hash} digest, but a SHA-256 digest was given`);
    return digest.equals(messageDigest.digest) ? ok({ kind: 'digest', digest, signature }) : otherFile();
  }
  const message = Buffer.from(artifact.bytes);
  if (!isDigestOf(messageDigest.digest, message)) return otherFile();
  return ok({ kind: 'message', message, signature, hash });
}

function otherFile(): { readonly ok: false; readonly error: SignatureError } {
  return err(signatureError('wrong-subject', 'the digest in the bundle does not match the file'));
}

function malformed(reason: string): { readonly ok: false; readonly error: SignatureError } {
  return err(signatureError('malformed', `the bundle can't be read: ${reason}`));
}
