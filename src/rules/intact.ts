import { listed, plural } from '../lib/text.js';
import { shortened, unreadInventory, withoutLinuxContents } from './image-contents.js';
import { type ImageRule, levels, type NoOptions, noOptions } from './rule.js';
import { needed } from './without-evidence.js';

export const intact: ImageRule<NoOptions> = {
  id: 'intact',
  title: 'Packaged files are unmodified',
  question: 'Does every packaged file match the checksum in its package database?',
  why: 'Package databases keep a checksum of each file they install. A program that differs from it was patched, replaced or damaged after it was packaged: advisories and SBOMs are then about something that is not there. Configuration may change and is not compared.',
  fix: 'See which files differ (`base-image-gate inspect IMAGE`), and whether the publisher says why. Then use an image with unmodified files, or have the change packaged: a package of its own has a name, a version and a checksum.',
  subject: 'image',
  roles: ['final'],
  evidence: ['image', 'filesystem', 'packages', 'ownership'],
  ages: false,
  options: noOptions,
  presets: levels({ baseline: 'off', hardened: 'warning', 'hardened-build': 'off', strict: 'error' }, {}),
  controls: {
    'SI-7': 'Files are compared with the checksums of the packages that own them.',
    'SI-7(1)': 'The comparison is made at every run.',
    'CM-6': 'Files that no package owns are found.',
    'KSI-SVC-VRI': 'Files of packages are verified by their checksums.',
    'CIS 4.11': 'Installed files are those of the packages.',
  },
  securitySeverity: 7,
  evaluate: (subject) => {
    const windows = withoutLinuxContents(subject);
    if (windows !== null) return windows;
    const ownership = needed(subject.evidence, 'ownership');
    if (!ownership.ok) return ownership.error;
    const packages = needed(subject.evidence, 'packages');
    if (!packages.ok) return packages.error;
    const { altered, asPackaged, notCompared } = ownership.value;
    if (altered.length > 0) {
      return {
        outcome: 'fail',
        message: `${altered.length} packaged ${altered.length === 1 ? 'file differs from its' : 'files differ from their'} package: ${listed(altered.map(({ path }) => `/${path}`))}.`,
        fix: 'Use an image with unmodified files, or have the change packaged.',
        details: shortened(altered.map((one) => `/${one.path} (${one.package})`)),
      };
    }
    if (notCompared.length > 0) {
      return {
        outcome: 'indeterminate',
        message: `${plural(notCompared.length, 'packaged file')} could not be compared: ${listed(notCompared.map((path) => `/${path}`))}.`,
        fix: "Ask the image's publisher not to store files as sparse, and not to mix package managers in a layer.",
        details: shortened(notCompared.map((path) => `/${path}`)),
      };
    }
    // Metadata of languages keeps no checksums that are compared.
    const databases = new Set(packages.value.databases.map(({ path }) => path));
    const unread = unreadInventory(packages.value.unknowns.filter(({ path }) => databases.has(path)));
    if (unread !== null) return unread;
    if (asPackaged.size === 0) {
      return { outcome: 'not-applicable', message: 'No package database in it keeps checksums of files.' };
    }
    return {
      outcome: 'pass',
      message: `Every packaged file that has a checksum agrees with it (${plural(asPackaged.size, 'file')}).`,
    };
  },
};
