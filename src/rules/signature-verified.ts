import { z } from 'zod';
import { EVIDENCE_NAMES } from '../evidence/words.js';
import { plural } from '../lib/text.js';
import { exportKmsKey } from '../policy/kms-key.js';
import type { AllowEntry } from '../policy/policy.js';
import { highestLevel } from '../policy/strictness.js';
import { formatReference } from '../references/reference.js';
import { describeAuthority } from '../signatures/authority.js';
import { countSigners } from '../signatures/count-signers.js';
import type { SignatureErrorCode } from '../signatures/signature-error.js';
import { describeSigner, describeTraces } from '../signatures/signer.js';
import type { ImageSignatures, VerifiedSignature } from '../signatures/verified.js';
import type { ImageRule, ImageRuleSubject, RuleResult } from './rule.js';
import { type WantedEvidence, withoutEvidence } from './without-evidence.js';

const options = z.strictObject({
  'unverifiable-publisher': highestLevel().describe(
    'The highest level where neither the catalog marks the publisher as verifiable nor the policy names who signs.',
  ),
});
type Options = z.infer<typeof options>;

export const signatureVerified: ImageRule<Options> = {
  id: 'signature-verified',
  title: 'Image is signed by an authority of its allow entry',
  question: 'Did an authority of the allow entry sign this digest?',
  why: [
    'A registry serves what was pushed to it. A signature by the right party over exactly these bytes shows who made them,',
    'even if the registry, a mirror or a token was compromised. A signature by another party, or over another',
    'digest, shows nothing: anyone can sign.',
  ].join(' '),
  fix: [
    'Build on an image that its publisher signs, and name the publisher in the policy: by the catalog, or by its key or',
    'identity. `base-image-gate inspect IMAGE` shows who signed an image.',
    '',
    '```yaml',
    'allow:',
    '  - image: registry.example.com/base/**',
    '    authorities:',
    '      - keyless:',
    '          issuer: https://token.actions.githubusercontent.com',
    '          subject: https://github.com/acme/images/.github/workflows/release.yml@refs/heads/main',
    '```',
    '',
    'A signature counts over the index, whose children its digest binds, or over the manifest of every platform evaluated.',
    'Where a publisher signs the index, pin the index digest.',
  ].join('\n'),
  subject: 'image',
  identity: true,
  roles: ['final', 'build', 'copy', 'run'],
  evidence: ['image', 'signatures'],
  ages: false,
  options,
  presets: {
    baseline: { level: 'error', options: { 'unverifiable-publisher': 'note' } },
    hardened: { level: 'error', options: { 'unverifiable-publisher': 'error' } },
    'hardened-build': { level: 'error', options: { 'unverifiable-publisher': 'note' } },
    strict: { level: 'error', options: { 'unverifiable-publisher': 'error' } },
  },
  runLevels: { baseline: 'note', hardened: 'warning', strict: 'warning' },
  controls: {
    'CM-14': 'An image is built on only if an authority of the policy has signed its digest.',
    'SI-7': 'The signature shows that the image is the one its publisher made.',
    'SI-7(15)': 'Code is authenticated by its signature before it becomes a part of the system.',
    'SR-4': 'The signer is proven, with the time of the signature where a log or timestamp shows.',
    'SR-11': 'A signature by the publisher shows that the component is genuine.',
    'KSI-SVC-VRI': 'Integrity is validated with cryptography.',
    'KSI-SCR-MIT': "An image that replaces the publisher's is refused.",
    'CIS 4.5':
      'Publisher and integrity of an image are verified before it is built on, which is what content trust is for.',
    'CIS 4.12': 'The signature of a base image is verified against the keys and identities that the policy names.',
    'CIS 4.2': 'Trust in a base image rests on a signature and not on its name.',
  },
  securitySeverity: 8.5,
  highestLevel: levelByPublisher,
  evaluate: (subject, chosen) => {
    const result = evaluateSignature(subject);
    const highest = levelByPublisher(subject, chosen);
    return highest === 'error' ? result : { ...result, atMost: highest };
  },
};

function levelByPublisher(
  { verifiedBy, publisher }: Pick<ImageRuleSubject, 'verifiedBy' | 'publisher'>,
  chosen: Options,
) {
  const verifiable = publisher?.verifiable === true || (verifiedBy !== null && verifiedBy.authorities.length > 0);
  return verifiable ? 'error' : chosen['unverifiable-publisher'];
}

/** What the answer depends on. */
export type SignatureSubject = Pick<ImageRuleSubject, 'verifiedBy' | 'reference' | 'evidence'> &
  Partial<Pick<ImageRuleSubject, 'publisher'>>;

