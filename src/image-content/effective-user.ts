import { expandWord } from '../build-files/dockerfile/shell-words.js';
import type { ImageUse, SourceRange } from '../build-files/image-use.js';
import type { Stage, StageInstruction } from '../build-files/stage.js';
import { stageIndex } from '../build-files/stage-index.js';
import { optionalField } from '../lib/collections.js';
import type { ImageConfiguration } from './configuration.js';
import { runsAs } from './user.js';

/** The user that a stage's image runs as, and the instruction that decides it. */
export interface EffectiveUser {
  /** As written in USER, or in the base's configuration; undefined where a variable of the build decides. */
  readonly user: string | undefined;
  /** Undefined where no stage says USER, so that the base decides. */
  readonly at?: SourceRange & { readonly file: string; readonly text: string };
  /** The ONBUILD trigger of the base that decides, where one does. */
  readonly trigger?: string;
  /** The stages of the build file that it runs on, from the base up to the target. */
  readonly chain: readonly Stage[];
  /** Build arguments that decide the user, so that the builder can set another. */
  readonly givenBy?: readonly string[];
  /** The target stage. */
  readonly stage: { readonly index: number; readonly name: string | null };
}

/** What a base image's configuration says that a build on it goes on with. */
export type BaseDefaults = Pick<ImageConfiguration, 'user' | 'env' | 'onBuild'>;

/** One USER, in a stage or in the base's trigger. */
type Decision =
  | { readonly kind: 'instruction'; readonly file: string; readonly instruction: StageInstruction }
  | { readonly kind: 'trigger'; readonly text: string; readonly trigger: string };

/** A trigger's keyword and what follows it. */
const TRIGGER = /^\s*([A-Za-z]+)\s+(\S.*?)\s*$/s;

/**
 * The user of every target stage that is built, through earlier stages, on the image of one use: the base's own user,
 * replaced by each USER of the chain in order, those of ONBUILD triggers first. Empty where no target is built on that
 * use.
 */
export function effectiveUsers(
  stages: readonly Stage[],
  { id, file }: Pick<ImageUse, 'id' | 'file'>,
  base: BaseDefaults,
): readonly EffectiveUser[] {
  return stageIndex(stages, file)
    .chainsOn(id)
    .flatMap((chain) => usersOn(chain, base));
}

/** The same of the targets of a file that are built on scratch, whose files are all copied. */
export function usersOnScratch(stages: readonly Stage[], file: string): readonly EffectiveUser[] {
  return stageIndex(stages, file)
    .chainsOnScratch()
    .flatMap((chain) => usersOn(chain, { user: '', env: [], onBuild: [] }));
}

function usersOn(chain: Chain, base: BaseDefaults): readonly EffectiveUser[] {
  const target = topOf(chain);
  const decision = lastUser(chain) ?? triggeredUser(base.onBuild);
  const stage = { index: target.index, name: target.name };
  if (decision === undefined) return [{ user: base.user, stage, chain }];
  const env = isSetByTriggers(chain, base.onBuild) ? undefined : base.env;
  if (decision.kind === 'trigger') {
    const { text, trigger } = decision;
    return [{ user: expandOver({ text, variables: {} }, env)?.trim(), trigger, stage, chain }];
  }
  const { file, instruction } = decision;
  const { line, column, endLine, endColumn, text, otherwise = [], givenBy } = instruction;
  return [instruction, ...otherwise].map(({ expanded, variables }) => {
    const user = expanded ?? expandOver({ text, ...optionalField('variables', variables) }, env);
    const at = { file, line, column, endLine, endColumn, text };
    return { user: user?.trim(), at, stage, chain, ...optionalField('givenBy', givenBy) };
  });
}

/** From the stage that is built on what is meant up to a target. */
type Chain = readonly [Stage, ...Stage[]];

function topOf(chain: Chain): Stage {
  return chain.at(-1) ?? chain[0];
}

