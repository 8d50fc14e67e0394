import { optionalField } from '../../lib/collections.js';
import type { StageInstruction } from '../stage.js';
import { own } from './build-arguments.js';
import type { FoundBuild, FoundStage } from './found-build.js';
import type { Instruction } from './instruction.js';
import type { WorkBudget } from './limits.js';
import { type EscapeCharacter, sourceSpan } from './logical-lines.js';
import { expandWord, type LexOptions } from './shell-words.js';
import type { SourceText } from './source-text.js';
import { trimSpaceEnd } from './white-space.js';

/** What is known of the variables within a stage. A name that is not in `values` may come from the base image. */
export interface Environment {
  /** `null`: set, but to what is not known. */
  readonly values: Map<string, string | null>;
  /** Build arguments without a value: the build may set one. */
  readonly open: Set<string>;
  /** The build arguments that decide a variable's value. */
  readonly givenBy: Map<string, readonly string[]>;
  /** Whether a name that is not in `values` is unset for certain: at the bottom there is no image but scratch. */
  readonly closed: boolean;
}

/**
 * The instructions of each stage of one build with their text after variables, as far as the file alone shows: ARG
 * and ENV in order, handed down from stage to stage by FROM.
 *
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/dockerfile2llb/convert.go `dispatchArg`
 */
export function stageInstructions(
  build: FoundBuild,
  source: SourceText,
  escapeWith: EscapeCharacter,
  buildArgs: Readonly<Record<string, string>>,
  budget: WorkBudget,
): readonly (readonly StageInstruction[])[] {
  const found: StageInstruction[][] = [];
  walkStages(build, escapeWith, buildArgs, budget, {
    enter: () => found.push([]),
    instruction: (instruction, environment, expanded) => {
      const { keyword, text, flags, json, heredocs } = instruction;
      const { line, column, endLine, endColumn } = rangeOf(instruction, source);
      const plain = { line, column, endLine, endColumn, keyword: keyword.toUpperCase(), text };
      // Most are plain, and a Dockerfile may have thousands.
      const isPlain =
        expanded === undefined && json === undefined && keyword !== 'user' && flags.length + heredocs.length === 0;
      found.at(-1)?.push(
        isPlain
          ? plain
          : {
              ...plain,
              ...optionalField('expanded', expanded),
              ...(expanded === undefined && keyword === 'user' ? { variables: variablesIn(text, environment) } : {}),
              ...(keyword === 'user' ? givenOf(text, environment) : {}),
              ...(flags.length === 0 ? {} : { flags: flags.map((flag) => flag.text) }),
              ...optionalField('json', json),
              ...(heredocs.length === 0 ? {} : { heredocs }),
            },
      );
    },
  });
  return found;
}

/** What is done with the stages of a build, one after another: as each begins, and after each of its instructions. */
export interface StageVisitor {
  /** Whether a stage is gone through; without it, all are. What a stage that is left out hands down is not known. */
  readonly wants?: (index: number) => boolean;
  /** No variable decides what it looks at: of variables nothing is worked out, and only WORKDIR is expanded. */
  readonly isPlain?: boolean;
  readonly enter: (stage: FoundStage, index: number, environment: Environment) => void;
  readonly instruction: (instruction: Instruction, environment: Environment, expanded: string | undefined) => void;
}

/** Goes through the instructions of each stage of one build, with what is known of its variables at that place. */
export function walkStages(
  { scope, stages }: Pick<FoundBuild, 'scope' | 'stages'>,
  escapeWith: EscapeCharacter,
  buildArgs: Readonly<Record<string, string>>,
  budget: WorkBudget,
  visitor: StageVisitor,
): void {
  const environments: Environment[] = [];
  const { isPlain = false } = visitor;
  const lexing = { escape: escapeWith, budget };
  const surroundings = { lexing, buildArgs, global: (name: string) => scope.value(name) };
  for (const [index, stage] of stages.entries()) {
    const environment = isPlain ? NO_VARIABLES : inherit(stage, environments, budget);
    environments.push(environment);
    if (visitor.wants?.(index) === false) continue;
    visitor.enter(stage, index, environment);
    for (const instruction of stage.written.instructions) {
      const isLeft = isPlain && instruction.keyword !== 'workdir';
      const expanded = isLeft ? undefined : expandInstruction(instruction, environment, surroundings);
      visitor.instruction(instruction, environment, expanded);
    }
  }
}

const NO_VARIABLES: Environment = { values: new Map(), open: new Set(), givenBy: new Map(), closed: true };

/** From the keyword to the last character of the arguments; a heredoc's body does not count. */
export function rangeOf(instruction: Instruction, source: SourceText): ReturnType<SourceText['range']> {
  const { line, start } = instruction;
  const span = sourceSpan(line, start, trimSpaceEnd(line.text, start, line.text.length));
  return source.range(span.start, span.end);
}

