import { evaluateWolfi } from '../packages/wolfi-facts.js';
import { unreadInventory, withoutLinuxContents } from './image-contents.js';
import { type ImageRule, levels, type NoOptions, noOptions, type RuleResult } from './rule.js';
import { needed } from './without-evidence.js';

export const fromWolfi: ImageRule<NoOptions> = {
  id: 'from-wolfi',
  title: 'Image is made from Wolfi packages',
  question: 'Do os-release, apk repositories and keys, and the signed apko configuration agree that it is Wolfi?',
  why: 'Wolfi and Chainguard OS have advisories of their own: whether a vulnerability counts is looked up in them. An image that only says it is Wolfi, or mixes packages of another distribution in, is evaluated by the wrong advisories. The rule applies only to allow entries that claim Wolfi.',
  fix: "Build on an image of a publisher that makes its images from Wolfi, keep to `packages.wolfi.dev` and Chainguard's repositories when adding packages, or take the claim (`wolfi: true`, or the catalog entry) out of the allow entry.",
  subject: 'image',
  roles: ['final', 'build', 'copy', 'run'],
  evidence: ['image', 'filesystem', 'packages', 'apko'],
  ages: false,
  options: noOptions,
  presets: levels({ baseline: 'off', hardened: 'error', 'hardened-build': 'off', strict: 'error' }, {}),
  controls: {
    'SR-4': 'What the image says of its origin agrees in os-release, signing keys and build configuration.',
    'CM-8': 'The distribution of the image is known, so that its packages can be reported.',
    'KSI-SCR-MIT': 'An image that only claims its origin is detected.',
  },
  securitySeverity: 6,
  evaluate: (subject): RuleResult => {
    if (subject.verifiedBy?.wolfi !== true)
      return { outcome: 'not-applicable', message: 'No allow entry claims that it is Wolfi.' };
    const windows = withoutLinuxContents(subject);
    if (windows !== null) return windows;
    const filesystem = needed(subject.evidence, 'filesystem');
    if (!filesystem.ok) return filesystem.error;
    const packages = needed(subject.evidence, 'packages');
    if (!packages.ok) return packages.error;
    const apko = subject.evidence.apko?.status === 'present' ? subject.evidence.apko.value : undefined;
    const unknown = unreadInventory(packages.value.unknowns.filter(({ path }) => path.endsWith('/os-release')));
    if (unknown !== null) return unknown;
    const { contradictions, agreements } = evaluateWolfi(filesystem.value.tree, packages.value, apko);
    const [first] = contradictions;
    if (first !== undefined) {
      return {
        outcome: 'fail',
        message: `It is not Wolfi as its allow entry claims: ${first}.`,
        fix: 'Correct the allow entry, or use an image made from Wolfi packages.',
        details: [
          ...contradictions.map((clause) => `speaks against it: ${clause}`),
          ...agreements.map((part) => `speaks for it: ${part}`),
        ],
      };
    }
    if (subject.evidence.apko?.status === 'unavailable') {
      return {
        outcome: 'indeterminate',
        message: `Whether its signed apko configuration agrees is not known: ${subject.evidence.apko.message}`,
        fix: subject.evidence.apko.fix,
        details: agreements.map((part) => `speaks for it: ${part}`),
      };
    }
    return { outcome: 'pass', message: `It is Wolfi by ${agreements.join(', ')}.` };
  },
};
