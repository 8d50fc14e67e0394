import type { SourceRange } from '../../build-files/image-use.js';
import { optionalField } from '../../lib/collections.js';
import type { Explanation } from '../../lib/failure.js';
import { err, ok, type Result } from '../../lib/result.js';
import type { Policy, Profile } from '../../policy/policy.js';
import { fingerprintOf } from '../../reports/fingerprint.js';
import type { Finding } from '../../reports/report.js';
import type { CommitTree } from './commit-tree.js';
import type { GitHubError } from './github-error.js';
import type { PolicyVersion } from './policy-history.js';

/** Something wrong in a policy file, as its loader shows it. */
export interface PolicyDefect extends SourceRange {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  readonly message: string;
  readonly expected?: string;
  readonly fix?: string;
  /** The file may be in order: something it needs could not be fetched. */
  readonly unavailable?: boolean;
}

/** A policy's text, and how files it names are read: from the same commit. */
export interface PolicyFileText {
  readonly path: string;
  readonly text: Uint8Array;
  readonly commit: string;
  readonly resolveFile: (path: string) => Promise<Result<Uint8Array, string>>;
}

export type LoadPolicyText = (
  file: PolicyFileText,
) => Promise<Result<{ readonly policy: Policy; readonly warnings: readonly PolicyDefect[] }, readonly PolicyDefect[]>>;

export interface BranchPolicyRequest {
  /** Of the policy file, from the repository's root. */
  readonly path: string;
  /** Where the policy holds: the tip of the base branch, or a commit that people already reviewed. */
  readonly branch: { readonly tree: CommitTree; readonly name: string };
  readonly load: LoadPolicyText;
  readonly treeAt: (commit: string) => Promise<CommitTree>;
  readonly earlier: () => AsyncIterable<Result<PolicyVersion, GitHubError>>;
  readonly builtIn: (profile: Profile) => Policy;
  /** For a repository without a policy file. */
  readonly profile: Profile;
}

/** Why the policy that holds could not be had, and what can be done about it. */
export type PolicyUnavailable = Explanation;

/** The policy of a run, and what there is to say about where it came from. */
export interface BranchPolicy {
  readonly policy: Policy;
  readonly findings: readonly Finding[];
  readonly notices: readonly string[];
}

/** What SARIF says of the problems that are no rule's: those of the policy file. */
export const POLICY_RULE = {
  id: 'policy',
  title: 'The policy file can be read',
  question: 'Is the policy file valid?',
  why: 'An unreadable policy protects nothing. Until it is fixed, the last valid policy of the branch is used.',
  fix: 'Fix the file at the reported position; check it with `base-image-gate policy validate FILE`.',
  controls: { 'CM-6': 'An invalid policy is reported before it takes effect.' },
  securitySeverity: 5,
} as const;
/** The loader has a limit of its own and says so; this one only keeps memory bounded. */
export const MAX_POLICY_BYTES = 4 * 1024 * 1024;

/**
 * The policy that holds for a run: the file at the branch's tip; where that is invalid, the last valid one of the
 * branch's history, so that its repair can land; where there is none, the built-in profile. Fails where
 * the policy could not be had: an extended policy that this run's token can't read must not be replaced by a softer one.
 */
export async function loadBranchPolicy(request: BranchPolicyRequest): Promise<Result<BranchPolicy, PolicyUnavailable>> {
  const { path, branch, profile } = request;
  const text = await branch.tree.read(path, MAX_POLICY_BYTES);
  if (!text.ok && text.error.code === 'not-found') {
    return ok({ policy: request.builtIn(profile), findings: [], notices: [] });
  }
  if (!text.ok) return text;
  const loaded = await request.load(policyText(path, text.value, branch.tree));
  if (loaded.ok) {
    return ok({
      policy: loaded.value.policy,
      findings: loaded.value.warnings.map((defect) => defectFinding(path, defect, 'warning')),
      notices: [],
    });
  }
  const unavailable = unavailableIn(loaded.error);
  if (unavailable !== undefined) return err(unavailable);
  const defects = loaded.error.filter(({ severity }) => severity === 'error');
  const found = await lastValid(request);
  if (!found.ok) return found;
  const last = found.value;
  const instead =
    last === null
      ? `the profile ${profile} was used instead because no earlier version on the branch is valid`
      : `its last valid version, of commit ${last.commit.slice(0, 12)}, was used instead`;
  return ok({
    policy: last?.policy ?? request.builtIn(profile),
    findings: defects.map((defect) =>
      defectFinding(
        path,
        { ...defect, message: `At ${branch.name} the policy is invalid: ${defect.message}` },
        'warning',
      ),
    ),
    notices: [`The policy ${path} at ${branch.name} is invalid; ${instead}. Fix it in a pull request.`],
  });
}

