import { buildsInScript } from './build-command.js';
import { ExpansionBudget } from './expansion-budget.js';
import { allRequested, type RequestedBuilds } from './named-build.js';
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
 * a literal, are known; functions are not. Each line of a recipe is a script of its own.
 *
 * @see https://www.gnu.org/software/make/manual/make.html
 */
export function buildsInMakefile(text: string, directory: string): RequestedBuilds {
  const lines = logicalLines(text);
  const variables = new Variables(valuesOf(lines.map(({ text }) => text)));
  const found: RequestedBuilds[] = [];
  let prefix = '\t';
  let isDefined = false;
  for (const { text, line } of lines) {
    prefix = /^\.RECIPEPREFIX\s*:{0,3}[?]?=\s*(\S)/.exec(text)?.[1] ?? prefix;
    if (/^\s*(?:override\s+)?define\s/.test(text) || /^\s*endef\b/.test(text)) {
      isDefined = !/^\s*endef\b/.test(text);
      continue;
    }
    for (const script of scriptsIn(text, prefix, isDefined)) {
      if (!BUILDS.test(script) && !script.includes('$')) continue;
      const expanded = variables.expand(script).replace(/^[@+-]+/, '');
      if (BUILDS.test(expanded))
        found.push(buildsInScript(expanded, { directory, own: directory, line, goesOn: true }));
    }
  }
  return allRequested(found);
}

/** What a line runs in a shell: the recipe that it is or ends with, and what the function `shell` is given. */
function scriptsIn(text: string, prefix: string, isDefined: boolean): readonly string[] {
  const isRecipe = isDefined || text.startsWith(prefix);
  const recipe = isRecipe ? text.replace(prefix, '').trimStart() : /^[^\t#=:]+:[^=;:]*;\s*(.*)$/s.exec(text)?.[1];
  const shell = /\$[({]shell\s(.*)[)}]/s.exec(text)?.[1];
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
  readonly #expanded = new Map<string, string>();
  readonly #budget = new ExpansionBudget();

  constructor(values: Values) {
    this.#values = values;
  }

  expand(text: string, depth = 0): string {
    return text.replace(
      /\$(?:\$|\(([^()]*(?:\([^()]*\)[^()]*)*)\)|\{([^{}]*)\}|(.))/gs,
      (whole, round, curly, letter) => {
        if (whole === '$$') return '$';
        const name = String(round ?? curly ?? letter).trim();
        if (/^(?:dir|abspath|realpath)\b.*MAKEFILE_LIST/.test(name)) return '.';
        if (/^shell (?:pwd|git rev-parse --show-toplevel)$/.test(name)) return name.endsWith('pwd') ? '.' : TOP_MARK;
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
