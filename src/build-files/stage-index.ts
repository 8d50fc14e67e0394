import { groupBy } from '../lib/collections.js';
import type { Stage, StageBase } from './stage.js';

/** The stages of a file, arranged for queries about one image use after another. */
export interface StageIndex {
  /** The chains from a use's image up to each target that some build makes on it, by the use's id. */
  chainsOn(use: string): readonly (readonly [Stage, ...Stage[]])[];
  /** The same of what is built on scratch. */
  chainsOnScratch(): readonly (readonly [Stage, ...Stage[]])[];
  get(index: number): Stage | undefined;
  /** A stage and all that are built on it, in the order of the file. */
  withAbove(index: number): readonly Stage[];
}

const indexes = new WeakMap<readonly Stage[], ReadonlyMap<string, StageIndex>>();
const NO_STAGES = makeIndex([]);

/** Arranges the stages of one file among a list, once for each list: a query takes time in proportion to its result. */
export function stageIndex(stages: readonly Stage[], file: string): StageIndex {
  const known = indexes.get(stages);
  if (known !== undefined) return known.get(file) ?? NO_STAGES;
  const byFile = groupBy(stages, (stage) => stage.file);
  const made = new Map([...byFile].map(([path, own]) => [path, makeIndex(own)]));
  indexes.set(stages, made);
  return made.get(file) ?? NO_STAGES;
}

/** A target with the stages below it, from the top down, and how many of them reach what is meant. */
interface Reach {
  readonly down: readonly Stage[];
  readonly length: number;
}

function makeIndex(stages: readonly Stage[]): StageIndex {
  const byIndex = new Map(stages.map((stage) => [stage.index, stage]));
  const above = new Map<number, Stage[]>();
  for (const stage of stages) {
    if (stage.base.kind !== 'stage') continue;
    const known = above.get(stage.base.index);
    if (known === undefined) above.set(stage.base.index, [stage]);
    else known.push(stage);
  }
  const byBase = new Map<string, Reach[]>();
  for (const target of stages) {
    if (!target.target) continue;
    const down = chainDown(target, byIndex);
    const reached = new Set<string>();
    for (const [depth, stage] of down.entries()) {
      for (const key of [stage.base, ...(stage.otherBases ?? [])].flatMap(keyOf)) {
        if (reached.has(key)) continue;
        reached.add(key);
        const known = byBase.get(key);
        const reach = { down, length: depth + 1 };
        if (known === undefined) byBase.set(key, [reach]);
        else known.push(reach);
      }
    }
  }
  const chains = (key: string) =>
    (byBase.get(key) ?? []).flatMap(({ down, length }) => {
      const [first, ...rest] = down.slice(0, length).reverse();
      return first === undefined ? [] : [[first, ...rest] as const];
    });
  return {
    chainsOn: (use) => chains(`image ${use}`),
    chainsOnScratch: () => chains('scratch'),
    get: (index) => byIndex.get(index),
    withAbove(index) {
      const found = new Map<number, Stage>();
      const pending = [byIndex.get(index)];
      for (let stage = pending.pop(); stage !== undefined; stage = pending.pop()) {
        if (found.has(stage.index)) continue;
        found.set(stage.index, stage);
        pending.push(...(above.get(stage.index) ?? []));
      }
      return [...found.values()].sort((a, b) => a.index - b.index);
    },
  };
}

function keyOf(base: StageBase): readonly string[] {
  if (base.kind === 'scratch') return ['scratch'];
  return base.kind === 'image' ? [`image ${base.use}`] : [];
}

/** A stage can only name an earlier one, so this ends. */
function chainDown(target: Stage, byIndex: ReadonlyMap<number, Stage>): readonly Stage[] {
  const chain: Stage[] = [];
  for (let stage: Stage | undefined = target; stage !== undefined; ) {
    chain.push(stage);
    const below: Stage | undefined = stage.base.kind === 'stage' ? byIndex.get(stage.base.index) : undefined;
    stage = below !== undefined && below.index < stage.index ? below : undefined;
  }
  return chain;
}
