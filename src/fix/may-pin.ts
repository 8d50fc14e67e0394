import type { ImageUse } from '../build-files/image-use.js';
import { groupBy } from '../lib/collections.js';
import { formatReference } from '../references/reference.js';
import type { Report } from '../reports/report.js';
import type { Answer } from '../rules/answer.js';
import { isIdentityDoubt } from '../rules/identity.js';

/** The digest that a use may be pinned to, or why it is left. `retry`: nothing contradicts it, and another run may succeed. */
export type PinDecision =
  | { readonly kind: 'pin'; readonly digest: string }
  | { readonly kind: 'pinned' }
  | { readonly kind: 'leave'; readonly reason: string; readonly retry: boolean };

/**
 * Decides for each use of a report whether its digest may be written down. Everything that writes digests into build files asks
 * here. Exports and the lock ask for more: `src/enforce/verified-references.ts`. A use is left where an answer that counts as an error contradicts the identity of the image,
 * and where its platforms resolved to different digests or to none.
 */
export function mayPin(report: Pick<Report, 'answers' | 'images'>): (use: ImageUse) => PinDecision {
  const byUse = groupBy(report.answers, ({ use }) => use);
  const digestOf = new Map(report.images.map(({ id, resolved }) => [id, resolved?.digest]));
  return (use) => {
    const { reference } = use;
    if (reference === null) {
      return { kind: 'leave', reason: `the image is not known: ${use.unresolved ?? use.expanded}`, retry: false };
    }
    if (reference.digest !== undefined) return { kind: 'pinned' };
    const answers = byUse.get(use.id) ?? [];
    const doubt = doubtOf(answers);
    if (doubt !== undefined) {
      return { kind: 'leave', reason: `${doubt.rule}: ${doubt.message}`, retry: doubt.outcome === 'indeterminate' };
    }
    const images = new Set(answers.flatMap(({ image }) => image ?? []));
    const digests = new Set([...images].flatMap((image) => digestOf.get(image) ?? []));
    const [digest] = digests;
    if (digest === undefined) {
      return { kind: 'leave', reason: whyUnresolved(formatReference(reference), answers), retry: true };
    }
    if (digests.size === 1) return { kind: 'pin', digest };
    const reason = `its platforms resolved to different digests (${[...digests].join(', ')})`;
    return { kind: 'leave', reason, retry: true };
  };
}

/** A failure before what could not be decided. What only the profile `observe` lowers to a warning counts as an error. */
function doubtOf(answers: readonly Answer[]): Answer | undefined {
  const doubts = answers.filter(
    (answer) =>
      isIdentityDoubt(answer) && (answer.level === 'error' || answer.heldBack === true) && answer.waiver === undefined,
  );
  return doubts.find(({ outcome }) => outcome === 'fail') ?? doubts[0];
}

function whyUnresolved(name: string, answers: readonly Answer[]): string {
  const undecided = answers.find(({ outcome }) => outcome === 'indeterminate' || outcome === 'skipped');
  return undecided?.message ?? `no registry named a digest for it; \`base-image-gate inspect ${name}\` shows why`;
}
