import type { Explanation } from '../../lib/failure.js';
import { allListed } from '../../lib/text.js';
import type { GitHubError, Permission } from '../repository/github-error.js';
import type { ActionInputs, ReportInputs } from './inputs.js';

/** What happened, and what a person can do about it. */
type Reported = Explanation;

/** Every permission that a workflow's inputs need, for any event. */
export function requestedPermissions({
  comment,
  reviewSuggestions,
  trackingIssue,
  sarif,
}: Pick<ActionInputs, 'comment' | 'reviewSuggestions' | 'trackingIssue' | 'sarif'>): readonly Permission[] {
  return [
    'contents: read',
    ...(comment !== 'never' || reviewSuggestions ? (['pull-requests: write'] as const) : []),
    ...(sarif ? (['security-events: write'] as const) : []),
    ...(trackingIssue ? (['issues: write'] as const) : []),
  ];
}

/** The same for the report action. */
export function requestedByReport({ report, comment, sarif }: ReportInputs): readonly Permission[] {
  return [
    ...(report === null ? (['actions: read'] as const) : []),
    'contents: read',
    comment === 'never' ? 'pull-requests: read' : 'pull-requests: write',
    ...(sarif ? (['security-events: write'] as const) : []),
  ];
}

/**
 * Errors as people are reported them. Those for want of a permission are one, and its fix has every line that the job
 * needs: a job's `permissions` replace the workflow's, so that adding a line alone would take others away.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idpermissions
 */
export function groupMissingPermissions(
  errors: readonly GitHubError[],
  needed: readonly Permission[],
): readonly Reported[] {
  const lacking = errors.filter(({ permission }) => permission !== undefined);
  const others = errors.filter(({ permission }) => permission === undefined);
  if (lacking.length === 0) return others;
  const missing = [...new Set(lacking.flatMap(({ permission }) => permission ?? []))];
  const doings = [...new Set(lacking.map(({ doing }) => doing))];
  const names = missing.map((permission) => `\`${permission}\``);
  const reported: Reported = {
    message: `Could not ${allListed(doings)}: the token lacks ${allListed(names)}.`,
    fix: permissionsFix([...needed, ...missing]),
  };
  return [reported, ...others];
}

/** A sentence and, after an empty line, the lines of a workflow. `write` stands for `read` of the same scope. */
function permissionsFix(permissions: readonly Permission[]): string {
  const lines = [...new Set(permissions)].filter(
    (permission) =>
      !permissions.some((other) => other === permission.replace(': read', ': write') && other !== permission),
  );
  return `Give the job these permissions in the workflow:\n\npermissions:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
