import type { ImageUse } from '../build-files/image-use.js';
import { indexReading } from '../build-files/reading-index.js';
import type { Catalog } from '../catalog/publisher.js';
import { type Collectors, startCollection } from '../evidence/collect.js';
import { type Evidence, present } from '../evidence/evidence.js';
import { EMPTY_CONFIGURATION } from '../image-content/configuration.js';
import { optionalField } from '../lib/collections.js';
import { EVALUATED, type PolicyCase, rulesWithMadeOutcomes } from '../policy/cases.js';
import type { Authority, Policy } from '../policy/policy.js';
import { applyWaivers } from '../policy/waivers.js';
import { DEFAULT_PLATFORM } from '../references/platform.js';
import type { Reference } from '../references/reference.js';
import { offlineSource } from '../registry/refusing-source.js';
import type { ResolvedImage } from '../registry/resolved-image.js';
import type { Answer } from '../rules/answer.js';
import { rules } from '../rules/index.js';
import type { ImageRule, Rule, RuleResult } from '../rules/rule.js';
import { matchIdentity } from '../signatures/authority.js';
import { describeSigner, type Signer } from '../signatures/signer.js';
import type { ImageSignatures, RejectedSignature, VerifiedSignature } from '../signatures/verified.js';
import { evaluateReference } from './evaluate-reference.js';
import { startRun } from './run-context.js';
import { type Verdict, verdictOf } from './verdict.js';

/** The result of a case: the verdict over its one reference, and the answers after waivers. */
export interface CaseResult {
  readonly verdict: Verdict;
  readonly answers: readonly Answer[];
}

/**
 * Evaluates the reference of a case as a run would, over evidence that is made from the case. Nothing is fetched: rules
 * about the name and the signers are evaluated, and rules that look into the image answer what the case says.
 */
export async function evaluateCase(
  one: PolicyCase,
  reference: Reference,
  { policy, catalog, now }: { readonly policy: Policy; readonly catalog: Catalog; readonly now: Date },
): Promise<CaseResult> {
  const settings = { now, offline: true };
  const made = madeRules(one);
  const input = { policy, catalog, settings, change: null, all: false, rules: made };
  const evidence = startCollection({ policy, source: offlineSource, settings, collectors: madeCollectors(one) });
  const use = useOf(one, reference);
  const reading = indexReading({ files: [{ path: use.file, status: 'read' }], stages: [] });
  const { answers } = await evaluateReference(use, startRun(input, reading, evidence));
  const waived = applyWaivers(policy, answers, [use], now).answers;
  return { verdict: verdictOf(waived), answers: waived };
}

function useOf({ image, role = 'final', file = 'Dockerfile' }: PolicyCase, reference: Reference): ImageUse {
  return {
    id: image,
    file,
    line: 1,
    column: 1,
    endLine: 1,
    endColumn: 1 + image.length,
    instruction: role === 'run' ? 'IMAGE' : role === 'copy' ? 'COPY' : role === 'frontend' ? 'SYNTAX' : 'FROM',
    stage: null,
    role,
    reachable: true,
    platform: null,
    targetPlatforms: [DEFAULT_PLATFORM],
    written: image,
    expanded: image,
    reference,
    overridable: [],
  };
}

/** The rules of a run, those that look into the image with the outcome that the case gives them. */
function madeRules(one: PolicyCase): readonly Rule[] {
  const replaced = new Set(rulesWithMadeOutcomes(rules).map(({ id }) => id));
  if (one['signed-by'] === undefined) replaced.add(EVALUATED);
  return rules.map((rule) =>
    rule.subject === 'image' && replaced.has(rule.id) ? withOutcome(rule, outcomeOf(one, rule.id)) : rule,
  );
}

function withOutcome(rule: ImageRule<unknown>, result: RuleResult): ImageRule<unknown> {
  const { comparesWithBase: _base, comparesWithNewer: _newer, ...rest } = rule;
  return { ...rest, evidence: [], evaluate: () => result };
}

