import type { HardenedFile } from '../../fix/harden/harden-file.js';
import type { Verdict } from '../../gate/verdict.js';
import { optionalField } from '../../lib/collections.js';
import type { Explanation } from '../../lib/failure.js';
import { err, ok, type Result } from '../../lib/result.js';
import { allListed } from '../../lib/text.js';
import type { Wait } from '../../lib/wait.js';
import type { Report } from '../../reports/report.js';
import { type RunnerEnvironment, runUrl } from '../event/environment.js';
import type { EventPlan } from '../event/event.js';
import type { ActionInputs } from '../event/inputs.js';
import { analysisCategory, type JobIdentity } from '../event/job-identity.js';
import { groupMissingPermissions, requestedPermissions } from '../event/requested-permissions.js';
import type { GitHubClient } from '../repository/client.js';
import type { Commits } from '../repository/commits.js';
import { attempt, explain, type GitHubError, missingPermission, type Purpose } from '../repository/github-error.js';
import { publishComment, WRITING } from './comment.js';
import { rememberedFingerprint } from './comment-parts.js';
import { POSTING, postSuggestions } from './post-suggestions.js';
import type { Renderers } from './renderers.js';
import { type Suggestion, suggestionsFor } from './review-suggestions.js';
import { rewriteSuggestions } from './rewrite-suggestions.js';
import { hasOpenAnalysis, uploadSarif } from './sarif-upload.js';
import { keepTrackingIssue } from './tracking-issue.js';

export interface Publication {
  readonly env: RunnerEnvironment;
  readonly inputs: ActionInputs;
  readonly plan: EventPlan;
  readonly client: GitHubClient;
  readonly commits: Commits;
  readonly report: Report;
  readonly renderers: Renderers;
  /** The commit that was evaluated. */
  readonly evaluated: string;
  /** Shows this job's part, analysis and issue from those of others. */
  readonly job: JobIdentity;
  /** Whether the change touches a file that names an image; true where that is not known. */
  readonly touchesImages: boolean;
  /** Rewrites build files to images that the policy allows, and evaluates them. */
  readonly harden: () => Promise<readonly HardenedFile[]>;
  readonly wait?: Wait | undefined;
}

/** An output that did not appear, and what would make it appear. It never changes the verdict. */
export interface Shortfall extends Explanation {
  /** The address of a page that says more. */
  readonly page?: string;
}

/** What was shown on GitHub. */
export interface Published {
  readonly shortfalls: readonly Shortfall[];
  /** The page of the comment; null if there is none. */
  readonly commentUrl: string | null;
}

/** Says the verdict everywhere the workflow asks for and the token may. What fails is returned, and the rest goes on. */
export async function publishToGitHub(publication: Publication): Promise<Published> {
  const { inputs, plan } = publication;
  const pullRequest = plan.change?.kind === 'pull-request' ? plan.change : null;
  const outputs: Promise<readonly Output[]>[] = [];
  if (pullRequest !== null) outputs.push(guarded('comment', () => onPullRequest(publication, pullRequest)));
  if (inputs.sarif) outputs.push(guarded('upload to code scanning', async () => [await sarif(publication)]));
  if (plan.scheduled && inputs.trackingIssue) {
    outputs.push(guarded('keep the tracking issue', async () => [await trackingIssue(publication)]));
  }
  const made = (await Promise.all(outputs)).flat();
  const errors = made.flatMap((output) => (output.ok ? [] : [output.error]));
  const shown = made.flatMap((output) => (output.ok ? (output.value ?? []) : []));
  return {
    shortfalls: [...shown.filter(isShortfall), ...shortfalls(errors, publication)],
    commentUrl: shown.find((one) => 'commentUrl' in one)?.commentUrl ?? null,
  };
}

/** What came of one output: nothing to say, the page of the comment, or why it did not appear as configured. */
type Output = Result<Shortfall | { readonly commentUrl: string } | null, GitHubError>;

function isShortfall(shown: Shortfall | { readonly commentUrl: string }): shown is Shortfall {
  return 'message' in shown;
}

/** An unexpected response of GitHub costs this output, but not the verdict. */
async function guarded(doing: string, work: () => Promise<readonly Output[]>): Promise<readonly Output[]> {
  try {
    return await work();
  } catch (error) {
    return [err(explain({ doing, permission: 'contents: read' }, error))];
  }
}

