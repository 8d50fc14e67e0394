import { code, inline, link, urlPath } from '../../lib/escape/markdown.js';
import { UNVERIFIED_RULE, WAIVERS_RULE } from '../rule-description.js';

/** Where links lead. Without a repository and commit, places are named and not linked. */
export interface LinkTargets {
  readonly serverUrl?: string;
  /** `owner/repository`. */
  readonly repository?: string;
  /** The commit evaluated. */
  readonly sha?: string;
  /** The policy's file and the commit it was read from, whose lines a finding about a waiver speaks of. */
  readonly policy?: { readonly path: string; readonly commit: string };
  /** The directory of the rules' pages; `RULE.md` is appended. */
  readonly rulesUrl?: string;
}

/** `file:line` as code, linked to the line at the evaluated commit. */
export function placeLink(place: { readonly file: string; readonly line: number }, targets: LinkTargets): string {
  const label = code(`${place.file}:${place.line}`);
  const { serverUrl, repository, sha } = targets;
  if (serverUrl === undefined || repository === undefined || sha === undefined) return label;
  const address = `${serverUrl}/${urlPath(repository)}/blob/${urlPath(sha)}/${urlPath(place.file)}?plain=1#L${place.line}`;
  return link(label, address);
}

/** Where the lines are that a finding of `rule` in `file` speaks of. */
export function targetsOf(rule: string, file: string, targets: LinkTargets): LinkTargets {
  if (rule !== WAIVERS_RULE.id) return targets;
  const { sha: _evaluated, policy, ...unlinked } = targets;
  return policy?.path === file ? { ...unlinked, sha: policy.commit } : unlinked;
}

/** A rule's id as code, linked to its page. */
export function ruleLink(rule: string, targets: LinkTargets): string {
  return ruleLabeled(rule, code(rule), targets);
}

/** A rule's id as plain text, which a narrow column can break at its hyphens. */
export function ruleTitle(rule: string, targets: LinkTargets): string {
  return ruleLabeled(rule, inline(rule), targets);
}

function ruleLabeled(rule: string, label: string, { rulesUrl }: LinkTargets): string {
  // A report of somebody else's run may name anything as a rule, and only ours have pages.
  if (rulesUrl === undefined || !/^[a-z][a-z0-9-]*$/.test(rule)) return label;
  // No rules, so that they have no page of their own.
  if (rule === WAIVERS_RULE.id || rule === UNVERIFIED_RULE.id) {
    return link(label, `${rulesUrl.replace(/\/rules$/, '')}/policy.md#${rule}`);
  }
  return link(label, `${rulesUrl}/${urlPath(rule)}.md`);
}
