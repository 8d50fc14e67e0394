import { ok, type Result } from '../../lib/result.js';
import { formatPlatform, type Platform } from '../../references/platform.js';
import type { Instruction } from './instruction.js';
import type { WorkBudget } from './limits.js';
import { type EscapeCharacter, sourceSpan } from './logical-lines.js';
import { expandWord } from './shell-words.js';

/** A variable that FROM can see. */
interface Variable {
  readonly value: string | undefined;
  /** The build arguments that its value may depend on, itself included. */
  readonly dependsOn: ReadonlySet<string>;
  /** Why its default could not be expanded. */
  readonly fault?: string;
  /** Where its value is written, if it is an ARG's default without variables, in source offsets. */
  readonly written?: { readonly start: number; readonly end: number };
}

/** A word after its variables, and the build arguments that could have made it another. */
export interface Expansion {
  readonly text: string;
  readonly overridable: readonly string[];
  /** Its variables that have no value, or an empty one. */
  readonly unset: readonly string[];
}

/** The build platform that BUILDPLATFORM and its kin name, so that nothing depends on the host. */
const BUILD_PLATFORM: Platform = { os: 'linux', architecture: 'amd64' };

const BUILD_VARIABLES = platformVariables('BUILD', BUILD_PLATFORM);
/** The same for every file: names of predefined variables alone. */
const ITSELF = new Map<string, ReadonlySet<string>>();

function itself(name: string): ReadonlySet<string> {
  const known = ITSELF.get(name) ?? new Set([name]);
  ITSELF.set(name, known);
  return known;
}

/**
 * The variables in scope for FROM: the predefined ones, and the ARGs before the first FROM in their order, each with
 * what came before it; a build argument replaces the default of a declared ARG.
 *
 * @see https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/dockerfile2llb/convert.go `buildMetaArgs`
 */
export class GlobalScope {
  readonly #variables = new Map<string, Variable>();
  readonly #escape: EscapeCharacter;
  readonly #budget: WorkBudget;

  constructor(
    platform: Platform,
    targetStage: string | undefined,
    buildArgs: Readonly<Record<string, string>>,
    escapeWith: EscapeCharacter,
    budget: WorkBudget,
  ) {
    this.#escape = escapeWith;
    this.#budget = budget;
    const predefine = (name: string, value: string) =>
      this.#variables.set(name, { value: own(buildArgs, name) ?? value, dependsOn: itself(name) });
    for (const [name, value] of BUILD_VARIABLES) predefine(name, value);
    for (const [name, value] of platformVariables('TARGET', platform)) predefine(name, value);
    if (targetStage !== undefined) predefine('TARGETSTAGE', targetStage === '' ? 'default' : targetStage);
  }

  /** The value of a variable, for an ARG of a stage that takes it over. */
  value(name: string): string | undefined {
    return this.#variables.get(name)?.value;
  }

  /** Where the ARG's default stands that alone is a variable's value. */
  writtenAt(name: string): { readonly start: number; readonly end: number } | undefined {
    return this.#variables.get(name)?.written;
  }

  declare(arg: Instruction, buildArgs: Readonly<Record<string, string>>): void {
    for (const word of arg.words) {
      const equals = word.text.indexOf('=');
      const name = equals < 0 ? word.text : word.text.slice(0, equals);
      const given = own(buildArgs, name);
      if (given !== undefined) {
        this.#variables.set(name, { value: given, dependsOn: new Set([name]) });
      } else if (equals < 0) {
        const before = this.#variables.get(name);
        this.#variables.set(name, {
          ...before,
          value: before?.value,
          dependsOn: new Set([name, ...(before?.dependsOn ?? [])]),
        });
      } else {
        const text = word.text.slice(equals + 1);
        const expanded = this.expand(text);
        const written = literalSpan(text);
        const at = arg.textStart + word.start + equals + 1;
        this.#variables.set(name, {
          value: expanded.ok ? expanded.value.text : undefined,
          dependsOn: new Set([name, ...(expanded.ok ? expanded.value.overridable : [])]),
          ...(expanded.ok ? {} : { fault: `the default of ARG ${name} can't be expanded: ${expanded.error}` }),
          ...(written === undefined ? {} : { written: sourceSpan(arg.line, at + written.start, at + written.end) }),
        });
      }
    }
  }

  /** Expands a word of FROM. Fails with a clause. */
  expand(word: string): Result<Expansion, string> {
    let overridable: Set<string> | undefined;
    let fault: string | undefined;
    const unset = new Set<string>();
    const expanded = expandWord(word, { escape: this.#escape, budget: this.#budget }, (name) => {
      const variable = this.#variables.get(name);
      if (variable?.value === undefined || variable.value === '') unset.add(name);
      if (variable === undefined) return undefined;
      fault ??= variable.fault;
      overridable ??= new Set();
      // Gathering names costs more than copying characters.
      this.#budget.spend(8 * variable.dependsOn.size);
      for (const argument of variable.dependsOn) overridable.add(argument);
      return variable.value;
    });
    if (!expanded.ok) return expanded;
    if (fault !== undefined) return { ok: false, error: fault };
    return ok({
      text: expanded.value,
      overridable: overridable === undefined ? [] : [...overridable],
      unset: [...unset],
    });
  }
}

/** The names of variables are anyone's, `constructor` too. */
export function own(values: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** @see https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope */
function platformVariables(prefix: 'BUILD' | 'TARGET', platform: Platform): readonly (readonly [string, string])[] {
  return [
    [`${prefix}PLATFORM`, formatPlatform(platform)],
    [`${prefix}OS`, platform.os],
    [`${prefix}OSVERSION`, platform.osVersion ?? ''],
    [`${prefix}ARCH`, platform.architecture],
    [`${prefix}VARIANT`, platform.variant ?? ''],
  ];
}

/** What of a default is its value letter by letter: all of it, or what its only pair of quotes holds. */
function literalSpan(text: string): { start: number; end: number } | undefined {
  if (/^[^$"'\\`\s]+$/.test(text)) return { start: 0, end: text.length };
  if (/^(?:"[^$"\\`]+"|'[^'\\`]+')$/.test(text)) return { start: 1, end: text.length - 1 };
  return undefined;
}
