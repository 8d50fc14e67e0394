import { z } from 'zod';
import { installedPackages, type SbomPackage } from '../attestations/sbom/sbom.js';
import { listed, plural } from '../lib/text.js';
import type { InstalledPackage, Inventory } from '../packages/inventory.js';
import { licenseDecision } from '../packages/license-policy.js';
import { formatPurl, parsePurl } from '../packages/purl.js';
import { highestLevel, stricter } from '../policy/strictness.js';
import { shortened, unreadInventory, unreadPackages, withoutLinuxContents } from './image-contents.js';
import { type ImageRule, type ImageRuleSubject, levels, type RuleResult } from './rule.js';
import { needed } from './without-evidence.js';

/** A schema of its own each time: which direction is stricter is kept by the schema. */
const entries = () => z.array(z.string().trim().min(1).max(256)).max(1000);

const options = z.strictObject({
  allow: stricter(entries(), 'fewer').describe(
    'Licenses that are accepted, by SPDX id ("MIT"), with an exception ("GPL-2.0-only WITH Classpath-exception-2.0") or by their beginning ("BSD-*"). "*" accepts every known license.',
  ),
  deny: stricter(entries(), 'more').describe(
    'Licenses that are not accepted, written in the same way. They win over allow.',
  ),
  unknown: highestLevel().describe(
    'The highest level of the finding about packages whose license nothing says, or not as an SPDX expression.',
  ),
});
type Options = z.infer<typeof options>;

const EVERY: Options = { allow: ['*'], deny: [], unknown: 'error' };

export const licenses: ImageRule<Options> = {
  id: 'licenses',
  title: 'Licenses of the packages are accepted',
  question: 'Does each package have a license that the policy accepts?',
  why: [
    'Shipping an image distributes the software in it, under its licenses. Which of them an organization accepts is for',
    'its lawyers to say, so the rule is off until a policy lists them. Licenses are read from the package databases and',
    'metadata in the layers, and from the SBOM that is attested of the image; where several are stated, all must be accepted.',
    'Of `A OR B` one is enough, of `A AND B` both must be accepted, and `A WITH B` is accepted where A is.',
  ].join(' '),
  fix: [
    'Build on an image without the package, or list the license:',
    '',
    '```yaml',
    'rules:',
    '  licenses:',
    '    level: error',
    "    deny: ['AGPL-*', SSPL-1.0]",
    '    unknown: note',
    '```',
    '',
    'dpkg keeps no licenses in its database: they are read from copyright files in the form for programs, and from an attested',
    'SBOM. A license that is no SPDX expression is accepted where',
    '`allow` has the same words.',
  ].join('\n'),
  subject: 'image',
  roles: ['final', 'build', 'copy', 'run'],
  evidence: ['image', 'packages', 'sbom'],
  ages: false,
  options,
  presets: levels({ baseline: 'off', hardened: 'off', 'hardened-build': 'off', strict: 'off' }, EVERY),
  controls: {
    'CM-10': 'Software whose license is not accepted is detected before it is used.',
    'CM-8': 'The license of each component is part of the inventory.',
  },
  securitySeverity: 2,
  evaluate,
};

function evaluate(subject: ImageRuleSubject, wanted: Options): RuleResult | readonly RuleResult[] {
  const windows = withoutLinuxContents(subject);
  if (windows !== null) return windows;
  const packages = needed(subject.evidence, 'packages');
  if (!packages.ok) return packages.error;
  const all = statedLicenses(packages.value.packages, listedPackages(subject));
  const decide = licenseDecision(wanted);
  const refused: string[] = [];
  const unknown: string[] = unreadFiles(packages.value);
  for (const { called, statements } of all) {
    const verdict = decide(statements);
    const line = `${called} (${statements.length === 0 ? 'no license is stated' : statements.join('; ').slice(0, 300)})`;
    if (verdict === 'refused') refused.push(line);
    else if (verdict === 'unknown') unknown.push(line);
  }
  const results: RuleResult[] = [];
  const unread = unreadInventory(unreadPackages(packages.value));
  if (unread !== null) results.push({ ...unread, aspect: 'packages' });
  const { sbom } = subject.evidence;
  if (sbom?.status === 'unavailable') {
    results.push({
      outcome: 'indeterminate',
      aspect: 'sbom',
      message: `What its SBOM says of licenses is not known: ${sbom.message}`,
      fix: sbom.fix,
    });
  }
  if (refused.length > 0) {
    results.push({
      outcome: 'fail',
      aspect: 'accepted',
      message: `${plural(refused.length, 'package')} of ${all.length} ${refused.length === 1 ? 'has a license' : 'have licenses'} that the policy does not accept: ${listed(refused)}.`,
      fix: 'Build on an image without them, or list the licenses in the policy: licenses: { allow: [...] }.',
      details: shortened(refused),
    });
  }
  if (unknown.length > 0) {
    results.push({
      outcome: 'indeterminate',
      aspect: 'known',
      atMost: wanted.unknown,
      message: `The license of ${plural(unknown.length, 'package')} of ${all.length} is not known: ${listed(unknown)}.`,
      fix: 'Ask the publisher for an SBOM with licenses, or choose with licenses: { unknown } how much that matters.',
      details: shortened(unknown),
    });
  }
  if (results.length > 0) return results;
  return { outcome: 'pass', message: `The licenses of ${plural(all.length, 'package')} are accepted.` };
}

/** What an SBOM that counts lists; one that is missing leaves unknown what the layers don't say. */
function listedPackages({ evidence: { sbom } }: ImageRuleSubject): readonly SbomPackage[] {
  return sbom?.status === 'present' && sbom.value.counts ? installedPackages(sbom.value.chosen.sbom) : [];
}

/** Files with packages that were not read, in the place of those. */
function unreadFiles({ uncataloged, unreadContents }: Inventory): string[] {
  return [
    ...uncataloged.map(
      ({ type, files, path }) => `${plural(files, `${type} package`)} such as that of /${path} (not read)`,
    ),
    ...unreadContents.map(({ path, reason }) => `/${path} (${reason.slice(0, 300)})`),
  ];
}

interface StatedLicenses {
  /** The package as reports call it. */
  readonly called: string;
  readonly statements: readonly string[];
}

/** What the layers and the SBOM state of each package's license. */
function statedLicenses(
  installed: readonly InstalledPackage[],
  listedOnes: readonly SbomPackage[],
): readonly StatedLicenses[] {
  const stated = new Map<string, StatedLicenses>();
  const add = (key: string, one: Named, licensesOf: readonly string[]): void => {
    const known = stated.get(key);
    const statements = [...new Set([...(known?.statements ?? []), ...licensesOf])];
    stated.set(key, { called: known?.called ?? calledOf(one), statements });
  };
  const brought = new Set<string>();
  for (const one of installed) {
    // What a package of the distribution installed is under that package's license.
    if (one.partOf === undefined) add(identityOf(one), one, one.licenses);
    else brought.add(identityOf(one));
  }
  for (const one of listedOnes) if (!brought.has(identityOf(one))) add(identityOf(one), one, one.licenses);
  return [...stated.values()];
}

interface Named {
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
}

function calledOf({ name, version }: Named): string {
  return [name, version].filter(Boolean).join(' ').slice(0, 200);
}

/** A purl without qualifiers: architecture and distribution do not make another license. */
function identityOf({ name, version, purl }: Named): string {
  const parsed = purl === undefined ? undefined : parsePurl(purl);
  if (parsed?.ok !== true) return `${name}\n${version ?? ''}`;
  return formatPurl({ ...parsed.value, qualifiers: new Map() });
}
