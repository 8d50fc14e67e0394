import { X509Certificate } from 'node:crypto';
import { err, type Result } from '../../lib/result.js';
import type { Descriptor } from '../../registry/manifest/manifest.js';
import type { Claims, Discovered, Found, SignatureArtifact, SignatureFormat, SignatureQuery } from '../format.js';
import { readSignature, SIGN_PREDICATE } from '../image-signature.js';
import { type SignatureError, signatureError } from '../signature-error.js';
import { DSSE_LAYER_TYPE, readAttestationLayer, readSignatureLayer, SIMPLE_SIGNING_TYPE } from './cosign-layer.js';
import { acceptsGitHub, evaluateSignature, type FoundMaterial } from './evaluate-signature.js';
import type { SignedMaterial } from './signed-material.js';
import { readBundle } from './sigstore-bundle.js';

const BUNDLE_PREFIX = 'application/vnd.dev.sigstore.bundle';
/** cosign's classic layers as referrers (its "OCI 1.1" mode), which Docker Hardened Images use. */
const CLASSIC_ARTIFACTS: ReadonlySet<string> = new Set([
  'application/vnd.dev.cosign.artifact.sig.v1+json',
  'application/vnd.dev.cosign.artifact.att.v1+json',
]);

/** Sigstore: cosign's classic layers, and bundles. */
export const sigstoreFormat: SignatureFormat = {
  mayHold: (artifactType) => isBundle(artifactType) || CLASSIC_ARTIFACTS.has(artifactType),
  discover,
};

const NOTHING: Discovered = { found: [], failures: [], unsupported: [] };

/** A manifest whose layers are signatures, attestations or one bundle. Other layers are none of ours. */
async function discover({ fetched, place, read }: SignatureArtifact): Promise<Discovered> {
  const { manifest } = fetched;
  if (manifest.kind !== 'manifest') return NOTHING;
  const bundles = manifest.layers.filter(({ mediaType }) => isBundle(mediaType));
  // Like a bundle, it may have been meant as a signature or as an attestation: it is reported for both.
  if (bundles.length > 1 || (bundles.length === 1 && manifest.layers.length > 1))
    return {
      ...NOTHING,
      found: [rejected(place, 'a bundle must be the only layer of its manifest, but this manifest has more')],
    };
  const parts = await Promise.all(
    manifest.layers.map(async (layer): Promise<Discovered> => {
      const kind = kindOf(layer.mediaType);
      if (kind === undefined) return NOTHING;
      const blob = await read(layer);
      if (!blob.ok) return blob.error;
      return { ...NOTHING, found: [toFound({ kind, place, material: await readMaterial(kind, blob.value, layer) })] };
    }),
  );
  return {
    found: parts.flatMap((part) => part.found),
    failures: parts.flatMap((part) => part.failures),
    unsupported: parts.flatMap((part) => part.unsupported),
  };
}

async function readMaterial(
  kind: FoundMaterial['kind'],
  bytes: Uint8Array,
  { annotations = {} }: Descriptor,
): Promise<Result<SignedMaterial, SignatureError>> {
  if (kind === 'bundle') return readBundle(bytes);
  return kind === 'signature' ? readSignatureLayer(bytes, annotations) : readAttestationLayer(bytes, annotations);
}

function kindOf(mediaType: string): FoundMaterial['kind'] | undefined {
  if (mediaType === SIMPLE_SIGNING_TYPE) return 'signature';
  if (mediaType === DSSE_LAYER_TYPE) return 'attestation';
  return isBundle(mediaType) ? 'bundle' : undefined;
}

function isBundle(mediaType: string): boolean {
  return mediaType.startsWith(BUNDLE_PREFIX);
}

/** Something of this format that can't be read. */
export function rejected(place: string, reason: string): Found {
  return toFound({ kind: 'bundle', place, material: err(signatureError('malformed', reason)) });
}

/** A bundle from another source than a registry. */
export async function foundBundle(bytes: Uint8Array, place: string): Promise<Found> {
  return toFound({ kind: 'bundle', place, material: await readBundle(bytes) });
}

function toFound(found: FoundMaterial): Found {
  return { place: found.place, verify: (query) => verify(found, query) };
}

async function verify(found: FoundMaterial, { authorities, sigstoreRoot, now, about }: SignatureQuery) {
  // The name of the issuer only picks the root to try; to read it is slow, and few policies accept GitHub's.
  const ofGitHub = authorities.some(acceptsGitHub) && found.material.ok && isIssuedByGitHub(found.material.value);
  const evaluation = await evaluateSignature(
    found,
    authorities,
    await sigstoreRoot(ofGitHub ? 'github' : 'public-good'),
    now,
  );
  if ('rejected' in evaluation) return { rejected: evaluation.rejected, claims: claimsOf(found) };
  const { approvals, material } = evaluation;
  const { content } = material;
  return {
    approvals,
    signs: readSignature(material, about.digest),
    ...(content.kind === 'envelope'
      ? {
          statement: {
            payloadType: content.payloadType,
            payload: content.payload,
            form: material.form === 'bundle' ? ('Sigstore bundle' as const) : ('cosign attestation' as const),
          },
        }
      : {}),
  };
}

function isIssuedByGitHub({ certificate }: SignedMaterial): boolean {
  try {
    return certificate !== undefined && /^O=GitHub\\?, Inc\.$/m.test(new X509Certificate(certificate).issuer);
  } catch {
    return false;
  }
}

/** Only to sort what is rejected anyway. */
function claimsOf({ kind, material }: FoundMaterial): Claims {
  const content = material.ok ? material.value.content : undefined;
  const isStatement = content?.kind === 'envelope' && !content.payload.includes(SIGN_PREDICATE);
  return {
    toSign: kind !== 'attestation' && (content === undefined || !isStatement),
    toState: kind !== 'signature' && (content === undefined || isStatement),
  };
}
