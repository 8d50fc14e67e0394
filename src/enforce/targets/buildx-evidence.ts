import { durationMilliseconds } from '../../policy/duration.js';
import type { Policy } from '../../policy/policy.js';
import { ruleSetting } from '../../policy/settings.js';
import type { EvaluatedImage } from '../../reports/report.js';
import { fresh } from '../../rules/fresh.js';
import { isProvenanceType } from '../../signatures/predicate-types.js';
import type { Statement } from '../../signatures/statement.js';
import { compare, type VerifiedReference } from '../verified-references.js';

/** Who signed an attestation manifest of BuildKit, as buildx sees the certificate. */
interface SeenSigner {
  readonly issuer: string;
  readonly subject: string;
  readonly source?: string;
}

/**
 * What buildx reads of an image itself, as the gate saw it and as a rule at level error needs it; a field is absent where
 * none does, or where buildx does not read what the gate counted.
 */
export interface BuildxEvidence {
  /** The users of the configuration, where the image must not run as root. */
  readonly users?: readonly string[];
  /** Who signed the attestation manifest: buildx reads no other signature. */
  readonly signers?: readonly SeenSigner[];
  /** The builders that the provenance in the attestation manifest names. */
  readonly builders?: readonly string[];
  /** When it is too old, in milliseconds since 1970. */
  readonly staleAt?: number;
}

/**
 * Takes all references to one digest: what any of them requires has to hold.
 *
 * @see https://docs.docker.com/build/policies/inputs/
 * @see https://github.com/moby/policy-helpers/blob/main/image/resolve.go
 */
export function buildxEvidence(verified: readonly VerifiedReference[], policy: Policy): BuildxEvidence {
  const images = [...new Set(verified.flatMap((one) => one.images))];
  const enforced = new Set(verified.flatMap((one) => [...one.enforced]));
  const attested = enforced.has('provenance-attested') || enforced.has('sbom-attested');
  // buildx verifies by Sigstore's public instance alone.
  const isPublic = attested && policy.trustedRoot === undefined;
  const signers = isPublic ? ofEach(images, signersOf) : [];
  const builders = enforced.has('provenance-attested') ? ofEach(images, buildersOf) : [];
  const users = enforced.has('non-root') ? ofEach(images, usersOf) : [];
  const staleAt = enforced.has('fresh') ? staleTime(images, verified, policy) : undefined;
  return {
    ...(users.length === 0 ? {} : { users }),
    ...(signers.length === 0 ? {} : { signers }),
    ...(builders.length === 0 ? {} : { builders }),
    ...(staleAt === undefined ? {} : { staleAt }),
  };
}

/** The values of all images, each once and in order; none where one of them has none. */
function ofEach<T>(images: readonly EvaluatedImage[], read: (image: EvaluatedImage) => readonly T[]): readonly T[] {
  const each = images.map(read);
  if (each.some((values) => values.length === 0)) return [];
  const byText = new Map(each.flat().map((value) => [JSON.stringify(value), value]));
  return [...byText].toSorted(([a], [b]) => compare(a, b)).map(([, value]) => value);
}

function usersOf({ evidence: { image } }: EvaluatedImage): readonly string[] {
  return image?.status === 'present' && image.value.configuration.user !== '' ? [image.value.configuration.user] : [];
}

function signersOf({ evidence: { statements } }: EvaluatedImage): readonly SeenSigner[] {
  if (statements?.status !== 'present') return [];
  return statements.value.verified.filter(isReadByBuildx).flatMap(({ signer }) => {
    if (signer.kind !== 'keyless') return [];
    const { issuer, subject, sourceRepository: source } = signer;
    return [{ issuer, subject, ...(source === undefined ? {} : { source }) }];
  });
}

/** buildx wants SLSA provenance in the manifest, the image as its subject, and an entry in the log. */
function isReadByBuildx({ form, namesImage, predicateType, logged }: Statement): boolean {
  return form === 'signed manifest' && namesImage === true && isProvenanceType(predicateType) && logged.length > 0;
}

/** Of provenance in an attestation manifest of the index, signed or not. */
function buildersOf({ evidence: { image, provenance } }: EvaluatedImage): readonly string[] {
  if (image?.status !== 'present' || provenance?.status !== 'present') return [];
  const { index, manifestDigest } = image.value;
  const manifests = (index?.manifests ?? []).filter(
    ({ annotations }) => annotations?.['vnd.docker.reference.digest'] === manifestDigest,
  );
  const found = provenance.value.all.filter(({ place }) =>
    manifests.some(({ digest }) => place.endsWith(`@${digest}`)),
  );
  return found.flatMap(({ provenance: { builder } }) => builder ?? []);
}

/** When the first of the images is older than a role allows; undefined where none shows its age. */
function staleTime(
  images: readonly EvaluatedImage[],
  verified: readonly VerifiedReference[],
  policy: Policy,
): number | undefined {
  const roles = new Set(verified.flatMap((one) => one.roles));
  const ages = [...roles].flatMap((role) => {
    const { level, options } = ruleSetting(policy, fresh, role);
    const read = fresh.options.safeParse(options);
    return level === 'error' && read.success ? [durationMilliseconds(read.data.maxAge)] : [];
  });
  const times = images.flatMap(({ evidence: { timestamps } }) =>
    timestamps?.status === 'present' && timestamps.value.chosen !== null
      ? [Date.parse(timestamps.value.chosen.at)]
      : [],
  );
  return ages.length === 0 || times.length === 0 ? undefined : Math.min(...times) + Math.min(...ages);
}
