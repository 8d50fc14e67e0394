import type { FileEntry } from './file-entry.js';
import type { FileTree } from './file-tree.js';
import type { Program, ProgramKind } from './filesystem-facts.js';

const words = (text: string): readonly string[] => text.split(' ');

/** What programs are called; versions and variants after the name are distinguished by `kindOfName`. */
const NAMES: Readonly<Record<ProgramKind, readonly string[]>> = {
  shell: words(
    'sh bash rbash ash dash zsh ksh ksh93 mksh lksh oksh loksh yash posh fish csh tcsh sash hush osh ysh busybox toybox pwsh nu elvish xonsh',
  ),
  'package-manager': words(
    'apk apt apt-get aptitude dpkg dpkg-deb yum dnf dnf5 microdnf rpm zypper tdnf opkg ipkg pacman emerge xbps-install nix-env swupd',
  ),
  'language-package-manager': words(
    'pip pip3 pipx easy_install uv poetry pdm conda mamba micromamba npm npx yarn yarnpkg pnpm pnpx corepack bun bunx gem bundle bundler cargo composer cpan cpanm luarocks mix nuget',
  ),
  'download-tool': words(
    'curl wget wget2 aria2c axel lynx ftp tftp lftp ncftpget nc ncat netcat socat scp sftp rsync fetch http https',
  ),
  compiler: words(
    'gcc g++ cc c++ clang clang++ tcc rustc go gccgo javac ghc gfortran as ld ld.bfd ld.gold ld.lld make cmake dotnet-sdk',
  ),
  interpreter: words(
    'python python2 python3 perl ruby node nodejs deno bun php lua luajit tclsh guile awk gawk mawk java dotnet',
  ),
};

const KINDS = new Map<string, ProgramKind>();
// In this order: `bun` is an installer before it is an interpreter.
for (const kind of [
  'interpreter',
  'compiler',
  'download-tool',
  'language-package-manager',
  'package-manager',
  'shell',
] as const) {
  for (const name of NAMES[kind]) KINDS.set(name, kind);
}

/** `python3.12`, `gcc-13`, `x86_64-linux-gnu-gcc-13`, `pip3.11`, `ruby3.2`: names with a version or a target. */
const VERSIONED = /^(?:[a-z0-9_]+-[a-z0-9_]+-(?:[a-z0-9_]+-)?)?([a-z+]+[0-9]?)-?[0-9]+(?:\.[0-9]+)*$/;

/** What a program of this file name is, if it is one that rules need. */
function kindOfName(fileName: string): { readonly name: string; readonly kind: ProgramKind } | null {
  const direct = KINDS.get(fileName);
  if (direct !== undefined) return { name: fileName, kind: direct };
  const stem = VERSIONED.exec(fileName)?.[1];
  const kind = stem === undefined ? undefined : KINDS.get(stem);
  return stem === undefined || kind === undefined ? null : { name: stem, kind };
}

/** Directories that programs are called from; `/busybox` is where distroless' debug images keep theirs. */
const PROGRAM_DIRECTORY = /(?:^|\/)(?:s?bin|libexec|busybox|toybox)$/;

/**
 * The programs of an image that rules need: by name in directories that programs are called from (links followed to
 * an executable file), at the root, or in `searchPath`; shells and package managers that are machine code by name in
 * any directory; and by content, in any directory and under any name.
 * The directories of `searchPath` are those of the configuration's PATH.
 */
export function findPrograms(tree: FileTree, searchPath: readonly string[]): readonly Program[] {
  const onPath = new Set(
    searchPath.map((directory) => tree.realPath(directory)).filter((directory) => directory !== undefined),
  );
  const found: Program[] = [];
  for (const entry of tree.entries()) {
    if (entry.type !== 'file' && entry.type !== 'link') continue;
    const slash = entry.path.lastIndexOf('/');
    const directory = slash < 0 ? '' : entry.path.slice(0, slash);
    const fileName = entry.path.slice(slash + 1);
    const byContent = entry.type === 'file' ? programsInside(entry) : [];
    const callable = directory === '' || PROGRAM_DIRECTORY.test(directory) || onPath.has(directory);
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
  if ((entry.mode & 0o111) === 0) return [];
  return (entry.content?.programs ?? []).map(kindOfName).filter((known) => known !== null);
}

/** Elsewhere, their names are those of directories' scripts and data: `cron.daily/dpkg`, `bash-completion/completions/apt`. */
function isTool(kind: ProgramKind): boolean {
  return kind === 'shell' || kind === 'package-manager';
}
