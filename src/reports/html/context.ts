import { html, type Markup } from '../../lib/escape/html.js';
import type { ImageRow } from '../image-rows.js';
import { type LinkTargets, placeAddress, ruleAddress, targetsOf } from '../link-targets.js';
import type { Finding, Report } from '../report.js';

/** What every part of the page is made from. */
export interface PageContext {
  readonly report: Report;
  /** The images, the worst first: the number of one names it in the page. */
  readonly rows: readonly ImageRow[];
  /** The rules that are evaluated for images, the worst first: the number of one names it in the page. */
  readonly rules: readonly string[];
  /** The number of the row of each use, by the use's id. */
  readonly rowOfUse: ReadonlyMap<string, number>;
  readonly targets: LinkTargets;
  readonly now: Date;
}

/** `file:line`, linked where it is known which commit was evaluated. */
export function place(
  at: { readonly file: string; readonly line: number },
  { targets }: Pick<PageContext, 'targets'>,
): Markup {
  const address = placeAddress(at, targets);
  const text = html`<code>${at.file}:${at.line}</code>`;
  return address === undefined ? text : html`<a href="${address}">${text}</a>`;
}

/** Where a finding stands. */
export function findingPlace({ rule, location }: Finding, { targets }: PageContext): Markup {
  return place(location, { targets: targetsOf(rule, location.file, targets) });
}

/** A rule's id, linked to its page where that is known. */
export function ruleName(rule: string, { targets }: PageContext): Markup {
  const address = ruleAddress(rule, targets);
  return address === undefined ? html`${rule}` : html`<a href="${address}">${rule}</a>`;
}

/** `2 of 14` with a place for the rest of a list. */
export function more(left: number, what: string): Markup | undefined {
  return left > 0 ? html`<p class="more">and ${left} more ${what}</p>` : undefined;
}
