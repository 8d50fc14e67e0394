import { optionalField } from '../../lib/collections.js';
import { listed, plural } from '../../lib/text.js';
import { formatPlatform, type Platform, parsePlatform } from '../../references/platform.js';
import { familiarReference, parseReference } from '../../references/reference.js';
import { contextImage } from '../build.js';
import { GlobalScope, own } from './build-arguments.js';
import { flagValue } from './check-instruction.js';
import { copySources } from './copy-sources.js';
import type { Document, WrittenStage } from './document.js';
import type { FoundBase, FoundBuild, FoundStage, FoundUse, StageCopy } from './found-build.js';
import { type Instruction, parseInstruction } from './instruction.js';
import { LimitPassed, MAX_USES, type WorkBudget } from './limits.js';
import { sourceSpan } from './logical-lines.js';
import { markShipped } from './shipped-paths.js';
import { toLower } from './white-space.js';

/** Marks what a build of the targets pulls. */
function markReached(stages: readonly FoundStage[]): void {
  const queue: number[] = [];
  for (const [index, stage] of stages.entries()) if (stage.target) queue.push(index);
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

/**
 * The named context for a name: looked up by its familiar form without `:latest`, first for the platform.
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerui/config.go `NamedContext`
 */
export function namedContext(
  contexts: Readonly<Record<string, string>>,
  name: string,
  platform: Platform,
): string | undefined {
  if (isEmpty(contexts)) return undefined;
  const reference = parseReference(name);
  if (!reference.ok) return undefined;
  const familiar = familiarReference(reference.value).replace(/:latest$/, '');
  return own(contexts, `${familiar}::${formatPlatform(platform)}`) ?? own(contexts, familiar);
}

function isEmpty(record: Readonly<Record<string, string>>): boolean {
  for (const _ in record) return false;
  return true;
}

/** One build of a file: for one platform, with one target. */
export interface BuildParameters {
  readonly platform: Platform;
  /** The stages that are built for; none means the last. */
  readonly target?: string;
  /** Whether every stage counts as a target. */
  readonly everyStage: boolean;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly buildContexts: Readonly<Record<string, string>>;
  /** What takes the place of the first FROM. */
  readonly firstBase?: string;
}

/** What COPY --from and a mount's `from` look names up in: the stages, then every other image named before. */
type Source = { readonly kind: 'stage'; readonly index: number } | { readonly kind: 'image'; readonly name: string };

/**
 * Works out what one build of a file pulls, and from where in the file, as BuildKit's Dockerfile frontend does.
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/dockerfile2llb/convert.go `toDispatchState`
 */
export function findBuild(document: Document, parameters: BuildParameters, budget: WorkBudget): FoundBuild {
  return new Build(document, parameters, budget).run();
}

class Build {
  readonly #document: Document;
  readonly #parameters: BuildParameters;
  readonly #scope: GlobalScope;
  readonly #budget: WorkBudget;
  readonly #stages: FoundStage[] = [];
  readonly #byName = new Map<string, number>();
  readonly #replaced = new Set<number>();
  readonly #sources: Source[] = [];
  readonly #uses: FoundUse[] = [];

  constructor(document: Document, parameters: BuildParameters, budget: WorkBudget) {
    if (document.stages.length > MAX_USES)
      throw new LimitPassed('image-uses', `it has more than ${plural(MAX_USES, 'stage')}`);
    this.#document = document;
    this.#parameters = parameters;
    this.#budget = budget;
    const targetStage = parameters.target ?? document.stages.at(-1)?.name ?? '';
    const known = document.generation === 'current' ? targetStage : undefined;
    this.#scope = new GlobalScope(parameters.platform, known, parameters.buildArgs, document.escape, budget);
    for (const arg of document.globals) this.#scope.declare(arg, parameters.buildArgs);
  }

  run(): FoundBuild {
    const { stages } = this.#document;
    const targets = this.#targets();
    for (const [index, written] of stages.entries()) {
      const base = this.#base(written, index);
      const target = this.#parameters.everyStage || targets.index === index;
      const uses: FoundUse[] = [];
      this.#stages.push({
        written,
        base,
        copiesFrom: new Set(),
        takes: [],
        uses,
        target,
        ships: false,
        reachable: false,
      });
      if (written.name !== null) this.#byName.set(written.name, index);
      this.#sources.push({ kind: 'stage', index });
    }
    for (const [index, { instructions }] of stages.entries())
      for (const instruction of instructions)
        this.#take(instruction, index, index, instruction.keyword === 'run' ? 'RUN' : 'COPY');
    this.#fireTriggers();
    markReached(this.#stages);
    markShipped(this.#scope, this.#stages, this.#document.escape, this.#parameters.buildArgs, this.#budget);
    return { scope: this.#scope, stages: this.#stages, uses: this.#uses, targetFound: targets.found };
  }

  #targets(): { index: number; found: boolean } {
    const { stages } = this.#document;
    const { target } = this.#parameters;
    const last = stages.length - 1;
    if (target === undefined) return { index: last, found: true };
    const index = stages.findLastIndex((stage) => stage.name === toLower(target));
    return index < 0 ? { index: last, found: false } : { index, found: true };
  }

  /** What a stage is built on. A named context in the stage's name takes the place of the whole stage. */
  #base(written: WrittenStage, index: number): FoundBase {
    const { from } = written;
    const [word] = from.words;
    if (word === undefined) return { kind: 'unknown', reason: 'FROM names no image' };
    const at = sourceSpan(from.line, from.textStart + word.start, from.textStart + word.start + word.text.length);
    const { firstBase } = this.#parameters;
    const name = this.#scope.expand(index === 0 && firstBase !== undefined ? firstBase : word.text);
    const platform = this.#platform(flagValue(from, 'platform') ?? '');
    const found = (expanded: string, more: Partial<FoundUse>): FoundBase => ({
      kind: 'image',
      use: this.#add(index, { ...at, instruction: 'FROM', expanded, platform: platform.value, ...more }),
    });
    if (!name.ok) return found(word.text, { unresolved: name.error });
    const { text: expanded, overridable, unset } = name.value;
    const more = { overridable, ...this.#definedAt(word.text) };
    if (expanded === '') return found('', { ...more, unresolved: emptyBase(word.text) });
    if (platform.unresolved !== undefined) return found(expanded, { ...more, unresolved: platform.unresolved });

    const replaceable = written.name !== null && written.name !== 'scratch' && written.name !== 'context';
    const context = replaceable ? this.#context(written.name, platform.value) : undefined;
    if (context !== undefined) {
      this.#replaced.add(index);
      return this.#contextBase(context, (reference) => found(reference, {}));
    }
    const stage = this.#byName.get(expanded);
    if (stage !== undefined) {
      this.#makeOverridable(stage, overridable);
      return { kind: 'stage', index: stage };
    }
    if (expanded === 'scratch') return { kind: 'scratch' };
    const replacement = this.#context(expanded, platform.value);
    if (replacement !== undefined) return this.#contextBase(replacement, (reference) => found(reference, {}));
    const isBroken = unset.length > 0 && !parseReference(expanded).ok;
    return found(expanded, { ...more, ...(isBroken ? { unresolved: withoutValue(unset) } : {}) });
  }

  /** Where an argument chooses a stage, another value of it takes the place of the image that the stage is built on. */
  #makeOverridable(stage: number, names: readonly string[]): void {
    if (names.length === 0) return;
    let base = this.#stages[stage]?.base;
    while (base?.kind === 'stage') {
      this.#budget.spend(1);
      base = this.#stages[base.index]?.base;
    }
    if (base?.kind !== 'image') return;
    this.#budget.spend(names.length + base.use.overridable.length);
    base.use.overridable = [...new Set([...base.use.overridable, ...names])];
  }

  #definedAt(word: string): Pick<FoundUse, 'definedAt'> {
    const name = /^\$(?:\{(\w+)\}|(\w+))$/.exec(word);
    const definedAt = name === null ? undefined : this.#scope.writtenAt(name[1] ?? name[2] ?? '');
    return definedAt === undefined ? {} : { definedAt };
  }

  #platform(flag: string): { value: Platform | null; unresolved?: string } {
    if (flag === '') return { value: null };
    const expanded = this.#scope.expand(flag);
    if (!expanded.ok) return { value: null, unresolved: `--platform can't be expanded: ${expanded.error}` };
    if (expanded.value.text === '') return { value: null, unresolved: `--platform=${flag} is empty` };
    const platform = parsePlatform(expanded.value.text);
    return platform.ok ? { value: platform.value } : { value: null, unresolved: platform.error };
  }

  #context(name: string, platform: Platform | null): string | undefined {
    return namedContext(this.#parameters.buildContexts, name, platform ?? this.#parameters.platform);
  }

  /** A context that is an image is pulled in the other's place; any other comes from the build's own surroundings. */
  #contextBase(context: string, found: (reference: string) => FoundBase): FoundBase {
    const image = contextImage(context);
    if (image === undefined) return { kind: 'unknown', reason: `the named context ${context} replaces it` };
    return image === 'scratch' ? { kind: 'scratch' } : found(image);
  }

  /** Takes what an instruction copies or mounts from into `stage`; it stands in the stage `place`. */
  #take(instruction: Instruction, stage: number, place: number, as: 'COPY' | 'RUN' | 'ONBUILD'): void {
    for (const source of copySources(instruction, this.#document.escape)) {
      const use = { start: source.start, end: source.end, instruction: as };
      const taken = { instruction, ...optionalField('mount', source.mount) };
      const refuse = (reason: string) =>
        this.#record(stage, place, { ...use, expanded: source.text, unresolved: reason });
      if (source.kind === 'refused') refuse(source.reason);
      else if (source.kind === 'name') this.#connect(this.#named(source.text), stage, place, use, taken);
      else {
        const indexed = this.#sources[source.index];
        if (indexed === undefined) refuse(`there is no stage ${source.text}`);
        else this.#connect(indexed, stage, place, use, taken);
      }
    }
  }

  #named(name: string): Source {
    const index = this.#byName.get(toLower(name));
    if (index !== undefined) return { kind: 'stage', index };
    const source = { kind: 'image', name } as const;
    this.#sources.push(source);
    if (this.#sources.length > MAX_USES)
      throw new LimitPassed('image-uses', `it names more than ${plural(MAX_USES, 'image')}`);
    return source;
  }

  #connect(
    source: Source,
    stage: number,
    place: number,
    use: Pick<FoundUse, 'instruction' | 'start' | 'end'>,
    taken: Omit<StageCopy, 'from'>,
  ): void {
    if (source.kind === 'stage') {
      // BuildKit finds circles before it fires triggers, so what a trigger copies from its own stage is let be.
      if (source.index === stage && use.instruction === 'ONBUILD') return;
      this.#stages[stage]?.copiesFrom.add(source.index);
      // A copy from a later stage builds nothing; followed, it could lead back here with a longer path each time.
      if (source.index < stage) this.#stages[stage]?.takes.push({ ...taken, from: source.index });
      if (source.index < stage || this.#replaced.has(source.index)) return;
      const name = this.#stages[source.index]?.written.name ?? String(source.index);
      const unresolved =
        source.index === stage
          ? `a stage can't copy from itself, "${name}"`
          : `stage "${name}" comes later in the file`;
      this.#record(stage, place, { ...use, expanded: name, unresolved });
      return;
    }
    if (source.name === 'scratch') return;
    const context = this.#context(source.name, null);
    const image = context === undefined ? source.name : contextImage(context);
    if (image === undefined || image === 'scratch') return;
    this.#record(stage, place, { ...use, expanded: image });
  }

  #record(
    stage: number,
    place: number,
    use: Pick<FoundUse, 'instruction' | 'start' | 'end' | 'expanded'> & Pick<Partial<FoundUse>, 'unresolved'>,
  ): void {
    this.#stages[stage]?.uses.push(this.#add(place, { ...use, role: 'copy' }));
  }

  #add(stage: number, use: Pick<FoundUse, 'instruction' | 'start' | 'end' | 'expanded'> & Partial<FoundUse>): FoundUse {
    const found: FoundUse = { stage, platform: null, overridable: [], role: 'build', reachable: false, ...use };
    this.#uses.push(found);
    if (this.#uses.length > MAX_USES)
      throw new LimitPassed('image-uses', `it names more than ${plural(MAX_USES, 'image')}`);
    return found;
  }

  /** Fires the ONBUILD triggers of stages that others build on. */
  #fireTriggers(): void {
    for (const [index, { base }] of this.#stages.entries()) {
      if (base.kind !== 'stage') continue;
      for (const { keyword, trigger } of this.#stages[base.index]?.written.instructions ?? []) {
        this.#budget.spend(1);
        if (keyword !== 'onbuild' || trigger === undefined) continue;
        this.#budget.spend(trigger.line.text.length);
        // A trigger is parsed anew when it fires, and then without the file's escape directive.
        this.#take(parseInstruction(trigger.line, trigger.start, '\\'), index, base.index, 'ONBUILD');
      }
    }
  }
}

function withoutValue(names: readonly string[]): string {
  return `${listed(names)} ${names.length === 1 ? 'has' : 'have'} no value: give an ARG default before the first FROM, or a build argument`;
}

function emptyBase(word: string): string {
  return word.includes('$')
    ? `${word} is empty because no ARG default or build argument sets it`
    : 'the image name is empty';
}
