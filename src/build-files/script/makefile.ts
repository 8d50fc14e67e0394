import { globMatches, parseGlob } from '../../references/glob.js';
import { buildsInScript } from './build-command.js';
import { ExpansionBudget } from './expansion-budget.js';
import { allRequested, joinInside, type RequestedBuilds } from './named-build.js';
import { NO_FILES, type RepositoryFiles } from './repository-files.js';
import { TOP_MARK } from './word-marks.js';

/** What variables that stand for variables may come to. */
const MAX_DEPTH = 10;
const MAX_VALUE_LENGTH = 4096;
/** Stands for what only a run of make knows. */
const UNKNOWN = '\0';

/** What names a program or a variable in its place can build. */
const BUILDS = /buil|bud|bake|kaniko/;

/**
 * The builds in the recipes of a makefile in `directory`, in `define` and in `$(shell …)`. Variables that are set once, to
 * a literal, are known, and so are functions of the file; other functions are not. Each line of a recipe is a script of
 * its own. Makefiles that it includes by a known name are read as parts of it: their builds stand at the line that
 * includes them.
 *
 * @see https://www.gnu.org/software/make/manual/make.html
 */
export async function buildsInMakefile(
  text: string,
  directory: string,
  repository: RepositoryFiles = NO_FILES,
): Promise<RequestedBuilds> {
  const includes = new Set<string>();
  const lines = await withIncludes(logicalLines(text), directory, repository, includes);
  const { functions, others } = functionsOf(lines);
  const variables = new Variables(valuesOf(lines.map(({ text }) => text)), functions);
  const found: RequestedBuilds[] = [];
  const run = (text: string, line: number, prefix: string, isDefined: boolean) => {
    for (const script of scriptsIn(text, prefix, isDefined)) {
      if (!BUILDS.test(script) && !script.includes('$')) continue;
      const expanded = variables.expand(script).replace(/^[@+-]+/, '');
      if (BUILDS.test(expanded))
        found.push(buildsInScript(expanded, { directory, own: directory, line, goesOn: true }));
    }
  };
  let prefix = '\t';
  for (const { text, line } of others) {
    prefix = /^\.RECIPEPREFIX\s*:{0,3}[?]?=\s*(\S)/.exec(text)?.[1] ?? prefix;
    run(text, line, prefix, false);
  }
  const named = new Set(lines.flatMap(({ text }) => [...text.matchAll(CALL)].map(([, name]) => name)));
  // One that is called was read where it is.
  for (const [name, body] of functions)
    if (!named.has(name)) for (const { text, line } of body) run(text, line, prefix, true);
  return { ...allRequested(found), ...(includes.size === 0 ? {} : { includes: [...includes] }) };
}

