import { block, code, inline, prose } from '../../lib/escape/markdown.js';
import { cut } from '../../lib/escape/visible.js';
import { capital, firstLines, plural } from '../../lib/text.js';
import type { FindingGroup } from '../finding-groups.js';
import { type LinkTargets, targetsOf } from '../link-targets.js';
import type { Finding } from '../report.js';
import { signOf } from '../signs.js';
import { whenItBlocks } from '../tally.js';
import { placeLink, ruleTitle } from './places.js';

/** How much of each finding is reported. */
export interface ListDetail {
  readonly groups: number;
  readonly places: number;
  /** Lines of a finding's details; 0 leaves them out. */
  readonly details: number;
  readonly characters: number;
}

export const FULL_DETAIL: ListDetail = { groups: 1000, places: 10, details: 30, characters: 2000 };

/** Groups as a list numbered from `start`: what is wrong, where, how to fix it. */
export function findingsList(
  groups: readonly FindingGroup[],
  detail: ListDetail,
  targets: LinkTargets,
  isNew: (finding: Finding) => boolean = () => false,
  start = 1,
): string {
  const shown = groups.slice(0, detail.groups);
  const items = shown.map((group, index) => item(group, index + start, detail, targets, isNew));
  const left = groups.length - shown.length;
  if (left > 0) items.push(`\n_and ${left} more_`);
  return items.join('\n');
}

function item(
  { finding, places, rules, all }: FindingGroup,
  number: number,
  detail: ListDetail,
  targets: LinkTargets,
  isNew: (finding: Finding) => boolean,
): string {
  const signs = [signOf(finding), ...(all.some(isNew) ? ['🆕'] : [])];
  const remarks = [
    ...(finding.inherited === true ? ['_Unchanged here._'] : []),
    ...(finding.heldBack === true ? [`_${capital(whenItBlocks(finding))}._`] : []),
    ...(finding.outcome === 'indeterminate' ? ['_Could not be checked:_'] : []),
  ];
  const linked = targetsOf(finding.rule, finding.location.file, targets);
  const where = places.slice(0, detail.places).map(({ location }) => placeLink(location, linked));
  const left = places.length - where.length;
  const marker = `${number}. `;
  const place = `${where.join(', ')}${left > 0 ? ` and ${plural(left, 'more place')}` : ''}`;
  const message = prose(cut(finding.message, detail.characters));
  const first = [...signs, place, about(finding, rules, targets)].join(' ');
  const lines = [
    `<br>${[...remarks, message].join(' ')}`,
    ...fixLines(finding, detail),
    ...detailLines(finding, detail),
  ];
  const margin = ' '.repeat(marker.length);
  return [marker + first, ...lines.map((line) => (line === '' ? '' : margin + line))].join('\n');
}

/** The rules and the platforms. */
function about(finding: Finding, rules: readonly string[], targets: LinkTargets): string {
  const titles = rules.map((rule) => ruleTitle(rule, targets)).join(', ');
  return [titles, ...(finding.platforms ?? []).map(inline)].map((text) => `· ${text}`).join(' ');
}

/** The one thing to do about what decides the verdict, in one line; empty where nothing is to be done. */
export function nextStep(errors: readonly FindingGroup[]): string {
  if (errors.length === 0) return '';
  const how = errors.every(({ finding }) => finding.fix !== undefined) ? 'do what 👉 says' : 'fix what is listed';
  const failed = errors.some(({ finding }) => finding.outcome === 'fail');
  const then = failed ? 'push: the check runs again' : 'run this job again';
  return `**To pass:** ${how} below, then ${then}.`;
}

function fixLines(finding: Finding, detail: ListDetail): readonly string[] {
  if (finding.fix === undefined) return [];
  const fix = cut(finding.fix.trim(), detail.characters);
  const [first = '', ...rest] = fix.split(/\r?\n/);
  const sentence = `<br>👉 ${fixSentence(first)}`;
  const [line, ...more] = rest;
  if (line === undefined) return [sentence];
  // A single line is wrapped where it is too long; a block would cut it, and scroll.
  if (more.length === 0) return [sentence, `<br>${code(line.trim())}`];
  return [sentence, '', ...block(dedented(rest)).split('\n'), ''];
}

/** Bold up to where the first clause ends, outside of code: a whole paragraph in bold stresses nothing. */
export function fixSentence(text: string): string {
  let inCode = false;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '`') inCode = !inCode;
    if (at === 0 || inCode || !/^(?:[,;:] | \()/.test(text.slice(at, at + 2))) continue;
    return `**${prose(text.slice(0, at))}**${text[at] === ' ' ? ' ' : ''}${prose(text.slice(at))}`;
  }
  return `**${prose(text)}**`;
}

/** The lines of a snippet without the margin they share. */
function dedented(lines: readonly string[]): string {
  const margins = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const margin = margins.reduce((least, one) => Math.min(least, one), margins[0] ?? 0);
  return lines.map((line) => line.slice(margin)).join('\n');
}

function detailLines(finding: Finding, detail: ListDetail): readonly string[] {
  const all = finding.details ?? [];
  if (all.length === 0 || detail.details === 0) return [];
  const lines = all.map((line) => cut(line, detail.characters));
  const text = firstLines(lines, detail.details).join('\n');
  return [
    '',
    `<details><summary>${plural(all.length, 'detail')}</summary>`,
    '',
    ...block(text).split('\n'),
    '',
    '</details>',
  ];
}
