import { code, inline, link } from '../../lib/escape/markdown.js';
import { type LinkTargets, placeAddress, ruleAddress } from '../link-targets.js';

/** `file:line` as code, linked to the line at the evaluated commit. */
export function placeLink(place: { readonly file: string; readonly line: number }, targets: LinkTargets): string {
  return linked(code(`${place.file}:${place.line}`), placeAddress(place, targets));
}

/** A rule's id as code, linked to its page. */
export function ruleLink(rule: string, targets: LinkTargets): string {
  return linked(code(rule), ruleAddress(rule, targets));
}

/** A rule's id as plain text, which a narrow column can break at its hyphens. */
export function ruleTitle(rule: string, targets: LinkTargets): string {
  return linked(inline(rule), ruleAddress(rule, targets));
}

function linked(label: string, address: string | undefined): string {
  return address === undefined ? label : link(label, address);
}
