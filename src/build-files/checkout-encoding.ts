import { globMatches, parseGlob } from '../images/glob.js';
import type { RepositoryTree, TreeEntry } from './repository-tree.js';

const ATTRIBUTES = '.gitattributes';
const ATTRIBUTE = 'working-tree-encoding';
/** Far more than anybody writes; git itself stops at 100 MB. */
const MAX_ATTRIBUTES_BYTES = 1024 * 1024;

/** What one .gitattributes says that turns files into others. */
interface Recoding {
  /** Relative to the folder of the attributes; null stands for every file below it. */
  readonly pattern: string | null;
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
  for (const entry of attributes) {
    const folder = entry.path.slice(0, -ATTRIBUTES.length);
    const below = paths.filter((path) => path.startsWith(folder));
    if (below.length === 0) continue;
    for (const { pattern, reason } of await recodings(tree, entry)) {
      for (const path of below) {
        if (pattern === null || mayMatch(pattern, path.slice(folder.length))) found.set(path, reason);
      }
    }
  }
  return found;
}

async function recodings(tree: RepositoryTree, { path, kind }: TreeEntry): Promise<readonly Recoding[]> {
  // A checkout takes the text of the link for the attributes, which is not what is read through it.
  if (kind !== 'file') return [{ pattern: null, reason: `${path}, which says how it is checked out, is no file` }];
  const content = await tree.read(path, MAX_ATTRIBUTES_BYTES);
  if (content.ok)
    return new TextDecoder()
      .decode(content.value)
      .split('\n')
      .flatMap((line) => recodingOf(line, path));
  if (content.error.code === 'not-found') return [];
  return [{ pattern: null, reason: `${path}, which says how it is checked out, can't be read` }];
}

function recodingOf(line: string, path: string): readonly Recoding[] {
  const [pattern = '', ...attributes] = line.trim().split(/[ \t\r]+/);
  if (pattern.startsWith('#')) return [];
  const encoding = attributes.find((attribute) => attribute.startsWith(`${ATTRIBUTE}=`))?.slice(ATTRIBUTE.length + 1);
  if (encoding === undefined || /^utf-?8$/i.test(encoding)) return [];
  const reason = `${path} has it checked out as ${encoding}, so that a build reads another text than the commit holds; take ${ATTRIBUTE} off it`;
  // What a macro stands for may be said of any file.
  return [{ pattern: pattern.startsWith('[attr]') ? null : pattern, reason }];
}

/** In any case, as a checkout on some systems has it. A pattern without a slash is one of names, in any folder. */
function mayMatch(pattern: string, path: string): boolean {
  // What stands for one character is taken for any number of them: `*.[pP]s1` is not about a Dockerfile.
  const wider = pattern.replace(/\[[\w.,-]+\]|\?/g, '*').replace(/(?<!\/)\*{2,}(?!\/)/g, '*');
  if (/[[\]\\"]/.test(wider)) return true;
  const anchored = wider.replace(/^\//, '');
  const glob = parseGlob(anchored.toLowerCase());
  const named = pattern.includes('/') ? path : path.slice(path.lastIndexOf('/') + 1);
  return !glob.ok || globMatches(glob.value, named.toLowerCase());
}
