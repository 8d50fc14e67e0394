import type { CollectedEvidence } from '../evidence/kinds.js';
import type { Incomplete } from '../signatures/verified.js';
import type { Report } from './report.js';

/** What the evidence of a run says about the run itself. */
export interface RunFacts {
  /** The trusted root that signatures were judged by, with its date. */
  readonly trustedRoot?: string;
  readonly feeds: Report['tool']['feeds'];
  /** Limits that were passed, each once. */
  readonly limits: Report['limits'];
  /** What to know about how the evidence was had, each once. */
  readonly notes: readonly string[];
}

/** Gathers from the evidence of all uses what concerns the run as a whole. */
export function runFacts(judged: readonly { readonly evidence: ReadonlyMap<string, CollectedEvidence> }[]): RunFacts {
  const limits = new Map<string, Report['limits'][number]>();
  const roots = new Set<string>();
  const notes = new Set<string>();
  const feeds = new Map<string, string>();
  const note = ({ cause, message, limit = 'limit' }: Incomplete) => {
    if (cause === 'limit') limits.set(message, { name: limit, message });
  };
  for (const collected of judged.flatMap(({ evidence }) => [...evidence.values()])) {
    for (const evidence of Object.values(collected)) {
      if (evidence.status === 'unavailable') note(evidence);
    }
    for (const evidence of [collected.signatures, collected.statements])
      if (evidence?.status === 'present' && evidence.value.incomplete !== undefined) note(evidence.value.incomplete);
    if (collected.signatures?.status === 'present') {
      const { trustedRoot, notes: told } = collected.signatures.value;
      if (trustedRoot !== undefined) roots.add(trustedRoot);
      for (const note of told) notes.add(note);
    }
    if (collected.vulnerabilities?.status !== 'present') continue;
    for (const { name, asOf } of collected.vulnerabilities.value.sources) {
      if (asOf !== undefined) feeds.set(name, new Date(asOf).toISOString());
    }
  }
  return {
    ...(roots.size === 0 ? {} : { trustedRoot: [...roots].sort().join('; ') }),
    feeds: [...feeds].map(([name, date]) => ({ name, date })),
    limits: [...limits.values()],
    notes: [...notes],
  };
}
