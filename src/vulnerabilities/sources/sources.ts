import type { Result } from '../../lib/result.js';
import type { Clock } from '../../registry/http/clock.js';
import type { ExploitedCves } from './exploited.js';
import type { SourceFailure, Supplement, VulnerabilitySource } from './source.js';

/** Where services answer, and how they are reached. */
export interface Services {
  readonly osv: string;
  readonly exploited: string;
  readonly chainguard: string;
  readonly alpine: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether `host[:port]` may be on a private network. */
  readonly mayBePrivate: (host: string) => boolean;
  readonly clock?: Clock;
}

/** What the packages of a run are compared with. */
export interface Sources {
  /** Each answers for the ecosystems that it covers and none before it does; the last for all that are left. */
  readonly vulnerabilities: readonly VulnerabilitySource[];
  /** Queried in addition to these, about packages that they may leave out. */
  readonly supplements: readonly Supplement[];
  /** CISA's list, read on first use and once. */
  readonly exploited: () => Promise<Result<ExploitedCves, SourceFailure>>;
}
