import { z } from 'zod';
import type { AttestedSbom, ImageSbom } from '../attestations/sbom/image-sbom.js';
import { formatName, installedPackages } from '../attestations/sbom/sbom.js';
import type { Evidence } from '../evidence/evidence.js';
import { capital, plural } from '../lib/text.js';
import type { Level } from '../policy/policy.js';
import { signedBy } from '../signatures/signer.js';
import { type AttestationSubject, lackingAttestation, unpublished } from './lacking-attestation.js';
import type { ImageRule, RuleResult } from './rule.js';

const options = z.strictObject({ unpublished: unpublished() });
type Options = z.infer<typeof options>;

export const sbomAttested: ImageRule<Options> = {
  id: 'sbom-attested',
  title: 'Image has a signed SBOM',
  question: 'Did an authority of the allow entry sign an SBOM for this digest?',
  why: [
    'When the next vulnerability is published, the question is which images contain the package. An SBOM answers it in',
    'seconds, if it is about this image and signed by a party that knows its content. Anyone with access to the registry',
    'may have written an unsigned one; one about another digest, or an empty one, says nothing.',
  ].join(' '),
  fix: [
    'Build on an image whose publisher attests an SBOM, or attest one where you build the image:',
    '',
    '```sh',
    'syft registry.example.com/base@sha256:… -o spdx-json > sbom.json',
    'cosign attest --type spdxjson --predicate sbom.json registry.example.com/base@sha256:…',
    '```',
    '',
    "BuildKit's own SBOM (`--attest type=sbom`) is not signed. To accept it, say so in the entry:",
    '',
    '```yaml',
    'allow:',
    '  - image: registry.example.com/base/**',
    '    attestations: { unsigned: allow }',
    '```',
  ].join('\n'),
  subject: 'image',
  roles: ['final', 'build', 'copy', 'run'],
  evidence: ['image', 'sbom'],
  ages: false,
  options,
  presets: {
    baseline: { level: 'note', options: { unpublished: 'note' } },
    hardened: { level: 'error', options: { unpublished: 'warning' } },
    'hardened-build': { level: 'off', options: { unpublished: 'warning' } },
    strict: { level: 'error', options: { unpublished: 'error' } },
  },
  controls: {
    'CM-8': 'Each base image is checked for a signed list of its components.',
    'SR-4': 'The list is signed by an authorized party.',
    'KSI-PIY-GIV': 'Inventories of base images come from an authoritative source.',
    'govramp/inventory': 'Components of base images are listed by a signed SBOM.',
    'CIS 4.12': 'An SBOM counts only if its signature is verified, unless the allow entry accepts unsigned ones.',
  },
  securitySeverity: 5,
  evaluate: (subject, { unpublished }) => evaluate(subject.evidence.sbom, subject, unpublished),
};

export const SBOM_WANTED = {
  rule: 'sbom-attested',
  published: 'sbom',
  name: 'signed SBOM',
  absentFix: 'Build on an image whose publisher attests one, or attest one with `cosign attest --type spdxjson`.',
  unsupportedFix: 'Ask the publisher for SPDX 2.3 or CycloneDX 1.6 in JSON.',
} as const;

function evaluate(evidence: Evidence<ImageSbom> | undefined, subject: AttestationSubject, atMost: Level): RuleResult {
  if (evidence?.status !== 'present') return lackingAttestation(evidence, SBOM_WANTED, subject, atMost);
  const { verifiedBy } = subject;
  const { chosen, counts, all, problems, disagreements } = evidence.value;
  const details = [...all.map(lineOf), ...problems, ...disagreements];
  if (!counts) {
    return {
      outcome: 'fail',
      message: `The SBOM at ${chosen.place} is unsigned${verifiedBy === null ? ', and no allow entry governs the image' : ''}.`,
      fix: 'Attest a signed one, or accept unsigned ones with `attestations: { unsigned: allow }` in the allow entry.',
      details,
    };
  }
  const [disagreement] = disagreements;
  if (disagreement !== undefined) {
    return {
      outcome: 'fail',
      message: `Two SBOMs of this digest contradict each other: ${disagreement}.`,
      fix: 'Ask the publisher which one is correct and to withdraw the other; sbom-matches-image compares them with the layers.',
      details,
    };
  }
  if (installedPackages(chosen.sbom).length === 0 && verifiedBy?.noPackages !== 'allow') {
    return {
      outcome: 'fail',
      message: `${capital(describe(chosen))} lists no package.`,
      fix: 'Attest an SBOM made from the finished image; an image that really holds none needs `no-packages: allow` in its entry.',
      details,
    };
  }
  return {
    outcome: 'pass',
    message: `${capital(describe(chosen))} lists ${plural(installedPackages(chosen.sbom).length, 'package')}.`,
    details,
  };
}

/** Such as `the SPDX 2.3 (JSON) over the platform's manifest, signed by …`. */
function describe({ sbom, on, signer }: AttestedSbom): string {
  const over = on === 'index' ? 'the index' : "the platform's manifest";
  return `the ${formatName(sbom.format)} SBOM over ${over}, ${signedBy(signer)},`;
}

function lineOf(attested: AttestedSbom): string {
  const signed = attested.signedAt === undefined ? '' : ` at ${attested.signedAt}`;
  return `${attested.place}: ${describe(attested)}${signed} ${attested.predicateType}, about ${attested.digest}`;
}
