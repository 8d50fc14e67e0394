import { code, inline, link, urlPath } from '../escape/markdown.js';

/** Where links lead. Without a repository and commit, places are named and not linked. */
export interface LinkTargets {
  readonly serverUrl?: string;
  /** `owner/repository`. */
  readonly repository?: string;
  /** The commit judged. */
  readonly sha?: string;
  /** The folder of the rules' pages; `RULE.md` is appended. */
  readonly rulesUrl?: string;
}

/** `file:line` as code, linked to the line at the judged commit. */
export function placeLink(place: { readonly file: string; readonly line: number }, targets: LinkTargets): string {
  const label = code(`${place.file}:${place.line}`);
  const { serverUrl, repository, sha } = targets;
  if (serverUrl === undefined || repository === undefined || sha === undefined) return label;
  const address = `${serverUrl}/${urlPath(repository)}/blob/${urlPath(sha)}/${urlPath(place.file)}?plain=1#L${place.line}`;
  return link(label, address);
}

/** A rule's id as code, linked to its page. */
export function ruleLink(rule: string, targets: LinkTargets): string {
  return ruleLabelled(rule, code(rule), targets);
}

/** A rule's id as plain text, which a narrow column can break at its hyphens. */
export function ruleTitle(rule: string, targets: LinkTargets): string {
  return ruleLabelled(rule, inline(rule), targets);
}

function ruleLabelled(rule: string, label: string, { rulesUrl }: LinkTargets): string {
  return rulesUrl === undefined ? label : link(label, `${rulesUrl}/${urlPath(rule)}.md`);
}
