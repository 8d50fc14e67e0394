import { compareWithSbom } from '../attestations/provenance/apko.js';
import { distributionPackages } from '../attestations/sbom/distribution-packages.js';
import type { ImageSbom } from '../attestations/sbom/image-sbom.js';
import { type Reconciliation, reconcile } from '../attestations/sbom/reconcile.js';
import { plural } from '../lib/text.js';
import type { Inventory } from '../packages/inventory.js';
import { unreadPackages } from './image-contents.js';
import { type ImageRule, type ImageRuleSubject, levels, type NoOptions, noOptions, type RuleResult } from './rule.js';
import { SBOM_WANTED } from './sbom-attested.js';
import { withoutEvidence } from './without-evidence.js';

export const sbomMatchesImage: ImageRule<NoOptions> = {
  id: 'sbom-matches-image',
  title: "The SBOM lists what is really in the image's layers",
  question: 'Do the SBOM and the package databases in the layers agree, both ways?',
  why: [
    'An SBOM is what its author says is in the image; the package databases in the layers are what was',
    'installed. A package that only the layers have is one whose vulnerabilities go unnoticed. A package that only',
    'the document has raises false alarms, and shows that the document is of something else.',
  ].join(' '),
  fix: [
    'Make the SBOM from the finished image and attest that:',
    '',
    '```sh',
    'syft registry.example.com/base@sha256:… -o spdx-json > sbom.json',
    '```',
    '',
    '`base-image-gate inspect IMAGE` lists what the layers hold, `base-image-gate sbom IMAGE` what the document says.',
  ].join('\n'),
  subject: 'image',
  roles: ['final', 'build', 'copy', 'run'],
  evidence: ['image', 'sbom', 'packages', 'apko'],
  ages: false,
  options: noOptions,
  presets: levels({ baseline: 'off', hardened: 'warning', 'hardened-build': 'off', strict: 'error' }, {}),
  controls: {
    'CM-8': 'The list of components is compared with what is installed.',
    'SI-7': 'A difference between the list and the layers shows an undeclared change.',
    'SR-4': 'What the publisher states is tested against the image itself.',
    'KSI-PIY-GIV': 'The inventory is reconciled with what is there.',
  },
  securitySeverity: 6,
  evaluate: (subject) => {
    const { sbom } = subject.evidence;
    if (sbom?.status !== 'present') return withoutEvidence(sbom, SBOM_WANTED);
    const apko = evaluateApko(subject, sbom.value);
    const layers = evaluateLayers(subject, sbom.value);
    return apko === null ? layers : [layers, apko];
  },
};

const FIX = 'Ask the publisher for an SBOM made from the finished image, and do not rely on this one.';

function evaluateLayers({ evidence: { packages }, verifiedBy }: ImageRuleSubject, value: ImageSbom): RuleResult {
  if (!value.counts) {
    return {
      outcome: 'fail',
      message: 'The only SBOM is unsigned.',
      fix: SBOM_WANTED.absentFix,
    };
  }
  if (packages?.status !== 'present') {
    return withoutEvidence(packages, {
      name: 'package inventory',
      absentFix: 'Build on an image that keeps its package database.',
      unsupportedFix: 'Build on an image whose package database is of apk, dpkg or rpm.',
    });
  }
  const inventory = packages.value;
  const result = reconcile(value.chosen.sbom, inventory);
  const details = describe(result, inventory);
  const wrong = faults(result, inventory);
  const [gap] = unreadPackages(inventory);
  if (wrong.length > 0) {
    return { outcome: 'fail', message: `The SBOM and the layers disagree: ${wrong.join('; ')}.`, fix: FIX, details };
  }
  if (gap !== undefined) {
    return {
      outcome: 'indeterminate',
      message: `The layers could not be read completely: ${gap.path} could not be read because ${gap.reason}.`,
      fix: 'Build on an image whose package databases can be read.',
      details,
    };
  }
  if (result.agreed === 0 && verifiedBy?.noPackages !== 'allow') {
    return {
      outcome: 'indeterminate',
      message: 'Neither the SBOM nor the layers list a package of the distribution, so there is nothing to compare.',
      fix: 'Where the image really holds none, say `no-packages: allow` in its allow entry.',
      details,
    };
  }
  return { outcome: 'pass', message: `The SBOM and the layers agree on ${plural(result.agreed, 'package')}.`, details };
}

function faults({ hidden, phantom, differing }: Reconciliation, inventory: Inventory): readonly string[] {
  const found: string[] = [];
  if (hidden.length > 0) found.push(`${hidden.length} installed and not in the SBOM (${some(hidden)})`);
  if (differing.length > 0) {
    const names = differing.map(({ name, inSbom, inImage }) => `${name} is ${inImage}, not ${inSbom}`);
    found.push(`${differing.length} in another version (${some(names)})`);
  }
  // With a database that could not be read, a package may well be there: evaluateLayers says so.
  if (phantom.length > 0 && unreadPackages(inventory).length === 0) {
    found.push(`${phantom.length} in the SBOM and not installed (${some(phantom)})`);
  }
  return found;
}

function some(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} …`;
}

function describe({ hidden, phantom, differing }: Reconciliation, inventory: Inventory): readonly string[] {
  return [
    ...hidden.map((name) => `installed, not in the SBOM: ${name}`),
    ...differing.map(({ name, inSbom, inImage }) => `${name}: ${inSbom} in the SBOM, ${inImage} in the image`),
    ...phantom.map((name) => `in the SBOM, not installed: ${name}`),
    ...unreadPackages(inventory).map(({ path, reason }) => `${path} could not be read: ${reason}`),
  ];
}

/** Only a signed configuration is compared: an unsigned one could be written to agree with anything. */
function evaluateApko({ evidence: { apko } }: ImageRuleSubject, value: ImageSbom): RuleResult | null {
  const aspect = 'apko-configuration';
  // An image of other packages has no such SBOM, and nothing is lost without it.
  if (apko?.status === 'unavailable' && distributionPackages(value.chosen.sbom).some(({ type }) => type === 'apk')) {
    return {
      outcome: 'indeterminate',
      aspect,
      message: `Whether a signed apko configuration agrees with the SBOM is not known: ${apko.message}`,
      fix: apko.fix,
    };
  }
  if (apko?.status !== 'present' || apko.value.signer === undefined || !value.counts) return null;
  const differences = compareWithSbom(apko.value, value.chosen.sbom);
  const [first] = differences;
  if (first === undefined) {
    const reason = `The SBOM agrees with the apko configuration that ${apko.value.signer} signed.`;
    return { outcome: 'pass', aspect, message: reason };
  }
  return {
    outcome: 'fail',
    aspect,
    message: `The signed apko configuration and the SBOM disagree: ${first}.`,
    fix: FIX,
    details: differences,
  };
}