type ValidVersion = { readonly policy: Policy; readonly commit: string } | null;

async function lastValid(request: BranchPolicyRequest): Promise<Result<ValidVersion, PolicyUnavailable>> {
  for await (const version of request.earlier()) {
    if (!version.ok) return version;
    const { commit, text } = version.value;
    const loaded = await request.load(policyText(request.path, text, await request.treeAt(commit)));
    if (loaded.ok) return ok({ policy: loaded.value.policy, commit });
    const unavailable = unavailableIn(loaded.error);
    if (unavailable !== undefined) return err(unavailable);
  }
  return ok(null);
}

/** The first of several defects that only says that something could not be had. */
export function unavailableIn(defects: readonly PolicyDefect[]): PolicyUnavailable | undefined {
  const defect = defects.find(({ unavailable }) => unavailable === true);
  return defect && { message: defect.message, fix: defect.fix ?? 'Let this run read it.' };
}

/**
 * Checks the policy that a change would make: validated, never applied. An error in it fails the check, since it
 * would leave the branch without a valid policy.
 */
export async function previewPolicy(
  path: string,
  evaluated: CommitTree,
  load: LoadPolicyText,
): Promise<{ readonly policy: Policy | null; readonly findings: readonly Finding[] }> {
  const text = await evaluated.read(path, MAX_POLICY_BYTES);
  if (!text.ok) {
    if (text.error.code === 'not-found') return { policy: null, findings: [] };
    const defect: PolicyDefect = { ...WHOLE_FILE, severity: 'error', file: path, message: text.error.message };
    return { policy: null, findings: [defectFinding(path, defect, 'error')] };
  }
  const loaded = await load(policyText(path, text.value, evaluated));
  if (!loaded.ok) {
    const defects = loaded.error.filter(({ severity }) => severity === 'error');
    return { policy: null, findings: defects.map((defect) => defectFinding(path, defect, 'error')) };
  }
  return {
    policy: loaded.value.policy,
    findings: loaded.value.warnings.map((defect) => defectFinding(path, defect, 'warning')),
  };
}

const WHOLE_FILE: SourceRange = { line: 1, column: 1, endLine: 1, endColumn: 1 };

function policyText(path: string, text: Uint8Array, tree: CommitTree): PolicyFileText {
  return {
    path,
    text,
    commit: tree.commit,
    resolveFile: async (file) => {
      const read = await tree.read(file, MAX_POLICY_BYTES);
      return read.ok ? read : err(read.error.message.replace(/\.$/, ''));
    },
  };
}

/** A defect at its place; one in a policy of another repository is shown at the top of the file that extends it. */
function defectFinding(path: string, defect: PolicyDefect, level: 'error' | 'warning'): Finding {
  const isHere = defect.file === path;
  const { line, column, endLine, endColumn } = isHere ? defect : WHOLE_FILE;
  const place = isHere ? '' : `${defect.file}:${defect.line}:${defect.column}: `;
  const expected = defect.expected === undefined ? '' : ` Expected: ${defect.expected}.`;
  const message = `${place}${defect.message}${expected}`;
  return {
    rule: POLICY_RULE.id,
    level,
    outcome: 'fail',
    message,
    ...optionalField('fix', defect.fix),
    location: { file: path, line, column, endLine, endColumn },
    fingerprint: fingerprintOf({ file: path, rule: POLICY_RULE.id, aspect: message, ordinal: 0 }),
  };
}
