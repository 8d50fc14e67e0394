import type { ImageUse } from '../build-files/image-use.js';
import { policyReference } from '../policy/govern.js';
import type { Policy } from '../policy/policy.js';
import { formatReference } from '../references/reference.js';
import type { Report } from '../reports/report.js';
import type { Answer } from '../rules/answer.js';

/** A use that is not pinned, and why. `retry`: nothing speaks against it, and another run may be able to. */
export interface LeftUse {
  readonly use: ImageUse;
  readonly reason: string;
  readonly retry: boolean;
}

/** What is to become of the uses of a run: the digest each is to be pinned to, those left as they are, the pinned ones. */
export interface PinDecisions {
  /** By the use's id. */
  readonly wanted: ReadonlyMap<string, string>;
  readonly left: readonly LeftUse[];
  readonly pinnedBefore: number;
}

/** Rules that decide whether a digest may be written down: at level error, the policy wants no build on what fails them. */
const IDENTITY = new Set(['denied-base', 'allowed-base', 'allowed-frontend', 'signature-verified']);

/**
 * Decides which uses may be pinned to the digest that was resolved for them. One whose identity fails or could not be
 * decided at level error is left, as is one that no registry answered for.
 */
export function decidePins(report: Report, policy: Policy): PinDecisions {
  const wanted = new Map<string, string>();
  const left: LeftUse[] = [];
  for (const use of report.uses) {
    if (use.reference?.digest !== undefined) continue;
    const answers = report.answers.filter((answer) => answer.use === use.id);
    const decided = digestFor(use, answers, report, policy);
    if ('digest' in decided) wanted.set(use.id, decided.digest);
    else left.push({ use, ...decided });
  }
  return { wanted, left, pinnedBefore: report.uses.length - wanted.size - left.length };
}

type Decision = { readonly digest: string } | Pick<LeftUse, 'reason' | 'retry'>;

function digestFor(use: ImageUse, answers: readonly Answer[], report: Report, policy: Policy): Decision {
  const { reference } = use;
  if (reference === null) return { reason: `the image is not known: ${use.unresolved ?? use.expanded}`, retry: false };
  const doubt = doubtOf(answers);
  if (doubt !== undefined) {
    return { reason: `${doubt.rule}: ${doubt.message}`, retry: doubt.outcome === 'indeterminate' };
  }
  const digests = new Set(answers.flatMap(({ image }) => image ?? []));
  if (digests.size === 0) {
    const name = formatReference(policyReference(policy, reference));
    for (const image of report.images) if (image.reference === name) digests.add(image.digest);
  }
  const [digest] = digests;
  if (digest === undefined) return { reason: whyUnresolved(formatReference(reference), answers), retry: true };
  if (digests.size === 1) return { digest };
  return { reason: `its platforms resolved to different digests (${[...digests].join(', ')})`, retry: true };
}

/** What is known of a use's signature: verified on every platform evaluated, or the first reason why not. */
export type SignatureState = { readonly verified: true } | { readonly verified: false; readonly reason: string };

/** What the answers of a report say of the signature of a use, by the use's id. */
export function signatureOf(use: string, { answers }: Pick<Report, 'answers'>): SignatureState {
  const asked = answers.filter((answer) => answer.use === use && answer.rule === 'signature-verified');
  const other = asked.find(({ outcome }) => outcome !== 'pass');
  if (asked.length > 0 && other === undefined) return { verified: true };
  return { verified: false, reason: other?.message ?? 'signature-verified is not asked of it' };
}

function doubtOf(answers: readonly Answer[]): Answer | undefined {
  const doubts = answers.filter(
    ({ rule, aspect, outcome, level, waiver }) =>
      IDENTITY.has(rule) &&
      // Of a frontend that is only not pinned, nothing is in doubt.
      !(rule === 'allowed-frontend' && aspect === 'pinned') &&
      (outcome === 'fail' || outcome === 'indeterminate') &&
      level === 'error' &&
      waiver === undefined,
  );
  return doubts.find(({ outcome }) => outcome === 'fail') ?? doubts[0];
}

function whyUnresolved(name: string, answers: readonly Answer[]): string {
  const said = answers.find(({ outcome }) => outcome === 'indeterminate' || outcome === 'skipped');
  return said?.message ?? `no registry named a digest for it; \`base-image-gate inspect ${name}\` tells why`;
}
