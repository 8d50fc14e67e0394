import { plural } from '../lib/text.js';
import { type Glob, globMatches, parseGlob } from '../references/glob.js';
import type { RepositoryTree, TreeEntry } from './repository-tree.js';

const ATTRIBUTES = '.gitattributes';
const ENCODING = 'working-tree-encoding';
/** All of them together: far more than real repositories have. */
const MAX_ATTRIBUTES_BYTES = 4 * 1024 * 1024;
/** Patterns that say how a checkout changes files, all together. */
const MAX_PATTERNS = 1000;
/** Comparing patterns with build files, all together: characters of both, for each pair. It takes a second at most. */
const MAX_COMPARISONS = 20_000_000;

/** How a checkout changes what the commit holds. */
type Change = 'encoding' | 'ident' | 'export-subst' | 'filter' | 'lfs' | 'eol' | 'unknown';

/** What one line of a .gitattributes says that turns files into others. */
interface Recoding {
  readonly change: Change;
  readonly pattern: Pattern;
  readonly reason: string;
}

/** A line by which a file of this very name or path keeps what an earlier line would have changed. */
interface Unset {
  readonly unset: readonly Change[];
  readonly literal: string;
}

/** Which paths a line is about: all, those that a glob matches, or files of a name wherever they are. */
type Pattern = { readonly kind: 'any' } | { readonly kind: 'path' | 'name'; readonly glob: Glob };

/** How a build file is checked out as something else. */
export interface Recoded {
  readonly change: Change;
  /** In a clause. */
  readonly reason: string;
}

/** The text that a checkout replaces, by the attribute. */
const REPLACED: Readonly<Partial<Record<Change, string>>> = { ident: '$Id', 'export-subst': '$Format:' };
/** What git-lfs writes into the commit in a file's place. @see https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
const LFS_POINTER = 'version https://git-lfs.github.com/spec/';

/**
 * Why a file's text is not what a build reads, in a clause; undefined where none of what the attributes say changes these
 * bytes. Changed line ends need no decision here: both versions are read.
 */
export function whyRecoded(content: Uint8Array, found: readonly Recoded[] | undefined): string | undefined {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (bytes.subarray(0, LFS_POINTER.length).toString('latin1') === LFS_POINTER)
    return 'it is a Git LFS pointer, so the file itself is not in the commit; keep build files out of LFS';
  return found?.find(({ change }) => {
    const replaced = REPLACED[change];
    return change !== 'eol' && change !== 'lfs' && (replaced === undefined || bytes.includes(replaced));
  })?.reason;
}

/** The same bytes with the other line ends, where the attributes change those; undefined where both are the same. */
export function withOtherLineEnds(content: Uint8Array, found: readonly Recoded[] | undefined): Uint8Array | undefined {
  if (found?.some(({ change }) => change === 'eol') !== true) return undefined;
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1');
  const unix = text.replaceAll('\r\n', '\n');
  return Buffer.from(unix === text ? text.replaceAll('\n', '\r\n') : unix, 'latin1');
}

/**
 * What the attributes of a repository have a checkout change in build files: their encoding, `$Id$` and `$Format:$`, what
 * filters make of them, and their line ends. A text chosen for it is one Dockerfile in the commit and another in the
 * checkout, so the commit alone does not say what is built. Where a pattern is not understood it is taken to match.
 *
 * @see https://git-scm.com/docs/gitattributes
 */