/** The user that a container of an image runs as that nothing is built on. */
export function ownUser({ user }: BaseDefaults): EffectiveUser {
  return { user, stage: { index: 0, name: null }, chain: [] };
}

/** The target stages of one file that are built on scratch and run as root: by their USER, or since none says any. */
export function rootsOnScratch(stages: readonly Stage[], file: string): readonly Stage[] {
  return stageIndex(stages, file)
    .chainsOnScratch()
    .filter((chain) => {
      const decision = lastUser(chain);
      if (decision?.kind !== 'instruction') return true;
      const { instruction } = decision;
      return [instruction, ...(instruction.otherwise ?? [])].some(({ expanded }) => {
        const user = expanded === undefined ? undefined : runsAs(expanded.trim(), undefined);
        return user?.uid === 0 || user?.invalid !== undefined;
      });
    })
    .map(topOf);
}

/** The last USER of the chain. A stage's triggers run before what the stage above it says itself. */
function lastUser(chain: readonly Stage[]): Decision | undefined {
  for (let i = chain.length - 1; i >= 0; i -= 1) {
    const [stage, below] = [chain[i], chain[i - 1]];
    const own = stage?.instructions.findLast(({ keyword }) => keyword.toUpperCase() === 'USER');
    if (stage !== undefined && own !== undefined) return { kind: 'instruction', file: stage.file, instruction: own };
    const fired = below?.instructions.findLast((instruction) => triggerOf(instruction)?.keyword === 'USER');
    const text = fired === undefined ? undefined : triggerOf(fired)?.text;
    if (below === undefined || fired === undefined || text === undefined) continue;
    const { expanded: _, ...rest } = fired;
    const instruction = { ...rest, text, ...(text.includes('$') ? {} : { expanded: text }) };
    return { kind: 'instruction', file: below.file, instruction };
  }
  return undefined;
}

function triggeredUser(onBuild: readonly string[]): Decision | undefined {
  for (const trigger of onBuild.toReversed()) {
    const read = readTrigger(trigger);
    if (read?.keyword === 'USER') return { kind: 'trigger', text: read.text, trigger };
  }
  return undefined;
}

/** Whether triggers set variables, which the values that we know then say nothing of. */
function isSetByTriggers(chain: readonly Stage[], onBuild: readonly string[]): boolean {
  const triggers = [...onBuild.map(readTrigger), ...chain.flatMap(({ instructions }) => instructions.map(triggerOf))];
  return triggers.some((trigger) => trigger?.keyword === 'ENV' || trigger?.keyword === 'ARG');
}

function triggerOf({ keyword, text }: StageInstruction): { keyword: string; text: string } | undefined {
  return keyword.toUpperCase() === 'ONBUILD' ? readTrigger(text) : undefined;
}

function readTrigger(trigger: string): { keyword: string; text: string } | undefined {
  const match = TRIGGER.exec(trigger);
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { keyword: match[1].toUpperCase(), text: match[2] };
}

/**
 * A text over what the file says of its variables, and over the base's environment for those that the file does not
 * set. Undefined where some value is not known.
 */
function expandOver(
  { text, variables }: Pick<StageInstruction, 'text' | 'variables'>,
  env: readonly string[] | undefined,
): string | undefined {
  if (!text.includes('$')) return text;
  // The file decides which character escapes; user names contain no escapes.
  if (variables === undefined || env === undefined || /[\\`]/.test(text)) return undefined;
  const inherited = new Map(env.map((line): [string, string] => splitPair(line)));
  let known = true;
  const expanded = expandWord(text, { escape: '\\' }, (name) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : inherited.get(name);
    if (value === null) known = false;
    return value ?? undefined;
  });
  return expanded.ok && known ? expanded.value : undefined;
}

function splitPair(line: string): [string, string] {
  const equals = line.indexOf('=');
  return equals < 0 ? [line, ''] : [line.slice(0, equals), line.slice(equals + 1)];
}
