import { createHash } from 'node:crypto';
import { z } from 'zod';
import { err, ok, type Result } from '../lib/result.js';
import { parseStrictJson } from '../lib/strict-json.js';
import { type SignatureError, signatureError } from './signature-error.js';
import type { SignatureFacts } from './signer.js';
import type { About, Incomplete, RejectedSignature, UsedRoot } from './verified.js';

/**
 * An in-toto statement whose signature verified against an authority, and whose subject is a digest of the image.
 * The predicate is still what its author wrote: `unknown` until a reader of its type has parsed it.
 *
 * @see https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
 */
export interface Statement extends SignatureFacts, About {
  /** The signed type; annotations are never read. */
  readonly predicateType: string;
  readonly predicate: unknown;
  readonly authority: string;
  readonly authorityIndex: number;
  readonly form: 'cosign attestation' | 'Sigstore bundle' | 'signed manifest';
  /** The signed manifest has the image as its subject, as OCI has it. */
  readonly namesImage?: true;
  readonly place: string;
  /** `sha256:` of the signed payload, for caching what is derived from it. */
  readonly payloadDigest: string;
  /** Further digests it is about: an SBOM of several images counts for none. */
  readonly otherSubjects?: readonly string[];
}

/**
 * An unsigned in-toto document, such as BuildKit's attestation manifests: never called a statement.
 * It is bound to the image only as far as the index that lists it is.
 */
export interface UnsignedStatement extends About {
  readonly predicateType: string;
  readonly predicate: unknown;
  readonly place: string;
  readonly payloadDigest: string;
  readonly otherSubjects?: readonly string[];
}

/** The value of the evidence `statements`. */
export interface ImageStatements {
  readonly verified: readonly Statement[];
  readonly unsigned: readonly UnsignedStatement[];
  readonly rejected: readonly RejectedSignature[];
  readonly unsupported: readonly string[];
  /** Set where some place could not be read: then a missing statement is `unavailable`, not `absent`. */
  readonly incomplete?: Incomplete;
  readonly roots: readonly UsedRoot[];
}

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const STATEMENT_TYPES = ['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1'] as const;
const MAX_SUBJECTS = 1000;

const document = z.object({
  _type: z.enum(STATEMENT_TYPES),
  subject: z
    .array(z.object({ digest: z.record(z.string(), z.string()) }))
    .min(1)
    .max(MAX_SUBJECTS),
  predicateType: z.string().min(1).max(500),
  predicate: z.unknown(),
});

/** What a statement says, once it is about the image at hand. */
export interface StatementContent {
  readonly predicateType: string;
  readonly predicate: unknown;
  readonly payloadDigest: string;
  readonly otherSubjects: readonly string[];
}

/** Whether an envelope's type says that its payload is an in-toto statement. The library does not check it. */
export function checkPayloadType(payloadType: string): Result<true, SignatureError> {
  return payloadType === PAYLOAD_TYPE
    ? ok(true)
    : err(signatureError('wrong-type', `its payload type is "${payloadType.slice(0, 80)}", not "${PAYLOAD_TYPE}"`));
}

/**
 * Reads an in-toto statement (v0.1 or v1) that has `digest` among its subjects. Fails with `malformed` or
 * `wrong-subject`; a statement that says nothing about the image is never half a statement.
 */
export function readStatement(payload: Uint8Array, digest: string): Result<StatementContent, SignatureError> {
  const json = parseStrictJson(payload);
  if (!json.ok) return err(signatureError('malformed', `its statement can't be read: ${json.error}`));
  const read = document.safeParse(json.value);
  if (!read.success) {
    const [issue] = read.error.issues;
    const place = issue?.path.join('.') || 'the document';
    return err(signatureError('malformed', `it is not an in-toto statement: ${place} is malformed`));
  }
  const colon = digest.indexOf(':');
  const [algorithm, hex] = [digest.slice(0, colon), digest.slice(colon + 1)];
  const { subject, predicateType, predicate } = read.data;
  const about = subject.some((one) => Object.hasOwn(one.digest, algorithm) && one.digest[algorithm] === hex);
  if (!about) {
    const [first] = subject;
    const seen = Object.entries(first?.digest ?? {}).map(([name, value]) => `${name}:${value}`)[0] ?? 'nothing';
    return err(signatureError('wrong-subject', `its statement is about ${seen.slice(0, 100)}, not ${digest}`));
  }
  const payloadDigest = `sha256:${createHash('sha256').update(payload).digest('hex')}`;
  return ok({ predicateType, predicate, payloadDigest, otherSubjects: otherDigests(subject, algorithm, hex) });
}

/** The digests of the same algorithm that are not the image's own: BuildKit names one digest under each of its tags. */
function otherDigests(
  subjects: readonly { readonly digest: Readonly<Record<string, string>> }[],
  algorithm: string,
  hex: string,
): readonly string[] {
  const digests = subjects.map(({ digest }) => (Object.hasOwn(digest, algorithm) ? digest[algorithm] : 'none'));
  return [...new Set(digests)].filter((digest) => digest !== hex).map((digest) => `${algorithm}:${digest}`);
}