export async function recodedPaths(
  tree: RepositoryTree,
  entries: readonly TreeEntry[],
  paths: readonly string[],
): Promise<ReadonlyMap<string, readonly Recoded[]>> {
  const attributes = entries
    .filter(({ path }) => path === ATTRIBUTES || path.endsWith(`/${ATTRIBUTES}`))
    // Macros of a directory hold for those below.
    .sort((a, b) => a.path.length - b.path.length);
  // One of each kind says all.
  const found = new Map<string, Map<Change, Recoded>>();
  const add = (path: string, recoded: Recoded) => {
    const known = found.get(path) ?? new Map<Change, Recoded>();
    if (!known.has(recoded.change)) found.set(path, known.set(recoded.change, recoded));
  };
  const lists = () => new Map([...found].map(([path, byChange]) => [path, [...byChange.values()]]));
  const left = { bytes: MAX_ATTRIBUTES_BYTES, patterns: MAX_PATTERNS, comparisons: MAX_COMPARISONS };
  const macros = new Map<string, readonly (readonly [Change, string])[]>();
  for (const entry of attributes) {
    const directory = entry.path.slice(0, -ATTRIBUTES.length);
    const below = paths.filter((path) => path.startsWith(directory));
    if (below.length === 0) continue;
    for (const recoding of await recodings(tree, entry, left, macros)) {
      if ('unset' in recoding) {
        for (const path of below.filter((one) => isNamed(one.slice(directory.length), recoding)))
          for (const change of recoding.unset) found.get(path)?.delete(change);
        continue;
      }
      for (const path of below) {
        if (mayMatch(recoding.pattern, path.slice(directory.length), left)) add(path, recoding);
        if (left.comparisons >= 0) continue;
        const reason = `${entry.path} has too many patterns for the build files (limit attribute-comparisons)`;
        for (const one of paths) add(one, { change: 'unknown', reason });
        return lists();
      }
    }
  }
  return lists();
}

async function recodings(
  tree: RepositoryTree,
  { path, kind }: TreeEntry,
  left: { bytes: number; patterns: number },
  macros: Map<string, readonly (readonly [Change, string])[]>,
): Promise<readonly (Recoding | Unset)[]> {
  const any = (why: string): readonly Recoding[] => [
    { change: 'unknown', pattern: { kind: 'any' }, reason: `${path}, which controls how it is checked out, ${why}` },
  ];
  // A checkout takes the text of the link for the attributes, which is not what is read through it.
  if (kind !== 'file') return any('is not a file');
  const content = await tree.read(path, left.bytes);
  if (!content.ok) {
    if (content.error.code === 'not-found') return [];
    if (content.error.code !== 'too-large') return any("can't be read");
    const most = plural(MAX_ATTRIBUTES_BYTES, 'byte');
    return any(`has, together with all other .gitattributes files, more than ${most} (limit attributes-bytes)`);
  }
  left.bytes -= content.value.length;
  // Of lines that are the same the last decides.
  const lines = [...new Set(new TextDecoder().decode(content.value).split('\n').reverse())].reverse();
  const defining = lines.filter((line) => line.trimStart().startsWith(MACRO));
  for (let pass = 0; pass < MACRO_DEPTH; pass++) for (const line of defining) readMacro(line, path, macros);
  const recodings = lines.flatMap((line) => recodingsOf(line, path, macros));
  left.patterns -= recodings.filter((one) => 'unset' in one || one.change !== 'eol').length;
  if (left.patterns >= 0) return recodings;
  const most = plural(MAX_PATTERNS, 'pattern');
  return any(
    `has, together with all other .gitattributes files, more than ${most} that change files (limit attribute-patterns)`,
  );
}

const MACRO = '[attr]';
/** Macros that stand for macros which are defined later; real files do not nest them deeper. */
const MACRO_DEPTH = 4;

/** A macro applies to every file that names it, in this file and those below. */
function readMacro(line: string, path: string, macros: Map<string, readonly (readonly [Change, string])[]>): void {
  const [first = '', ...attributes] = wordsOf(line);
  if (!first.startsWith(MACRO)) return;
  const changes = attributes.flatMap((attribute) => changesOf(attribute, path, macros));
  const name = first.slice(MACRO.length);
  macros.set(name, [...new Map([...(macros.get(name) ?? []), ...changes])]);
}

function wordsOf(line: string): readonly string[] {
  return line
    .trim()
    .split(/[ \t\r]+/)
    .filter((word) => word !== '');
}

function recodingsOf(
  line: string,
  path: string,
  macros: ReadonlyMap<string, readonly (readonly [Change, string])[]>,
): readonly (Recoding | Unset)[] {
  const [pattern = '', ...attributes] = wordsOf(line);
  if (pattern === '' || pattern.startsWith('#') || pattern.startsWith(MACRO)) return [];
  const unset = LITERAL.test(pattern) ? attributes.flatMap((attribute) => UNSET.get(attribute) ?? []) : [];
  const own: readonly Unset[] = unset.length === 0 ? [] : [{ unset, literal: pattern }];
  const changes = attributes.flatMap((attribute) => changesOf(attribute, path, macros));
  if (changes.length === 0) return own;
  const about = patternOf(pattern);
  return [...own, ...[...new Map(changes)].map(([change, reason]) => ({ change, pattern: about, reason }))];
}

