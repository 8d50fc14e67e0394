import { shellCommands } from '../../build-files/script/shell-commands.js';
import { isDefault, isOpen, withDefaults } from '../../build-files/script/word-marks.js';
import { JOINING_WORDS } from './script.js';

/** The shell's own commands, and programs of BusyBox, which every image with a package manager has. */
const EVERYWHERE = new Set(
  `: . [ [[ awk basename break cat cd chgrp chmod chown cmp comm command continue cp cut date dd df
  diff dirname du echo egrep env exec exit export expr false fgrep find grep gunzip gzip head hostname id install kill
  ln local ls md5sum mkdir mkfifo mktemp mv nproc od paste printf pwd read readlink realpath return rm rmdir sed seq set
  sh sha1sum sha256sum sha512sum shift sleep sort stat sync tail tar tee test timeout touch tr trap true type umask
  uname uniq unlink unset unzip wait wc wget which xargs yes`.split(/\s+/),
);

/** What belongs to the language of an official image, and so is in every image that stands for it. */
const OF_LANGUAGE: Readonly<Record<string, readonly string[]>> = {
  node: ['node', 'npm', 'npx'],
  python: ['python', 'python3', 'pip', 'pip3'],
  golang: ['go', 'gofmt', 'git', 'make', 'gcc'],
  rust: ['cargo', 'rustc'],
  ruby: ['ruby', 'gem', 'bundle'],
  php: ['php'],
  maven: ['mvn', 'java', 'javac', 'jar'],
  gradle: ['gradle', 'java', 'javac', 'jar'],
  openjdk: ['java', 'javac', 'jar', 'keytool'],
  'eclipse-temurin': ['java', 'javac', 'jar', 'keytool'],
  amazoncorretto: ['java', 'javac', 'jar', 'keytool'],
  sdk: ['dotnet'],
  aspnet: ['dotnet'],
  runtime: ['dotnet'],
};

/** Official images of distributions. */
const DISTRIBUTIONS = new Set(
  `alpine amazonlinux busybox buildpack-deps centos debian fedora rockylinux ubuntu`
    .split(/\s+/)
    .map((name) => `docker.io/library/${name}`),
);

/** The working directory of official images, where it is not the root. */
const DIRECTORIES: Readonly<Record<string, string>> = { golang: '/go', gradle: '/home/gradle', php: '/var/www/html' };

export function isDistribution(official: string): boolean {
  return DISTRIBUTIONS.has(official);
}

/** The working directory of an official image that runs as root, and of which it is known what is in it. */
export function directoryOfOfficial(official: string): string | undefined {
  const name = official.split('/').at(-1) ?? '';
  const isOfficial = /^docker\.io\/library\/|^mcr\.microsoft\.com\/dotnet\//.test(official);
  return isDistribution(official) || (isOfficial && name in OF_LANGUAGE) ? (DIRECTORIES[name] ?? '/') : undefined;
}

/** Programs of a Wolfi package, where they have another name than the package. */
const OF_PACKAGE: Readonly<Record<string, readonly string[]>> = {
  'build-base': ['gcc', 'g++', 'cc', 'c++', 'make', 'ld', 'ar', 'strip', 'pkg-config'],
  'ca-certificates': ['update-ca-certificates'],
  gcc: ['gcc', 'g++', 'cc', 'c++'],
  binutils: ['ld', 'ar', 'strip', 'objdump'],
  pkgconf: ['pkg-config', 'pkgconf'],
  nodejs: ['node'],
  npm: ['npm', 'npx'],
  python3: ['python3'],
  'py3-pip': ['pip', 'pip3'],
  gnupg: ['gpg'],
  gnutar: ['tar'],
  'openssh-client': ['ssh', 'scp', 'ssh-keyscan', 'ssh-keygen'],
  procps: ['ps', 'pgrep', 'pkill', 'top'],
  'postgresql-client': ['psql', 'pg_dump', 'pg_isready'],
  sqlite: ['sqlite3'],
  libcap: ['setcap', 'getcap'],
  ruby: ['ruby', 'gem', 'bundle'],
  php: ['php'],
  go: ['go', 'gofmt'],
  shadow: ['useradd', 'groupadd', 'usermod'],
};

