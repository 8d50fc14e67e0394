import type { SourceRange } from '../build-files/image-use.js';
import type { Stage, StageInstruction } from '../build-files/stage.js';

/** The user that a stage's image runs as, and the instruction that decides it. */
export interface EffectiveUser {
  /** As written in USER, or in the base's configuration; undefined where a variable of the build decides. */
  readonly user: string | undefined;
  /** Undefined where no stage says USER, so that the base decides. */
  readonly at?: SourceRange & { readonly file: string; readonly text: string };
  /** The target stage. */
  readonly stage: { readonly index: number; readonly name: string | null };
}

/**
 * The user of every target stage that is built, through earlier stages, on the image of one use: the base's own user,
 * replaced by each USER of the chain in order. Empty where no target is built on that use.
 */
export function effectiveUsers(stages: readonly Stage[], use: string, baseUser: string): readonly EffectiveUser[] {
  const byIndex = new Map(stages.map((stage) => [stage.index, stage]));
  return stages
    .filter((stage) => stage.target)
    .flatMap((target): EffectiveUser[] => {
      const chain = chainTo(target, byIndex);
      const bottom = chain[0];
      if (bottom?.base.kind !== 'image' || bottom.base.use !== use) return [];
      const last = lastUser(chain);
      const stage = { index: target.index, name: target.name };
      if (last === undefined) return [{ user: baseUser, stage }];
      const { file, instruction } = last;
      const { line, column, endLine, endColumn, text } = instruction;
      const user = instruction.expanded ?? (text.includes('$') ? undefined : text);
      return [{ user: user?.trim(), at: { file, line, column, endLine, endColumn, text }, stage }];
    });
}

/** The stages from the one that is built on something outside up to `target`. */
function chainTo(target: Stage, byIndex: ReadonlyMap<number, Stage>): readonly Stage[] {
  const chain: Stage[] = [];
  // A stage can only name an earlier one, so this ends.
  for (let stage: Stage | undefined = target; stage !== undefined; ) {
    chain.unshift(stage);
    const below: Stage | undefined = stage.base.kind === 'stage' ? byIndex.get(stage.base.index) : undefined;
    stage = below !== undefined && below.index < stage.index ? below : undefined;
  }
  return chain;
}

function lastUser(
  chain: readonly Stage[],
): { readonly file: string; readonly instruction: StageInstruction } | undefined {
  for (const stage of chain.toReversed()) {
    const instruction = stage.instructions.findLast(({ keyword }) => keyword.toUpperCase() === 'USER');
    if (instruction !== undefined) return { file: stage.file, instruction };
  }
  return undefined;
}
