import { z } from 'zod';
import { type ElementReport, readElements } from '../attestations/sbom/elements.js';
import { installedPackages } from '../attestations/sbom/sbom.js';
import { optionalField } from '../lib/collections.js';
import { plural } from '../lib/text.js';
import { stricter } from '../policy/strictness.js';
import { type ImageRule, type ImageRuleSubject, levels, type RuleResult } from './rule.js';
import { SBOM_WANTED } from './sbom-attested.js';
import { withoutEvidence } from './without-evidence.js';

const need = stricter(z.enum(['required', 'optional']), ['optional', 'required']);
const share = stricter(z.int().min(0).max(100), 'higher');

/** One key an element: whether the document must have it, or the percentage of packages that must. */
const options = z.strictObject({
  author: need.describe('A person or organization; a tool does not count.'),
  signature: need.describe('Who signed the statement that carries it.'),
  format: need.describe('The format and its version.'),
  context: need.describe('The phase of the life cycle it was made in; few SBOMs state it yet.'),
  timestamp: need.describe('1970 counts: reproducible builds write it. A time in the future does not.'),
  tool: need.describe('The program that made it.'),
  'sbom-version': need.describe('A version or serial number of the document itself.'),
  producer: share.describe('Percent of packages with a supplier or originator.'),
  name: share.describe('Percent of packages with a name.'),
  version: share.describe('Percent of packages with a version.'),
  identifier: share.describe('Percent of packages with a purl, CPE or other identifier.'),
  hash: share.describe("apko's good SBOMs have none: 0 is what real publishers pass."),
  'hash-algorithm': share.describe('Percent of packages whose hash says its algorithm.'),
  license: share.describe('Percent of packages with a license.'),
  relationship: share.describe('Percent of packages that stand in a relationship to another.'),
});
type Options = z.infer<typeof options>;

/** What the SBOMs of publishers that take care have: apko's, trivy's and syft's all pass. */
const COMMON: Options = {
  author: 'optional',
  signature: 'optional',
  format: 'required',
  context: 'optional',
  timestamp: 'required',
  tool: 'required',
  'sbom-version': 'optional',
  producer: 0,
  name: 100,
  version: 90,
  identifier: 60,
  hash: 0,
  'hash-algorithm': 0,
  license: 0,
  relationship: 0,
};

export const sbomComplete: ImageRule<Options> = {
  id: 'sbom-complete',
  title: "The image's SBOM has the minimum elements",
  question: 'Does the SBOM have the elements it needs?',
  why: [
    "An SBOM without versions or identifiers can't be matched with advisories, and one without packages",
    "matches none: both look like an image without vulnerabilities. CISA's minimum elements of 2026 name what a usable one",
    'holds. What good publishers leave out on purpose (apko lists no checksums, and dates its documents 1970) is only',
    'required where the policy says so.',
  ].join(' '),
  fix: [
    '`base-image-gate sbom IMAGE` shows each element and the packages without it. Make the SBOM with a current generator, or',
    'set the thresholds to what your publishers give:',
    '',
    '```yaml',
    'rules:',
    '  sbom-complete: { level: error, version: 95, license: 90, author: required }',
    '```',
  ].join('\n'),
  subject: 'image',
  roles: ['final', 'build', 'copy', 'run'],
  evidence: ['image', 'sbom'],
  ages: false,
  options,
  presets: levels({ baseline: 'off', hardened: 'warning', 'hardened-build': 'off', strict: 'error' }, COMMON),
  controls: {
    'CM-8': 'The elements that make a list of components usable are checked.',
    'SR-4': 'Suppliers and identifiers of components are named.',
    'KSI-PIY-GIV': 'An inventory is of use only if its entries can be distinguished.',
    'govramp/inventory': 'The list of components is complete enough to work with.',
  },
  securitySeverity: 3,
  evaluate: evaluate,
};

function evaluate({ evidence: { sbom: evidence }, verifiedBy, now }: ImageRuleSubject, wanted: Options): RuleResult {
  if (evidence?.status !== 'present') return withoutEvidence(evidence, SBOM_WANTED);
  const { chosen, counts } = evidence.value;
  if (!counts) {
    return {
      outcome: 'fail',
      message: 'The only SBOM is unsigned, and is not evaluated.',
      fix: SBOM_WANTED.absentFix,
    };
  }
  const { sbom, signer } = chosen;
  const reports = readElements(sbom, { now, ...optionalField('signer', signer) });
  const details = reports.map(describe);
  const fix =
    'Ask the publisher for a complete SBOM, or set the thresholds in the policy: `base-image-gate sbom IMAGE` shows each element.';
  if (installedPackages(sbom).length === 0) {
    if (verifiedBy?.noPackages === 'allow') {
      return {
        outcome: 'pass',
        message: 'It lists no package, and the allow entry says that the image may hold none.',
        details,
      };
    }
    return {
      outcome: 'fail',
      message: 'It lists no package.',
      fix: 'Attest an SBOM made from the finished image.',
      details,
    };
  }
  const [contradiction] = sbom.contradictions;
  if (contradiction !== undefined) {
    return {
      outcome: 'fail',
      message: `It contradicts itself: ${contradiction}.`,
      fix,
      details: [...sbom.contradictions, ...details],
    };
  }
  const lacking = reports.filter((report) => isLacking(report, wanted));
  if (lacking.length > 0) {
    return {
      outcome: 'fail',
      message: `It lacks ${lacking.map((report) => lack(report, wanted)).join('; ')}.`,
      fix,
      // What is lacking first: a report may cut the list.
      details: [...lacking, ...reports.filter((report) => !lacking.includes(report))].map(describe),
    };
  }
  return {
    outcome: 'pass',
    message: `It has the elements that the policy requires, for ${plural(installedPackages(sbom).length, 'package')}.`,
    details,
  };
}

function isLacking({ element, present, of }: ElementReport, wanted: Options): boolean {
  const threshold = wanted[element];
  if (threshold === 'optional') return false;
  return threshold === 'required' ? present < of : present * 100 < of * threshold;
}

function lack({ element, scope, present, of, note, missing }: ElementReport, wanted: Options): string {
  const why = note === undefined ? '' : ` (${note})`;
  if (scope === 'document') return `${element}${why}`;
  const names = missing.slice(0, 3).join(', ');
  return `${element} of ${of - present} in ${of} packages, such as ${names}; ${wanted[element]} % must have it`;
}

function describe({ element, scope, present, of, value, note }: ElementReport): string {
  const amount = scope === 'component' ? `${present} of ${of}` : (value ?? 'none');
  return `${element}: ${amount}${note === undefined ? '' : ` (${note})`}`;
}
