import { z } from 'zod';
import { plural } from '../lib/text.js';
import type { InstalledPackage } from '../packages/inventory.js';
import { stricter } from '../policy/strictness.js';
import { shortened, unreadInventory, unreadPackages, withoutLinuxContents } from './image-contents.js';
import type { ImageRule, RuleResult } from './rule.js';
import { needed } from './without-evidence.js';

const MB = 1_000_000;

const options = z.strictObject({
  maxPackages: stricter(z.number().int().min(0), 'lower').describe(
    'Installed packages of every type; those that a distribution package brings count once.',
  ),
  maxMegabytes: stricter(z.number().min(0), 'lower').describe(
    'Bytes of all files as a container sees them, in millions.',
  ),
  maxFiles: stricter(z.number().int().min(0), 'lower').describe('Files and links.'),
  maxUnownedFiles: stricter(z.number().int().min(0), 'lower').describe(
    'Files that belong to no package, if the image has a package database with file lists.',
  ),
});
type Options = z.infer<typeof options>;

const HARDENED: Options = { maxPackages: 150, maxMegabytes: 300, maxFiles: 20_000, maxUnownedFiles: 500 };
const STRICT: Options = { maxPackages: 75, maxMegabytes: 150, maxFiles: 10_000, maxUnownedFiles: 50 };

export const minimal: ImageRule<Options> = {
  id: 'minimal',
  title: 'Image stays within its size budgets',
  question: 'Does it contain much more than an application needs?',
  why: "Every package is something to patch and every file something to misuse. Budgets keep a base image from growing unnoticed. Files that belong to no package can't be updated, matched with advisories or distinguished from an intruder's.",
  fix: [
    'Use a smaller variant (`-slim`, `static`, a runtime instead of a development kit), or set budgets that fit:',
    '',
    '```yaml',
    'rules:',
    '  minimal: { max-packages: 120, max-megabytes: 250 }',
    '```',
    '',
    '`base-image-gate inspect IMAGE` shows what takes the space.',
  ].join('\n'),
  subject: 'image',
  roles: ['final'],
  evidence: ['image', 'filesystem', 'packages', 'ownership'],
  ages: false,
  options,
  presets: {
    baseline: { level: 'off', options: HARDENED },
    hardened: { level: 'warning', options: HARDENED },
    'hardened-build': { level: 'off', options: HARDENED },
    strict: { level: 'error', options: STRICT },
  },
  controls: {
    'CM-7': 'Size and number of packages stay within what the policy allows.',
    'CM-7(1)': 'Each run reviews how much is in the image.',
    'CM-8': 'The packages in the image are counted from its own databases.',
    'KSI-CNA-MAT': "What is not in an image can't be attacked.",
    'CIS 4.3': 'A budget on packages keeps out those that are not needed.',
  },
  securitySeverity: 3,
  evaluate: (subject, chosen) => {
    const windows = withoutLinuxContents(subject);
    if (windows !== null) return windows;
    const filesystem = needed(subject.evidence, 'filesystem');
    if (!filesystem.ok) return filesystem.error;
    const packages = needed(subject.evidence, 'packages');
    if (!packages.ok) return packages.error;
    const ownership = needed(subject.evidence, 'ownership');
    if (!ownership.ok) return ownership.error;
    const { fileCount, totalBytes } = filesystem.value;
    const installed = installedCount(packages.value.packages);
    const { known, unowned } = ownership.value;
    const unread = unreadInventory(unreadPackages(packages.value));
    const count = within('packages', installed, chosen.maxPackages, 'package');
    return [
      unread !== null && count.outcome === 'pass' ? { ...unread, aspect: 'packages' } : count,
      within('size', Math.ceil(totalBytes / MB), chosen.maxMegabytes, 'MB of files', 'MB of files'),
      within('files', fileCount, chosen.maxFiles, 'file'),
      // Files of a package that was not read look as if no package owned them.
      unread !== null && (!known || unowned.length > chosen.maxUnownedFiles)
        ? { ...unread, aspect: 'unowned-files' }
        : known
          ? {
              ...within(
                'unowned-files',
                unowned.length,
                chosen.maxUnownedFiles,
                'file that no package brought',
                'files that no package brought',
              ),
              details: shortened(unowned.map((path) => `/${path}`)),
            }
          : {
              outcome: 'not-applicable',
              aspect: 'unowned-files',
              message: 'No package database in it keeps lists of files.',
            },
    ];
  },
};

/** The option that sets each budget. */
const BUDGETS = {
  packages: 'max-packages',
  size: 'max-megabytes',
  files: 'max-files',
  'unowned-files': 'max-unowned-files',
} as const;

function within(aspect: keyof typeof BUDGETS, count: number, most: number, one: string, many?: string): RuleResult {
  const reason = `It has ${plural(count, one, many)}; the budget is ${plural(most, '', '').trim()}.`;
  if (count <= most) return { outcome: 'pass', aspect, message: reason };
  return {
    outcome: 'fail',
    aspect,
    message: reason,
    fix: `Use a smaller variant of the image, or raise \`${BUDGETS[aspect]}\` in the policy.`,
  };
}

/** Packages that were installed; those that were linked or packed into one file count as one. */
function installedCount(packages: readonly InstalledPackage[]): number {
  const counted = packages.filter(({ partOf }) => partOf === undefined);
  const isInFile = ({ type }: InstalledPackage) => type === 'golang' || type === 'maven' || type === 'generic';
  const files = new Set(counted.filter(isInFile).map(({ where }) => where.split('!', 1)[0]));
  return counted.filter((one) => !isInFile(one)).length + files.size;
}
