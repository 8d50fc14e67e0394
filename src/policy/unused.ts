import type { ImageUse } from '../build-files/image-use.js';
import { groupBy } from '../lib/collections.js';
import { globMatches, parseGlob } from '../references/glob.js';
import { matches, parsePattern } from '../references/pattern.js';
import { policyReference } from './govern.js';
import type { AllowEntry, Policy, PolicyPosition } from './policy.js';
import type { PolicyProblem } from './problem.js';

/** The contents of a repository that a policy can refer to. */
export interface Governed {
  readonly uses: readonly Pick<ImageUse, 'reference'>[];
  /** Every file, relative to the root. */
  readonly paths: readonly string[];
}

/**
 * What a repository's own policy says of nothing that is there: globs of `files.exclude` that match no file, and allow
 * entries that match no image. Entries of a policy that it extends are other repositories' too, and an entry that stands
 * for all verified publishers is not meant for each.
 */
export function unusedParts(policy: Policy, governed: Governed): readonly PolicyProblem[] {
  return [...unmatchedExcludes(policy, governed), ...unmatchedAllow(policy, governed)];
}

function unmatchedExcludes({ files, source }: Policy, { paths }: Governed): readonly PolicyProblem[] {
  return files.exclude.flatMap((text, index) => {
    const glob = parseGlob(text);
    const at = files.excludeAt?.[index];
    if (!glob.ok || at === undefined || at.file !== source.name) return [];
    if (paths.some((path) => globMatches(glob.value, path))) return [];
    const message = `"${text}" matches no file of this repository.`;
    return [noEffect(at, `files.exclude[${index}]`, message, 'Correct the glob, or remove it.')];
  });
}

function unmatchedAllow(policy: Policy, { uses }: Governed): readonly PolicyProblem[] {
  const references = uses.flatMap(({ reference }) => (reference === null ? [] : [policyReference(policy, reference)]));
  // Where nothing is built, the policy is there for other repositories; an image that only a build knows may be what an entry is for.
  if (references.length === 0 || references.length < uses.length) return [];
  const own = policy.allow.filter(({ at }) => at?.file === policy.source.name);
  return [...groupBy(own, ({ name }) => name)].flatMap(([name, entries]) => {
    const [{ at, pattern }] = entries;
    const isForAll = new Set(entries.map(({ publisher }) => publisher)).size > 1;
    if (at === undefined || isForAll || entries.some((entry) => references.some((one) => covers(entry, one))))
      return [];
    const what = entries.length === 1 ? `"${pattern}"` : 'This entry';
    const message = `${what} matches no image that this repository names.`;
    return [noEffect(at, name, message, 'Correct the pattern, or remove the entry if no other repository uses it.')];
  });
}

function covers({ pattern }: AllowEntry, reference: ReturnType<typeof policyReference>): boolean {
  const parsed = parsePattern(pattern);
  return parsed.ok && matches(parsed.value, reference);
}

function noEffect({ file, line, column }: PolicyPosition, key: string, message: string, fix: string): PolicyProblem {
  const range = { line, column, endLine: line, endColumn: column };
  return { code: 'no-effect', severity: 'warning', file, key, ...range, message, fix };
}
