import { createPublicKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { optionalField } from '../../lib/collections.js';
import { err, ok, type Result } from '../../lib/result.js';
import { parseStrictJson } from '../../lib/strict-json.js';
import { type SignatureError, signatureError } from '../signature-error.js';
import { hasDigest, type Logged as LoggedPart, type SignedContent } from './signed-content.js';

/**
 * Binding a transparency log's entry to the signature it is shown with. An entry that is genuine proves nothing until
 * its signature, its artifact and its key are the ones at hand: CVE-2022-23649 and CVE-2026-22703 were entries of
 * other signatures that passed.
 */

/** Who made the signature at hand: the leaf certificate's DER, or a key's SubjectPublicKeyInfo. */
export type EntrySigner =
  | { readonly kind: 'certificate'; readonly der: Buffer }
  | { readonly kind: 'key'; readonly spki: Buffer };

const base64 = z.string().transform((text, context) => {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0 || bytes.toString('base64') !== text) {
    context.addIssue({ code: 'custom', message: 'not canonical base64' });
  }
  return bytes;
});
const hexDigest = z
  .string()
  .regex(/^(?:[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/)
  .transform((text) => Buffer.from(text, 'hex'));
const hash = z.object({ algorithm: z.enum(['sha256', 'sha384', 'sha512']), value: hexDigest });
/** Rekor v1 double-encodes signatures and keys in intoto 0.0.2: base64 of base64, and base64 of PEM. */
const twiceBase64 = base64.transform((bytes) => Buffer.from(bytes.toString('latin1'), 'base64'));

/** @see https://github.com/sigstore/rekor/tree/main/pkg/types for the kinds of Rekor v1 */
const hashedrekord001 = z.object({
  spec: z.object({
    data: z.object({ hash }),
    signature: z.object({ content: base64, publicKey: z.object({ content: base64 }) }),
  }),
});
const dsse001 = z.object({
  spec: z.object({ payloadHash: hash, signatures: z.array(z.object({ signature: base64, verifier: base64 })) }),
});
const intoto002 = z.object({
  spec: z.object({
    content: z.object({
      payloadHash: hash,
      envelope: z.object({ signatures: z.array(z.object({ sig: twiceBase64, publicKey: base64 })) }),
    }),
  }),
});
const intoto001 = z.object({
  spec: z.object({ content: z.object({ hash, payloadHash: hash.optional() }), publicKey: base64 }),
});

/** @see https://github.com/sigstore/rekor-tiles/tree/main/api/proto/rekor/v2 for the kinds of Rekor v2 */
const verifier = z.union([
  z.object({ x509Certificate: z.object({ rawBytes: base64 }) }),
  z.object({ publicKey: z.object({ rawBytes: base64 }) }),
]);
const v2Signature = z.object({ content: base64, verifier });
const hashedrekord002 = z.object({
  spec: z.object({ hashedRekordV002: z.object({ data: z.object({ digest: base64 }), signature: v2Signature }) }),
});
const dsse002 = z.object({
  spec: z.object({
    dsseV002: z.object({ payloadHash: z.object({ digest: base64 }), signatures: z.array(v2Signature) }),
  }),
});

/** What an entry says was logged. */
interface Logged {
  /** Absent in intoto 0.0.1, whose hash covers the envelope with the signature in it. */
  readonly signature?: Buffer;
  readonly digests: readonly { readonly digest: Buffer; readonly of: LoggedPart }[];
  readonly signer: EntrySigner;
}

/**
 * Checks that a log entry's body is about this signature, this content and this signer. Fails with `other-log-entry`
 * and what differs, with `malformed` where the body can't be read, with `unsupported` for an entry of another kind.
 */
export function bindLogEntry(
  body: Uint8Array,
  content: SignedContent,
  signer: EntrySigner,
): Result<{ readonly kind: string }, SignatureError> {
  const json = parseStrictJson(body);
  if (!json.ok) return malformed(json.error);
  const header = z.object({ kind: z.string().max(40), apiVersion: z.string().max(40) }).safeParse(json.value);
  if (!header.success) return malformed('it has no kind and apiVersion');
  const kind = `${header.data.kind} ${header.data.apiVersion}`;
  const logged = readLogged(kind, json.value);
  if (!logged.ok) return logged;
  if (logged.value.signature !== undefined && !logged.value.signature.equals(content.signature))
    return other('another signature');
  for (const { digest, of } of logged.value.digests) {
    if (!hasDigest(content, of, digest)) return other('another artifact');
  }
  if (!sameSigner(logged.value.signer, signer)) return other('another key or certificate');
  return ok({ kind });
}

/** A certificate must be that certificate: an entry with its bare key could be of any certificate for that key. */
function sameSigner(logged: EntrySigner, signer: EntrySigner): boolean {
  if (logged.kind === 'certificate') return signer.kind === 'certificate' && logged.der.equals(signer.der);
  return signer.kind === 'key' && logged.spki.equals(signer.spki);
}

function readLogged(kind: string, json: unknown): Result<Logged, SignatureError> {
  switch (kind) {
    case 'hashedrekord 0.0.1': {
      const body = hashedrekord001.safeParse(json);
      if (!body.success) return malformed(firstIssue(body.error));
      const { data, signature } = body.data.spec;
      return fromPem(signature.publicKey.content, signature.content, [
        { digest: data.hash.value, of: 'signed bytes' as const },
      ]);
    }
    case 'dsse 0.0.1': {
      const body = dsse001.safeParse(json);
      if (!body.success) return malformed(firstIssue(body.error));
      const [signature, ...others] = body.data.spec.signatures;
      if (signature === undefined || others.length > 0) return malformed('it must contain exactly one signature');
      return fromPem(signature.verifier, signature.signature, [
        { digest: body.data.spec.payloadHash.value, of: 'payload' },
      ]);
    }
    case 'intoto 0.0.2': {
      const body = intoto002.safeParse(json);
      if (!body.success) return malformed(firstIssue(body.error));
      const { envelope, payloadHash } = body.data.spec.content;
      const [signature, ...others] = envelope.signatures;
      if (signature === undefined || others.length > 0) return malformed('it must contain exactly one signature');
      return fromPem(signature.publicKey, signature.sig, [{ digest: payloadHash.value, of: 'payload' }]);
    }
    case 'intoto 0.0.1': {
      const body = intoto001.safeParse(json);
      if (!body.success) return malformed(firstIssue(body.error));
      const { content, publicKey } = body.data.spec;
      return fromPem(publicKey, undefined, [
        { digest: content.hash.value, of: 'stored envelope' },
        ...(content.payloadHash === undefined ? [] : [{ digest: content.payloadHash.value, of: 'payload' as const }]),
      ]);
    }
    case 'hashedrekord 0.0.2': {
      const body = hashedrekord002.safeParse(json);
      if (!body.success) return malformed(firstIssue(body.error));
      const { data, signature } = body.data.spec.hashedRekordV002;
      return ok({
        signature: signature.content,
        digests: [{ digest: data.digest, of: 'signed bytes' }],
        signer: fromVerifier(signature.verifier),
      });
    }
    case 'dsse 0.0.2': {
      const body = dsse002.safeParse(json);
      if (!body.success) return malformed(firstIssue(body.error));
      const [signature, ...others] = body.data.spec.dsseV002.signatures;
      if (signature === undefined || others.length > 0) return malformed('it must contain exactly one signature');
      return ok({
        signature: signature.content,
        digests: [{ digest: body.data.spec.dsseV002.payloadHash.digest, of: 'payload' }],
        signer: fromVerifier(signature.verifier),
      });
    }
    default:
      return err(signatureError('unsupported', `log entries of kind ${kind} do not log image signatures`));
  }
}

function fromVerifier(value: z.infer<typeof verifier>): EntrySigner {
  return 'x509Certificate' in value
    ? { kind: 'certificate', der: value.x509Certificate.rawBytes }
    : { kind: 'key', spki: value.publicKey.rawBytes };
}

/** Rekor v1 logs a PEM certificate or public key. */
function fromPem(
  pem: Buffer,
  signature: Buffer | undefined,
  digests: Logged['digests'],
): Result<Logged, SignatureError> {
  const text = pem.toString('latin1');
  try {
    const signer: EntrySigner = text.includes('-----BEGIN CERTIFICATE-----')
      ? { kind: 'certificate', der: new X509Certificate(text).raw }
      : { kind: 'key', spki: createPublicKey(text).export({ type: 'spki', format: 'der' }) };
    return ok({ ...optionalField('signature', signature), digests, signer });
  } catch {
    return malformed('its key is neither a PEM certificate nor a PEM public key');
  }
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join('.') || 'its body'} is malformed`;
}

function malformed(reason: string): { readonly ok: false; readonly error: SignatureError } {
  return err(signatureError('malformed', `the log entry can't be read: ${reason}`));
}

function other(what: string): { readonly ok: false; readonly error: SignatureError } {
  return err(signatureError('other-log-entry', `the log entry is for ${what}`));
}
