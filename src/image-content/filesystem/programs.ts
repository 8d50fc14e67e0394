import type { FileEntry } from './file-entry.js';
import type { FileTree } from './file-tree.js';
import type { Program, ProgramKind } from './filesystem-facts.js';
import { kindOfName } from './program-names.js';

/** Folders that programs are called from; `/busybox` is where distroless' debug images keep theirs. */
const PROGRAM_FOLDER = /(?:^|\/)(?:s?bin|libexec|busybox|toybox)$/;

/**
 * The programs of an image that rules ask for: by name in folders that programs are called from (links followed to
 * an executable file), at the root, or in `searchPath`; shells and package managers that are machine code by name in
 * any folder; and by content wherever they lie and whatever they are called.
 * The folders of `searchPath` are those of the configuration's PATH.
 */
export function findPrograms(tree: FileTree, searchPath: readonly string[]): readonly Program[] {
  const onPath = new Set(searchPath.map((folder) => tree.realPath(folder)).filter((folder) => folder !== undefined));
  const found: Program[] = [];
  for (const entry of tree.entries()) {
    if (entry.type !== 'file' && entry.type !== 'link') continue;
    const slash = entry.path.lastIndexOf('/');
    const folder = slash < 0 ? '' : entry.path.slice(0, slash);
    const fileName = entry.path.slice(slash + 1);
    const byContent = entry.type === 'file' ? programsInside(entry) : [];
    const callable = folder === '' || PROGRAM_FOLDER.test(folder) || onPath.has(folder);
    const known = kindOfName(fileName);
    const named = callable || (known !== null && isTool(known.kind) && entry.content?.form === 'elf') ? known : null;
    if (named !== null) {
      const target = entry.type === 'link' ? tree.resolve(entry.path) : entry;
      if (target !== undefined && target.type === 'file' && (target.mode & 0o111) !== 0) {
        found.push({
          ...named,
          path: entry.path,
          ...(target.path === entry.path ? {} : { target: target.path }),
          knownBy: 'name',
        });
      }
    }
    for (const program of byContent) {
      if (program.kind !== named?.kind) found.push({ ...program, path: entry.path, knownBy: 'content' });
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function programsInside(entry: FileEntry): readonly Pick<Program, 'name' | 'kind'>[] {
  // The marks were only looked for in executables.
  return (entry.content?.programs ?? []).map(kindOfName).filter((known) => known !== null);
}

/** Elsewhere, their names are those of folders' scripts and data: `cron.daily/dpkg`, `bash-completion/completions/apt`. */
function isTool(kind: ProgramKind): boolean {
  return kind === 'shell' || kind === 'package-manager';
}