/** Answers the rule's question at any level. */
export function evaluateSignature(subject: SignatureSubject): RuleResult {
  const { verifiedBy, reference } = subject;
  const evidence = subject.evidence.signatures;
  const name = formatReference(reference);
  if (verifiedBy?.signed === false) {
    const reason = `${verifiedBy.name} lets ${name} through without a signature: ${verifiedBy.reason ?? 'no reason is given'}`;
    return { outcome: 'not-applicable', message: reason };
  }
  const wanted: WantedEvidence = {
    name: EVIDENCE_NAMES.signatures,
    absentFix: unsignedFix(subject),
    unsupportedFix:
      subject.evidence.image?.status === 'unsupported'
        ? 'Use an image in OCI or Docker v2 schema 2 form.'
        : 'Ask the publisher for a cosign or Sigstore signature, or accept it by a waiver.',
  };
  if (evidence === undefined) return withoutEvidence(evidence, wanted);
  if (verifiedBy === null || verifiedBy.authorities.length === 0) {
    const seen = evidence.status === 'present' ? seenSigners(evidence.value) : [];
    const unnamed =
      verifiedBy === null
        ? `No allow entry names who signs ${name}.`
        : `${verifiedBy.name} does not name who signs ${name}.`;
    const why = subject.publisher?.notVerifiable;
    return {
      outcome: 'fail',
      message:
        why === undefined ? unnamed : `${unnamed} ${subject.publisher?.name} can't be verified by the catalog: ${why}.`,
      fix:
        why === undefined
          ? 'Name the authority in the allow entry, or let the image through with `signed: false` and a reason.'
          : 'Pin the digest, and let the image through with `signed: false` and a reason.',
      ...(seen.length === 0 ? {} : { details: seen }),
    };
  }
  if (evidence.status === 'present') return evaluateSignatures(subject, verifiedBy, evidence.value);
  const result = withoutEvidence(evidence, wanted);
  if (evidence.status !== 'absent') return result;
  const message = `${name} is not signed: ${plural(evidence.lookedIn.length, 'place was', 'places were')} searched, and none has a signature.`;
  return { ...result, message };
}

function evaluateSignatures(subject: SignatureSubject, entry: AllowEntry, signatures: ImageSignatures): RuleResult {
  const count = countSigners(signatures.verified);
  const name = formatReference(subject.reference);
  const details = [
    ...signatures.verified.map(describe),
    ...signatures.rejected.map(({ place, reason }) => `${place}: ${reason}`),
  ];
  if (count >= Math.max(1, entry.require)) {
    const signers = new Set(signatures.verified.map(({ signer }) => describeSigner(signer)));
    return { outcome: 'pass', message: `Signed by ${[...signers].join(' and ')}.`, details };
  }
  if (signatures.signedIndex !== undefined) {
    return {
      outcome: 'fail',
      message: `${name} is pinned to a platform's manifest, and what its publisher signed is the index.`,
      fix: `Pin the index digest ${signatures.signedIndex}.`,
      details,
    };
  }
  if (signatures.incomplete !== undefined) {
    const { message, fix } = signatures.incomplete;
    return { outcome: 'indeterminate', message: message, fix: fix, details };
  }
  return {
    outcome: 'fail',
    message: shortage(entry, name, count, signatures),
    fix: provenanceFix(signatures) ?? fixFor(entry, signatures.rejected[0]?.code) ?? unsignedFix(subject),
    details,
  };
}

/** What is missing, most telling first: some of several authorities, another's signature, a broken one. */
function shortage(entry: AllowEntry, name: string, count: number, signatures: ImageSignatures): string {
  const required = entry.authorities.map(describeAuthority).join(', ');
  if (count > 0)
    return `${name} is signed by ${count} of the ${entry.require} authorities that ${entry.name} requires (${required}).`;
  const untrusted = signatures.rejected.find(({ code, signedBy }) => code === 'wrong-signer' && signedBy !== undefined);
  if (untrusted?.signedBy !== undefined)
    return `${name} is signed by ${describeSigner(untrusted.signedBy)}; the policy requires ${required}.`;
  const [first] = signatures.rejected;
  const [unsupported] = signatures.unsupported;
  const [attester] = signatures.provenanceBy ?? [];
  if (first === undefined && attester !== undefined)
    return `${name} has no image signature; signed provenance by ${attester} is present.`;
  if (first === undefined)
    return `${name} carries no signature that can be evaluated${unsupported === undefined ? '' : ` (there is a ${unsupported})`}.`;
  const { length } = signatures.rejected;
  return length === 1
    ? `${name} carries one signature, which does not count because ${first.reason}.`
    : `${name} carries ${length} signatures and none counts; the first does not because ${first.reason}.`;
}

/** What to do about a signature that may be by the right party but does not count. */
function fixFor(entry: AllowEntry, code: SignatureErrorCode | undefined): string | undefined {
  switch (code) {
    case 'not-logged':
      return 'Ask the publisher to put its signatures into the transparency log, or set `log: ignored` on the key if it keeps them out on purpose.';
    case 'unknown-log':
    case 'unknown-authority':
      return 'If the publisher uses a Sigstore instance of its own, name its trusted root: `trusted-root` in the policy.';
    case 'unsupported':
      return entry.authorities.flatMap((one) => (one.kind === 'kms' ? [exportKmsKey(one.uri)] : []))[0];
    default:
      return undefined;
  }
}

function provenanceFix({ rejected, provenanceBy = [] }: ImageSignatures): string | undefined {
  if (rejected.length > 0 || provenanceBy.length === 0) return undefined;
  return 'If provenance by that workflow is to count as its signature, name it: `github: { repository, workflow, ref, accept: [signature, provenance] }`.';
}

function unsignedFix({ evidence, reference }: SignatureSubject): string {
  const image = evidence.image?.status === 'present' ? evidence.image.value : undefined;
  return image?.kind === 'manifest' && reference.digest !== undefined
    ? 'If its publisher signs the index, pin the index digest; otherwise build on an image that an authority of the policy signs.'
    : 'Build on an image that an authority signs, or correct the authority if it has changed.';
}

function describe(signature: VerifiedSignature): string {
  const { signer, on, digest } = signature;
  const traces = describeTraces(signature).map((trace) => `, ${trace}`);
  return `${describeSigner(signer)} signed the ${on === 'index' ? 'index' : 'manifest'} ${digest}${traces.join('')}`;
}

function seenSigners({ rejected }: ImageSignatures): readonly string[] {
  const seen = rejected.flatMap(({ signedBy }) =>
    signedBy === undefined ? [] : [`signed by ${describeSigner(signedBy)}`],
  );
  return [...new Set(seen)];
}
