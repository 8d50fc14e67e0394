import { groupBy } from '../../lib/collections.js';
import { html, type Markup, sentence } from '../../lib/escape/html.js';
import { plural } from '../../lib/text.js';
import type { EvaluatedWaiver } from '../../policy/waivers.js';
import { more, type PageContext, ruleName } from './context.js';

const DAY = 86_400_000;
const MAX_WAIVERS = 1000;
/** A waiver that ends within these days needs a decision. */
const SOON_DAYS = 14;
const WIDTH = 600;
/** What the name of a month takes of it. */
const LABEL = 44;

const STATES = {
  used: 'in use',
  unused: 'covers nothing',
  expired: 'expired, ignored',
  'too-long': 'runs too long, ignored',
} as const;

interface Listed {
  readonly waiver: EvaluatedWaiver;
  readonly days: number;
  readonly covered: number;
}

/** The waivers by owner on a time line from the first end to the last, today marked; who owns most comes first. */
export function waiversSection(context: PageContext): Markup | undefined {
  const { waivers, findings } = context.report;
  if (waivers.length === 0) return undefined;
  const counts = new Map<number, number>();
  for (const { waiver } of findings) if (waiver !== undefined) counts.set(waiver, (counts.get(waiver) ?? 0) + 1);
  const today = Math.floor(context.now.getTime() / DAY);
  const listed = waivers.slice(0, MAX_WAIVERS).map((waiver, index): Listed => {
    return { waiver, days: Date.parse(`${waiver.expires}T00:00:00Z`) / DAY - today, covered: counts.get(index) ?? 0 };
  });
  const axis = axisOf(listed, today);
  const owners = [...groupBy(listed, ({ waiver }) => waiver.owner)].sort(([, a], [, b]) => b.length - a.length);
  return html`<section id="waivers" aria-labelledby="waivers-title">
    <h2 id="waivers-title">Waivers</h2>
    <p class="hint">By owner. On the time line the upright line is today, and a bar ends where the waiver does.</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Waivers by owner"><table class="waivers">
    <thead><tr><th scope="col">Waived</th><th scope="col">Until</th><th scope="col">State</th><th scope="col">Reason</th><th scope="col" class="line">${axisLabels(axis)}</th></tr></thead>
    ${owners.map(([owner, own]) => ownerRows(owner, own, axis, context))}
    </table></div>${more(waivers.length - listed.length, 'waivers')}
  </section>`;
}

/** The days that the time line shows, counted from today. */
interface Axis {
  readonly first: number;
  readonly last: number;
  /** The first days of months, with their names. */
  readonly months: readonly { readonly day: number; readonly name: string }[];
}

const LONGEST = 400;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function axisOf(listed: readonly Listed[], today: number): Axis {
  const ends = listed.map(({ days }) => days).filter(Number.isFinite);
  const first = Math.max(-LONGEST / 2, Math.min(-14, ...ends)) - 5;
  const last = Math.min(LONGEST, Math.max(60, ...ends)) + 5;
  const months: { day: number; name: string }[] = [];
  for (let day = first; day <= last; day++) {
    const date = new Date((today + day) * DAY);
    if (date.getUTCDate() === 1) months.push({ day, name: MONTHS[date.getUTCMonth()] ?? '' });
  }
  const step = Math.ceil(months.length / 7);
  return { first, last, months: months.filter((_, index) => index % step === 0) };
}

function at(day: number, { first, last }: Axis): number {
  return Math.round((Math.min(Math.max(day, first), last) - first) * (WIDTH / (last - first)));
}

function axisLabels(axis: Axis): Markup {
  const labels = axis.months
    .filter(({ day }) => at(day, axis) < WIDTH - LABEL)
    .map(({ day, name }) => html`<text x="${at(day, axis)}" y="26" font-size="22">${name}</text>`);
  return html`<span class="unseen">Time line</span><svg viewBox="0 0 ${WIDTH} 36" width="300" height="18" aria-hidden="true">${labels}</svg>`;
}

function ownerRows(owner: string, own: readonly Listed[], axis: Axis, context: PageContext): Markup {
  const open = own.filter(({ waiver }) => waiver.state === 'used').length;
  const rows = [...own].sort((a, b) => a.days - b.days).map((one) => waiverRow(one, axis, context));
  return html`<tbody><tr class="owner"><th scope="rowgroup" colspan="5">${owner} <span class="aside">${plural(own.length, 'waiver')}, ${open} in use</span></th></tr>${rows}</tbody>`;
}

function waiverRow({ waiver, days, covered }: Listed, axis: Axis, context: PageContext): Markup {
  const about = [waiver.vulnerability, waiver.image, waiver.file].filter((part) => part !== undefined);
  const tone = waiver.state !== 'used' ? 'fail' : days <= SOON_DAYS ? 'warn' : 'pass';
  const covers = covered === 0 ? undefined : html`<br><span class="aside">covers ${plural(covered, 'finding')}</span>`;
  const indeterminate =
    waiver.covers === 'indeterminate' ? html` <span class="aside">what could not be checked, too</span>` : undefined;
  return html`<tr>
    <td><strong>${ruleName(waiver.rule, context)}</strong>${indeterminate}<br>${
      about.length === 0
        ? html`<span class="aside">every image</span>`
        : about.map((part, index) => html`${index === 0 ? '' : ' '}<code>${part}</code>`)
    }</td>
    <td class="until">${waiver.expires}<br><span class="aside">${whenText(days)}</span></td>
    <td><span class="label ${tone}">${STATES[waiver.state]}${tone === 'warn' ? ', ends soon' : ''}</span>${covers}</td>
    <td>${sentence(waiver.reason)}</td>
    <td class="line">${Number.isNaN(days) ? undefined : timeLine(days, tone, axis)}</td>
  </tr>`;
}

function whenText(days: number): string {
  if (Number.isNaN(days)) return 'no date';
  if (days === 0) return 'today';
  return days > 0 ? `in ${plural(days, 'day')}` : `${plural(-days, 'day')} ago`;
}

/** A bar from today to the end, or back to it where it has passed. */
function timeLine(days: number, tone: string, axis: Axis): Markup {
  const today = at(0, axis);
  const end = at(days, axis);
  const bar = html`<rect class="${tone}" x="${Math.min(today, end)}" y="6" width="${Math.max(3, Math.abs(end - today))}" height="12" rx="3"/>`;
  const months = axis.months.map(
    ({ day }) =>
      html`<line class="month" x1="${at(day, axis)}" x2="${at(day, axis)}" y1="0" y2="24" stroke="currentColor"/>`,
  );
  return html`<svg viewBox="0 0 ${WIDTH} 24" width="300" height="24" preserveAspectRatio="none" aria-hidden="true">${months}${bar}
    <line class="today" x1="${today}" x2="${today}" y1="0" y2="24" stroke="currentColor"/></svg>`;
}
