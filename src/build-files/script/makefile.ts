import { buildsInScript } from './build-command.js';
import { ExpansionBudget } from './expansion-budget.js';
import { allRequested, type RequestedBuilds } from './named-build.js';
import { TOP_MARK } from './word-marks.js';

/** What variables that stand for variables may come to. */
const MAX_DEPTH = 10;
const MAX_VALUE_LENGTH = 4096;
/** Stands for what only a run of make knows. */
const UNKNOWN = '\0';

/**
 * The builds in the recipes of a makefile in `directory`. Variables that are set once, to a literal, are known; functions
 * are not. Each line of a recipe is a script of its own.
 *
 * @see https://www.gnu.org/software/make/manual/make.html
 */
export function buildsInMakefile(text: string, directory: string): RequestedBuilds {
  const lines = logicalLines(text);
  const variables = new Variables(valuesOf(lines.map(({ text }) => text)));
  const found: RequestedBuilds[] = [];
  for (const { text, line } of lines) {
    const recipe = /^\t\s*[@+-]*(.*)$/s.exec(text)?.[1] ?? /^[^\t#=:]+:[^=;:]*;\s*[@+-]*(.*)$/s.exec(text)?.[1];
    // Only what names a program or a variable in its place can build.
    if (recipe === undefined || !/buil|bud|bake|kaniko/.test(recipe)) continue;
    found.push(buildsInScript(variables.expand(recipe), { directory, own: directory, line, goesOn: true }));
  }
  return allRequested(found);
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