/** Programs that images of distributions have, and those of Wolfi only with their packages. */
const OF_DISTRIBUTION = new Set(
  'apt apt-get bash dnf dpkg perl rpm runuser setpriv start-stop-daemon yum'.split(/\s+/),
);

/** What a script says of another distribution than Wolfi. */
const FOREIGN =
  /\/etc\/(?:apt|yum|dnf|default|sysconfig|init\.d)\b|sources\.list|\/var\/lib\/dpkg|-linux-gnu\b|\/usr\/share\/keyrings|(?:deb|rpm)\.nodesource|get\.docker\.com|\.(?:deb|rpm)\b|\b(?:trusted\.gpg|debconf|update-rc\.d)\b|\/etc\/apk\/repositories|dl-cdn\.alpinelinux/;
const KEYWORDS = new Set<string>([...JOINING_WORDS, 'in']);
const SYSTEM_DIRECTORY = /^\/(?:usr\/(?:local\/)?)?s?bin\//;
const WRAPPERS = new Set(['exec', 'command', 'time', 'env', 'xargs']);

/** What the stages of a build know to call. */
export interface KnownPrograms {
  /** `docker.io/library/node` */
  readonly official: string;
  readonly hasBash: boolean;
  readonly packages: ReadonlySet<string>;
  /** Programs that the scripts themselves install: `npm install -g yarn`. */
  readonly installed: ReadonlySet<string>;
}

/** Programs that a script installs by the language's own installer. */
export function programsInstalledBy(script: string): readonly string[] {
  return shellCommands(script).flatMap(({ words }) => {
    const [program = '', verb = '', ...rest] = words;
    const isGlobal =
      program === 'npm' &&
      ['install', 'i', 'add'].includes(verb) &&
      rest.some((word) => /^(?:-g|--global)$/.test(word));
    const isPip = /^pip3?$/.test(program) && verb === 'install';
    if (!isGlobal && !isPip) return [];
    return rest.filter((word) => /^[a-z]/.test(word)).map((word) => word.replace(/(?<!^)[@=<>~!].*$/, ''));
  });
}

/**
 * Why a script may not run on another image in the place of an official one: it calls a program that is not known to be
 * there, or is about its distribution. Undefined where all of it is understood.
 */
export function unknownProgram(script: string, known: KnownPrograms): string | undefined {
  const foreign = FOREIGN.exec(script)?.[0];
  if (foreign !== undefined) return `it names ${foreign}, which belongs to its distribution`;
  for (const { words } of shellCommands(script)) {
    const program = programOf(words);
    if (program === undefined || isKnown(program, known)) continue;
    if (isOpen(program) || isDefault(program)) return 'which program it calls is only known to the build';
    return `it calls ${withDefaults(program)}, which the image need not have`;
  }
  return undefined;
}

/** The program of a distribution that a start or SHELL in exec form calls, and that the other image need not have. */
export function missingProgram(words: readonly string[], known: KnownPrograms): string | undefined {
  return words.find((word, index) => {
    const isCalled = index === 0 || words[0]?.split('/').at(-1) === 'env' || word.startsWith('/');
    const name = word.replace(SYSTEM_DIRECTORY, '');
    return isCalled && OF_DISTRIBUTION.has(name) && !isKnown(name, known);
  });
}

function programOf(words: readonly string[]): string | undefined {
  if (words[0] === '(' || words[0] === ')' || words[0] === 'for' || words[0] === '<<') return undefined;
  return words.find((word, index) => {
    if (KEYWORDS.has(word) || /^[A-Za-z_]\w*=/.test(word) || /^\d*[<>]/.test(word)) return false;
    return !(WRAPPERS.has(word) && words.length > index + 1);
  });
}

function isKnown(program: string, { official, hasBash, packages, installed }: KnownPrograms): boolean {
  const name = program.replace(SYSTEM_DIRECTORY, '');
  if (name === './gradlew' || name === './mvnw') return true;
  if (name.includes('/')) return false;
  const language = OF_LANGUAGE[official.split('/').at(-1) ?? ''] ?? [];
  return (
    EVERYWHERE.has(name) ||
    (name === 'bash' && hasBash) ||
    language.includes(name) ||
    packages.has(name) ||
    installed.has(name) ||
    [...packages].some((one) => OF_PACKAGE[one]?.includes(name) === true)
  );
}
