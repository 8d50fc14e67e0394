import type { Instruction } from '../build-files/dockerfile/instruction.js';
import type { StageInstruction } from '../build-files/stage.js';

/** The ARGs before the first FROM whose value another one's is a part of, and that one itself. */
export function argumentsMadeOf(name: string, globals: readonly Instruction[]): ReadonlySet<string> {
  const made = new Set([name]);
  for (const { text } of globals.flatMap(({ words }) => words)) {
    const [declared = '', ...value] = text.split('=');
    const named = value.join('=').matchAll(/\$\{?(\w+)/g);
    if (Array.from(named, ([, variable = '']) => variable).some((variable) => made.has(variable))) made.add(declared);
  }
  return made;
}

/** Which of these ARGs an instruction gives to a stage, without a default of its own; in a trigger, too. */
export function takenBy({ keyword, text }: StageInstruction, names: ReadonlySet<string>): string | undefined {
  const taken = keyword.toUpperCase() === 'ONBUILD' ? /^ARG\s+(.*)$/is.exec(text)?.[1] : text;
  if (taken === undefined || !/^(?:ARG|ONBUILD)$/i.test(keyword)) return undefined;
  return taken.split(/\s+/).find((word) => names.has(word));
}
