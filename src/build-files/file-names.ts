/** What a file's name says of it. */
export type NameKind = 'dockerfile' | 'template' | 'prose' | 'ignore-file' | 'other';

/** Endings of files that something fills in, or that another program reads before the builder does. */
const TEMPLATE = /\.(?:j2|jinja2?|tmpl|tpl|gotmpl|template|erb|ejs|em|in|m4|mustache|hbs|tera)$/i;
const PROSE = /\.(?:md|mdx|markdown|rst|adoc|asciidoc|html?|pdf)$/i;
/** Endings of programs and data: `dockerfile.go` and `DockerfileParser.java` are of programs that read Dockerfiles. */
const PROGRAM =
  /\.(?:go|py|pyi|rego|[cm]?[jt]sx?|java|kts?|rb|rs|c|h|cc|hpp|cs|php|pl|sh|bash|ps1|bat|ya?ml|json5?|toml|xml|css|svg|png|jpe?g|gif|lock|snap|sum|proto|scala|swift|exs?|lua|vim|vue|ipynb|nix|el|g4|xsd|map|swp|dockerignore)$/i;

/** What a test expects, or an editor leaves: such a file is of the kind of the one that it is made of. */
const COPY = /\.(?:golden|snap|expected|approved|orig|bak)$/i;

const USUAL = /^(?:docker|container)file$/i;
const USUAL_WITH_ENDING = /^(?:Docker|Container)file\..+$/s;
const SUFFIXED = /^(?:docker|container)file[-_.\d]/i;
/** `DockerfileDev`, but not `Dockerfiles`. */
const JOINED = /^(?:Docker|Container)file[A-Z]/;
const ENDING = /.\.(?:docker|container)file$/is;

/**
 * Whether a file is a build file by its name: `Dockerfile`, `Dockerfile.*`, `Dockerfile-*`, `DockerfileDev`, `*.Dockerfile`,
 * the same of Containerfiles, and in any case. Ignore files are none, and templates are none until something has filled
 * them in.
 *
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerui/config.go `ReadEntrypoint`
 */
export function nameKind(path: string): NameKind {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/\.(?:docker|container)ignore$/.test(name)) return 'ignore-file';
  const stem = name.replace(TEMPLATE, '');
  if (!isUsual(stem)) return 'other';
  if (stem !== name) return 'template';
  return PROSE.test(name) ? 'prose' : 'dockerfile';
}

/** Whether a path is a workflow of GitHub Actions, or an action of the repository's own, which may stand anywhere. */
export function isWorkflow(path: string): boolean {
  return /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path) || /(?:^|\/)action\.ya?ml$/.test(path);
}

function isUsual(name: string): boolean {
  if (USUAL.test(name) || USUAL_WITH_ENDING.test(name) || ENDING.test(name)) return true;
  return (SUFFIXED.test(name) || JOINED.test(name)) && !isOfProgram(name);
}

/**
 * Whether a name ends as those of programs and data do. `Dockerfile.go` may be the build file of a Go program, and
 * `Dockerfile.rego` the build policy of a Dockerfile: only their text says.
 */
export function isOfProgram(path: string): boolean {
  return PROGRAM.test(path.replace(COPY, ''));
}
