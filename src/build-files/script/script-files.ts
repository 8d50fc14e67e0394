import { optionalField } from '../../lib/collections.js';
import type { FixKind } from '../reading.js';
import { NO_BUILDS, type RequestedBuilds } from './named-build.js';
import { NO_FILES, type RepositoryFiles } from './repository-files.js';

/** A kind of file that may run builds, and is no definition of builds alone. */
interface ScriptFile {
  readonly matches: RegExp;
  /** What the bytes must have for the file to be read at all. */
  readonly needs: RegExp;
  /** The name alone says little: most files of such names are something else. */
  readonly isCandidate?: true;
  read(
    bytes: Uint8Array,
    directory: string,
    path: string,
    repository: RepositoryFiles,
  ): RequestedBuilds | Promise<RequestedBuilds>;
}

const BUILDS =
  /docker|podman|buildah|nerdctl|buildctl|kaniko|container|\b(?:ko|pack|s2i|nixpacks)[ \t]+(?:build|publish|resolve|apply)\b/i;
/** What names an image that is run, too. */
const RUNS = /docker|podman|buildah|nerdctl|buildctl|kaniko|container|image|services:|steps|include/i;
const BUILDS_OR_INCLUDES = new RegExp(`${BUILDS.source}|include`, 'i');
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const named = (what: string, fixKind?: FixKind): RequestedBuilds => ({
  named: [],
  unseen: [{ what, ...optionalField('fixKind', fixKind) }],
});

async function readShell(bytes: Uint8Array, directory: string): Promise<RequestedBuilds> {
  const { buildsInScript } = await import('./build-command.js');
  return buildsInScript(decode(bytes), { directory: '', own: directory, line: 1, goesOn: true });
}

