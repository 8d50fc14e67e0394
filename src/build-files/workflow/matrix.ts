import { entriesOf, field, items } from './yaml-fields.js';

/** One run of a job: the values of its matrix that are known. */
export type Combination = ReadonlyMap<string, unknown>;

/** GitHub runs no more jobs of a matrix. */
const MAX_COMBINATIONS = 256;

const ALONE: readonly Combination[] = [new Map()];

/**
 * The runs of a job with a literal matrix; one run of which nothing is known where the matrix is an expression. An axis
 * that is an expression is left out.
 *
 * @see https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations
 */
export function combinations(job: unknown): readonly Combination[] {
  const matrix = field(field(job, 'strategy'), 'matrix');
  const include = field(matrix, 'include');
  // What is included may replace any value.
  if (include !== undefined && !Array.isArray(include)) return ALONE;
  const axes = entriesOf(matrix).filter(([name]) => name !== 'include' && name !== 'exclude');
  let found: Map<string, unknown>[] = [new Map()];
  for (const [name, values] of axes) {
    if (!Array.isArray(values)) continue;
    if (found.length * values.length > MAX_COMBINATIONS) return ALONE;
    found = found.flatMap((one) => values.map((value: unknown) => new Map([...one, [name, value]])));
  }
  const excluded = items(field(matrix, 'exclude'));
  const kept = found.filter((one) => !excluded.some((pattern) => isMatch(one, pattern)));
  if (items(include).length > MAX_COMBINATIONS) return ALONE;
  const extended = includeAll(kept, items(include), new Set(axes.map(([name]) => name)));
  return extended.length === 0 || extended.length > MAX_COMBINATIONS ? ALONE : extended;
}

function isMatch(one: Combination, pattern: unknown): boolean {
  const wanted = entriesOf(pattern);
  return wanted.length > 0 && wanted.every(([name, value]) => one.get(name) === value);
}

/** Each is added to all whose axes it does not change, or is a run of its own. */
function includeAll(
  kept: readonly Map<string, unknown>[],
  included: readonly unknown[],
  axes: ReadonlySet<string>,
): readonly Combination[] {
  const own: Map<string, unknown>[] = [];
  const base = axes.size === 0 ? [] : kept;
  for (const one of included) {
    const fields = entriesOf(one);
    const fitting = base.filter((run) => fields.every(([name, value]) => !axes.has(name) || run.get(name) === value));
    for (const run of fitting) for (const [name, value] of fields) run.set(name, value);
    if (fitting.length === 0) own.push(new Map(fields));
  }
  return [...base, ...own];
}
