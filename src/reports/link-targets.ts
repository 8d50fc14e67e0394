import { urlPath } from '../lib/escape/markdown.js';
import { LOCKED_RULE, UNVERIFIED_RULE, WAIVERS_RULE } from './rule-description.js';

/** Where links lead. Without a repository and commit, places are named and not linked. */
export interface LinkTargets {
  readonly serverUrl?: string;
  /** `owner/repository`. */
  readonly repository?: string;
  /** The commit evaluated. */
  readonly sha?: string;
  /** The policy's file and the commit it was read from, whose lines a finding about a waiver is about. */
  readonly policy?: { readonly path: string; readonly commit: string };
  /** The directory of the rules' pages; `RULE.md` is appended. */
  readonly rulesUrl?: string;
}

/** The page of a line at the evaluated commit; undefined where the repository or the commit is not known. */
export function placeAddress(
  { file, line }: { readonly file: string; readonly line: number },
  { serverUrl, repository, sha }: LinkTargets,
): string | undefined {
  if (serverUrl === undefined || repository === undefined || sha === undefined) return undefined;
  return `${serverUrl}/${urlPath(repository)}/blob/${urlPath(sha)}/${urlPath(file)}?plain=1#L${line}`;
}

/** Where the lines are that a finding of `rule` in `file` is about. */
export function targetsOf(rule: string, file: string, targets: LinkTargets): LinkTargets {
  if (rule !== WAIVERS_RULE.id) return targets;
  const { sha: _evaluated, policy, ...unlinked } = targets;
  return policy?.path === file ? { ...unlinked, sha: policy.commit } : unlinked;
}

/** The page of a rule; undefined where it has none. */
export function ruleAddress(rule: string, { rulesUrl }: LinkTargets): string | undefined {
  // A report of an untrusted run may name anything as a rule, and only known rules have pages.
  if (rulesUrl === undefined || !/^[a-z][a-z0-9-]*$/.test(rule)) return undefined;
  // No rules, so that they have no page of their own.
  if (rule === WAIVERS_RULE.id || rule === UNVERIFIED_RULE.id) {
    return `${rulesUrl.replace(/\/rules$/, '')}/policy.md#${rule}`;
  }
  if (rule === LOCKED_RULE.id) return `${rulesUrl.replace(/\/rules$/, '')}/enforce.md#lock`;
  return `${rulesUrl}/${urlPath(rule)}.md`;
}
