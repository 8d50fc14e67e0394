import type { ProgramKind } from './filesystem-facts.js';

const words = (text: string): readonly string[] => text.split(' ');

/** What programs are called; versions and variants after the name are told apart by `kindOfName`. */
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

/** What a program of this file name is, if it is one that rules ask for. */
export function kindOfName(fileName: string): { readonly name: string; readonly kind: ProgramKind } | null {
  const direct = KINDS.get(fileName);
  if (direct !== undefined) return { name: fileName, kind: direct };
  const stem = VERSIONED.exec(fileName)?.[1];
  const kind = stem === undefined ? undefined : KINDS.get(stem);
  return stem === undefined || kind === undefined ? null : { name: stem, kind };
}
