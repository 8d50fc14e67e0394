import { groupBy } from '../../lib/collections.js';
import { globMatches, parseGlob } from '../../references/glob.js';
import type { GlobalScope } from './build-arguments.js';
import { copiedFromMount } from './copied-from-mount.js';
import type { FoundStage, StageCopy } from './found-build.js';
import { cleanPath, resolvePath } from './image-paths.js';
import type { Instruction } from './instruction.js';
import type { WorkBudget } from './limits.js';
import type { EscapeCharacter } from './logical-lines.js';
import { expand, walkStages } from './stage-environment.js';

/** A path of another stage that is copied, and where it is copied to; both absolute, without the leading slash. */
interface PathCopy {
  readonly from: number;
  readonly path: string;
  readonly to: string;
}

/** Directories that are the system rather than what was built in it. `/usr/local` is where builds put their results. */
const SYSTEM = ['usr', ...['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'].flatMap((name) => [name, `usr/${name}`])];

/**
 * Marks what ships: the targets, what they are FROM, and the stages whose root or system directories are copied into
 * what ships, by COPY or out of a mount. A part of a part counts as well: what a stage has copied to `/rootfs` ships
 * with `COPY --from=stage /rootfs /`. A source whose variables only a build knows is not followed.
 */
export function markShipped(
  scope: GlobalScope,
  stages: readonly FoundStage[],
  escapeWith: EscapeCharacter,
  buildArgs: Readonly<Record<string, string>>,
  budget: WorkBudget,
): void {
  if (stages.every(({ takes }) => takes.length === 0)) {
    for (const stage of stages) if (stage.target) shipWithBases(stage, stages);
    return;
  }
  const copies = pathCopies(scope, stages, escapeWith, buildArgs, budget);
  const seen = new Set<string>();
  const pending = [...stages.entries()].filter(([, { target }]) => target).map(([index]) => ({ index, path: '' }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { index, path } = next;
    const stage = stages[index];
    const key = `${index}/${path}`;
    budget.spend(key.length);
    if (stage === undefined || seen.has(key)) continue;
    seen.add(key);
    if (isSystem(path)) ship(stage);
    if (stage.base.kind === 'stage') pending.push({ index: stage.base.index, path });
    for (const copy of copies[index] ?? []) {
      budget.spend(copy.path.length + copy.to.length);
      const part = partOf(copy, path);
      if (part !== undefined) pending.push({ index: copy.from, path: part });
    }
  }
}

function ship(stage: FoundStage): void {
  stage.ships = true;
  if (stage.base.kind === 'image') stage.base.use.role = 'final';
}

function shipWithBases(target: FoundStage, stages: readonly FoundStage[]): void {
  let stage: FoundStage | undefined = target;
  while (stage !== undefined && !stage.ships) {
    ship(stage);
    const { base }: FoundStage = stage;
    stage = base.kind === 'stage' ? stages[base.index] : undefined;
  }
}

/** What of the source a path holds once a copy was made into it: all of it, a part, or nothing (undefined). */
function partOf({ path, to }: PathCopy, held: string): string | undefined {
  if (held === '' || to === held || to.startsWith(`${held}/`)) return path;
  if (to === '') return join(path, held);
  return held.startsWith(`${to}/`) ? join(path, held.slice(to.length + 1)) : undefined;
}

/** Whether a path is the root or a directory of the system; a pattern is where it can match one. */
function isSystem(path: string): boolean {
  if (path === '') return true;
  if (!/[*?[\\]/.test(path)) return SYSTEM.includes(path);
  // What stands for one character is taken for any number of them.
  const wider = parseGlob(path.replace(/\[[^\]/]*\]?|\?|\\./g, '*').replace(/\*{2,}/g, '*'));
  return !wider.ok || SYSTEM.some((directory) => globMatches(wider.value, directory));
}

function pathCopies(
  scope: GlobalScope,
  stages: readonly FoundStage[],
  escapeWith: EscapeCharacter,
  buildArgs: Readonly<Record<string, string>>,
  budget: WorkBudget,
): readonly (readonly PathCopy[])[] {
  const found: PathCopy[][] = stages.map(() => []);
  const directories: (string | undefined)[] = [];
  let at = 0;
  let taken: ReadonlyMap<Instruction, readonly StageCopy[]> = new Map();
  const lexing = { escape: escapeWith, budget };
  const taking = takingStages(stages);
  walkStages({ scope, stages }, escapeWith, buildArgs, budget, {
    wants: (index) => taking.has(index),
    isPlain: !hasVariables(stages, taking),
    enter: (stage, index, environment) => {
      at = index;
      const { base, written } = stage;
      directories[index] = base.kind === 'stage' ? directories[base.index] : base.kind === 'scratch' ? '' : undefined;
      taken = groupBy(stage.takes, ({ instruction }) => instruction);
      if (taken.size === 0 || base.kind !== 'stage') return;
      // Triggers of the stage below run before anything that the stage says itself.
      const own = new Set(written.instructions);
      for (const [instruction, all] of taken)
        if (!own.has(instruction))
          for (const take of all)
            found[index]?.push(...copiesOf(take, directories[index], (word) => expand(word, environment, lexing)));
    },
    instruction: (instruction, environment, expanded) => {
      if (instruction.keyword === 'workdir')
        directories[at] = expanded === undefined ? undefined : resolvePath(directories[at], expanded);
      for (const take of taken.get(instruction) ?? [])
        found[at]?.push(...copiesOf(take, directories[at], (word) => expand(word, environment, lexing)));
    },
  });
  return found;
}

/** Whether a variable may decide what is copied from a stage, where to, or in which directory. */
function hasVariables(stages: readonly FoundStage[], taking: ReadonlySet<number>): boolean {
  return stages.some(
    ({ takes, written }, index) =>
      taking.has(index) &&
      (takes.some(({ instruction, mount }) =>
        [instruction.text, mount?.source, mount?.target].some((text) => text?.includes('$') === true),
      ) ||
        written.instructions.some(({ keyword, text }) => keyword === 'workdir' && text.includes('$'))),
  );
}

/** The stages that copy from others, and those that they are FROM, whose variables and directory they have. */
function takingStages(stages: readonly FoundStage[]): ReadonlySet<number> {
  const found = new Set<number>();
  for (const [start, { takes }] of stages.entries()) {
    let index = takes.length > 0 ? start : undefined;
    while (index !== undefined && !found.has(index)) {
      found.add(index);
      const base: FoundStage['base'] | undefined = stages[index]?.base;
      index = base?.kind === 'stage' ? base.index : undefined;
    }
  }
  return found;
}

function copiesOf(
  { from, instruction, mount }: StageCopy,
  directory: string | undefined,
  value: (word: string) => string | undefined,
): readonly PathCopy[] {
  if (mount !== undefined) {
    const source = value(mount.source);
    const target = value(mount.target);
    if (source === undefined || target === undefined) return [];
    const script = [...(instruction.json ?? [instruction.text]), ...instruction.heredocs.map(({ body }) => body)].map(
      (text) => withVariables(text, (name) => value(`$${name}`)),
    );
    return copiedFromMount(
      script,
      resolvePath(directory, target) ?? target,
      directory,
      instruction.json !== undefined,
    ).map(({ path, to }) => ({ from, path: join(cleanPath(source), path), to: to ?? '' }));
  }
  const words = (instruction.json ?? instruction.words.map(({ text }) => text)).map(value);
  const last = words.pop();
  const to = last === undefined ? undefined : resolvePath(directory, last);
  const keepsParents = instruction.flags.some(({ text }) => text === '--parents' || text === '--parents=true');
  return words.flatMap((word) => {
    if (word === undefined) return [];
    // What the contents of a directory are copied by is the directory itself.
    const path = cleanPath(word).replace(/(?:^|\/)\*+$/, '');
    return [{ from, path, to: keepsParents ? join(to ?? '', path) : (to ?? '') }];
  });
}

/** Variables of one script that are looked up, and their places; what is longer than a path is none. */
const MAX_VARIABLES = 20;
const MAX_PLACES = 1000;
const MAX_PATH = 200;

/** A script with the variables that it sets itself to a literal, or that the build sets before, in their places. */
function withVariables(script: string, value: (name: string) => string | undefined): string {
  let places = MAX_PLACES;
  const named = [...new Set([...script.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = '']) => name))];
  return named.slice(0, MAX_VARIABLES).reduce((text, name) => {
    const own = new RegExp(`(?:^|[\\s;&|(])${name}=["']?([^\\s;&|()$"']{1,${MAX_PATH}})`).exec(script)?.[1];
    const known = own ?? value(name) ?? '';
    if (known === '' || known.length > MAX_PATH) return text;
    return text.replace(new RegExp(`\\$(?:\\{${name}\\}|${name}(?!\\w))`, 'g'), (whole) =>
      places-- > 0 ? known : whole,
    );
  }, script);
}

function join(first: string, second: string): string {
  if (first === '' || second === '') return first || second;
  return `${first}/${second}`;
}
