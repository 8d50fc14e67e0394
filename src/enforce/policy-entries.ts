import { err, ok, type Result } from '../lib/result.js';
import { keylessVoice } from '../policy/identity.js';
import type { AllowEntry, Authority, DenyEntry, Policy } from '../policy/policy.js';
import { globsOverlap, parseGlob } from '../references/glob.js';
import { type ImagePattern, literalPrefixLength, parsePattern, patternsOverlap } from '../references/pattern.js';
import { publicMirrors } from '../references/registry-host.js';

/** An allow entry with its pattern read. */
export interface PatternEntry {
  readonly entry: AllowEntry;
  readonly pattern: ImagePattern;
}

/** The entries of a policy as targets outside of a build say them. */
export interface PolicyEntries {
  /** Those that decide first come first: the longest literal prefix, and of equals the first in the policy. */
  readonly allow: readonly PatternEntry[];
  readonly deny: readonly ImagePattern[];
  /** A sentence for each entry that no target can say, and is therefore denied. */
  readonly stated: readonly string[];
}

/**
 * Reads the allow and deny entries of a policy for targets that see names and signatures alone. Left out are entries whose
 * registry is a wildcard, since a registry answers under several names that these programs take for several registries, and
 * entries that lie in a path that the policy or a public mirror serves another registry's images under.
 */
export function policyEntries(policy: Policy): PolicyEntries {
  const stated: string[] = [];
  const allow: PatternEntry[] = [];
  const mirrors = mirrorPaths(policy);
  for (const entry of policy.allow) {
    const read = parsePattern(entry.pattern);
    if (!read.ok) continue;
    const [host = ''] = read.value.text.split('/');
    const mirror = mirrors.find(({ pattern }) => patternsOverlap(pattern, read.value));
    if (host.includes('*')) stated.push(deniedEntry(entry, 'its registry is a wildcard'));
    else if (mirror !== undefined) stated.push(deniedEntry(entry, `${mirror.path} is a mirror of another registry`));
    else allow.push({ entry, pattern: read.value });
  }
  const rank = ({ pattern }: PatternEntry) => literalPrefixLength(pattern);
  if (policy.allow.length === 0) stated.push('The policy has no allow entries, so every image is denied.');
  return {
    allow: allow.toSorted((a, b) => rank(b) - rank(a)),
    deny: policy.deny.flatMap(denyPatterns),
    stated,
  };
}

/** Says that an entry is denied although the policy allows what it names. */
export function deniedEntry({ name, pattern }: AllowEntry, reason: string): string {
  return `${name} (${pattern}) is denied: ${reason}.`;
}

/** Says that a denial covers more than the policy's: where a tag is resolved first, one by its tag would be passed by. */
export function deniedWhole({ text, name }: ImagePattern): string {
  return `The denial of ${text} covers ${name.text} with every tag.`;
}

/** What every target outside of a build leaves to the gate. */
export const NAMES_AND_SIGNATURES =
  'Names and signatures are enforced; only the gate checks contents, SBOM, provenance, age and vulnerabilities.';

function mirrorPaths(policy: Policy): readonly { readonly path: string; readonly pattern: ImagePattern }[] {
  const own = Object.entries(policy.registries).flatMap(([path, { mirrorOf }]) =>
    mirrorOf === undefined ? [] : [path],
  );
  // A public mirror is another name for what the policy denies.
  const all = policy.deny.length === 0 ? own : [...own, ...publicMirrors()];
  return all.flatMap((path) => {
    const pattern = parsePattern(`${path}/**`);
    return pattern.ok ? [{ path, pattern: pattern.value }] : [];
  });
}

/** Docker Hub has its official images for one architecture each under names of their own. */
const ARCHITECTURES = 'amd64 arm32v5 arm32v6 arm32v7 arm64v8 i386 mips64le ppc64le riscv64 s390x windows-amd64'.split(
  ' ',
);

/** A pattern that can't be read denies everything, as it does in the gate. */
function denyPatterns({ pattern }: DenyEntry): readonly ImagePattern[] {
  const read = parsePattern(pattern);
  const texts = read.ok ? [read.value.text] : ['**'];
  const [, official] = /^docker\.io\/library\/([^/]+)$/.exec(texts[0] ?? '') ?? [];
  if (official !== undefined) texts.push(...ARCHITECTURES.map((name) => `docker.io/${name}/${official}`));
  return texts.flatMap((text) => {
    const parsed = parsePattern(text);
    return parsed.ok ? [parsed.value] : [];
  });
}

/** The signers of an entry in the words of a target. */
export interface EntrySigners<T> {
  readonly authorities: readonly T[];
  /** How many of them have to have signed. */
  readonly require: number;
}

