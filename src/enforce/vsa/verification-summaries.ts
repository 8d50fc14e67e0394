import type { ImageUse } from '../../build-files/image-use.js';
import { groupBy, optionalField } from '../../lib/collections.js';
import { listed } from '../../lib/text.js';
import { formatPlatform, type Platform } from '../../references/platform.js';
import { repositoryName } from '../../references/reference.js';
import { type ExportInput, jsonFile } from '../export-target.js';
import { policyDigest } from '../policy-digest.js';
import { BUILT_ROLES, compare, isAnswered, verifiedReferences } from '../verified-references.js';

/** The type of the statements that the predicates are for. @see https://slsa.dev/spec/v1.0/verification_summary */
const PREDICATE_TYPE = 'https://slsa.dev/verification_summary/v1';
const VERIFIER = 'https://github.com/base-image-gate/base-image-gate';

export interface SummaryInput extends ExportInput {
  /** The commit that was evaluated; null where what was evaluated is not known to be one. */
  readonly commit: { readonly id: string; readonly uri: string } | null;
  /** The server that repositories of policies are on, such as `https://github.com`. */
  readonly server: string;
  /** Why the run did not evaluate the whole commit, as a sentence; null where it did. */
  readonly partial: string | null;
  /** The platforms that a flag or an input names in the place of the policy's; empty where none does. */
  readonly platforms: readonly Platform[];
}

/** A predicate, whose subject it is about, and why it did not pass. */
interface Summary {
  readonly file: string;
  readonly subject: { readonly name: string; readonly digest: Readonly<Record<string, string>> };
  readonly result: 'PASSED' | 'FAILED';
  readonly reason?: string;
}

/**
 * SLSA Verification Summary predicates by the name of their file: one for each image that build files name and one for the
 * commit, with `index.json`, which says whose they are. What failed, was not checked in full or could not be decided is
 * FAILED: the format has no third result, and it must not be taken for a pass.
 */
export function verificationSummaries(given: SummaryInput): Readonly<Record<string, string>> {
  const input = { ...given, partial: given.partial ?? whyNotEveryPlatform(given) };
  const files: Record<string, string> = {};
  const summaries: Summary[] = [];
  const add = (file: string, uri: string, subject: Summary['subject'], reason: string | null) => {
    const result = reason === null ? 'PASSED' : 'FAILED';
    files[file] = jsonFile(predicateOf(input, uri, result));
    summaries.push({ file, subject, result, ...(reason === null ? {} : { reason }) });
  };
  for (const [index, image] of imagesOf(input).entries()) {
    const { name, digest, tag, reason } = image;
    add(`image-${index + 1}.json`, imageUri(name, digest, tag), { name, digest: digestSet(digest) }, reason);
  }
  if (input.commit !== null) {
    const { id, uri } = input.commit;
    add('commit.json', uri, { name: uri, digest: { gitCommit: id } }, whyNotCommit(input));
  }
  const index = { schema: 'base-image-gate/vsa/v1', predicateType: PREDICATE_TYPE, summaries };
  return { 'index.json': jsonFile(index), ...files };
}

/** Why a run did not evaluate all platforms that its policy names; null where it did. */
function whyNotEveryPlatform({ platforms, policy }: SummaryInput): string | null {
  const evaluated = new Set(platforms.map(formatPlatform));
  const left = policy.platforms.map(formatPlatform).filter((platform) => !evaluated.has(platform));
  return evaluated.size === 0 || left.length === 0
    ? null
    : `It was not evaluated for ${listed(left)}, which the policy names.`;
}

function predicateOf(input: SummaryInput, resourceUri: string, verificationResult: Summary['result']): unknown {
  const { report, policy, now } = input;
  return {
    verifier: { id: VERIFIER, version: { 'base-image-gate': report.tool.version } },
    timeVerified: now.toISOString(),
    resourceUri,
    policy: { uri: policyUri(input), digest: { sha256: policyDigest(policy).slice('sha256:'.length) } },
    verificationResult,
    // A level of ours: the gate states none of SLSA's.
    verifiedLevels: verificationResult === 'PASSED' ? [`BASE_IMAGE_GATE_${policy.profile.toUpperCase()}`] : ['FAILED'],
    slsaVersion: '1.0',
  };
}

