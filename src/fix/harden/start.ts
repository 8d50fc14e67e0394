import type { Instruction } from '../../build-files/dockerfile/instruction.js';
import { sourceSpan } from '../../build-files/dockerfile/logical-lines.js';
import { shellCommands } from '../../build-files/script/shell-commands.js';
import type { EquivalentVariant } from '../../catalog/equivalent.js';
import { err, ok, type Result } from '../../lib/result.js';
import type { Edit } from './edits.js';
import { isDistribution, type KnownPrograms, missingProgram } from './programs.js';
import { readScript } from './script.js';

/** The image that a stage starts on: what of it decides how ENTRYPOINT and CMD work. */
export interface StartOn {
  readonly variant: EquivalentVariant;
  readonly entrypoint: string | undefined;
  /** What it has besides. */
  readonly known: KnownPrograms;
}

/**
 * Official images whose entrypoint, if any, does nothing but start what CMD names, so that a build file's CMD is a whole
 * command.
 */
const PLAIN_START = new Set(
  `alpine amazoncorretto amazonlinux bash busybox buildpack-deps centos debian eclipse-temurin fedora golang gradle
  maven node openjdk php python rockylinux ruby rust ubuntu`.split(/\s+/),
);

/** Commands of a shell, which no program stands for. @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html */
const BUILTINS = new Set(
  `. : alias bg break cd command continue declare eval exec exit export fg getopts hash jobs local read readonly return set
  shift source times trap type typeset ulimit umask unalias unset wait`.split(/\s+/),
);

/** What starts services the way of a distribution. */
const SERVICE =
  /^(?:\/(?:usr\/)?s?bin\/)?(?:service|systemctl|init|apache2ctl|apachectl|httpd|apache2|supervisord|crond?)(?=\s|$)|^\/etc\/init\.d\/\S+/;

/**
 * What the start of a container has to be changed for on another image: the exec form where that has no shell, and no
 * entrypoint of the image before a CMD that is a whole command. Fails with a clause if it would not start, or if
 * that is unknown.
 *
 * @param instructions CMD, ENTRYPOINT, HEALTHCHECK and SHELL of the stages from the image to the target, in order
 */
export function startEdits(
  instructions: readonly Instruction[],
  { variant, entrypoint, known }: StartOn,
  lineEnd: string,
  lineStart: (instruction: Instruction) => number,
): Result<readonly Edit[], string> {
  const edits: Edit[] = [];
  const of = (keyword: string) => instructions.filter((instruction) => instruction.keyword === keyword);
  if (variant.shell !== true && of('shell').length > 0) return err('it names a shell, which the image need not have');
  const { official } = known;
  const starts = [...of('cmd'), ...of('entrypoint')];
  const called = [...of('shell'), ...starts].flatMap(({ json, text }) =>
    json === undefined ? shellCommands(text).map(({ words }) => words) : [json],
  );
  const missing = called.map((words) => missingProgram(words, known)).find((program) => program !== undefined);
  if (variant.shell === true && missing !== undefined)
    return err(`it starts ${missing}, which the image need not have`);
  // A shell takes no arguments from CMD, and is one to an ENTRYPOINT in exec form.
  if (
    variant.shell !== true &&
    starts.some(({ json }) => json === undefined) &&
    of('entrypoint').length > 0 &&
    of('cmd').length > 0
  )
    return err('with ENTRYPOINT and CMD, the exec form of one starts another command than its shell form');
  for (const instruction of starts) {
    const { json } = instruction;
    const service = SERVICE.exec(json?.[0] ?? instruction.text)?.[0];
    if (service !== undefined) return err(`it starts ${service}, which belongs to its distribution`);
    if (variant.shell === true) continue;
    const exec = json === undefined ? execForm(instruction) : ok(json);
    if (!exec.ok) return exec;
    const [program = ''] = exec.value;
    if (/(?:^|\/)(?:(?:ba|da|a|z)?sh|env)$|\.sh$/.test(program))
      return err(`${instruction.keyword.toUpperCase()} starts a shell or a script, and the image has no shell`);
    if (json !== undefined) continue;
    const { textStart, text, line } = instruction;
    edits.push({
      ...sourceSpan(line, textStart, textStart + text.length),
      text: JSON.stringify(exec.value).replaceAll('","', '", "'),
    });
  }
  if (variant.shell !== true && of('healthcheck').some(({ words }) => words[0]?.text.toUpperCase() !== 'NONE'))
    return err('it has a HEALTHCHECK, whose program the image need not have');
  const [cmd] = of('cmd');
  const hasEntrypoint = of('entrypoint').length > 0;
  const name = official.replace(/^docker\.io\/library\//, '');
  if (hasEntrypoint) return ok(edits);
  if (!PLAIN_START.has(name)) {
    return err('it relies on the entrypoint of its image, and that of the other one may differ');
  }
  // A distribution's image starts a shell of some kind.
  if (cmd === undefined && isDistribution(official) && variant.shell === true) return ok(edits);
  if (cmd === undefined) return err('it names nothing that is started, and what another image starts differs');
  // If an image's facts were not read, it is not known whether it has an entrypoint.
  if (entrypoint !== undefined || variant.user === undefined) {
    const at = lineStart(cmd);
    edits.push({ start: at, end: at, text: `ENTRYPOINT []${lineEnd}` });
  }
  return ok(edits);
}

/** The words of a shell form that needs no shell. */
function execForm({ keyword, text }: Instruction): Result<readonly string[], string> {
  const name = keyword.toUpperCase();
  const script = readScript(text);
  const command = script.ok && script.value.commands.length === 1 ? script.value.commands[0] : undefined;
  if (command === undefined || command.operator !== '')
    return err(`${name} is a shell script, and the image has no shell`);
  const words = command.words[0].text === 'exec' ? command.words.slice(1) : command.words;
  const simple = words.every(({ isLiteral, isRedirection }) => isLiteral && !isRedirection);
  const program = words[0]?.text ?? '-';
  if (!simple || program.startsWith('-') || program.includes('=') || BUILTINS.has(program)) {
    return err(`${name} is a shell script, and the image has no shell`);
  }
  return ok(words.map(({ text: word }) => word));
}
