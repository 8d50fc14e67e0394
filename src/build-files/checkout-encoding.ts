import { plural } from '../lib/text.js';
import { globMatches, parseGlob } from '../references/glob.js';
import type { RepositoryTree, TreeEntry } from './repository-tree.js';

const ATTRIBUTES = '.gitattributes';
const ATTRIBUTE = 'working-tree-encoding';
/** All of them together: far more than anybody writes. */
const MAX_ATTRIBUTES_BYTES = 4 * 1024 * 1024;
/** Patterns of other encodings, all together: each is held against every build file. */
const MAX_PATTERNS = 1000;

/** What one .gitattributes says that turns files into others. */
interface Recoding {
  /** Whether it may be about a path, which is relative to the directory of the attributes. */
  readonly mayMatch: (path: string) => boolean;
  readonly reason: string;
}

/**
 * The build files that a checkout writes in another encoding than the commit has, each with the reason, in a clause. A
 * text chosen for it is one Dockerfile in UTF-8 and another in UTF-16, so the commit does not tell what is built. Where a
 * pattern is not understood it is taken to match.
 *
 * @see https://git-scm.com/docs/gitattributes#_working_tree_encoding
 */
export async function recodedPaths(
  tree: RepositoryTree,
  entries: readonly TreeEntry[],
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const attributes = entries.filter(({ path }) => path === ATTRIBUTES || path.endsWith(`/${ATTRIBUTES}`));
  const found = new Map<string, string>();
  const left = { bytes: MAX_ATTRIBUTES_BYTES, patterns: MAX_PATTERNS };
  for (const entry of attributes) {
    const directory = entry.path.slice(0, -ATTRIBUTES.length);
    const below = paths.filter((path) => path.startsWith(directory));
    if (below.length === 0) continue;
    for (const { mayMatch, reason } of await recodings(tree, entry, left))
      for (const path of below) if (mayMatch(path.slice(directory.length))) found.set(path, reason);
  }
  return found;
}

async function recodings(
  tree: RepositoryTree,
  { path, kind }: TreeEntry,
  left: { bytes: number; patterns: number },
): Promise<readonly Recoding[]> {
  const any = (why: string): readonly Recoding[] => [
    { mayMatch: () => true, reason: `${path}, which says how it is checked out, ${why}` },
  ];
  // A checkout takes the text of the link for the attributes, which is not what is read through it.
  if (kind !== 'file') return any('is no file');
  const content = await tree.read(path, left.bytes);
  if (!content.ok) {
    if (content.error.code === 'not-found') return [];
    if (content.error.code !== 'too-large') return any("can't be read");
    const most = plural(MAX_ATTRIBUTES_BYTES, 'byte');
    return any(`has, with all others of its name, more than ${most} (limit attributes-bytes)`);
  }
  left.bytes -= content.value.length;
  const lines = new Set(new TextDecoder().decode(content.value).split('\n'));
  const said = [...lines].flatMap((line) => recodingOf(line, path));
  left.patterns -= said.length;
  if (left.patterns >= 0) return said;
  const most = plural(MAX_PATTERNS, 'pattern');
  return any(`has, with all others of its name, more than ${most} with ${ATTRIBUTE} (limit attribute-patterns)`);
}

function recodingOf(line: string, path: string): readonly Recoding[] {
  const [pattern = '', ...attributes] = line.trim().split(/[ \t\r]+/);
  if (pattern.startsWith('#')) return [];
  const encoding = attributes.find((attribute) => attribute.startsWith(`${ATTRIBUTE}=`))?.slice(ATTRIBUTE.length + 1);
  if (encoding === undefined || /^utf-?8$/i.test(encoding)) return [];
  const reason = `${path} has it checked out as ${encoding.slice(0, 40)}, so that a build reads another text than the commit holds; take ${ATTRIBUTE} off it`;
  return [{ mayMatch: matcherOf(pattern), reason }];
}

/** In any case, as a checkout on some systems has it. A pattern without a slash is one of names, in any directory. */
function matcherOf(pattern: string): Recoding['mayMatch'] {
  // What a macro stands for may be said of any file.
  if (pattern.startsWith('[attr]')) return () => true;
  // What stands for one character is taken for any number of them: `*.[pP]s1` is not about a Dockerfile.
  const wider = pattern.replace(/\[[\w.,-]+\]|\?/g, '*').replace(/(?<!\/)\*{2,}(?!\/)/g, '*');
  const glob = parseGlob(wider.replace(/^\//, '').toLowerCase());
  if (/[[\]\\"]/.test(wider) || !glob.ok) return () => true;
  const isOfNames = !pattern.includes('/');
  return (path) => globMatches(glob.value, path.slice(isOfNames ? path.lastIndexOf('/') + 1 : 0).toLowerCase());
}