interface NamedImage {
  readonly name: string;
  readonly digest: string;
  readonly tag?: string;
  readonly reason: string | null;
}

/** Each image that a build pulls, once, with the reason why it did not pass. */
function imagesOf({ report, partial }: SummaryInput): readonly NamedImage[] {
  const { verified } = verifiedReferences(report, BUILT_ROLES);
  const passed = new Set(verified.map(({ reference, digest }) => `${repositoryName(reference)}@${digest}`));
  const answers = groupBy(report.answers, ({ use }) => use);
  const resolved = new Map(report.images.map((image) => [image.id, image.resolved?.digest]));
  const named = report.uses
    .filter(({ role }) => BUILT_ROLES.includes(role))
    .flatMap((use) => {
      const own = answers.get(use.id) ?? [];
      const digests = new Set(own.flatMap(({ image }) => (image === undefined ? [] : (resolved.get(image) ?? []))));
      return [...digests].flatMap((digest) => imageOf(use, digest, use.open === undefined && own.every(isAnswered)));
    });
  const images = [...groupBy(named, ({ name, digest }) => `${name}@${digest}`)].map(([key, all]): NamedImage => {
    const [{ name, digest, reference }] = all;
    const reason =
      partial ??
      (passed.has(key)
        ? all.every(({ whole }) => whole)
          ? null
          : 'A rule could not be evaluated, or a build may use another image.'
        : 'A rule at level error failed or could not be evaluated.');
    const { tag } = reference;
    return { name, digest, reason, ...optionalField('tag', tag) };
  });
  return images.toSorted((a, b) => compare(`${a.name}@${a.digest}`, `${b.name}@${b.digest}`));
}

function imageOf({ reference }: ImageUse, digest: string, whole: boolean) {
  return reference === null ? [] : [{ name: repositoryName(reference), digest, reference, whole }];
}

/** Why the commit did not pass; null where all of it was evaluated, and all of that passed. */
function whyNotCommit({ report, partial }: SummaryInput): string | null {
  if (partial !== null) return partial;
  if (report.verdict !== 'pass') return `The verdict is ${report.verdict}.`;
  if (report.files.length === 0) return 'No build file was found, so nothing was evaluated.';
  const { full, references } = report.coverage;
  if (full < references) return `${references - full} of ${references} references were not checked in full.`;
  const held = report.answers.some(
    (answer) => answer.heldBack === true && answer.waiver === undefined && !isPassed(answer),
  );
  if (held) return 'It passes only under the profile observe.';
  // What the policy excludes, and what is no build file, is skipped deliberately.
  const unread = [...report.files, ...report.definitions].find(
    ({ status }) => status === 'unreadable' || status === 'incomplete',
  );
  if (unread !== undefined) return `${unread.path} was not read in full.`;
  return report.limits.length > 0 ? 'The run exceeded a limit.' : null;
}

function isPassed({ outcome }: { readonly outcome: string }): boolean {
  return outcome === 'pass' || outcome === 'not-applicable';
}

/** A package URL. @see https://github.com/package-url/purl-spec/blob/main/types-doc/oci-definition.md */
function imageUri(name: string, digest: string, tag: string | undefined): string {
  const last = name.slice(name.lastIndexOf('/') + 1);
  const query = `repository_url=${encodeURIComponent(name)}${tag === undefined ? '' : `&tag=${encodeURIComponent(tag)}`}`;
  return `pkg:oci/${encodeURIComponent(last)}@${encodeURIComponent(digest)}?${query}`;
}

function digestSet(digest: string): Readonly<Record<string, string>> {
  const [algorithm = '', hex = ''] = digest.split(':', 2);
  return { [algorithm]: hex };
}

/** Where the policy is, as far as that is known. */
function policyUri({ policy: { source }, commit, server }: SummaryInput): string {
  const { repository, commit: from, path, name } = source;
  if (repository !== undefined && from !== undefined && path !== undefined)
    return `git+${server}/${repository}@${from}#${encodeURI(path)}`;
  return commit !== null && path !== undefined
    ? `${commit.uri}#${encodeURI(path)}`
    : `urn:base-image-gate:policy:${encodeURIComponent(name)}`;
}
