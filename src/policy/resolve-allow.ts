import type { Catalog, Publisher } from '../catalog/publisher.js';
import { optionalField } from '../lib/collections.js';
import { nearest } from '../lib/nearest.js';
import { plural } from '../lib/text.js';
import { literalPrefixLength, parsePattern, patternCovers } from '../references/pattern.js';
import { verifiedPublishers } from './default-allow.js';
import { keylessVoice } from './identity.js';
import { type Layer, positionIn, problemIn } from './layer.js';
import type { AllowEntry, Authority, ProvenanceRequirement } from './policy.js';
import type { PolicyProblem } from './problem.js';
import { resolveAuthorities } from './resolve-authorities.js';
import type { PolicyFile } from './schema.js';

type AllowLine = NonNullable<PolicyFile['allow']>[number];

export interface ResolvedAllow {
  readonly entries: readonly AllowEntry[];
  readonly problems: readonly PolicyProblem[];
  /** Key files that were read. */
  readonly files: readonly string[];
}

/** Looks up a layer's allow entries in the catalog, and reads the key files they name. */
export async function resolveAllow(layer: Layer, catalog: Catalog): Promise<ResolvedAllow> {
  const resolved = await Promise.all(
    (layer.file.allow ?? []).map((line, index) => resolveLine(layer, line, index, catalog)),
  );
  return {
    entries: resolved.flatMap(({ entries }) => entries),
    problems: resolved.flatMap(({ problems }) => problems),
    files: resolved.flatMap(({ files }) => files),
  };
}

async function resolveLine(layer: Layer, line: AllowLine, index: number, catalog: Catalog): Promise<ResolvedAllow> {
  const path = ['allow', index];
  const own = await resolveAuthorities(layer, line, path);
  const chosen = 'image' in line ? chooseByPattern(line.image, catalog) : choosePublishers(layer, line, path, catalog);
  const problems = [...own.problems, ...chosen.problems, ...contradictions(layer, line, path)];
  const entries = chosen.sources.flatMap((source) => {
    const authorities = line.signed === false ? [] : own.authorities.length > 0 ? own.authorities : source.authorities;
    return source.patterns.map((pattern) => entryOf(layer, line, index, { ...source, pattern, authorities }));
  });
  const short = entries.find(
    (entry) => entry.authorities.length > 0 && requiredVoices(entry) > voices(entry.authorities),
  );
  if (short !== undefined && own.problems.length === 0) {
    const message = `"require" needs ${plural(requiredVoices(short), 'signature')}, but the entry has only ${plural(voices(short.authorities), 'independent authority', 'independent authorities')}.`;
    const fix = 'Lower "require", or add authorities. A workflow at two refs is one signer.';
    problems.push(problemIn(layer, [...path, 'require'], { code: 'contradiction', message, fix }));
  }
  const unverifiable = entries.some((entry) => entry.signed && entry.authorities.length === 0);
  if (unverifiable && problems.length === 0) problems.push(notVerifiable(layer, path, chosen.sources));
  return { entries, problems, files: own.files };
}

/** Where an entry's patterns and, unless it brings its own, its authorities come from. */
interface Source {
  readonly patterns: readonly string[];
  readonly authorities: readonly Authority[];
  readonly publisher?: Publisher;
}

interface Chosen {
  readonly sources: readonly Source[];
  readonly problems: readonly PolicyProblem[];
}

/** An image of a publisher whom the catalog knows is signed by that publisher, where the entry says nothing else. */
function chooseByPattern(image: string, catalog: Catalog): Chosen {
  const pattern = parsePattern(image);
  if (!pattern.ok) return { sources: [], problems: [] };
  let known: Publisher | undefined;
  let rank = -1;
  for (const publisher of catalog.publishers.filter(({ parameters }) => parameters.length === 0)) {
    for (const text of publisher.images) {
      const outer = parsePattern(text);
      if (!outer.ok || !patternCovers(outer.value, pattern.value) || literalPrefixLength(outer.value) <= rank) continue;
      known = publisher;
      rank = literalPrefixLength(outer.value);
    }
  }
  const source = known === undefined ? { authorities: [] } : { authorities: known.authorities, publisher: known };
  return { sources: [{ ...source, patterns: [pattern.value.text] }], problems: [] };
}

function choosePublishers(
  layer: Layer,
  line: Extract<AllowLine, { catalog: string }>,
  path: readonly PropertyKey[],
  catalog: Catalog,
): Chosen {
  if (line.catalog === 'verified') {
    if (line.with !== undefined) {
      const message = '"verified" covers several publishers and takes no parameters.';
      const fix = 'Remove "with", or name one publisher.';
      return { sources: [], problems: [problemIn(layer, [...path, 'with'], { code: 'contradiction', message, fix })] };
    }
    return { sources: verifiedPublishers(catalog).map((publisher) => sourceOf(publisher)), problems: [] };
  }
  const publisher = catalog.publishers.find(({ id }) => id === line.catalog);
  if (publisher === undefined) {
    const ids = ['verified', ...catalog.publishers.map(({ id }) => id)];
    const suggestion = nearest(line.catalog, ids);
    const problem = problemIn(layer, [...path, 'catalog'], {
      code: 'unknown-publisher',
      message: `The catalog has no publisher "${line.catalog}".`,
      expected: `one of ${ids.join(', ')}`,
      ...(suggestion === undefined ? {} : { fix: `Did you mean "${suggestion}"?` }),
    });
    return { sources: [], problems: [problem] };
  }
  if (publisher.images.length === 0) {
    const message = `The catalog has no pattern for the images of "${publisher.id}": ${publisher.notVerifiable ?? 'they differ by customer'}.`;
    const fix = 'Write an entry with "image" and "authorities" instead.';
    return { sources: [], problems: [problemIn(layer, [...path, 'catalog'], { code: 'no-effect', message, fix })] };
  }
  const problems = parameterProblems(layer, line, path, publisher);
  return { sources: problems.length > 0 ? [] : [sourceOf(publisher, line.with)], problems };
}

