import { err, ok, type Result } from '../../lib/result.js';
import type { SigningKey } from '../key.js';
import { type SignatureError, signatureError } from '../signature-error.js';
import { describeSigner, type SignatureFacts } from '../signer.js';
import { checkPayloadType, readStatement } from '../statement.js';
import type { SignedMaterial } from './signed-material.js';
import { readBundle } from './sigstore-bundle.js';
import type { TrustedRoot } from './trusted-root.js';
import { verifyKeyed, verifyKeyless } from './verify-material.js';

/** One bundle over one artifact, and who must have signed it. */
export interface ArtifactVerification {
  readonly bundle: Uint8Array;
  /** Its SHA-256, and its bytes where they are at hand. */
  readonly artifact: { readonly digest: string; readonly bytes?: Uint8Array };
  readonly expected:
    | { readonly kind: 'keyless'; readonly subject: string; readonly issuer: string }
    | { readonly kind: 'key'; readonly name: string; readonly key: SigningKey };
  readonly root: TrustedRoot;
  readonly now: Date;
}

/** Verifies a bundle of any kind for an artifact. A statement must have the artifact among its subjects. */
export async function verifyArtifact(
  verification: ArtifactVerification,
): Promise<Result<SignatureFacts, SignatureError>> {
  const { artifact, expected, root, now } = verification;
  const material = await readBundle(
    verification.bundle,
    artifact.bytes === undefined
      ? { sha256: Buffer.from(artifact.digest.slice('sha256:'.length), 'hex') }
      : { bytes: artifact.bytes },
  );
  if (!material.ok) return material;
  const facts = await verifySigner(material.value, expected, root, now);
  if (!facts.ok) return facts;
  const { content } = material.value;
  if (content.kind !== 'envelope') return facts;
  const type = checkPayloadType(content.payloadType);
  if (!type.ok) return type;
  const statement = readStatement(content.payload, artifact.digest);
  return statement.ok ? facts : statement;
}

async function verifySigner(
  material: SignedMaterial,
  expected: ArtifactVerification['expected'],
  root: TrustedRoot,
  now: Date,
): Promise<Result<SignatureFacts, SignatureError>> {
  if (expected.kind === 'key') {
    return verifyKeyed(material, { name: expected.name, key: expected.key, log: 'required' }, root, now);
  }
  const facts = await verifyKeyless(material, root, now);
  if (!facts.ok) return facts;
  const { signer } = facts.value;
  if (signer.subject === expected.subject && signer.issuer === expected.issuer) return ok(facts.value);
  return err(
    signatureError(
      'wrong-signer',
      `it is signed by ${describeSigner(signer)}; expected ${expected.subject} (issuer ${expected.issuer})`,
    ),
  );
}
