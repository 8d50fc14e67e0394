import { optionalField } from '../../lib/collections.js';
import { ok, type Result } from '../../lib/result.js';
import type { Authority } from '../../policy/policy.js';
import { describeAuthority, matchIdentity } from '../authority.js';
import type { Approval } from '../format.js';
import { readPublicKey } from '../key.js';
import { isUnknownToRoot, type SignatureError, signatureError } from '../signature-error.js';
import { describeSigner, type SignatureFacts, type Signer } from '../signer.js';
import type { RejectedSignature } from '../verified.js';
import type { SignedMaterial } from './signed-material.js';
import type { TrustedRoot } from './trusted-root.js';
import { verifyKeyed, verifyKeyless } from './verify-material.js';

/** What was found of this format, read or not. */
export interface FoundMaterial {
  readonly kind: 'signature' | 'attestation' | 'bundle';
  readonly place: string;
  readonly material: Result<SignedMaterial, SignatureError>;
}

/** What came of one found thing: approvals by authorities, or why it does not count. */
type MaterialEvaluation =
  | { readonly approvals: readonly [Approval, ...Approval[]]; readonly material: SignedMaterial }
  | { readonly rejected: RejectedSignature };

/**
 * Evaluates one found signature by an entry's authorities. It takes data and gives data. A signature counts once for each
 * authority it satisfies; one that satisfies none is reported by its signer where it is otherwise sound.
 */
export async function evaluateSignature(
  found: FoundMaterial,
  authorities: readonly Authority[],
  root: TrustedRoot | null,
  now: Date,
): Promise<MaterialEvaluation> {
  const { place, material } = found;
  const reject = (error: SignatureError, signedBy?: Signer): MaterialEvaluation => ({
    rejected: { place, ...error, ...optionalField('signedBy', signedBy), ...openFor(error, place, root) },
  });
  if (!material.ok) return reject(material.error);
  const keyless = await proveIdentity(material.value, root, now);
  const approvals: Approval[] = [];
  const refusals: SignatureError[] = [];
  for (const [authorityIndex, authority] of authorities.entries()) {
    const answer = await verifyFor(authority, material.value, keyless, root, now);
    if (answer.ok) approvals.push({ ...answer.value, authority: describeAuthority(authority), authorityIndex });
    else refusals.push(answer.error);
  }
  const [first, ...others] = approvals;
  if (first !== undefined) return { approvals: [first, ...others], material: material.value };
  if (keyless?.ok === true) return reject(unauthorizedSigner(refusals, keyless.value.signer), keyless.value.signer);
  return reject(worst(refusals, keyless));
}

/** What a root that could not be refreshed does not know may be known to a newer one. GitHub rotates its authorities twice a year. */
function openFor(
  { code, reason }: SignatureError,
  place: string,
  root: TrustedRoot | null,
): Pick<RejectedSignature, 'incomplete'> {
  if (root?.mayBeOutdated !== true || !isUnknownToRoot(code)) return {};
  return {
    incomplete: {
      cause: 'trust-root',
      message: `A signature at ${place} can't be evaluated because ${reason}. That root may be outdated.`,
      fix:
        root.instance === 'github'
          ? 'Run the gate where tuf-repo.github.com can be reached, or save the output of `gh attestation trusted-root` and set it as `trusted-root` in the policy, or pass it with --trusted-root.'
          : 'Run the gate where tuf-repo-cdn.sigstore.dev can be reached, or set a newer trusted root with `trusted-root` in the policy or --trusted-root.',
    },
  };
}

/** Whether an authority takes what GitHub's own Sigstore instance certified. */
export function acceptsGitHub(authority: Authority): boolean {
  return authority.kind === 'keyless' && authority.github === true;
}

type Proof = Awaited<ReturnType<typeof verifyKeyless>>;

async function proveIdentity(material: SignedMaterial, root: TrustedRoot | null, now: Date): Promise<Proof | null> {
  return material.certificate === undefined || root === null ? null : verifyKeyless(material, root, now);
}

async function verifyFor(
  authority: Authority,
  material: SignedMaterial,
  keyless: Proof | null,
  root: TrustedRoot | null,
  now: Date,
): Promise<Result<SignatureFacts, SignatureError>> {
  switch (authority.kind) {
    case 'keyless': {
      if (keyless === null)
        return wrong(`it is signed with a key, but the policy requires ${describeAuthority(authority)}`);
      if (!keyless.ok) return keyless;
      if (root?.instance === 'github' && !acceptsGitHub(authority))
        return wrong(
          `it is signed by ${describeSigner(keyless.value.signer)} through GitHub's own Sigstore instance, which ${describeAuthority(authority)} does not accept`,
        );
      const match = matchIdentity(keyless.value.signer, authority);
      return match.ok ? ok(keyless.value) : match;
    }
    case 'key': {
      const key = readPublicKey(authority.pem);
      if (!key.ok) return { ok: false, error: signatureError('unsupported', `${authority.name}: ${key.error}`) };
      return verifyKeyed(material, { name: authority.name, key: key.value, log: authority.log }, root, now);
    }
    case 'notation':
      return wrong(`it is a Sigstore signature, but the policy requires ${describeAuthority(authority)}`);
    case 'kms':
      return {
        ok: false,
        error: signatureError('unsupported', `the key ${authority.uri} is in a key management service`),
      };
  }
}

function wrong(reason: string): { readonly ok: false; readonly error: SignatureError } {
  return { ok: false, error: signatureError('wrong-signer', reason) };
}

function unauthorizedSigner(refusals: readonly SignatureError[], signer: Signer): SignatureError {
  const mismatch = refusals.find(({ reason }) => reason.startsWith('it is signed by'));
  return (
    mismatch ??
    signatureError(
      'wrong-signer',
      `it is signed by ${describeSigner(signer)}, ${refusals.length === 0 ? 'but the policy names no authority for this image' : 'which matches no authority in the policy'}`,
    )
  );
}

/** The most telling refusal: what broke a proof says more than that a key is not the signer. */
function worst(refusals: readonly SignatureError[], keyless: Proof | null): SignatureError {
  const specific = refusals.find(({ code }) => code !== 'wrong-signer' && code !== 'unsupported');
  if (specific !== undefined) return specific;
  if (keyless?.ok === false) return keyless.error;
  return refusals[0] ?? signatureError('wrong-signer', 'the policy names no authority to verify it against');
}