function parameterProblems(
  layer: Layer,
  line: Extract<AllowLine, { catalog: string }>,
  path: readonly PropertyKey[],
  publisher: Publisher,
): readonly PolicyProblem[] {
  const given = Object.keys(line.with ?? {});
  const missing = publisher.parameters.filter((name) => !given.includes(name));
  const unknown = given.filter((name) => !publisher.parameters.some((key) => key === name));
  const organization = line.with?.organization;
  const problems = [
    ...missing.map((name) =>
      problemIn(layer, [...path, 'with', name], {
        code: 'missing-key',
        message: `The catalog's entry "${publisher.id}" needs "${name}".`,
        expected: `with: { ${publisher.parameters.map((key) => `${key}: …`).join(', ')} }`,
      }),
    ),
    ...unknown.map((name) =>
      problemIn(layer, [...path, 'with', name], {
        code: 'unknown-key',
        message: `The catalog's entry "${publisher.id}" does not take "${name}".`,
        fix: 'Remove it.',
      }),
    ),
  ];
  if (organization !== undefined && !/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(organization)) {
    const message = `"${organization}" is not an organization's name in image references.`;
    const expected = 'one segment of a repository name, such as acme.com';
    problems.push(problemIn(layer, [...path, 'with', 'organization'], { code: 'bad-value', message, expected }));
  }
  return problems;
}

function sourceOf(
  publisher: Publisher,
  given: { organization?: string | undefined; identities?: readonly string[] | undefined } = {},
): Source {
  const patterns = publisher.images.map((image) => image.replaceAll('{organization}', given.organization ?? ''));
  const authorities = publisher.authorities.flatMap((authority) =>
    authority.kind === 'keyless' && authority.subject === '{identities}'
      ? (given.identities ?? []).map((subject) => ({ ...authority, subject }))
      : [authority],
  );
  return { patterns, authorities, publisher };
}

function entryOf(
  layer: Layer,
  line: AllowLine,
  index: number,
  source: { pattern: string; authorities: readonly Authority[]; publisher?: Publisher },
): AllowEntry {
  return {
    name: `allow[${index}]`,
    pattern: source.pattern,
    ...optionalField('publisher', source.publisher?.id),
    ...required(line.require ?? 1),
    authorities: source.authorities,
    signed: line.signed ?? true,
    ...optionalField('reason', line.reason),
    ...(line.provenance === undefined ? {} : { provenance: provenanceOf(line.provenance) }),
    unsignedAttestations: line.attestations?.unsigned ?? 'deny',
    noPackages: line['no-packages'] ?? 'deny',
    wolfi: line.wolfi ?? source.publisher?.wolfi ?? false,
    at: positionIn(layer, ['allow', index]),
  };
}

function required(require: NonNullable<AllowLine['require']>): Pick<AllowEntry, 'require' | 'requireStatements'> {
  if (typeof require === 'number') return { require };
  return { require: require.signatures, requireStatements: require.statements };
}

function requiredVoices({ require, requireStatements = require }: AllowEntry): number {
  return Math.max(require, requireStatements);
}

/** The largest number of independent signers that the authorities can represent. */
function voices(authorities: readonly Authority[]): number {
  return new Set(
    authorities.map((authority, index) =>
      authority.kind === 'keyless' ? JSON.stringify(keylessVoice(authority)) : index,
    ),
  ).size;
}

function provenanceOf(line: NonNullable<AllowLine['provenance']>): ProvenanceRequirement {
  return {
    ...optionalField('builder', line.builder),
    ...optionalField('source', line.source),
    ...optionalField('minLevel', line['min-level']),
  };
}

function contradictions(layer: Layer, line: AllowLine, path: readonly PropertyKey[]): readonly PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  if (line.signed === false && line.reason === undefined) {
    const message = '"signed: false" needs a reason because it accepts these images without a signature.';
    problems.push(problemIn(layer, [...path, 'signed'], { code: 'missing-key', message, expected: 'reason: …' }));
  }
  if (line.signed === false && line.authorities !== undefined) {
    const message = '"signed: false" and "authorities" contradict each other.';
    problems.push(
      problemIn(layer, [...path, 'signed'], { code: 'contradiction', message, fix: 'Remove one of them.' }),
    );
  }
  return problems;
}

function notVerifiable(layer: Layer, path: readonly PropertyKey[], sources: readonly Source[]): PolicyProblem {
  const why = sources.find(({ publisher }) => publisher?.notVerifiable !== undefined)?.publisher?.notVerifiable;
  return problemIn(layer, path, {
    code: 'not-verifiable',
    severity: 'warning',
    message: `This entry names no authority, so signature-verified fails for its images${why === undefined ? '' : ` (${why})`}.`,
    fix: 'Add "authorities", or set "signed: false" with a reason.',
  });
}
