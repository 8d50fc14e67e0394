import { type ImageUse, isRun } from '../build-files/image-use.js';
import type { Report } from '../reports/report.js';
import { mayPin } from './may-pin.js';

/** A use that is not pinned, and why. `retry`: nothing contradicts it, and another run may be able to. */
export interface LeftUse {
  readonly use: ImageUse;
  readonly reason: string;
  readonly retry: boolean;
}

/** What happens to the uses of a run: the digest each is pinned to, those left as they are, the pinned ones. */
export interface PinDecisions {
  /** By the use's id. */
  readonly wanted: ReadonlyMap<string, string>;
  readonly left: readonly LeftUse[];
  readonly pinnedBefore: number;
}

/** Decides which uses in build files are pinned, each to the digest that was resolved for it. */
export function decidePins(report: Report): PinDecisions {
  const decide = mayPin(report);
  const wanted = new Map<string, string>();
  const left: LeftUse[] = [];
  const uses = report.uses.filter((use) => !isRun(use));
  for (const use of uses) {
    const decision = decide(use);
    if (decision.kind === 'pin') wanted.set(use.id, decision.digest);
    else if (decision.kind === 'leave') left.push({ use, reason: decision.reason, retry: decision.retry });
  }
  return { wanted, left, pinnedBefore: uses.length - wanted.size - left.length };
}

/** What is known of a use's signature: verified on every platform evaluated, or the first reason why not. */
export type SignatureState = { readonly verified: true } | { readonly verified: false; readonly reason: string };

/** What the answers of a report say of the signature of a use, by the use's id. */
export function signatureOf(use: string, { answers }: Pick<Report, 'answers'>): SignatureState {
  const ofUse = answers.filter((answer) => answer.use === use && answer.rule === 'signature-verified');
  const other = ofUse.find(({ outcome }) => outcome !== 'pass');
  if (ofUse.length > 0 && other === undefined) return { verified: true };
  return { verified: false, reason: other?.message ?? 'signature-verified is not evaluated for it' };
}
