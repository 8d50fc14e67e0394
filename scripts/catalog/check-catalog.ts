import type { Publisher } from '../../src/catalog/publisher.js';
import { entryOfPublisher } from '../../src/catalog/publisher-entry.js';
import { type EvidenceCollection, startCollection } from '../../src/evidence/collect.js';
import type { RunSettings } from '../../src/evidence/collector.js';
import { collectors } from '../../src/evidence/collectors.js';
import type { CollectedEvidence } from '../../src/evidence/kinds.js';
import { builtInPolicy } from '../../src/policy/baseline.js';
import { parseReference } from '../../src/references/reference.js';
import type { ImageSource } from '../../src/registry/image-source.js';
import { evaluateSignature } from '../../src/rules/signature-verified.js';
import { isProvenanceType, sbomFamily } from '../../src/signatures/predicate-types.js';

/** Whether an entry of the catalog still holds: `unknown` where its registry could not be read. */
export interface CatalogAnswer {
  readonly publisher: string;
  readonly image: string;
  readonly outcome: 'holds' | 'changed' | 'unknown';
  readonly reason: string;
}

/**
 * Verifies the image that each verifiable publisher of the catalog names by the entry's own authorities, and compares
 * what it attests with what the entry says.
 */
export async function checkCatalog(
  publishers: readonly Publisher[],
  source: ImageSource,
  settings: RunSettings,
): Promise<readonly CatalogAnswer[]> {
  const collection = startCollection({ policy: builtInPolicy(), source, settings, collectors });
  const asked = publishers.flatMap((publisher) => {
    const { check } = publisher;
    return check === undefined ? [] : [{ publisher, check }];
  });
  return Promise.all(
    asked.map(async ({ publisher, check: { image } }) => {
      const { outcome, reason } = await checkImage(publisher, image, collection);
      return { publisher: publisher.id, image, outcome, reason };
    }),
  );
}

type Outcome = Pick<CatalogAnswer, 'outcome' | 'reason'>;

async function checkImage(publisher: Publisher, image: string, collection: EvidenceCollection): Promise<Outcome> {
  const parsed = parseReference(image);
  if (!parsed.ok)
    return { outcome: 'changed', reason: `its image is not a valid reference because ${parsed.error.reason}` };
  const reference = parsed.value;
  const verifiedBy = entryOfPublisher(publisher);
  const subject = { reference, pullFrom: reference, verifiedBy, platform: { os: 'linux', architecture: 'amd64' } };
  const evidence = await collection.collect(subject, ['image', 'signatures', 'statements']);
  const signed = evaluateSignature({ verifiedBy, reference, evidence });
  if (signed.outcome === 'pass')
    return differenceOf(publisher, evidence) ?? { outcome: 'holds', reason: signed.message };
  return { outcome: signed.outcome === 'indeterminate' ? 'unknown' : 'changed', reason: signed.message };
}

/** What is attested other than the entry says, or undefined. */
function differenceOf({ publishes = {} }: Publisher, { statements }: CollectedEvidence): Outcome | undefined {
  const found = statements?.status === 'present' ? statements.value : undefined;
  const types = (found?.verified ?? []).map(({ predicateType }) => predicateType);
  for (const what of ['sbom', 'provenance'] as const) {
    const known = publishes[what]?.as;
    const isThere = types.some((type) => (what === 'sbom' ? sbomFamily(type) !== null : isProvenanceType(type)));
    if (known === undefined || isThere === (known === 'signed')) continue;
    if (isThere) return { outcome: 'changed', reason: `it attests ${what} now, and the entry says ${known}` };
    const open = found === undefined ? statements : found.incomplete;
    return open !== undefined && 'message' in open
      ? { outcome: 'unknown', reason: open.message }
      : { outcome: 'changed', reason: `it attests no ${what}, and the entry says ${known}` };
  }
  return undefined;
}

/** 1 where an entry no longer holds; 2 where one could not be checked, but for those that need a login and have none. */
export function exitCodeOf(answers: readonly CatalogAnswer[], publishers: readonly Publisher[]): 0 | 1 | 2 {
  if (answers.some(({ outcome }) => outcome === 'changed')) return 1;
  const needsLogin = (id: string) => publishers.some((one) => one.id === id && one.check?.login === true);
  return answers.some(({ outcome, publisher }) => outcome === 'unknown' && !needsLogin(publisher)) ? 2 : 0;
}

/** The text of catalog.yaml with another date. */
export function withDate(text: string, date: Date): string {
  return text.replace(/^date: .*$/m, `date: ${date.toISOString().slice(0, 10)}`);
}

/** The answers as a table in Markdown, for a job's summary. */
export function tableOf(answers: readonly CatalogAnswer[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const rows = answers.map(
    ({ publisher, image, outcome, reason }) => `| ${publisher} | \`${image}\` | ${outcome} | ${cell(reason)} |`,
  );
  return ['| publisher | image | entry | reason |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}
