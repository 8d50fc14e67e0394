import type { Instruction } from '../build-files/dockerfile/instruction.js';
import type { ImageUse, SourceRange } from '../build-files/image-use.js';
import type { Stage, StageInstruction } from '../build-files/stage.js';
import { err, ok, type Result } from '../lib/result.js';

/** The ARGs before the first FROM whose value another one's is a part of, and that one itself. */
function argumentsMadeOf(name: string, globals: readonly Instruction[]): ReadonlySet<string> {
  const made = new Set([name]);
  for (const { text } of globals.flatMap(({ words }) => words)) {
    const [declared = '', ...value] = text.split('=');
    const named = value.join('=').matchAll(/\$\{?(\w+)/g);
    if (Array.from(named, ([, variable = '']) => variable).some((variable) => made.has(variable))) made.add(declared);
  }
  return made;
}

/** Which of these ARGs an instruction gives to a stage, without a default of its own; in a trigger, too. */
function takenBy({ keyword, text }: StageInstruction, names: ReadonlySet<string>): string | undefined {
  const taken = keyword.toUpperCase() === 'ONBUILD' ? /^ARG\s+(.*)$/is.exec(text)?.[1] : text;
  if (taken === undefined || !/^(?:ARG|ONBUILD)$/i.test(keyword)) return undefined;
  return taken.split(/\s+/).find((word) => names.has(word));
}

/** Text to put in at one place of a file. */
export interface Insertion {
  readonly line: number;
  /** 1-based, in UTF-16 units, as in a `SourceRange`. */
  readonly column: number;
  readonly text: string;
}

/**
 * Where a digest goes that pins a use: after the reference as it is written, or after the default of the ARG that is
 * the reference. A reference without a tag gets `:latest` too, so that the pin still says which tag it follows. Fails
 * with a clause where no one place holds the reference.
 *
 * @param globals the ARGs before the first FROM of the use's file; of no account where it is written out
 */
export function pinInsertion(
  use: ImageUse,
  digest: string,
  stages: readonly Stage[],
  globals: readonly Instruction[] = [],
): Result<Insertion, string> {
  const place = use.definedAt === undefined ? ownPlace(use) : defaultPlace(use, use.definedAt, stages, globals);
  if (!place.ok) return place;
  const tag = use.reference?.tag !== undefined && !/:[^/]*$/.test(use.expanded) ? `:${use.reference.tag}` : '';
  return ok({ ...place.value, text: `${tag}@${digest}` });
}

function ownPlace({ written, expanded, overridable, endLine, endColumn }: ImageUse): Result<Place, string> {
  if (written.includes('$')) return err(whyVariables(written, overridable));
  const isPlain = /^[\w./:@-]+$/.test(written);
  if (isPlain && written !== expanded) {
    return err(`\`${written}\` stands for ${expanded} by a build context or build argument; pin it there`);
  }
  // Inside the quotes, so that the reference stays one word for the shell.
  const quoted = /^(["']).+\1$/s.test(written);
  return ok({ line: endLine, column: quoted ? endColumn - 1 : endColumn });
}

type Place = Pick<Insertion, 'line' | 'column'>;

function defaultPlace(
  use: ImageUse,
  at: SourceRange,
  stages: readonly Stage[],
  globals: readonly Instruction[],
): Result<Place, string> {
  const name = variableOf(use.written);
  const names = argumentsMadeOf(name, globals);
  for (const { file, instructions, ...stage } of stages) {
    if (file !== use.file) continue;
    const taken = instructions.map((instruction) => takenBy(instruction, names)).find((one) => one !== undefined);
    if (taken === undefined) continue;
    const madeOf = taken === name ? '' : `, which is made of ${name}`;
    const reaches = 'so that its value reaches more than the reference';
    return err(`stage ${stage.name ?? stage.index} takes ARG ${taken} over${madeOf}, ${reaches}`);
  }
  return ok({ line: at.endLine, column: at.endColumn });
}

function variableOf(written: string): string {
  return written.replace(/^\$\{?|\}$/g, '');
}

function whyVariables(written: string, overridable: readonly string[]): string {
  const names = overridable.length === 0 ? 'variables' : overridable.join(', ');
  if (!/^\$(?:\w+|\{\w+\})$/.test(written)) {
    return `\`${written}\` is put together from ${names}, so that no one place holds the whole reference`;
  }
  return `the value of \`${written}\` is not a plain default of an ARG of this file (it comes from a build argument, or is made of other variables)`;
}
