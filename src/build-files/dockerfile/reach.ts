import type { FoundBase, FoundStage } from './found-build.js';

/** Marks what a build of the targets pulls, and which of it ends up in what is shipped. */
export function markReached(stages: readonly FoundStage[]): void {
  const queue: number[] = [];
  for (const [index, stage] of stages.entries()) if (stage.target) queue.push(index);
  for (const start of queue) ship(stages, start);
  for (let index = queue.pop(); index !== undefined; index = queue.pop()) {
    const stage = stages[index];
    if (stage === undefined || stage.reachable) continue;
    stage.reachable = true;
    for (const use of stage.uses) use.reachable = true;
    if (stage.base.kind === 'image') stage.base.use.reachable = true;
    if (stage.base.kind === 'stage') queue.push(stage.base.index);
    for (const source of stage.copiesFrom) queue.push(source);
  }
}

/** Everything on the way from a target down its FROMs ends up in what is shipped. */
function ship(stages: readonly FoundStage[], target: number): void {
  for (let stage = stages[target]; stage !== undefined && !stage.ships; ) {
    stage.ships = true;
    const base: FoundBase = stage.base;
    if (base.kind === 'image') base.use.role = 'final';
    stage = base.kind === 'stage' ? stages[base.index] : undefined;
  }
}