/** What calls a function, or has its text, by its name. */
const CALL = /\$[({](?:call\s+)?([\w.-]+)/g;

/** Makefiles within makefiles. */
const MAX_INCLUDES = 100;

async function withIncludes(
  lines: readonly LogicalLine[],
  directory: string,
  repository: RepositoryFiles,
  read: Set<string>,
): Promise<readonly LogicalLine[]> {
  const found: LogicalLine[] = [];
  let variables: Variables | undefined;
  for (const one of lines) {
    const [, names] = /^ *(?:-include|sinclude|include)[ \t]+([^#]*)/.exec(one.text) ?? [];
    found.push(one);
    if (names === undefined) continue;
    variables ??= new Variables(valuesOf(lines.map(({ text }) => text)), new Map());
    const words = variables.expand(names.replace(/\$\(wildcard\s+([^()]*)\)/g, '$1')).split(/\s+/);
    const wanted = words.filter((word) => word !== '' && !read.has(word)).slice(0, MAX_INCLUDES - read.size);
    // A pattern is tried once, since each takes a look at all paths.
    for (const word of wanted) if (word.includes('*')) read.add(word);
    for (const path of wanted.flatMap((word) => included(word, directory, repository))) {
      if (read.has(path) || read.size >= MAX_INCLUDES) continue;
      read.add(path);
      const bytes = await repository.load(path);
      const inner = bytes === undefined ? [] : logicalLines(new TextDecoder().decode(bytes));
      const whole = await withIncludes(inner, directory, repository, read);
      found.push(...whole.map(({ text }) => ({ text, line: one.line })));
    }
  }
  return found;
}

/** The files of the repository that a word of `include` names, which may be a pattern. */
function included(word: string, directory: string, { paths }: RepositoryFiles): readonly string[] {
  const path = joinInside(directory, word);
  if (path === undefined) return [];
  const glob = /[*?[]/.test(path) ? parseGlob(path) : undefined;
  if (glob === undefined) return paths.has(path) ? [path] : [];
  return glob.ok ? [...paths].filter((one) => globMatches(glob.value, one)) : [];
}

/** The lines of a function. */
type MakeFunction = readonly LogicalLine[];

/** What `define NAME` … `endef` holds, by its name, and the lines that are in none. */
function functionsOf(lines: readonly LogicalLine[]): {
  readonly functions: ReadonlyMap<string, MakeFunction>;
  readonly others: readonly LogicalLine[];
} {
  const functions = new Map<string, MakeFunction>();
  const others: LogicalLine[] = [];
  let open: { readonly name: string; readonly body: LogicalLine[] } | undefined;
  for (const { text, line } of lines) {
    const [, name] = /^ *(?:override +|export +)*define[ \t]+([\w.-]+)[ \t]*(?:[:?+!]*=)?[ \t]*$/.exec(text) ?? [];
    if (open === undefined && name !== undefined) open = { name, body: [] };
    else if (open === undefined) others.push({ text, line });
    else if (/^ *endef\b/.test(text)) {
      functions.set(open.name, open.body);
      open = undefined;
    } else open.body.push({ text, line });
  }
  return { functions, others: [...others, ...(open?.body ?? [])] };
}

/** A function's text with what it is called with; commas within parentheses part nothing. */
function withArguments(body: string, given: string | undefined): string {
  if (given === undefined) return body;
  const values = given.match(/(?:[^,()]|\([^()]*\))+/g) ?? [];
  return body.replace(/\$(?:\(([1-9])\)|\{([1-9])\}|([1-9]))/g, (_, round?: string, curly?: string, bare?: string) => {
    return values[Number(round ?? curly ?? bare) - 1]?.trim() ?? '';
  });
}

/** What a line runs in a shell: the recipe that it is or ends with, and what the function `shell` is given. */
function scriptsIn(text: string, prefix: string, isDefined: boolean): readonly string[] {
  const isRecipe = isDefined || text.startsWith(prefix);
  const recipe = isRecipe ? text.replace(prefix, '').trimStart() : /^[^\t#=:]+:[^=;:]*;\s*(.*)$/s.exec(text)?.[1];
  const start = text.search(/\$[({]shell\s/);
  const shell = start < 0 ? undefined : text.slice(start + '$(shell '.length).replace(/[)}][^)}]*$/, '');
  return [recipe, shell].filter((script) => script !== undefined);
}

interface LogicalLine {
  readonly text: string;
  /** 1-based, of its first line. */
  readonly line: number;
}

/** Lines whose end is escaped go on in the next; in a recipe the shell sees the escape. */
function logicalLines(text: string): readonly LogicalLine[] {
  const found: LogicalLine[] = [];
  let parts: string[] = [];
  let start = 1;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (parts.length === 0) start = index + 1;
    const isContinued = /(?:^|[^\\])(?:\\\\)*\\$/.test(line);
    parts.push(isContinued ? line.slice(0, -1) : line);
    if (isContinued) continue;
    found.push({ text: parts.join(' '), line: start });
    parts = [];
  }
  if (parts.length > 0) found.push({ text: parts.join(' '), line: start });
  return found;
}

/** Null: set more than once, or added to. */
type Values = ReadonlyMap<string, string | null>;

function valuesOf(lines: readonly string[]): Values {
  const found = new Map<string, string | null>([['CURDIR', '.']]);
  for (const line of lines) {
    const match = /^ *(?:export +|override +)*([A-Za-z_][\w.-]*)[ \t]*(::?:?=|\?=|\+=|!=|=)[ \t]*(.*)$/s.exec(line);
    if (match === null) continue;
    const [, name = '', operator, value = ''] = match;
    const isLiteral = operator !== '+=' && operator !== '!=' && !found.has(name);
    const comment = value.search(/\s#/);
    found.set(name, isLiteral ? value.slice(0, comment < 0 ? value.length : comment).trimEnd() : null);
  }
  return found;
}

/** What variables stand for. Each is expanded once a depth, so that variables of variables cost no more than they say. */
class Variables {
  readonly #values: Values;
  readonly #functions: ReadonlyMap<string, MakeFunction>;
  readonly #expanded = new Map<string, string>();
  readonly #budget = new ExpansionBudget();

  constructor(values: Values, functions: ReadonlyMap<string, MakeFunction>) {
    this.#values = values;
    this.#functions = functions;
  }

  expand(text: string, depth = 0): string {
    return text.replace(
      /\$(?:\$|\(([^()]*(?:\([^()]*\)[^()]*)*)\)|\{([^{}]*)\}|(.))/gs,
      (whole, round, curly, letter) => {
        if (whole === '$$') return '$';
        const name = String(round ?? curly ?? letter).trim();
        if (/^(?:dir|abspath|realpath)\b.*MAKEFILE_LIST/.test(name)) return '.';
        if (/^shell (?:pwd|git rev-parse --show-toplevel)$/.test(name)) return name.endsWith('pwd') ? '.' : TOP_MARK;
        const called = /^call\s+([\w.-]+)\s*(?:,(.*))?$/s.exec(name);
        const lines = this.#functions.get(called?.[1] ?? name);
        if (lines !== undefined && depth < MAX_DEPTH && !this.#budget.isSpent) {
          const body = lines.map(({ text }) => text.trimStart().replace(/^[@+-]+/, '')).join('\n');
          return this.#budget.take(this.expand(withArguments(body, called?.[2]), depth + 1));
        }
        return this.#budget.take(this.#value(name, depth));
      },
    );
  }

  #value(name: string, depth: number): string {
    const value = this.#values.get(name);
    if (typeof value !== 'string' || depth >= MAX_DEPTH || this.#budget.isSpent) return UNKNOWN;
    const key = `${depth} ${name}`;
    const known = this.#expanded.get(key);
    if (known !== undefined) return known;
    const expanded = this.expand(value, depth + 1);
    const kept = expanded.length > MAX_VALUE_LENGTH ? UNKNOWN : expanded;
    this.#expanded.set(key, kept);
    return kept;
  }
}
