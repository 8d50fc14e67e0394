import { GitRepository } from './git-repository.js';

export type Scope = 'actions' | 'contents' | 'pull-requests' | 'issues' | 'security-events';

/** Whom a token speaks for, and what it may do. */
export interface TokenKind {
  readonly login: string;
  readonly permissions: Readonly<Partial<Record<Scope, 'read' | 'write'>>>;
  /** The repositories it was made for; without it, all. */
  readonly only?: readonly string[];
}

export const READ_ONLY_TOKEN: TokenKind = {
  login: 'github-actions[bot]',
  permissions: { contents: 'read', 'pull-requests': 'read', issues: 'read' },
};

export const WRITE_TOKEN: TokenKind = {
  login: 'github-actions[bot]',
  permissions: {
    actions: 'read',
    contents: 'read',
    'pull-requests': 'write',
    issues: 'write',
    'security-events': 'write',
  },
};

/** `permissions: contents: read` and nothing else, as most workflows have it. */
export const CONTENTS_TOKEN: TokenKind = { login: 'github-actions[bot]', permissions: { contents: 'read' } };

export interface Comment {
  readonly id: number;
  readonly issue: number;
  /** Null where the account was deleted. */
  readonly login: string | null;
  body: string;
}

export interface PullRequest {
  readonly number: number;
  readonly head: { sha: string; ref: string; repository: string | null };
  readonly base: { ref: string };
  state?: 'open' | 'closed';
  mergeCommit?: string;
  /** GitHub tried to merge it and could not. */
  conflict?: boolean;
}

/** An active rule on a branch, as far as we ask. */
export interface BranchRule {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** "Require a pull request before merging", with one approval. */
export const REVIEWED: BranchRule = {
  type: 'pull_request',
  parameters: { required_approving_review_count: 1, require_code_owner_review: false },
};

/** That, on a branch which nobody can make at will. */
export const REVIEWED_RULES: readonly BranchRule[] = [REVIEWED, { type: 'creation' }];

export interface Issue {
  readonly number: number;
  title: string;
  body: string;
  state: 'open' | 'closed';
  readonly login: string;
  readonly labels: readonly string[];
  readonly assignees?: readonly string[];
  /** GitHub lists pull requests among issues. */
  readonly isPullRequest?: boolean;
}

export interface Upload {
  readonly id: string;
  readonly commit: string;
  readonly ref: string;
  readonly sarif: string;
}

export interface ReviewComment {
  readonly id: number;
  readonly path: string;
  /** Null once the line is no longer what it was. */
  line: number | null;
  readonly startLine?: number;
  body: string;
  /** Null where the account was deleted. */
  readonly login: string | null;
}

/** What a run uploaded: a zip archive. */
export interface Artifact {
  readonly id: number;
  readonly run: number;
  readonly name: string;
  readonly archive: Uint8Array;
  readonly expired?: boolean;
  /** What GitHub says it has, where that is not so. */
  readonly size?: number;
}

/** What a repository on the loopback GitHub holds. */
export class GitHubState {
  readonly git = new GitRepository();
  readonly name: string;
  defaultBranch = 'main';
  visibility: 'public' | 'internal' | 'private' = 'private';
  /** The rules of protected branches; none for branch protection of the older kind. */
  readonly protection = new Map<string, readonly BranchRule[]>();
  /** Of branch protection of the older kind: how many approvals it asks for. */
  readonly approvals = new Map<string, number>();
  /** The pattern of the older protection, where it is not the branch's name. */
  protectedPattern: { readonly pattern: string; readonly blocksCreations?: boolean } | null = null;
  readonly tokens = new Map<string, TokenKind>();
  readonly pullRequests = new Map<number, PullRequest>();
  readonly comments: Comment[] = [];
  readonly issues: Issue[] = [];
  readonly uploads: Upload[] = [];
  readonly artifacts: Artifact[] = [];
  readonly reviewComments: ReviewComment[] = [];
  /** Whom an issue can be assigned to. */
  readonly assignable = new Set<string>();
  /** Other repositories of this GitHub, by `owner/name`. */
  readonly others = new Map<string, GitHubState>();
  /** Listings longer than this are cut, as GitHub cuts them at 100,000 entries. */
  treeLimit = 100_000;
  /** Whether a listing of issues by one creator leaves out those of others. */
  filtersCreators = true;
  /** Errors that code scanning reports once it has processed an upload. */
  sarifErrors: readonly string[] | null = null;
  #nextId = 1;

  constructor(name: string) {
    this.name = name;
  }

  nextId(): number {
    return this.#nextId++;
  }

  /** What GraphQL says of a branch's protection to those who are no administrators. */
  updateRule(ref: string): object | null {
    const branch = ref.replace(/^refs\/heads\//, '');
    const count = this.approvals.get(branch);
    const { pattern = branch, blocksCreations = false } = this.protectedPattern ?? {};
    if (count === undefined) return null;
    return { requiredApprovingReviewCount: count, requiresCodeOwnerReviews: false, blocksCreations, pattern };
  }

  /** The repository a request names, or null. */
  find(owner: string, name: string): GitHubState | null {
    const wanted = `${owner}/${name}`.toLowerCase();
    if (wanted === this.name.toLowerCase()) return this;
    return this.others.get(wanted) ?? null;
  }
}
