import type { MissingEvidence } from '../evidence/words.js';
import type { Level } from '../policy/policy.js';
import { highestLevel } from '../policy/strictness.js';
import { repositoryName } from '../references/reference.js';
import type { ImageRuleSubject, PublisherFacts, RuleResult } from './rule.js';
import { type WantedEvidence, withoutEvidence } from './without-evidence.js';

/** An attestation that a rule needs, and what the catalog calls it. */
export interface WantedAttestation extends WantedEvidence {
  readonly rule: string;
  readonly published: 'sbom' | 'provenance';
}

/** The option of a rule that asks for an attestation: what its lack counts for where its publisher is known to make none. */
export const unpublished = () =>
  highestLevel().describe('The highest level where the catalog knows that the publisher attests none of its images.');

/** What the answer depends on. */
export type AttestationSubject = Pick<ImageRuleSubject, 'verifiedBy' | 'publisher' | 'reference' | 'policy' | 'now'>;

/**
 * The answer where an attestation is not `present`. A missing one fails; where the
 * catalog knows that its publisher makes none, or the entry names no signer for one, looking for another
 * digest can't help: then the answer says so, and gives the lines by which the policy accepts the image for a time. A
 * publisher who makes none is no sign of tampering, so that the level is at most `atMost`.
 */
export function lackingAttestation(
  evidence: MissingEvidence | undefined,
  wanted: WantedAttestation,
  subject: AttestationSubject,
  atMost: Level,
): RuleResult {
  const result = withoutEvidence(evidence, wanted);
  if (evidence?.status !== 'absent') return result;
  const known = knownOf(subject.publisher, wanted.published);
  if (known === '' && subject.verifiedBy?.signed !== false) return result;
  return {
    ...result,
    ...(subject.publisher?.publishes?.[wanted.published]?.as === 'none' ? { atMost } : {}),
    message: `The image has no ${wanted.name}${known}.`,
    fix: [
      `${adviceFor(subject, wanted)} Or accept it in the policy until a day that you set:`,
      waiverLines(subject, wanted),
    ].join('\n'),
  };
}

/** What the catalog knows of the lack, to follow the sentence; empty where it knows nothing. */
function knownOf(publisher: PublisherFacts | null, what: WantedAttestation['published']): string {
  if (publisher === null) return '';
  const published = publisher.publishes?.[what];
  if (published === undefined || published.as === 'signed') return '';
  const { as, source, read } = published;
  return `; by the catalog, ${publisher.name} publishes ${as === 'none' ? 'none' : 'it without a signature'} (as of ${read}: ${source})`;
}

/** What makes the rule pass: who signs has to be named, and has to sign. */
function adviceFor({ verifiedBy }: AttestationSubject, { absentFix }: WantedAttestation): string {
  if (verifiedBy?.signed !== false) return absentFix;
  return `\`signed: false\` excuses ${verifiedBy.name} from signature-verified alone: replace it with \`authorities\` that name who signs the attestations.`;
}

/** The lines of the policy that waive the rule, for as long as the policy lets waivers run. */
function waiverLines(subject: AttestationSubject, { rule, name }: WantedAttestation): string {
  const { publisher } = subject;
  return [
    'waivers:',
    `  - rule: ${rule}`,
    `    image: ${JSON.stringify(scopeOf(subject))}`,
    `    reason: ${JSON.stringify(`${publisher?.name ?? 'its publisher'} publishes no ${name}`)}`,
    '    owner: "@YOUR-TEAM"',
    `    expires: ${lastDayOf(subject)}`,
  ].join('\n');
}

/** What the entry governs, so that the images of one entry are one finding; an entry of the catalog has several patterns. */
function scopeOf({ verifiedBy, reference }: AttestationSubject): string {
  if (verifiedBy !== null && !verifiedBy.pattern.includes(' ')) return verifiedBy.pattern;
  return repositoryName(reference);
}

/** The end of a month, where one is near enough: a report that says another day each day would never be the same. */
function lastDayOf({ policy, now }: AttestationSubject): string {
  const latest = new Date(now.getTime() + policy.maxWaiverDays * 86_400_000);
  const endOfMonth = new Date(Date.UTC(latest.getUTCFullYear(), latest.getUTCMonth(), 0));
  return (endOfMonth > now ? endOfMonth : latest).toISOString().slice(0, 10);
}