/**
 * The comment, then the suggestions. Both need the same permission and the same head, so that what one may not do is
 * not tried for the other.
 */
async function onPullRequest(publication: Publication, pullRequest: PullRequest): Promise<readonly Output[]> {
  const { inputs } = publication;
  const wanted = [...(inputs.comment === 'never' ? [] : [WRITING]), ...(inputs.reviewSuggestions ? [POSTING] : [])];
  if (wanted.length === 0) return [];
  const pull = await pullRequestNow(publication, pullRequest);
  if (!pull.ok) return pull.error.code === 'no-permission' ? wanted.map(lacking) : [pull];
  // A slower run for an earlier push must not overwrite the report of a later one.
  if (pull.value.head !== pullRequest.head) return [ok(NEWER_COMMIT)];
  if (pull.value.closed) return [ok(CLOSED)];
  const outputs: Output[] = [];
  if (inputs.comment !== 'never') outputs.push(await comment(publication, pullRequest));
  if (!inputs.reviewSuggestions) return outputs;
  const refused = outputs.some((output) => !output.ok && output.error.code === 'no-permission');
  return [...outputs, refused ? lacking(POSTING) : await suggestions(publication, pullRequest)];
}

const lacking = (purpose: Purpose): Output => err(missingPermission(purpose));

async function pullRequestNow(
  { client, env }: Publication,
  { number }: PullRequest,
): Promise<Result<{ readonly head: string; readonly closed: boolean }, GitHubError>> {
  const place = { owner: env.repository.owner, repo: env.repository.name, pull_number: number };
  const pull = await attempt({ ...WRITING, doing: 'write on the pull request' }, () => client.rest.pulls.get(place));
  return pull.ok ? ok({ head: pull.value.data.head.sha, closed: pull.value.data.state === 'closed' }) : pull;
}

const NEWER_COMMIT: Shortfall = {
  message: 'Nothing was posted on the pull request because it has a newer commit.',
  fix: 'The run for that commit will post the result.',
};
const CLOSED: Shortfall = {
  message: 'Nothing was posted on the pull request because it is closed.',
  fix: 'The findings are in this summary.',
};

type PullRequest = Extract<EventPlan['change'], { kind: 'pull-request' }>;

async function comment(publication: Publication, pullRequest: PullRequest): Promise<Output> {
  const { env, inputs, client, report, renderers, job, wait } = publication;
  const { number, head } = pullRequest;
  const findings = report.findings.filter((finding) => finding.waiver === undefined);
  const published = await publishComment({
    client,
    repository: env.repository,
    wait,
    number,
    key: inputs.commentKey,
    start: startsComment(publication),
    footer: `[Summary of the run](${runUrl(env)})`,
    isCurrent: async () => {
      const now = await pullRequestNow(publication, pullRequest);
      return now.ok && now.value.head === head;
    },
    own: {
      id: job.id,
      ...optionalField('formerly', job.formerly),
      commit: head,
      fingerprints: findings.map(({ fingerprint }) => rememberedFingerprint(fingerprint)),
      render: (limit, { previous, alone }) =>
        renderers.comment(report, {
          limit,
          ...(alone && inputs.paths.length === 0 ? {} : { title: job.title }),
          ...(previous === null
            ? {}
            : { isNew: ({ fingerprint }) => !previous.has(rememberedFingerprint(fingerprint)) }),
        }),
    },
  });
  if (!published.ok) return published;
  const { url } = published.value;
  return ok(url === null ? null : { commentUrl: url });
}

function startsComment({ inputs, report, touchesImages }: Publication): boolean {
  const isEmpty = report.uses.length === 0 && report.findings.length === 0;
  if (inputs.comment === 'always') return !isEmpty;
  return wouldBlock(report) || (inputs.comment === 'changes' && touchesImages && !isEmpty);
}

/** Also where only the profile `observe` keeps a finding from blocking: that is what observing is for. */
function wouldBlock({ verdict, findings }: Report): boolean {
  return verdict !== 'pass' || findings.some(({ heldBack, waiver }) => heldBack === true && waiver === undefined);
}

