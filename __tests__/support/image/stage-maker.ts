import type { Stage, StageBase, StageInstruction } from '../../../src/build-files/stage.js';

/** A stage at `index` on a base, with instructions written `KEYWORD text`, each on a line of its own. */
export function makeStage(
  index: number,
  base: StageBase,
  instructions: readonly string[] = [],
  given: Partial<Stage> = {},
): Stage {
  const start = 10 * (index + 1);
  return {
    file: 'Dockerfile',
    index,
    name: null,
    base,
    ships: true,
    target: false,
    reachable: true,
    copiesFrom: [],
    usesFrom: [],
    line: start,
    column: 1,
    endLine: start,
    endColumn: 20,
    instructions: instructions.map((written, i): StageInstruction => {
      const space = written.indexOf(' ');
      const text = written.slice(space + 1);
      const line = start + 1 + i;
      const place = { line, column: 1, endLine: line, endColumn: written.length + 1 };
      return { ...place, keyword: written.slice(0, space), text, ...(text.includes('$') ? {} : { expanded: text }) };
    }),
    ...given,
  };
}
