import { placeOf } from '../build-files/image-use.js';
import { groupBy, optionalField } from '../lib/collections.js';
import { jsonLines, type Streamed } from '../lib/escape/json.js';
import type { EvaluatedWaiver } from '../policy/waivers.js';
import type { Answer } from '../rules/answer.js';
import type { CheckDocument, ImageAnswerDocument, ImageDocument } from './check-document.js';
import { evidenceDocument } from './evidence-document.js';
import { detailsOfAnswers, isSame } from './finding-details.js';
import { fileDocument, useDocument } from './images.js';
import type { EvaluatedImage, Finding, Report } from './report.js';

/** Names the shape of the document; a change that breaks readers changes the number. */
const CHECK_SCHEMA = 'base-image-gate/check/v2';

/**
 * The report as `check --format json` prints it, in pieces of which none is longer than one image with its evidence:
 * JSON with a line end, the same bytes for the same report, and exactly the fields of the contract.
 */
export function checkJson(report: Report): Iterable<string> {
  const byImage = groupBy(report.answers, ({ image }) => image);
  const imagesOfUse = groupBy(
    report.answers.filter(({ image }) => image !== undefined),
    ({ use }) => use,
  );
  const places: PlacesOfUses = new Map(report.uses.map((use) => [use.id, JSON.stringify(placeOf(use))]));
  const detailsOf = detailsOfAnswers(report.answers);
  const document: Streamed<CheckDocument> = {
    schema: CHECK_SCHEMA,
    tool: report.tool,
    verdict: report.verdict,
    coverage: report.coverage,
    policy: policyDocument(report.policy),
    ...optionalField('base', report.base),
    files: report.files.map(fileDocument),
    definitions: report.definitions,
    uses: mapped(report.uses, (use) => {
      const images = new Set((imagesOfUse.get(use.id) ?? []).flatMap(({ image }) => image ?? []));
      return { ...useDocument(use), images: [...images] };
    }),
    images: mapped(report.images, (image) => imageDocument(image, byImage.get(image.id) ?? [], places)),
    ...optionalField('baseChanges', report.baseChanges),
    ...optionalField('findingChanges', report.findingChanges),
    answers: mapped(byImage.get(undefined) ?? [], (answer) => ({
      ...answerFields(answer),
      ...optionalField('use', answer.use),
      ...optionalField('platform', answer.platform),
      location: placeOf(answer.location),
    })),
    findings: mapped(report.findings, (finding) => withoutRepetition(finding, detailsOf)),
    waivers: report.waivers.map(waiverDocument),
    limits: report.limits,
    notices: report.notices,
  };
  return jsonLines(document);
}

function* mapped<T, U>(items: readonly T[], make: (item: T) => U): Generator<U> {
  for (const item of items) yield make(item);
}

/** A finding whose details stand in the answer that it is about. */
function withoutRepetition(finding: Finding, detailsOf: ReturnType<typeof detailsOfAnswers>): Finding {
  const { details, ...rest } = finding;
  const known = details === undefined ? undefined : detailsOf(finding);
  return details !== undefined && known !== undefined && isSame(details, known) ? rest : finding;
}

function policyDocument({ source, profile, allowlistEnforced }: Report['policy']): CheckDocument['policy'] {
  const bases = source.extends.map(({ name, commit }) => ({ name, ...optionalField('commit', commit) }));
  return {
    source: source.name,
    ...optionalField('commit', source.commit),
    profile,
    allowlistEnforced,
    ...(bases.length === 0 ? {} : { extends: bases }),
  };
}

/** Where each use stands, as JSON, by its id. */
type PlacesOfUses = ReadonlyMap<string, string>;

function imageDocument(image: EvaluatedImage, answers: readonly Answer[], places: PlacesOfUses): ImageDocument {
  return {
    id: image.id,
    reference: image.reference,
    platform: image.platform,
    ...optionalField('resolved', image.resolved),
    ...optionalField('publisher', image.publisher),
    evidence: evidenceDocument(image.evidence),
    answers: imageAnswers(answers, places),
  };
}

/** Each answer once: many references name one image, and most rules answer the same for all of them. */
function imageAnswers(answers: readonly Answer[], places: PlacesOfUses): readonly ImageAnswerDocument[] {
  const all = new Set(answers.map(({ use }) => use));
  const shared = groupBy(answers, (answer) => {
    const { use: _use, location, ...rest } = answer;
    const own = answer.use === undefined ? undefined : places.get(answer.use);
    return JSON.stringify([rest, JSON.stringify(placeOf(location)) === own ? null : location]);
  });
  return [...shared.values()].map((same): ImageAnswerDocument => {
    const [first] = same;
    const own = first.use === undefined ? undefined : places.get(first.use);
    const ids = new Set(same.flatMap(({ use }) => use ?? []));
    const location = placeOf(first.location);
    return {
      ...answerFields(first),
      ...(ids.size === all.size ? {} : { uses: [...ids] }),
      ...(JSON.stringify(location) === own ? {} : { location }),
    };
  });
}

type AnswerFields = Omit<ImageAnswerDocument, 'uses' | 'location'>;

function answerFields(answer: Answer): AnswerFields {
  return {
    rule: answer.rule,
    ...optionalField('aspect', answer.aspect),
    outcome: answer.outcome,
    level: answer.level,
    message: answer.message,
    ...optionalField('fix', answer.fix),
    ...optionalField('cause', answer.cause),
    ...optionalField('details', answer.details),
    ...optionalField('vulnerabilities', answer.vulnerabilities),
    ...optionalField('inherited', answer.inherited),
    ...optionalField('heldBack', answer.heldBack),
    ...optionalField('enforceFrom', answer.enforceFrom),
    ...optionalField('waiver', answer.waiver),
    ...optionalField('accepts', answer.accepts),
  };
}

function waiverDocument(waiver: EvaluatedWaiver): CheckDocument['waivers'][number] {
  const { at, ...fields } = waiver;
  return { ...fields, ...(at === undefined ? {} : { location: { file: at.file, line: at.line, column: at.column } }) };
}
