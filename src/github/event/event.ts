import { z } from 'zod';
import type { Failure } from '../../lib/failure.js';
import { err, ok, type Result } from '../../lib/result.js';
import {
  formatRepositoryName,
  isCommit,
  parseRepositoryName,
  type RepositoryName,
  type RunnerEnvironment,
  sameRepository,
} from './environment.js';

/**
 * Whose policy holds: that of `branch` where it is the default branch or one that people have to review, else that of
 * the default branch's tip. Anyone who can push may make a branch with a policy of their own, and choose it as a base.
 */
export interface PolicyOrigin {
  /** Null where the run is on no branch. */
  readonly branch: string | null;
  /** The commit of `branch` that was pushed to it and is evaluated; null for its tip, requested when the run starts. */
  readonly commit: string | null;
  /** Why it is not known whether the pull request still has this base, as a sentence. */
  readonly unconfirmed?: string;
}

/** Which commit is evaluated. */
export type EvaluatedCommit =
  | { readonly kind: 'commit'; readonly commit: string }
  /**
   * What merging a pull request would make of its base, or else its head. `started`: the commit that the run was
   * started for, a merge by its name and not yet known to be the one of this head into this base.
   */
  | {
      readonly kind: 'pull-request-merge';
      readonly number: number;
      readonly head: string;
      readonly started: string | null;
    };

/** What changes, and against what: failures of rules that age are evaluated by it. */
export type EvaluatedChange =
  | {
      readonly kind: 'pull-request';
      readonly number: number;
      readonly head: string;
      /** Null where the fork was deleted. */
      readonly headRepository: RepositoryName | null;
      readonly fork: boolean;
      readonly base: string;
    }
  | { readonly kind: 'merge-group'; readonly head: string; readonly base: string };

/** Everything an event says about a run, and nothing that needs a request. */
export interface EventPlan {
  readonly event: string;
  readonly evaluated: EvaluatedCommit;
  readonly policy: PolicyOrigin;
  readonly change: EvaluatedChange | null;
  /** Content of the evaluated commit is read through the API even where a checkout of it exists. */
  readonly apiOnly: boolean;
  /** Where code scanning files a SARIF upload; null where the event has no ref of its own for it. */
  readonly sarif: { readonly commit: string; readonly ref: string } | null;
  /** A run on a timetable may keep a tracking issue. */
  readonly scheduled: boolean;
  /** The workflow is one that an organization requires, which a change of the base does not start. */
  readonly required: boolean;
  /** Sentences for the summary. */
  readonly notices: readonly string[];
}

export type EventError = Failure<'no-payload' | 'unexpected-payload' | 'nothing-to-evaluate'>;

const commit = z.string().refine(isCommit, 'a full commit ID');
// Git allows more, GitHub's branch names come from people: the client encodes what goes into a URL.
const branch = z.string().min(1).max(255);
const repository = z.object({ full_name: z.string().max(201) });

/** @see https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request */
const pullRequestPayload = z.object({
  pull_request: z.object({
    number: z.int().positive(),
    head: z.object({ sha: commit, repo: repository.nullable() }),
    base: z.object({ ref: branch, repo: repository }),
  }),
});

/** @see https://docs.github.com/en/webhooks/webhook-events-and-payloads#merge_group */
const mergeGroupPayload = z.object({
  merge_group: z.object({
    head_sha: commit,
    base_ref: z
      .string()
      .regex(/^refs\/heads\/./)
      .max(266),
  }),
});

const anyPayload = z.object({
  deleted: z.boolean().optional(),
});

const PULL_REQUEST_EVENTS = new Set(['pull_request', 'pull_request_review', 'pull_request_review_comment']);
const KNOWN_EVENTS = new Set([...PULL_REQUEST_EVENTS, 'push', 'merge_group', 'schedule', 'workflow_dispatch']);

/**
 * Reads an event into one plan: what is evaluated, whose policy holds, what is compared. `payload` is what the
 * runner left; docs/events.md is this function as a table. Fails where the event can't be evaluated without what is missing.
 */
export function planEvent(env: RunnerEnvironment, payload: unknown): Result<EventPlan, EventError> {
  if (env.eventName === 'pull_request_target') return planPullRequestTarget(env, payload);
  if (PULL_REQUEST_EVENTS.has(env.eventName)) return planPullRequest(env, payload);
  if (env.eventName === 'merge_group') return planMergeGroup(env, payload);
  return planRef(env, payload);
}

function planPullRequest(env: RunnerEnvironment, payload: unknown): Result<EventPlan, EventError> {
  const change = readPullRequest(env, payload);
  if (!change.ok) return change;
  const { number, head, base } = change.value;
  return ok({
    event: env.eventName,
    evaluated: { kind: 'pull-request-merge', number, head, started: env.commit },
    policy: { branch: base, commit: null },
    change: change.value,
    apiOnly: false,
    sarif: { commit: env.commit, ref: env.ref },
    scheduled: false,
    required: isRequired(env),
    notices: [],
  });
}

