import { alpmCataloger } from './alpm.js';
import { appImageCataloger } from './app-image.js';
import { archiveCataloger, prefixedArchiveCataloger, scriptedArchiveCataloger } from './archive.js';
import { bitnamiCataloger } from './bitnami.js';
import { bundlerCataloger } from './bundler.js';
import { cargoCataloger } from './cargo.js';
import { type CandidateFile, type Cataloger, type FileReader, mergeCatalogs } from './cataloger.js';
import { chiselCataloger } from './chisel.js';
import { composerCataloger } from './composer.js';
import { condaCataloger } from './conda.js';
import { cranCataloger } from './cran.js';
import { debianCopyrightCataloger } from './debian-copyright.js';
import { dotnetBundleCataloger } from './dotnet-bundle.js';
import { fileKind } from './file-kind.js';
import { fileListCatalogers } from './file-lists.js';
import { gemCataloger } from './gem.js';
import { goCataloger } from './go.js';
import { kernelModuleCataloger, packedKernelModuleCataloger } from './kernel-module.js';
import { linkedOpensslCataloger } from './linked-openssl.js';
import { nodeCataloger } from './node.js';
import { npmCopyCataloger } from './npm-copy.js';
import { nugetCataloger } from './nuget.js';
import { opkgCataloger } from './opkg.js';
import { packedProgramCataloger } from './packed-program.js';
import { portageCataloger } from './portage.js';
import { programStringCatalogers } from './program-strings.js';
import { dotnetCataloger, runtimeHeaderCatalogers } from './runtime-headers.js';
import { unpackedArchiveCataloger } from './unpacked-archive.js';
import { vendoredPythonCataloger } from './vendored-python.js';

/** Every cataloger. A new package type is one object here, in a file of its own. */
const CATALOGERS: readonly Cataloger[] = [
  goCataloger,
  nodeCataloger,
  archiveCataloger,
  scriptedArchiveCataloger,
  prefixedArchiveCataloger,
  ...runtimeHeaderCatalogers,
  dotnetCataloger,
  ...programStringCatalogers,
  alpmCataloger,
  appImageCataloger,
  bitnamiCataloger,
  bundlerCataloger,
  cargoCataloger,
  chiselCataloger,
  composerCataloger,
  condaCataloger,
  cranCataloger,
  debianCopyrightCataloger,
  dotnetBundleCataloger,
  ...fileListCatalogers,
  gemCataloger,
  kernelModuleCataloger,
  packedKernelModuleCataloger,
  linkedOpensslCataloger,
  npmCopyCataloger,
  nugetCataloger,
  opkgCataloger,
  packedProgramCataloger,
  portageCataloger,
  unpackedArchiveCataloger,
  vendoredPythonCataloger,
];

const byKind = (kind: CandidateFile['kind']) => {
  const those = CATALOGERS.filter(({ kinds }) => kinds?.includes(kind) ?? true);
  const named = those.filter(({ names }) => names !== undefined);
  return {
    always: those.filter(({ names }) => names === undefined),
    named,
    // One expression for all: most paths of an image belong to no cataloger, and one search rules them out.
    anyName: new RegExp(named.map(({ names }) => names?.source ?? '').join('|')),
  };
};
const TABLES = {
  program: byKind('program'),
  archive: byKind('archive'),
  script: byKind('script'),
  other: byKind('other'),
};

/**
 * What reads a file, or null where no cataloger does.
 *
 * @param head the file's first bytes, eight at least where it has as many; they are written to the reader all the same
 */
export function catalogReader(path: string, size: number, head: Uint8Array): FileReader | null {
  const file: CandidateFile = { path, size, kind: fileKind(head) };
  const { always, named, anyName } = TABLES[file.kind];
  const chosen = anyName.test(path) ? [...always, ...named.filter(({ names }) => names?.test(path))] : always;
  if (chosen.length === 0) return null;
  const readers = chosen.map((cataloger) => cataloger.open(file));
  return {
    write: (chunk) => {
      for (const reader of readers) reader.write(chunk);
    },
    end: () => mergeCatalogs(readers.map((reader) => reader.end())),
  };
}
