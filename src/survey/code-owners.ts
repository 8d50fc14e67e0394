import type { RepositoryTree } from '../build-files/repository-tree.js';
import { type Glob, globMatches, parseGlob } from '../references/glob.js';

/**
 * Where GitHub looks for code owners; the first that is there counts.
 *
 * @see https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
 */
export const CODEOWNERS_PATHS: readonly string[] = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'];

/** GitHub does not load a longer file. */
const MAX_BYTES = 3 * 1024 * 1024;
const MAX_LINES = 20_000;
/** Characters of paths that are matched with patterns, for one repository: two seconds at most. */
const MAX_COMPARED = 1_000_000;
/** Owners of one file that are named. */
const MAX_OWNERS = 20;

const OWNER = /^@[A-Za-z0-9_.-]{1,100}(?:\/[A-Za-z0-9_.-]{1,100})?$|^[^\s@<>]{1,64}@[A-Za-z0-9.-]{1,190}$/;

interface OwnedPattern {
  readonly globs: readonly Glob[];
  /** What a path must contain for a glob to match at all: most patterns are ruled out by it. */
  readonly literals: readonly string[];
  readonly owners: readonly string[];
}

/** Says who owns a file of a repository: names such as `@acme/platform`, none if the file has no owner. */
export type OwnersOf = (path: string) => readonly string[];

/**
 * Reads the code owners of a repository. What can't be read owns nothing: owners inform, and decide nothing. `onLimit`
 * is called where the file, or a part of it, was not applied.
 */
export async function readCodeOwners(tree: RepositoryTree, onLimit: () => void): Promise<OwnersOf> {
  for (const path of CODEOWNERS_PATHS) {
    const content = await tree.read(path, MAX_BYTES);
    if (content.ok) return codeOwners(new TextDecoder().decode(content.value), onLimit);
    if (content.error.code === 'not-found') continue;
    onLimit();
    break;
  }
  return () => [];
}

/**
 * Reads the text of a CODEOWNERS file. The last line that matches a path decides, also one without owners. Lines that
 * GitHub does not support (`!`, `[ ]`, an escaped `#`) match nothing. Of a file with too many lines none counts: those
 * that are not read could decide otherwise. `onLimit` is called where a limit leaves an owner out.
 */
export function codeOwners(text: string, onLimit: () => void): OwnersOf {
  const lines = text.split(/\r?\n/, MAX_LINES + 1);
  if (lines.length > MAX_LINES) {
    onLimit();
    return () => [];
  }
  const patterns = lines.flatMap((line) => patternOf(line) ?? []).reverse();
  let left = MAX_COMPARED;
  return (path) => {
    for (const { globs, literals, owners } of patterns) {
      if (!literals.every((literal) => path.includes(literal))) continue;
      left -= path.length;
      if (left < 0) {
        onLimit();
        return [];
      }
      if (globs.some((glob) => globMatches(glob, path))) return owners;
    }
    return [];
  };
}

function patternOf(line: string): OwnedPattern | null {
  const words = line.trim().match(/(?:\\.|\S)+/g) ?? [];
  const [pattern, ...rest] = words;
  if (pattern === undefined || pattern.startsWith('#')) return null;
  const comment = rest.findIndex((word) => word.startsWith('#'));
  const owners = (comment < 0 ? rest : rest.slice(0, comment)).filter((word) => OWNER.test(word)).slice(0, MAX_OWNERS);
  if (/^!|[[\]]|\\#/.test(pattern)) return null;
  const text = pattern.replace(/\\(.)/g, '$1');
  const globs = globsOf(text);
  const literals = text.split('*').map((part) => part.replace(/^\/|\/$/g, ''));
  return globs.length === 0 ? null : { globs, literals, owners };
}

/** The globs of a pattern as .gitignore has it; `docs/*` is about the files of that directory alone. */
function globsOf(pattern: string): readonly Glob[] {
  const plain = pattern.replace(/^\/|\/$/g, '');
  if (plain === '') return [];
  const isAnchored = pattern.startsWith('/') || plain.includes('/');
  const base = isAnchored || plain.startsWith('**') ? plain : `**/${plain}`;
  const below = /\/\*$/.test(plain) || plain.endsWith('**') ? [] : [`${base}/**`];
  const texts = pattern.endsWith('/') ? [`${base}/**`] : [base, ...below];
  return texts.flatMap((text) => {
    const glob = parseGlob(text);
    return glob.ok ? [glob.value] : [];
  });
}