/** Runs with the base's secrets on an untrusted change: GITHUB_SHA and GITHUB_REF are the default branch's. */
function planPullRequestTarget(env: RunnerEnvironment, payload: unknown): Result<EventPlan, EventError> {
  const change = readPullRequest(env, payload);
  if (!change.ok) return change;
  const { number, head, base } = change.value;
  return ok({
    event: env.eventName,
    evaluated: { kind: 'pull-request-merge', number, head, started: null },
    policy: { branch: base, commit: null },
    change: change.value,
    apiOnly: true,
    sarif: { commit: head, ref: `refs/pull/${number}/head` },
    scheduled: false,
    required: isRequired(env),
    notices: [],
  });
}

function planMergeGroup(env: RunnerEnvironment, payload: unknown): Result<EventPlan, EventError> {
  const parsed = mergeGroupPayload.safeParse(payload);
  if (!parsed.success) return unreadable(env, payload, parsed.error);
  const base = parsed.data.merge_group.base_ref.slice('refs/heads/'.length);
  const head = parsed.data.merge_group.head_sha;
  if (head !== env.commit) {
    return err({
      code: 'unexpected-payload',
      message: `The payload is for the merge group ${head.slice(0, 12)}, but the run is for the commit ${env.commit.slice(0, 12)}.`,
      fix: 'Run the Action in a workflow that merge_group triggers; its result applies to the commit of the run.',
    });
  }
  return ok({
    event: env.eventName,
    evaluated: { kind: 'commit', commit: head },
    policy: { branch: base, commit: null },
    change: { kind: 'merge-group', head, base },
    apiOnly: false,
    sarif: null,
    scheduled: false,
    required: isRequired(env),
    notices: [],
  });
}

/** push, schedule, workflow_dispatch, and every event we have no plan for: the run's own commit, evaluated in full. */
function planRef(env: RunnerEnvironment, payload: unknown): Result<EventPlan, EventError> {
  const parsed = anyPayload.safeParse(payload ?? {});
  const known = parsed.success ? parsed.data : {};
  if (known.deleted === true) {
    return err({
      code: 'nothing-to-evaluate',
      message: `${env.ref} was deleted, so there is no commit to evaluate.`,
      fix: 'No action is needed.',
    });
  }
  const notices = KNOWN_EVENTS.has(env.eventName)
    ? []
    : [`The event ${env.eventName} gets no special handling: the commit of the run was evaluated in full.`];
  const branchName = env.ref.startsWith('refs/heads/') ? env.ref.slice('refs/heads/'.length) : null;
  return ok({
    event: env.eventName,
    evaluated: { kind: 'commit', commit: env.commit },
    policy: { branch: branchName, commit: env.commit },
    change: null,
    apiOnly: false,
    sarif: hasAnalyses(env.ref) ? { commit: env.commit, ref: env.ref } : null,
    scheduled: env.eventName === 'schedule',
    required: isRequired(env),
    notices,
  });
}

/**
 * Whether the workflow is one of another repository. A called workflow runs as its caller's, so only a ruleset starts
 * one of elsewhere.
 *
 * @see https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets#require-workflows-to-pass-before-merging
 */
function isRequired({ workflowFile, repository }: RunnerEnvironment): boolean {
  const own = `${formatRepositoryName(repository)}/`.toLowerCase();
  return workflowFile !== '' && !workflowFile.toLowerCase().startsWith(own);
}

/** Code scanning keeps analyses of branches and tags. GitHub deletes the branches of its merge queue, and then knows them no more. */
function hasAnalyses(ref: string): boolean {
  if (ref.startsWith('refs/heads/gh-readonly-queue/')) return false;
  return ref.startsWith('refs/heads/') || ref.startsWith('refs/tags/');
}

type PullRequestChange = Extract<EvaluatedChange, { kind: 'pull-request' }>;

function readPullRequest(env: RunnerEnvironment, payload: unknown): Result<PullRequestChange, EventError> {
  const parsed = pullRequestPayload.safeParse(payload);
  if (!parsed.success) return unreadable(env, payload, parsed.error);
  const { number, head, base } = parsed.data.pull_request;
  const baseRepository = parseRepositoryName(base.repo.full_name);
  if (baseRepository === null || !sameRepository(baseRepository, env.repository)) {
    return err({
      code: 'unexpected-payload',
      message: `The payload is for ${JSON.stringify(base.repo.full_name)}, but the run is for ${formatRepositoryName(env.repository)}.`,
      fix: "Run the Action in a workflow of the pull request's base repository.",
    });
  }
  const headRepository = head.repo === null ? null : parseRepositoryName(head.repo.full_name);
  const fork = headRepository === null || !sameRepository(headRepository, baseRepository);
  return ok({ kind: 'pull-request', number, head: head.sha, headRepository, fork, base: base.ref });
}

function unreadable(env: RunnerEnvironment, payload: unknown, error: z.ZodError): Result<never, EventError> {
  if (payload === null || payload === undefined) {
    return err({
      code: 'no-payload',
      message: `There is no readable payload for ${env.eventName} at ${env.eventPath ?? 'GITHUB_EVENT_PATH, which is not set'}, so the base branch is unknown.`,
      fix: 'Run the Action in a workflow, or use "base-image-gate check" outside GitHub Actions.',
    });
  }
  const issue = error.issues[0];
  return err({
    code: 'unexpected-payload',
    message: `The payload of ${env.eventName} does not match GitHub's documentation: ${issue?.path.join('.') ?? 'it'} is invalid (${issue?.message ?? 'unknown'}).`,
    fix: 'If you wrote the payload yourself, compare it with the webhook documentation; otherwise, report a bug.',
  });
}