async function suggestions(
  { env, client, commits, report, evaluated, harden }: Publication,
  { number, head }: PullRequest,
): Promise<Output> {
  const evaluatedTree = await commits.tree(evaluated);
  const headTree = await commits.tree(head);
  const rewrites = rewriteSuggestions(await harden());
  const pins = await suggestionsFor(report, evaluatedTree);
  const isRewritten = ({ path, line }: Suggestion) =>
    rewrites.some((one) => one.path === path && line >= (one.startLine ?? one.line) && line <= one.line);
  const proposed = [...rewrites, ...pins.filter((pin) => !isRewritten(pin))];
  const [before, after] = [await evaluatedTree.ids(), await headTree.ids()];
  if (!before.ok || !after.ok) return ok(null);
  // Where the merge changed the file, the pull request's own lines are others than those evaluated.
  const same = proposed.filter(({ path }) => before.value.get(path) === after.value.get(path));
  const posted = await postSuggestions({ client, repository: env.repository, number, head, suggestions: same });
  if (!posted.ok) return posted;
  return ok(posted.value === 'newer-head' ? NEWER_COMMIT : null);
}

/** Where what was evaluated is filed: a merge is another one than the run was started for where that was out of date. */
function analysisPlace({ plan: { sarif: place, change }, evaluated }: Publication): EventPlan['sarif'] {
  if (place === null || change?.kind !== 'pull-request') return place;
  const head = { commit: change.head, ref: `refs/pull/${change.number}/head` };
  return evaluated === change.head || place.ref === head.ref ? head : { ...place, commit: evaluated };
}

async function sarif(publication: Publication): Promise<Output> {
  const { env, plan, client, report, renderers, wait } = publication;
  const place = analysisPlace(publication);
  if (place === null) {
    return ok({
      message: `Findings of ${plan.event} are not uploaded to code scanning because its ref is temporary.`,
      fix: 'Findings are uploaded for the pull request and for the push.',
    });
  }
  const uploaded = await uploadSarif({
    client,
    repository: env.repository,
    ...place,
    sarif: renderers.uploadedSarif(report),
    wait,
  });
  if (!uploaded.ok) return uploaded;
  const closed = await closeFormerAlerts(publication, place);
  if (!closed.ok) return closed;
  if (uploaded.value === 'complete') return ok(null);
  return ok({
    message: 'Code scanning accepted the findings but has not processed them yet.',
    fix: 'Check the Security tab in a few minutes.',
  });
}

/** Alerts that the job left open under the category it had before it was given a name. */
async function closeFormerAlerts(
  { env, client, report, renderers, job, wait }: Publication,
  place: NonNullable<EventPlan['sarif']>,
): Promise<Result<unknown, GitHubError>> {
  if (job.formerly === undefined) return ok(null);
  const category = analysisCategory(job.formerly);
  const where = { client, repository: env.repository, ...place };
  const open = await hasOpenAnalysis(where, category);
  if (!open.ok || !open.value) return open;
  return uploadSarif({ ...where, sarif: renderers.closingSarif(report, category), wait });
}

async function trackingIssue({ env, inputs, client, report, renderers, job }: Publication): Promise<Output> {
  const kept = await keepTrackingIssue({
    client,
    repository: env.repository,
    job: job.id,
    ...optionalField('formerly', job.formerly),
    labels: inputs.issueLabels,
    assignees: inputs.issueAssignees,
    title: `Base images, ${job.title}: ${TITLES[report.verdict]}`,
    markdown: renderers.comment(report, { limit: MAX_ISSUE_LENGTH }),
    done: report.verdict === 'pass',
  });
  return kept.ok ? ok(null) : kept;
}

const TITLES: Readonly<Record<Verdict, string>> = {
  pass: 'nothing to do',
  fail: 'there is something to fix',
  indeterminate: 'some checks could not be completed',
};
const MAX_ISSUE_LENGTH = 60_000;

/** A run for a fork can't be given permissions by its workflow. */
function shortfalls(errors: readonly GitHubError[], { env, inputs, plan }: Publication): readonly Shortfall[] {
  const fork = plan.change?.kind === 'pull-request' && plan.change.fork;
  if (!fork) return groupMissingPermissions(errors, requestedPermissions(inputs));
  const lacking = errors.filter(({ code }) => code === 'no-permission');
  const others = errors.filter(({ code }) => code !== 'no-permission');
  if (lacking.length === 0) return others;
  const reported: Shortfall = {
    message: `Could not ${allListed(lacking.map(({ doing }) => doing))}: the token of a run for a fork is read-only.`,
    fix: 'A second workflow with the report action can post this result.',
    ...(env.docsUrl === null ? {} : { page: `${env.docsUrl}/events.md#forks-dependabot-and-renovate` }),
  };
  return [reported, ...others];
}