/** A name or path without anything that git reads as more than itself. */
const LITERAL = /^[\w.,/+@-]+$/;
/** Only the attribute itself takes a change back: `-text` leaves `eol`, and a macro that is unset leaves what it set. */
const UNSET: ReadonlyMap<string, readonly Change[]> = new Map(
  (
    [
      [ENCODING, ['encoding']],
      ['ident', ['ident']],
      ['export-subst', ['export-subst']],
      ['filter', ['filter', 'lfs']],
    ] as const
  ).flatMap(([name, changes]) => [
    [`-${name}`, changes],
    [`!${name}`, changes],
  ]),
);

/** Whether a path below the directory is the one that a line names. A pattern without a slash is one of names. */
function isNamed(path: string, { literal }: Unset): boolean {
  if (!literal.includes('/')) return path === literal || path.endsWith(`/${literal}`);
  return path === literal.replace(/^\//, '');
}

/** What one attribute has a checkout change. Git's built-in macro `binary` only switches things off. */
function changesOf(
  attribute: string,
  path: string,
  macros: ReadonlyMap<string, readonly (readonly [Change, string])[]>,
): readonly (readonly [Change, string])[] {
  if (attribute.startsWith('-') || attribute.startsWith('!')) return [];
  const [name = '', value] = splitOnce(attribute);
  const why = (change: Change, how: string) =>
    [
      [change, `${path} has it ${how}, so a build reads other text than the commit contains; remove ${name} from it`],
    ] as const;
  switch (name) {
    case ENCODING:
      return value === undefined || /^utf-?8$/i.test(value)
        ? []
        : why('encoding', `checked out as ${value.slice(0, 40)}`);
    case 'ident':
      return why('ident', 'checked out with $Id$ replaced');
    case 'export-subst':
      return why('export-subst', 'archived with $Format:$ replaced');
    case 'filter':
      return value === 'lfs'
        ? why('lfs', 'checked out from Git LFS')
        : why('filter', `checked out through the filter ${(value ?? '').slice(0, 40)}`);
    case 'text':
    case 'eol':
    case 'crlf':
      return why('eol', 'checked out with other line ends');
    default:
      return macros.get(name) ?? [];
  }
}

function splitOnce(text: string): readonly [string, string?] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text] : [text.slice(0, equals), text.slice(equals + 1)];
}

/** In any case, as a checkout on some systems has it. A pattern without a slash is one of names, in any directory. */
function patternOf(pattern: string): Pattern {
  // What stands for one character is taken for any number of them: `*.[pP]s1` is not about a Dockerfile.
  const wider = pattern.replace(/\[[\w.,-]+\]|\?/g, '*').replace(/(?<!\/)\*{2,}(?!\/)/g, '*');
  const glob = parseGlob(wider.replace(/^\//, '').toLowerCase());
  if (/[[\]\\"]/.test(wider) || !glob.ok) return { kind: 'any' };
  return { kind: pattern.includes('/') ? 'path' : 'name', glob: glob.value };
}

function mayMatch(pattern: Pattern, path: string, left: { comparisons: number }): boolean {
  if (pattern.kind === 'any') return true;
  const text = path.slice(pattern.kind === 'name' ? path.lastIndexOf('/') + 1 : 0).toLowerCase();
  const { glob } = pattern;
  // Most are about other names, which the literal end says at once.
  // What `**/` stands for may be nothing, its slash included.
  const literal = glob.text.slice(glob.text.lastIndexOf('*') + 1).replace(/^\//, '');
  left.comparisons -= 1;
  if (!text.endsWith(literal)) return false;
  // Each character of the text is compared with as many places in the glob as its wildcards leave open.
  left.comparisons -= text.length * glob.tokens.length;
  return left.comparisons >= 0 && globMatches(glob, text);
}
