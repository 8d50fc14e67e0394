import type { RepositoryTree, TreeError } from '../build-files/repository-tree.js';
import type { RunSettings } from '../evidence/collector.js';
import type { Evidence } from '../evidence/evidence.js';
import { Deadline } from '../lib/deadline.js';
import type { Explanation } from '../lib/failure.js';
import { err, type Result } from '../lib/result.js';
import { amountOf, LIMITS, raiseLimit } from '../registry/limits.js';

/** The limit that a whole evaluation is held to: well below the time that a job has, so that what was found is reported. */
const LIMIT = 'run-ms';

/** The deadline of a run, and the results for what is not known by then. */
export interface RunDeadline {
  readonly time: Deadline;
  readonly late: Extract<Evidence<never>, { readonly status: 'unavailable' }>;
}

/** Starts the time of a run. What it overtakes is named as not checked, and the rest of the report holds. */
export function startDeadline({ limits }: Pick<RunSettings, 'limits'>): RunDeadline {
  const milliseconds = limits?.[LIMIT] ?? LIMITS[LIMIT].value;
  const { message, fix } = timeIsUp(milliseconds);
  return {
    time: new Deadline(milliseconds),
    late: { status: 'unavailable', cause: 'limit', limit: LIMIT, message, fix },
  };
}

function timeIsUp(milliseconds: number): Explanation {
  return {
    message: `The run timed out after ${amountOf(LIMIT, milliseconds)}, before this was checked (limit ${LIMIT}).`,
    fix: `Run it again: downloads are cached. ${raiseLimit(LIMIT, milliseconds)}`,
  };
}

/** The same repository, from which nothing more is read once the deadline has passed. */
export function treeUntil(tree: RepositoryTree, { time, late }: RunDeadline): RepositoryTree {
  const lateFor = (path: string): Result<never, TreeError> =>
    err({ code: 'unreadable', path, message: late.message, fix: late.fix });
  return {
    name: tree.name,
    entries: () => time.within(() => tree.entries(), lateFor(tree.name)),
    read: (path, maxBytes) => time.within(() => tree.read(path, maxBytes), lateFor(path)),
  };
}
