import { optionalField } from '../../lib/collections.js';
import { plural } from '../../lib/text.js';
import { checkInstruction, stageName } from './check-instruction.js';
import type { Generation } from './generation.js';
import { heredocsOf } from './heredocs.js';
import { type HeredocBody, type Instruction, parseInstruction } from './instruction.js';
import { LimitPassed, MAX_INSTRUCTIONS } from './limits.js';
import { type EscapeCharacter, LineReader } from './logical-lines.js';
import { ReadError } from './read-error.js';
import type { SourceText } from './source-text.js';

/** A stage as it is written: its FROM, its name in lower case, and the instructions up to the next FROM. */
export interface WrittenStage {
  readonly from: Instruction;
  readonly name: string | null;
  readonly instructions: readonly Instruction[];
}

/** A Dockerfile's instructions in stages. What comes before the first FROM, and is no ARG, is an error. */
export interface Document {
  readonly generation: Generation;
  readonly escape: EscapeCharacter;
  /** The ARGs before the first FROM. */
  readonly globals: readonly Instruction[];
  readonly stages: readonly WrittenStage[];
  /** The first thing that BuildKit's parsers refuse. The rest of the document is what can be seen all the same. */
  readonly error?: ReadError;
}

/**
 * Reads a whole file as BuildKit's parser and instruction parser do.
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/instructions/parse.go `Parse`
 */
export function readDocument(source: SourceText, generation: Generation = 'current'): Document {
  const lines = new LineReader(source);
  const globals: Instruction[] = [];
  const stages: { from: Instruction; name: string | null; instructions: Instruction[] }[] = [];
  let error: ReadError | undefined;
  let count = 0;
  for (let read = readInstruction(lines, generation); read !== undefined; read = readInstruction(lines, generation)) {
    if (++count > MAX_INSTRUCTIONS)
      throw new LimitPassed('instructions', `it has more than ${plural(MAX_INSTRUCTIONS, 'instruction')}`);
    const { instruction } = read;
    const { line } = instruction;
    error ??= read.error;
    const stage = stages.at(-1);
    if (instruction.keyword === 'from')
      stages.push({ from: instruction, name: stageName(instruction), instructions: [] });
    else if (stage !== undefined) stage.instructions.push(instruction);
    else if (instruction.keyword === 'arg') globals.push(instruction);
    else error ??= new ReadError(line.line, `${instruction.keyword.toUpperCase()} comes before the first FROM`);
  }
  if (stages.length === 0)
    error ??= new ReadError(1, count > 0 ? 'there is no FROM' : 'there is no instruction in the file');
  const first = lines.error ?? error;
  return { generation, escape: lines.escape, globals, stages, ...optionalField('error', first) };
}

/** Reads the next instruction with its heredocs; `error` is why BuildKit's parsers refuse it. */
export function readInstruction(
  lines: LineReader,
  generation: Generation = 'current',
): { instruction: Instruction; error?: ReadError } | undefined {
  const line = lines.next();
  if (line === undefined) return undefined;
  const isOld = generation === 'before-1.4';
  const parsed = parseInstruction(line, 0, lines.escape, isOld ? '\\' : lines.escape);
  const { instruction, fault } = isOld ? { instruction: parsed } : openHeredocs(parsed, lines);
  const reason = fault ?? instruction.fault ?? checkInstruction(instruction, generation);
  return reason === undefined ? { instruction } : { instruction, error: new ReadError(line.line, reason) };
}

const HEREDOC_KEYWORDS = new Set(['run', 'copy', 'add']);

/** Passes over the heredocs that an instruction opens, and keeps them with it. */
function openHeredocs(instruction: Instruction, lines: LineReader): { instruction: Instruction; fault?: string } {
  const holder = instruction.keyword === 'onbuild' ? instruction.trigger : instruction;
  if (holder === undefined || holder.json !== undefined || !HEREDOC_KEYWORDS.has(holder.keyword))
    return { instruction };
  if (instruction.fault !== undefined || !instruction.line.text.includes('<<')) return { instruction };
  const opened = heredocsOf(instruction.line.text);
  if (!opened.ok) return { instruction, fault: `the heredoc's name can't be read: ${opened.error}` };
  if (opened.value.length === 0) return { instruction };
  const heredocs: HeredocBody[] = [];
  let { endLine } = instruction;
  for (const { name, chomp } of opened.value) {
    const taken = lines.takeHeredoc(name, chomp);
    if (taken === undefined) return { instruction, fault: `the heredoc "${name}" is not closed` };
    heredocs.push({ name, body: taken.body });
    endLine = taken.endLine;
  }
  return { instruction: { ...instruction, heredocs, endLine } };
}