/** By their names; the first that matches reads a file. What is only named has no literal builds that can be followed. */
const SCRIPT_FILES: readonly ScriptFile[] = [
  {
    matches: /(?:^|\/)(?:GNUm|[mM])akefile$|\.mk$/,
    needs: BUILDS_OR_INCLUDES,
    read: async (bytes, directory, _, repository) =>
      (await import('./makefile.js')).buildsInMakefile(decode(bytes), directory, repository),
  },
  {
    matches: /\.(?:sh|bash|zsh|ksh)$/,
    needs: BUILDS,
    read: readShell,
  },
  {
    matches: /(?:^|\/)package\.json$/,
    needs: BUILDS,
    read: async (bytes, directory) => (await import('./task-runners.js')).buildsInPackageJson(decode(bytes), directory),
  },
  {
    matches: /(?:^|\/)\.?justfile$|\.just$/i,
    needs: BUILDS,
    read: async (bytes, directory) => (await import('./task-runners.js')).buildsInJustfile(decode(bytes), directory),
  },
  {
    matches: /(?:^|\/)[tT]askfile(?:[._-][^/]*)?\.ya?ml$/,
    needs: BUILDS_OR_INCLUDES,
    read: async (bytes, directory, _, repository) =>
      (await import('./task-runners.js')).buildsInTaskfile(bytes, directory, repository),
  },
  {
    matches: /(?:^|\/)skaffold[^/]*\.ya?ml$/,
    needs: /artifacts/,
    read: async (bytes, directory) => (await import('../packaging/skaffold.js')).buildsInSkaffold(bytes, directory),
  },
  {
    matches: /(?:^|\/)\.?goreleaser[^/]*\.ya?ml$/,
    needs: /^(?:dockers|dockers_v2|kos):/m,
    read: async (bytes) => (await import('../packaging/goreleaser.js')).buildsInGoreleaser(bytes),
  },
  {
    matches:
      /(?:^|\/|\.)gitlab-ci\.ya?ml$|^\.gitlab\/.*\.ya?ml$|(?:^|\/)\.circleci\/[^/]+\.ya?ml$|(?:^|\/)azure-pipelines[^/]*\.ya?ml$|(?:^|\/)(?:bitbucket-pipelines|\.travis|\.drone|[^/]*cloudbuild[^/]*|\.?buildkite\/.*)\.(?:ya?ml|json)$|(?:^|\/)\.?tekton\/.*\.ya?ml$|(?:^|\/)\.woodpecker(?:\/.*)?\.ya?ml$|(?:^|\/)buildspec[^/]*\.ya?ml$|^\.semaphore\/.*\.ya?ml$|^(?:\.cirrus|\.?appveyor|codefresh)\.ya?ml$/,
    needs: RUNS,
    read: async (bytes, _, path, { paths }) => (await import('../ci/ci-file.js')).buildsInCiFile(bytes, path, paths),
  },
  {
    matches: /(?:^|\/)Earthfile$/,
    needs: /^\s*(?:FROM|BUILD|IMPORT|WITH|RUN)\b/m,
    read: async (bytes, directory) =>
      (await import('../packaging/earthfile.js')).buildsInEarthfile(decode(bytes), directory),
  },
  {
    matches: /(?:^|\/)\.ko\.ya?ml$/,
    needs: /^(?:defaultBaseImage|baseImageOverrides):/m,
    read: async (bytes) => (await import('../packaging/ko.js')).buildsInKo(bytes),
  },
  {
    matches: /(?:^|\/)Jenkinsfile(?:\.[^/]*)?$/,
    needs:
      /docker\.build\s*\(|(?:docker|podman|buildah|nerdctl)\s[^\n]{0,200}\b(?:build|bud)\b|dockerfile\s+(?:true|\{)/,
    read: () => named('builds images with Jenkins, which is not read', 'jenkins'),
  },
  {
    matches: /(?:^|\/)Tiltfile$|\.tiltfile$/i,
    needs: /\b(?:docker_build|custom_build|docker_compose)\w*\s*\(/,
    read: () => named('builds images with Tilt, which is not read', 'tilt'),
  },
  {
    matches: /(?:^|\/)(?:pom\.xml|[^/]*\.gradle(?:\.kts)?)$/,
    needs:
      /jib-maven-plugin|docker-maven-plugin|dockerfile-maven-plugin|com\.google\.cloud\.tools\.jib|com\.bmuschko\.docker|com\.palantir\.docker|bootBuildImage/,
    read: () => named('builds images with a plugin of Maven or Gradle, which is not read', 'plugin'),
  },
  {
    matches:
      /(?:^|\/)(?:fly|railway)[^/]*\.toml$|(?:^|\/)(?:render\.ya?ml|heroku\.yml|railway\.json|captain-definition|werf[^/]*\.ya?ml|CMakeLists\.txt|Rakefile|fabfile\.py|noxfile\.py|tasks\.py|[^/]*\.rake|[^/]*\.tf|[^/]*\.build)$/,
    needs:
      /^\s*["']?(?:dockerfile|dockerfilePath)["']?\s*[:=]|"dockerfilePath"\s*:|^ {2}docker:$|\bdocker[\t ,"']+(?:buildx[\t ,"']+)?build\b|^resource\s+"docker_image"|^\[Build\]\s*$/m,
    read: () => named('builds images in a form that is not read'),
  },
  {
    // A script that is called by its name alone, as a command.
    matches: /(?:^|\/)[a-z][\w-]*$/,
    needs: /^#! *(?:\/[^\s/]{1,50}){1,5}(?: +-\w+)?(?: +(?:ba|da|z|k|a)?sh\b|(?<=\/(?:ba|da|z|k|a)?sh)\b)/,
    isCandidate: true,
    read: (bytes, directory) => (BUILDS.test(decode(bytes)) ? readShell(bytes, directory) : NO_BUILDS),
  },
  {
    // Templates of Azure Pipelines, and tasks of Tekton, have any name.
    matches: /(?:^|\/)[^/]*(?:tekton|tasks?|pipelines?|step-?actions?|azuredevops)[^/]*(?:\/.*)?\.ya?ml$/i,
    needs: /^apiVersion: *["']?tekton\.dev\/|^ *- +(?:script|bash|task): /m,
    isCandidate: true,
    read: async (bytes, _, path) =>
      BUILDS.test(decode(bytes)) ? (await import('../ci/ci-file.js')).buildsInCiFile(bytes, path) : NO_BUILDS,
  },
  {
    matches: /\.(?:ps1|psm1|cmd|bat)$/i,
    needs: /^[ \t&@]*(?:call[ \t]+)?(?:docker|podman|nerdctl)(?:\.exe)?[ \t]+(?:\w+[ \t]+)?(?:build|bake)\b/im,
    read: () => named('builds images in a script for Windows, which is not read', 'windows'),
  },
];

/**
 * Whether a path is that of a file whose scripts may build; `candidate` where most files of such a name are something
 * else. Those of dependencies build nothing here.
 */
export function scriptFileKind(path: string): 'script' | 'candidate' | undefined {
  if (/(?:^|\/)(?:node_modules|vendor)\//.test(path)) return undefined;
  const kind = SCRIPT_FILES.find(({ matches }) => matches.test(path));
  return kind === undefined ? undefined : kind.isCandidate === true ? 'candidate' : 'script';
}

/** Whether a path is that of a file which is opened for the scripts that it may have. */
export function isScriptFile(path: string): boolean {
  return scriptFileKind(path) !== undefined;
}

/** What a file of these kinds builds, and names without being read; `as` is a path of its kind, where its own says none. */
export async function buildsInFile(
  path: string,
  bytes: Uint8Array,
  repository: RepositoryFiles = NO_FILES,
  as: string = path,
): Promise<RequestedBuilds> {
  const kind = SCRIPT_FILES.find(({ matches }) => matches.test(as));
  if (kind === undefined || !kind.needs.test(decode(bytes))) return NO_BUILDS;
  return kind.read(bytes, path.slice(0, Math.max(path.lastIndexOf('/'), 0)), as, repository);
}
