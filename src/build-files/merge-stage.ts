import { distinct, optionalField } from '../lib/collections.js';
import type { ExpandedText, Stage, StageInstruction } from './stage.js';

/**
 * One stage over several builds of its file: what any of them ships, ships. What can be but one thing is the first
 * build's, with that of the others next to it where it differs. `isKept` says which uses are still there.
 */
export function mergeStage(first: Stage, others: readonly Stage[], isKept: (use: string) => boolean): Stage {
  if (others.length === 0) return first;
  const all = [first, ...others];
  const candidates = all.flatMap(({ base, otherBases = [] }) => [base, ...otherBases]);
  const kept = distinct(candidates.filter((base) => base.kind !== 'image' || isKept(base.use)));
  const [base = first.base, ...otherBases] = kept;
  const { otherBases: _, ...stage } = first;
  return {
    ...stage,
    base,
    ...(otherBases.length === 0 ? {} : { otherBases }),
    ships: all.some(({ ships }) => ships),
    target: all.some(({ target }) => target),
    reachable: all.some(({ reachable }) => reachable),
    copiesFrom: [...new Set(all.flatMap(({ copiesFrom }) => copiesFrom))].sort((a, b) => a - b),
    usesFrom: [...new Set(all.flatMap(({ usesFrom }) => usesFrom))].filter(isKept),
    instructions: first.instructions.map((instruction, index) =>
      mergeInstruction(
        instruction,
        others.flatMap(({ instructions }) => instructions[index] ?? []),
      ),
    ),
  };
}

/** Only USER is read from more than one build: the user of a container must not depend on which build was read first. */
function mergeInstruction(first: StageInstruction, others: readonly StageInstruction[]): StageInstruction {
  if (first.keyword !== 'USER') return first;
  const [, ...otherwise] = distinct([first, ...others].flatMap((one) => [textOf(one), ...(one.otherwise ?? [])]));
  return otherwise.length === 0 ? first : { ...first, otherwise };
}

function textOf({ expanded, variables }: StageInstruction): ExpandedText {
  return { ...optionalField('expanded', expanded), ...optionalField('variables', variables) };
}
