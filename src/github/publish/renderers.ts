import { type Annotations, annotationsOf } from '../../reports/annotations.js';
import { htmlReport } from '../../reports/html/html.js';
import { checkJson } from '../../reports/json.js';
import type { LinkTargets } from '../../reports/link-targets.js';
import { type CommentOptions, renderComment } from '../../reports/markdown/comment.js';
import { renderSummary, type SummaryOptions } from '../../reports/markdown/summary.js';
import type { Report } from '../../reports/report.js';
import { checkSarif, type SarifOptions } from '../../reports/sarif.js';
import { rules } from '../../rules/index.js';
import { formatRepositoryName, type RunnerEnvironment } from '../event/environment.js';
import { POLICY_RULE } from '../repository/branch-policy.js';

/** What GitHub is shown of a report. */
export interface Renderers {
  readonly annotations: (report: Report) => Annotations;
  readonly json: (report: Report) => Iterable<string>;
  readonly html: (report: Report) => Iterable<string>;
  readonly sarif: (report: Report) => string;
  /** The same for code scanning, which would show a waived finding as an open alert. */
  readonly uploadedSarif: (report: Report) => string;
  /** An analysis without findings, which closes the alerts of another category. */
  readonly closingSarif: (report: Report, category: string) => string;
  readonly summary: (report: Report, options: Omit<SummaryOptions, keyof LinkTargets>) => string;
  readonly comment: (report: Report, options: Omit<CommentOptions, keyof LinkTargets>) => string;
}

/**
 * The reports of a run, with links to `commit`. `category` shows several analyzes of one commit apart in code scanning;
 * Rules are linked to their pages where the Action knows which repository it came from.
 */
export function renderersFor(
  env: RunnerEnvironment,
  { commit, category }: { readonly commit: string; readonly category: string },
): Renderers {
  const repository = formatRepositoryName(env.repository);
  const rulesUrl = env.docsUrl === null ? {} : { rulesUrl: `${env.docsUrl}/rules` };
  const targets: LinkTargets = {
    serverUrl: env.serverUrl,
    repository,
    sha: commit,
    ...rulesUrl,
  };
  const sarif: SarifOptions = {
    rules: [...rules, POLICY_RULE],
    category,
    repositoryUrl: `${env.serverUrl}/${repository}`,
    commit,
    ...rulesUrl,
  };
  return {
    annotations: (report) => annotationsOf(report),
    json: checkJson,
    html: (report) => htmlReport(report, { now: new Date(), targets: { ...targets, ...policyOf(report) } }),
    sarif: (report) => checkSarif(report, sarif),
    uploadedSarif: (report) => checkSarif(report, { ...sarif, withoutWaived: true }),
    closingSarif: (report, former) => checkSarif({ ...report, findings: [] }, { ...sarif, category: former }),
    summary: (report, options) => renderSummary(report, { ...targets, ...policyOf(report), ...options }),
    comment: (report, options) => renderComment(report, { ...targets, ...policyOf(report), ...options }),
  };
}

function policyOf({ policy: { source } }: Report): Pick<LinkTargets, 'policy'> {
  if (source.path === undefined || source.commit === undefined) return {};
  return { policy: { path: source.path, commit: source.commit } };
}
