import type { PackageDiff } from '../attestations/sbom/diff.js';
import type { ElementReport } from '../attestations/sbom/elements.js';
import { formatName, installedPackages, type SbomPackage } from '../attestations/sbom/sbom.js';
import { terminal } from '../lib/escape/visible.js';
import { firstLines, plural } from '../lib/text.js';
import { licenseCounts } from '../reports/license-counts.js';
import { packageCounts, packageDiffLines } from '../reports/package-diff.js';
import { signedBy } from '../signatures/signer.js';
import type { ShownSbom } from './sbom-document.js';

/** Contradictions that are shown before the rest is counted. */
const SHOWN = 20;

/** An inventory for people: what it is, the elements, the difference if requested, and one line a package. */
export function sbomText({ sbom, elements, attested, diff }: ShownSbom): string {
  const title = sbom.document.name === undefined ? '' : ` of ${terminal(sbom.document.name)}`;
  const lines = [`${formatName(sbom.format)}${title}: ${plural(sbom.packages.length, 'package')}`];
  if (attested !== undefined) {
    lines.push(
      terminal(`About ${attested.digest} (${attested.on}), ${signedBy(attested.signer)}, at ${attested.place}`),
    );
  }
  lines.push('');
  lines.push('Minimum elements', ...elements.map(elementLine), '');
  if (sbom.contradictions.length > 0) {
    lines.push(
      'It contradicts itself',
      ...firstLines(sbom.contradictions, SHOWN).map((line) => `  ${terminal(line)}`),
      '',
    );
  }
  if (diff !== undefined) lines.push(...diffLines(diff), '');
  else {
    const counts = licenseCounts(installedPackages(sbom));
    if (counts !== '') lines.push(`Licenses: ${terminal(counts)}`, '');
    lines.push('Packages', ...sbom.packages.map(packageLine), '');
  }
  return lines.join('\n');
}

function elementLine(report: ElementReport): string {
  const mark = report.present === report.of && report.of > 0 ? 'yes' : report.present === 0 ? 'no' : 'part';
  const amount = report.scope === 'component' ? `${report.present} of ${report.of}` : terminal(report.value ?? '');
  const note = report.note === undefined ? '' : ` (${terminal(report.note)})`;
  return `  ${report.element.padEnd(15)} ${mark.padEnd(4)} ${amount}${note}`.trimEnd();
}

function packageLine(item: SbomPackage): string {
  const marks = [item.root ? 'root' : '', item.nested ? 'nested' : ''].filter((mark) => mark !== '').join(', ');
  const name = terminal(item.name === '' ? item.id : item.name);
  return [
    `  ${name}`,
    item.version === undefined ? '(no version)' : terminal(item.version),
    item.purl === undefined ? '' : terminal(item.purl),
    marks === '' ? '' : `[${marks}]`,
  ]
    .filter((part) => part !== '')
    .join('  ');
}

function diffLines(diff: PackageDiff): readonly string[] {
  const { added, removed, changed } = diff;
  const counts = packageCounts({ added: added.length, removed: removed.length, changed: changed.length });
  return [
    counts.charAt(0).toUpperCase() + counts.slice(1),
    ...packageDiffLines(diff).map((line) => `  ${terminal(line)}`),
  ];
}
