import type { Instruction } from '../../build-files/dockerfile/instruction.js';
import { sourceSpan } from '../../build-files/dockerfile/logical-lines.js';
import type { SourceText } from '../../build-files/dockerfile/source-text.js';
import { err, ok, type Result } from '../../lib/result.js';
import { isAccountProgram, type MadeAccount, rewriteAccount } from './accounts.js';
import { type Edit, type Item, itemEdits } from './edits.js';
import { isPackageManager, type Rewrite, rewriteInstall } from './installs.js';
import { programsInstalledBy } from './programs.js';
import { readScript, type ScriptCommand, type ScriptWord } from './script.js';

/** What a RUN becomes on Wolfi, and what it brings. */
export interface RewrittenRun {
  readonly edits: readonly Edit[];
  readonly packages: readonly string[];
  /** Accounts that it makes, and those that have to be there. */
  readonly made: readonly string[];
  readonly named: readonly string[];
  readonly programs: readonly string[];
  /** What is left of it to run, to find out which programs it calls. */
  readonly script: string;
}

/** The script of a RUN with its heredocs, as far as a shell gets it. */
export function scriptOf({ text, json, heredocs }: Instruction): string {
  const script = json === undefined ? text : json.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  return [script, ...heredocs.map(({ body }) => body)].join('\n');
}

/** Whether a script calls a package manager or makes accounts, so that it has to be rewritten. */
function needsRewrite(script: string): boolean {
  return [...script.matchAll(/(?<![\w./-])[a-z-]+(?![\w./-])/g)].some(
    ([word]) => isPackageManager(word) || isAccountProgram(word),
  );
}

/**
 * Rewrites the commands of a RUN that install packages or make accounts. Fails with a clause where one of them is not
 * understood.
 *
 * @param isAlpine what it was written for has apk and BusyBox
 */
export function rewriteRun(source: SourceText, run: Instruction, isAlpine: boolean): Result<RewrittenRun, string> {
  const whole = scriptOf(run);
  const unchanged = {
    edits: [],
    packages: [],
    made: [],
    named: [],
    programs: programsInstalledBy(whole),
    script: whole,
  };
  if (!needsRewrite(whole)) return ok(unchanged);
  if (run.json !== undefined) return err('a RUN in exec form installs packages or makes accounts');
  if (run.heredocs.length > 0) return err('a here-document installs packages or makes accounts');
  // Quotes and escapes were taken off its flags, so that offsets in the text are not the line's.
  if (!run.line.text.startsWith(run.text, run.textStart)) return err('where its script begins is not certain');
  const script = readScript(run.text);
  if (!script.ok) return script;
  const { commands, isChain } = script.value;
  const rewrites: Rewrite[] = [];
  const [packages, made, named]: [string[], string[], string[]] = [[], [], []];
  const understood = new Set<number>();
  for (const [index, { words }] of commands.entries()) {
    const rewritten = rewriteCommand(words, isAlpine);
    if (rewritten?.ok === false) return rewritten;
    if (rewritten === undefined) {
      rewrites.push('keep');
      continue;
    }
    understood.add(index);
    packages.push(...rewritten.value.packages);
    made.push(...rewritten.value.made);
    named.push(...rewritten.value.named);
    rewrites.push(rewritten.value.rewrite);
  }
  const textOf = ({ words }: ScriptCommand) => run.text.slice(words[0].start, words.at(-1)?.end);
  const others = commands.filter((_, index) => !understood.has(index));
  const rest = others.map(textOf).join('\n');
  if (needsRewrite(rest)) return err('a command within another one installs packages or makes accounts');
  const place = ({ start, end }: { readonly start: number; readonly end: number }) =>
    sourceSpan(run.line, run.textStart + start, run.textStart + end);
  const edits = commands.flatMap((command, index) => wordEdits(source.text, command, rewrites[index] ?? 'keep', place));
  return ok({
    edits: [...edits, ...removals(source, run, commands, rewrites, isChain, place)],
    packages,
    made,
    named,
    programs: programsInstalledBy(rest),
    script: rest,
  });
}

interface RewrittenCommand extends MadeAccount {
  readonly packages: readonly string[];
}

/** Undefined for a command that neither installs packages nor makes accounts. */
function rewriteCommand(words: readonly ScriptWord[], isAlpine: boolean): Result<RewrittenCommand, string> | undefined {
  const install = rewriteInstall(words);
  if (install !== undefined) return install.ok ? ok({ ...install.value, made: [], named: [] }) : install;
  const account = rewriteAccount(words, isAlpine);
  return account?.ok === true ? ok({ ...account.value, packages: [] }) : account;
}

type Place = (range: { readonly start: number; readonly end: number }) => {
  readonly start: number;
  readonly end: number;
};

function wordEdits(text: string, { words }: ScriptCommand, rewrite: Rewrite, place: Place): readonly Edit[] {
  if (typeof rewrite === 'string') return [];
  const items = words.map((word, index): Item => ({ ...place(word), become: rewrite[index] }));
  return itemEdits(text, items, '');
}

/** The lines of an instruction with their ends. */
function linesOf({ text, lineStarts }: SourceText, { line, endLine }: Instruction): { start: number; end: number } {
  return { start: lineStarts[line.line - 1] ?? 0, end: lineStarts[endLine] ?? text.length };
}

function textOfLines(source: SourceText, run: Instruction): string {
  const { start, end } = linesOf(source, run);
  return source.text.slice(start, end);
}

/** Takes commands out of a chain; elsewhere `true` stands for them. A RUN of which nothing is left goes. */
function removals(
  source: SourceText,
  run: Instruction,
  commands: readonly ScriptCommand[],
  rewrites: readonly Rewrite[],
  isChain: boolean,
  place: Place,
): readonly Edit[] {
  const range = ({ words }: ScriptCommand) => place({ start: words[0].start, end: words.at(-1)?.end ?? words[0].end });
  if (rewrites.every((rewrite) => rewrite === 'remove') && !/^[ \t]*#/m.test(textOfLines(source, run))) {
    return [{ ...linesOf(source, run), text: '' }];
  }
  const isRemoved = (index: number) => rewrites[index] === 'remove';
  if (isChain && rewrites.some((rewrite) => rewrite !== 'remove')) {
    const items = commands.map(
      (command, index): Item => ({ ...range(command), become: isRemoved(index) ? null : undefined }),
    );
    return itemEdits(source.text, items, 'true');
  }
  return commands.flatMap((command, index) => (isRemoved(index) ? [{ ...range(command), text: 'true' }] : []));
}
