import { plural } from '../lib/text.js';
import type { VulnerabilityGroup } from '../rules/vulnerabilities/vulnerability-group.js';
import type { BaseChange, VulnerabilityChange } from './image-diff-document.js';
import { packageCounts } from './package-diff.js';

/** `2 added (1 critical, high or known to be exploited), 31 removed`: the words of every report for what a change of an image does. */
export function groupCounts({ counts, added }: VulnerabilityChange): string {
  if (counts.added + counts.removed === 0) return 'none added, none removed';
  const severe = new Set(added.flatMap(severeIn)).size;
  const reported = severe === 0 ? '' : ` (${severe} critical, high or known to be exploited)`;
  return `${counts.added} added${reported}, ${counts.removed} removed`;
}

function severeIn({ fixed, unfixed }: VulnerabilityGroup): readonly string[] {
  return [...fixed, ...unfixed]
    .filter(({ severity, exploited }) => exploited || severity === 'critical' || severity === 'high')
    .map(({ id }) => id);
}

/** `node:22@sha256:868a9675d59e`: a reference as people tell it, with enough of its digest to tell it from others. */
export function shortReference(reference: string): string {
  return reference.replace(/(@[a-z0-9]{1,20}:[0-9a-f]{12})[0-9a-f]+$/, '$1');
}

/** Why neither comparison could be made, where that is one reason: an image that was not opened leaves both open. */
export function sharedReason({ packages, vulnerabilities }: BaseChange): string | null {
  if (packages.status === 'compared' || vulnerabilities.status === 'compared') return null;
  return packages.reason === vulnerabilities.reason ? packages.reason : null;
}

/** `1 image replaced: 3 packages added, 1 removed, 2 changed; known vulnerabilities: 2 added, 31 removed`. */
export function replacedImages(changes: readonly BaseChange[]): string {
  const pairs = new Set(changes.map(({ before, after }) => `${before.reference} ${after.reference}`)).size;
  const title = `${plural(pairs, 'image')} replaced`;
  const [only, ...others] = changes;
  if (only === undefined || others.length > 0) return title;
  const { packages, vulnerabilities } = only;
  const reported = [
    ...(packages.status === 'compared' ? [packageCounts(packages.counts)] : []),
    ...(vulnerabilities.status === 'compared' ? [`known vulnerabilities: ${groupCounts(vulnerabilities)}`] : []),
  ];
  return `${title}: ${reported.length === 0 ? 'what that changes is not known' : reported.join('; ')}`;
}