/**
 * The authorities of an entry in the words of a target. Those that it can't say are left out, which only narrows: fewer are
 * left to sign. Fails with a clause where too few are left, or where one signature would count for two of them.
 *
 * @param say what an authority is in the target, or a clause that says why the target can't express it
 */
export function expressAuthorities<T>(
  entry: AllowEntry,
  say: (authority: Authority) => Result<T, string>,
): Result<EntrySigners<T>, string> {
  const all = entry.authorities.map((authority) => ({ authority, expressed: say(authority) }));
  const left = all.flatMap(({ expressed: one }) => (one.ok ? [] : [one.error]));
  const usable = all.flatMap(({ authority, expressed: one }) => (one.ok ? [{ authority, value: one.value }] : []));
  if (usable.length < entry.require) {
    const [why = 'it names no signer'] = left;
    return err(entry.require === 1 ? why : `${entry.require} signers are required, and ${why}`);
  }
  if (entry.require > 1 && overlapping(usable.map(({ authority }) => authority)))
    return err(`${entry.require} signers are required, and one signature could count for two of them`);
  return ok({ authorities: usable.map(({ value }) => value), require: entry.require });
}

/** Whether one signer could meet two authorities. Workflows at different refs are one signer, as they are for the gate. */
function overlapping(authorities: readonly Authority[]): boolean {
  return authorities.some((one, index) =>
    authorities.slice(index + 1).some((other) => {
      if (one.kind !== 'keyless' || other.kind !== 'keyless')
        return one.kind === 'notation' && other.kind === 'notation';
      return one.issuer === other.issuer && voicesOverlap(one.subject, other.subject, one.issuer);
    }),
  );
}

function voicesOverlap(a: string, b: string, issuer: string): boolean {
  const voice = (subject: string) => parseGlob(keylessVoice({ issuer, subject })[1] ?? subject);
  const [one, other] = [voice(a), voice(b)];
  return !one.ok || !other.ok || globsOverlap(one.value, other.value);
}

/** The first thing that an identity demands besides issuer and subject, in the words of a policy. */
export function constraintOf(authority: Extract<Authority, { kind: 'keyless' }>): string | undefined {
  const { sourceRepository, sourceRef, workflow, buildSignerDigest, runnerEnvironment } = authority;
  if (sourceRepository !== undefined) return 'source repository';
  if (sourceRef !== undefined) return 'source ref';
  if (workflow !== undefined) return 'workflow';
  if (buildSignerDigest !== undefined) return 'build signer digest';
  return runnerEnvironment === undefined ? undefined : 'runner environment';
}

/**
 * Lists of which one each has to be met for `require` of the authorities to be: every list that leaves out fewer than
 * that. Targets that know "any of these" and "all of these" say N of M so. Null where that takes more than `most` lists.
 */
export function anyOfEach<T>(
  { authorities, require }: EntrySigners<T>,
  most: number,
): readonly (readonly T[])[] | null {
  const size = authorities.length - require + 1;
  const lists: (readonly T[])[] = [];
  const choose = (from: number, chosen: readonly T[]): boolean => {
    if (chosen.length === size) {
      lists.push(chosen);
      return lists.length <= most;
    }
    for (let index = from; index <= authorities.length - (size - chosen.length); index++) {
      const next = authorities[index];
      if (next !== undefined && !choose(index + 1, [...chosen, next])) return false;
    }
    return true;
  };
  return choose(0, []) ? lists : null;
}

/** A glob of the policy's dialect as a regular expression (RE2) that is anchored at both ends. */
export function anchoredExpression(glob: string): string {
  const escaped = glob.replace(/[\\^$.|?+()[\]{}]/g, '\\$&');
  const body = escaped
    .replace(/(^|\/)\*\*\//g, '$1\u0000')
    .replaceAll('**', '\u0001')
    .replaceAll('*', '[^/]*')
    .replaceAll('\u0000', '(?:.*/)?')
    .replaceAll('\u0001', '.*');
  return `^${body}$`;
}

/** The patterns that decide before an entry: the denials, and the entries that come before it. */
export function decidingBefore(one: PatternEntry, { allow, deny }: PolicyEntries): readonly ImagePattern[] {
  return [...allow.slice(0, allow.indexOf(one)).map(({ pattern }) => pattern), ...deny];
}

/** Whether one of the patterns matches something that `text`, a pattern too, matches. */
export function overlapsAny(text: string, patterns: readonly ImagePattern[]): boolean {
  const own = parsePattern(text);
  return !own.ok || patterns.some((pattern) => patternsOverlap(pattern, own.value));
}
