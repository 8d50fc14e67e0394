import { z } from 'zod';
import { optionalField } from '../../lib/collections.js';
import { err, ok, type Result } from '../../lib/result.js';
import { parseStrictJson } from '../../lib/strict-json.js';
import { readPemCertificates } from '../pem.js';
import { type SignatureError, signatureError } from '../signature-error.js';
import type { LogEntryMaterial, SignedMaterial } from './signed-material.js';

/**
 * cosign's classic form: a layer whose blob is what was signed (a simple signing payload, or a DSSE envelope), and whose
 * annotations hold the rest. Everything in an annotation is an untrusted claim until it verifies.
 *
 * @see https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
 * @see https://github.com/sigstore/cosign/blob/main/specs/ATTESTATION_SPEC.md
 */
export const SIMPLE_SIGNING_TYPE = 'application/vnd.dev.cosign.simplesigning.v1+json';
export const DSSE_LAYER_TYPE = 'application/vnd.dsse.envelope.v1+json';

const SIGNATURE = 'dev.cosignproject.cosign/signature';
const CERTIFICATE = 'dev.sigstore.cosign/certificate';
const BUNDLE = 'dev.sigstore.cosign/bundle';
const TIMESTAMP = 'dev.sigstore.cosign/rfc3161timestamp';
const MAX_ANNOTATION = 512 * 1024;

type Annotations = Readonly<Record<string, string>>;

/** A log's index may be larger than JSON's safe integers in theory; Rekor's never is. */
const count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const rekorBundle = z.object({
  SignedEntryTimestamp: z.string().min(1),
  Payload: z.object({
    body: z.string().min(1),
    integratedTime: count,
    logIndex: count,
    logID: z.string().regex(/^[0-9a-f]{64}$/),
  }),
});
const timestampBundle = z.object({ SignedRFC3161Timestamp: z.string().min(1) });
const envelope = z.object({
  payloadType: z.string().max(200),
  payload: z.string().min(1),
  signatures: z.tuple([z.object({ sig: z.string().min(1) })]),
});
const entryHeader = z.object({ kind: z.string(), apiVersion: z.string() });

/** Reads a layer of a `.sig` manifest: the payload and its detached signature. */
export function readSignatureLayer(blob: Uint8Array, annotations: Annotations): Result<SignedMaterial, SignatureError> {
  const signature = annotations[SIGNATURE];
  if (signature === undefined || signature === '') return malformed(`the layer has no annotation ${SIGNATURE}`);
  const around = readAnnotations(annotations);
  if (!around.ok) return around;
  const content = { kind: 'message', message: Buffer.from(blob), signature: Buffer.from(signature, 'base64') } as const;
  return ok({ ...around.value, content, form: 'cosign' });
}

/** Reads a layer of an `.att` manifest: a DSSE envelope that carries its one signature. */
export function readAttestationLayer(
  blob: Uint8Array,
  annotations: Annotations,
): Result<SignedMaterial, SignatureError> {
  const json = parseStrictJson(blob);
  if (!json.ok) return malformed(`the envelope can't be read because ${json.error}`);
  const read = envelope.safeParse(json.value);
  if (!read.success) return malformed('the layer is not a DSSE envelope with exactly one signature');
  const around = readAnnotations(annotations);
  if (!around.ok) return around;
  const [{ sig }] = read.data.signatures;
  const content = {
    kind: 'envelope',
    payloadType: read.data.payloadType,
    payload: Buffer.from(read.data.payload, 'base64'),
    signature: Buffer.from(sig, 'base64'),
    stored: Buffer.from(blob),
  } as const;
  return ok({ ...around.value, content, form: 'cosign' });
}

type Around = Pick<SignedMaterial, 'certificate' | 'entries' | 'timestamps'>;

/** The `chain` annotation is not read: which authorities count is the trusted root's to say. */
function readAnnotations(annotations: Annotations): Result<Around, SignatureError> {
  for (const name of [SIGNATURE, CERTIFICATE, BUNDLE, TIMESTAMP]) {
    if ((annotations[name]?.length ?? 0) > MAX_ANNOTATION)
      return err(signatureError('limit', `the annotation ${name} is longer than ${MAX_ANNOTATION} characters`));
  }
  const pem = annotations[CERTIFICATE];
  const certificates = pem === undefined || pem === '' ? ok([]) : readPemCertificates(pem);
  if (!certificates.ok) return malformed(`the annotation ${CERTIFICATE}: ${certificates.error}`);
  const entry = readRekorBundle(annotations[BUNDLE]);
  if (!entry.ok) return entry;
  const timestamp = readTimestamp(annotations[TIMESTAMP]);
  if (!timestamp.ok) return timestamp;
  const [certificate] = certificates.value;
  return ok({
    ...optionalField('certificate', certificate),
    entries: entry.value,
    timestamps: timestamp.value,
  });
}

function readRekorBundle(text: string | undefined): Result<readonly LogEntryMaterial[], SignatureError> {
  if (text === undefined || text === '' || text === 'null') return ok([]);
  const json = parseStrictJson(Buffer.from(text));
  if (!json.ok) return malformed(`the annotation ${BUNDLE}: ${json.error}`);
  const read = rekorBundle.safeParse(json.value);
  if (!read.success) return malformed(`the annotation ${BUNDLE} is not a log entry with a signed entry timestamp`);
  const { Payload, SignedEntryTimestamp } = read.data;
  const canonicalizedBody = Buffer.from(Payload.body, 'base64');
  const body = parseStrictJson(canonicalizedBody);
  const header = entryHeader.safeParse(body.ok ? body.value : undefined);
  if (!header.success) return malformed('the body of its log entry is malformed');
  return ok([
    {
      logIndex: String(Payload.logIndex),
      logId: { keyId: Buffer.from(Payload.logID, 'hex') },
      kindVersion: { kind: header.data.kind, version: header.data.apiVersion },
      integratedTime: String(Payload.integratedTime),
      inclusionPromise: { signedEntryTimestamp: Buffer.from(SignedEntryTimestamp, 'base64') },
      inclusionProof: undefined,
      canonicalizedBody,
    },
  ]);
}

function readTimestamp(text: string | undefined): Result<readonly Buffer[], SignatureError> {
  if (text === undefined || text === '' || text === 'null') return ok([]);
  const json = parseStrictJson(Buffer.from(text));
  const read = timestampBundle.safeParse(json.ok ? json.value : undefined);
  return read.success
    ? ok([Buffer.from(read.data.SignedRFC3161Timestamp, 'base64')])
    : malformed(`the annotation ${TIMESTAMP} is not a timestamp`);
}

function malformed(reason: string): { readonly ok: false; readonly error: SignatureError } {
  return err(signatureError('malformed', reason));
}
