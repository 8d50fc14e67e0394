import type { CollectContext, Collector } from '../../evidence/collector.js';
import { present } from '../../evidence/evidence.js';
import { optionalField } from '../../lib/collections.js';
import { identityMatches } from '../../policy/identity.js';
import { isProvenanceType } from '../../signatures/predicate-types.js';
import { describeSigner, type Signer } from '../../signatures/signer.js';
import { type Carrier, findCarriers, isSigned } from '../attested.js';
import { evaluateLevel, isIsolatedBuilder } from './build-level.js';
import type { AttestedProvenance, BuildProvenance } from './provenance.js';
import { type ProvenanceError, readProvenance } from './read-provenance.js';
import { normalizeBuilder, readSourceUri } from './source-uri.js';

/** Collects the SLSA provenance that is attested of an image, with the build level each supports. */
export const collectProvenance: Collector<'provenance'> = async (context) => {
  const looked = await findCarriers(context, isProvenanceType);
  if (!looked.found) return looked.evidence;
  const read = new Map<string, AttestedProvenance>();
  const failures: { readonly place: string; readonly error: ProvenanceError }[] = [];
  for (const carrier of looked.carriers) {
    const provenance = readProvenance(carrier.predicateType, carrier.predicate);
    if (!provenance.ok) {
      failures.push({ place: carrier.place, error: provenance.error });
      continue;
    }
    const attested = toAttested(context, carrier, provenance.value);
    const key = JSON.stringify([carrier.payloadDigest, carrier.digest, attested.certifiedSource]);
    const before = read.get(key);
    if (before === undefined || isBetter(attested, before)) read.set(key, attested);
  }
  const [first, ...others] = [...read.values()];
  const reported = failures.map(({ place, error }) => ({ place, answer: `The provenance ${error.reason}` }));
  if (first !== undefined) {
    const counts = looked.signed || context.subject.verifiedBy?.unsignedAttestations === 'allow';
    return present(
      { all: [first, ...others], counts, problems: reported.map(({ place, answer }) => `${place}: ${answer}`) },
      first.place,
    );
  }
  const failure = failures.find(({ error }) => error.status === 'malformed') ?? failures[0];
  if (failure === undefined) return { status: 'absent', lookedIn: reported };
  const message = `${failure.place}: The provenance ${failure.error.reason}.`;
  return failure.error.status === 'unsupported'
    ? { status: 'unsupported', form: 'provenance of another version', message, lookedIn: reported }
    : {
        status: 'unavailable',
        cause: 'malformed',
        message,
        fix: 'Ask the publisher to attest SLSA provenance v1, as actions/attest-build-provenance creates it.',
        lookedIn: reported,
      };
};

/** Of several signatures over one document, one that contradicts it less supports it, then one of a higher level. */
function isBetter(one: AttestedProvenance, other: AttestedProvenance): boolean {
  const contradictions = other.conflicts.length - one.conflicts.length;
  return contradictions === 0 ? one.level.level > other.level.level : contradictions > 0;
}

function toAttested(context: CollectContext, carrier: Carrier, provenance: BuildProvenance): AttestedProvenance {
  const { digest, on, predicateType, place } = carrier;
  const signer = isSigned(carrier) ? carrier.signer : null;
  const wanted = context.subject.verifiedBy?.provenance?.builder;
  return {
    provenance,
    level: evaluateLevel(provenance, signer, wanted),
    ...optionalField('certifiedSource', certifiedSource(signer)),
    conflicts: [
      ...findConflicts(provenance, signer, context.settings.now),
      ...(wanted === undefined ? [] : borrowedBuilder(provenance, signer, wanted)),
    ],
    digest,
    on,
    predicateType,
    place,
    ...(signer === null ? {} : { signer: describeSigner(signer) }),
    ...(isSigned(carrier) && carrier.signedAt !== undefined ? { signedAt: carrier.signedAt } : {}),
  };
}

/** The repository that a certificate is for, in the form of a provenance's source. */
function certifiedSource(signer: Signer | null): string | undefined {
  if (signer?.kind !== 'keyless' || signer.sourceRepository === undefined) return undefined;
  return readSourceUri(signer.sourceRepository).repository;
}

/** Build types whose source is by definition the repository whose workflow runs: the one in the signer's certificate. */
const WORKFLOW_BUILD_TYPES =
  /^https:\/\/(?:actions\.github\.io\/buildtypes\/|slsa-framework\.github\.io\/github-actions-buildtypes\/|github\.com\/slsa-framework\/slsa-github-generator\/)/i;

/** A builder's clock may be ahead of this machine's by this much. */
const CLOCK_SKEW = 60 * 60 * 1000;

function findConflicts(provenance: BuildProvenance, signer: Signer | null, now: Date): readonly string[] {
  const conflicts: string[] = [];
  const { source, finishedOn, startedOn } = provenance;
  const certified = certifiedSource(signer);
  if (certified !== undefined && source !== undefined) {
    if (WORKFLOW_BUILD_TYPES.test(provenance.buildType) && !isSameRepository(certified, source.repository)) {
      conflicts.push(`the signer's certificate is for ${certified}, but the provenance says ${source.repository}`);
    }
  }
  for (const time of [startedOn, finishedOn]) {
    if (time !== undefined && Date.parse(time) > now.getTime() + CLOCK_SKEW) {
      conflicts.push(`its build time ${time.slice(0, 40)} is in the future`);
    }
  }
  return conflicts;
}

const GITHUB_ISSUER = 'https://token.actions.githubusercontent.com';

/**
 * A job on GitHub can write the name of any builder into its provenance, but only its own workflow stands in its
 * certificate. Where the entry requires a builder of GitHub, the name counts if the certificate confirms it: it is the
 * workflow that signed or the run's, or who signed is itself allowed as a builder. slsa-github-generator signs for the
 * builders that call it, and vouches for their names.
 *
 * @see https://slsa.dev/spec/v1.1/verifying-artifacts#step-1-check-slsa-build-level
 */
function borrowedBuilder(provenance: BuildProvenance, signer: Signer | null, wanted: string): readonly string[] {
  if (signer?.kind !== 'keyless' || signer.issuer !== GITHUB_ISSUER || provenance.builder === undefined) return [];
  const builder = normalizeBuilder(provenance.builder);
  if (!/^https:\/\/github\.com\//i.test(builder)) return [];
  const { subject, workflow, sourceRepository } = signer;
  if (builder === subject || builder === workflow || identityMatches(wanted, normalizeBuilder(subject))) return [];
  if (isIsolatedBuilder(subject)) return [];
  const runs = sourceRepository === undefined ? undefined : `${readSourceUri(sourceRepository).repository}/actions/`;
  if (runs !== undefined && builder.toLowerCase().startsWith(runs.toLowerCase())) return [];
  return [`it names the builder ${builder}, but the signer's certificate is for ${subject}`];
}

/** GitHub's names are the same in any case. */
function isSameRepository(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
