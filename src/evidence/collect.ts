import { messageOf } from '../lib/caught.js';
import type { Deadline } from '../lib/deadline.js';
import type { Policy } from '../policy/policy.js';
import { formatPlatform } from '../references/platform.js';
import { formatReference } from '../references/reference.js';
import type { ImageSource } from '../registry/image-source.js';
import type { CollectContext, Collector, ImageSubject, RunSettings } from './collector.js';
import type { Evidence } from './evidence.js';
import type { CollectedEvidence, EvidenceKind, EvidenceKinds } from './kinds.js';

/** One collector a kind. */
export type Collectors = { readonly [K in EvidenceKind]: Collector<K> };

/** Evidence of a run, collected on first use and once. */
export interface EvidenceCollection {
  get<K extends EvidenceKind>(subject: ImageSubject, kind: K): Promise<Evidence<EvidenceKinds[K]>>;
  /** Several kinds at once, side by side. */
  collect(subject: ImageSubject, kinds: readonly EvidenceKind[]): Promise<CollectedEvidence>;
  /** What has been collected so far, for the report. Collects nothing new. */
  collected(subject: ImageSubject): Promise<CollectedEvidence>;
}

interface CollectionInput {
  readonly policy: Policy;
  readonly source: ImageSource;
  readonly settings: RunSettings;
  readonly collectors: Collectors;
  /** The deadline, and the result for evidence that is not there by then. */
  readonly deadline?: { readonly time: Deadline; readonly late: Evidence<never> };
}

/**
 * Starts the evidence of a run. A collector that throws has a defect: its evidence is then
 * `unavailable` with the error's text, so that the run goes on and can't pass because of it. So is evidence that is not
 * there by the deadline.
 */
export function startCollection(input: CollectionInput): EvidenceCollection {
  const { policy, source, settings, collectors, deadline } = input;
  const shared = new Map<string, Promise<unknown>>();
  const contexts = new Map<string, CollectContext & { readonly requested: ReadonlySet<EvidenceKind> }>();

  const contextOf = (subject: ImageSubject): CollectContext & { readonly requested: ReadonlySet<EvidenceKind> } => {
    const key = [
      formatReference(subject.pullFrom),
      formatReference(subject.reference),
      subject.verifiedBy?.name ?? '',
      formatPlatform(subject.platform),
    ].join(' ');
    const known = contexts.get(key);
    if (known !== undefined) return known;
    const memo = new Map<EvidenceKind, Promise<unknown>>();
    const requested = new Set<EvidenceKind>();
    const context: CollectContext & { readonly requested: ReadonlySet<EvidenceKind> } = {
      requested,
      subject,
      policy,
      source,
      settings,
      get<K extends EvidenceKind>(kind: K): Promise<Evidence<EvidenceKinds[K]>> {
        const running = memo.get(kind);
        // The memo holds under each kind what that kind's collector returned.
        if (running !== undefined) return running as Promise<Evidence<EvidenceKinds[K]>>;
        const collector: Collector<K> = collectors[kind];
        const collect = () => collector(context).catch((error: unknown) => notCollected(kind, error));
        const started: Promise<Evidence<EvidenceKinds[K]>> =
          deadline === undefined ? collect() : deadline.time.within(collect, deadline.late);
        memo.set(kind, started);
        requested.add(kind);
        return started;
      },
      once<T>(onceKey: string, work: () => Promise<T>): Promise<T> {
        const running = shared.get(onceKey);
        // The key names the work, so callers with the same key expect the same type.
        if (running !== undefined) return running as Promise<T>;
        const started = work();
        shared.set(onceKey, started);
        return started;
      },
    };
    contexts.set(key, context);
    return context;
  };

  const collectInto = async (context: CollectContext, kinds: Iterable<EvidenceKind>): Promise<CollectedEvidence> =>
    Object.fromEntries(await Promise.all([...kinds].map(async (kind) => [kind, await context.get(kind)] as const)));
  return {
    get: (subject, kind) => contextOf(subject).get(kind),
    collect: (subject, kinds) => collectInto(contextOf(subject), kinds),
    collected(subject) {
      const context = contextOf(subject);
      return collectInto(context, context.requested);
    },
  };
}

function notCollected(kind: EvidenceKind, error: unknown): Evidence<never> {
  return {
    status: 'unavailable',
    cause: 'not-collected',
    message: `Collecting ${kind} evidence failed inside the gate: ${messageOf(error)}.`,
    fix: 'This is a defect of the gate: report it, with the reference of the image.',
  };
}