function inherit(stage: FoundStage, earlier: readonly Environment[], budget: WorkBudget): Environment {
  const { base } = stage;
  if (base.kind === 'scratch') return { values: new Map(), open: new Set(), givenBy: new Map(), closed: true };
  const parent = base.kind === 'stage' ? earlier[base.index] : undefined;
  budget.spend(parent?.values.size ?? 0);
  return parent === undefined
    ? { values: new Map(), open: new Set(), givenBy: new Map(), closed: false }
    : {
        values: new Map(parent.values),
        open: new Set(parent.open),
        givenBy: new Map(parent.givenBy),
        closed: parent.closed,
      };
}

interface Surroundings {
  readonly lexing: LexOptions;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly global: (name: string) => string | undefined;
}

/** Expands what an instruction takes variables in, and lets ARG and ENV take effect. */
function expandInstruction(
  instruction: Instruction,
  environment: Environment,
  surroundings: Surroundings,
): string | undefined {
  const { lexing } = surroundings;
  switch (instruction.keyword) {
    case 'user':
    case 'workdir':
      return expand(instruction.text, environment, lexing);
    case 'copy':
    case 'add':
      return instruction.text.includes('$') ? expand(instruction.text, environment, lexing) : undefined;
    case 'env': {
      const pairs = instruction.pairs.map((pair) => ({
        name: expand(pair.name, environment, lexing),
        value: expand(pair.value, environment, lexing),
        givenBy: givenByIn(pair.value, environment),
      }));
      for (const { name, value, givenBy } of pairs) {
        if (name === undefined) continue;
        environment.values.set(name, value ?? null);
        if (givenBy.length > 0) environment.givenBy.set(name, givenBy);
        else environment.givenBy.delete(name);
      }
      return joinPairs(pairs);
    }
    case 'arg':
      return joinPairs(instruction.words.map((word) => declare(word.text, environment, surroundings)));
    default:
      return undefined;
  }
}

/** One ARG: a build argument's value, else its default, else what FROM's scope has; without any it sets nothing. */
function declare(
  text: string,
  environment: Environment,
  surroundings: Surroundings,
): { name: string; value: string | undefined } {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const given = own(surroundings.buildArgs, name);
  const value =
    given ??
    (equals < 0 ? surroundings.global(name) : expand(text.slice(equals + 1), environment, surroundings.lexing));
  const others = equals < 0 ? [] : givenByIn(text.slice(equals + 1), environment);
  const givenBy = others.length === 0 ? [name] : [...new Set([name, ...others])].slice(0, MAX_GIVEN);
  environment.givenBy.set(name, givenBy);
  if (value !== undefined || equals >= 0) environment.values.set(name, value ?? null);
  else environment.open.add(name);
  return { name, value: value ?? environment.values.get(name) ?? undefined };
}

/** Build arguments that are named; more say nothing new. */
const MAX_GIVEN = 8;

/** The build arguments that decide the variables in a text. */
function givenByIn(text: string, { givenBy }: Environment): readonly string[] {
  if (!text.includes('$')) return [];
  const found = new Set<string>();
  for (const [, name = ''] of text.matchAll(VARIABLE)) {
    for (const argument of givenBy.get(name) ?? []) found.add(argument);
    if (found.size >= MAX_GIVEN) break;
  }
  return [...found].slice(0, MAX_GIVEN);
}

function givenOf(text: string, environment: Environment): Pick<StageInstruction, 'givenBy'> {
  const givenBy = givenByIn(text, environment);
  return givenBy.length === 0 ? {} : { givenBy };
}

const VARIABLE = /\$\{?([A-Za-z_][A-Za-z0-9_]*)/g;

/** What the file itself says of the variables that a text names. */
function variablesIn(text: string, { values, open }: Environment): Readonly<Record<string, string | null>> {
  const known: [string, string | null][] = [];
  for (const [, name = ''] of text.matchAll(VARIABLE)) {
    const value = values.get(name);
    if (value !== undefined) known.push([name, value]);
    else if (open.has(name)) known.push([name, null]);
  }
  return Object.fromEntries(known);
}

function joinPairs(pairs: readonly { name: string | undefined; value: string | undefined }[]): string | undefined {
  if (pairs.some(({ name, value }) => name === undefined || value === undefined)) return undefined;
  return pairs.map(({ name, value }) => `${name}=${value}`).join(' ');
}

/** `undefined` where a variable's value is not known, or the word can't be expanded. */
export function expand(word: string, environment: Environment, lexing: LexOptions): string | undefined {
  let known = true;
  const expanded = expandWord(word, lexing, (name) => {
    const value = environment.values.get(name);
    if (value === null || (value === undefined && !environment.closed)) known = false;
    return value ?? undefined;
  });
  return expanded.ok && known ? expanded.value : undefined;
}