function outcomeOf({ answers = {} }: PolicyCase, id: string): RuleResult {
  const given = answers[id];
  const { outcome, vulnerabilities } =
    given === undefined || typeof given === 'string' ? { outcome: given ?? 'pass', vulnerabilities: undefined } : given;
  return { outcome, message: `The case says ${outcome}.`, ...optionalField('vulnerabilities', vulnerabilities) };
}

function madeCollectors(one: PolicyCase): Collectors {
  const none = async (): Promise<Evidence<never>> => ({
    status: 'unavailable',
    cause: 'not-collected',
    message: 'The case provides no such evidence.',
    fix: 'Give the outcome of the rule under `answers`.',
  });
  return {
    image: async ({ subject }) =>
      one.unreachable === true
        ? {
            status: 'unavailable',
            cause: 'network',
            message: 'The registry does not answer in this case.',
            fix: 'No action is needed: the case sets this.',
          }
        : present(imageOf(subject.reference), 'the case'),
    signatures: async ({ subject }) => {
      const signers = one['signed-by'] ?? [];
      return signers.length === 0
        ? { status: 'absent', lookedIn: [{ place: 'the case', answer: 'it has no signature' }] }
        : present(signaturesOf(signers.map(signerOf), subject.verifiedBy?.authorities ?? []), 'the case');
    },
    tag: none,
    statements: none,
    filesystem: none,
    ownership: none,
    packages: none,
    timestamps: none,
    sbom: none,
    provenance: none,
    apko: none,
    vex: none,
    vulnerabilities: none,
  };
}

function signerOf(written: NonNullable<PolicyCase['signed-by']>[number]): Signer {
  if ('key' in written) return { kind: 'key', name: written.key, fingerprint: written.key };
  const { issuer, subject } = written;
  return {
    kind: 'keyless',
    issuer,
    subject,
    ...optionalField('sourceRepository', written['source-repository']),
    ...optionalField('sourceRef', written['source-ref']),
    ...optionalField('workflow', written.workflow),
    ...optionalField('buildSignerDigest', written['build-signer-digest']),
    ...optionalField('runnerEnvironment', written['runner-environment']),
  };
}

/** The authorities decide which signature is accepted, as they do for signatures that were found. */
function signaturesOf(signers: readonly Signer[], authorities: readonly Authority[]): ImageSignatures {
  const verified: VerifiedSignature[] = [];
  const rejected: RejectedSignature[] = [];
  for (const signer of signers) {
    const authorityIndex = authorities.findIndex((authority) => isBy(signer, authority));
    if (authorityIndex < 0) {
      const reason = `${describeSigner(signer)} is not an authority of the entry`;
      rejected.push({ place: 'the case', code: 'wrong-signer', reason, signedBy: signer });
      continue;
    }
    verified.push({
      signer,
      logged: [],
      authority: describeSigner(signer),
      authorityIndex,
      form: 'cosign signature',
      place: 'the case',
      digest: MADE_DIGEST,
      on: 'platform',
    });
  }
  return { verified, rejected, unsupported: [], roots: [] };
}

function isBy(signer: Signer, authority: Authority): boolean {
  if (signer.kind === 'keyless') return authority.kind === 'keyless' && matchIdentity(signer, authority).ok;
  return signer.kind === 'key' && authority.kind === 'key' && authority.name === signer.name;
}

const MADE_DIGEST = `sha256:${'0'.repeat(64)}`;

/** An image that is only known to exist. */
function imageOf(reference: Reference): ResolvedImage {
  const digest = reference.digest ?? MADE_DIGEST;
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: MADE_DIGEST, size: 0 };
  return {
    reference,
    repository: reference,
    digest,
    kind: 'manifest',
    platform: 'linux/amd64',
    manifestDigest: digest,
    manifest: {
      kind: 'manifest',
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config,
      layers: [],
      annotations: {},
    },
    configDigest: MADE_DIGEST,
    configuration: EMPTY_CONFIGURATION,
  };
}
