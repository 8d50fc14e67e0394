import type { WrittenStage } from '../../build-files/dockerfile/document.js';
import type { Instruction } from '../../build-files/dockerfile/instruction.js';
import type { SourceText } from '../../build-files/dockerfile/source-text.js';
import { shellCommands } from '../../build-files/script/shell-commands.js';
import type { Stage } from '../../build-files/stage.js';
import { err, ok, type Result } from '../../lib/result.js';
import type { Candidate } from '../../suggestions/changes.js';
import { absolute, type BuilderOutput, ENVIRONMENT, readOutput, setsAside } from './builder-output.js';
import type { Edit } from './edits.js';

/** Instructions that only say something of the image that is made, and are said of the new one too. */
const REPEATED = new Set(['env', 'label', 'expose', 'stopsignal', 'volume']);
const STARTS = new Set(['cmd', 'entrypoint']);

/**
 * Cuts the one stage of a file into a builder and a stage that ships what the builder made: the working directory, the
 * programs that Go compiled, and a virtual environment of Python that pip installs into. Fails with a clause unless it
 * is certain that nothing else is needed: one working directory, commands that write nowhere else, sources that are
 * copied there, and a start in exec form.
 *
 * @param nonRootUid the user for an image that says none
 */
export function splitEdits(
  source: SourceText,
  written: readonly WrittenStage[],
  group: readonly Stage[],
  candidate: Candidate,
  nonRootUid: string | undefined,
): Result<readonly Edit[], string> {
  const [stage, ...others] = written;
  if (stage === undefined || others.length > 0) return err('other stages are built on it');
  if (group[0]?.target !== true) return err('it is not the target');
  if (stage.from.words.length !== 1) return err('its stage has a name, which others may build');
  if (candidate.equivalent.publisher !== 'chainguard') return err('RUN is only understood on images of Wolfi');
  const { instructions } = stage;
  const end = instructions.findLastIndex(({ keyword }) => ['run', 'copy', 'add', 'workdir'].includes(keyword));
  const [building, starting] = [instructions.slice(0, end + 1), instructions.slice(end + 1)];
  const directory = directoryOf(building);
  if (!directory.ok) return directory;
  const output: BuilderOutput = { usesPip: false, programs: new Set(), isStatic: true };
  for (const instruction of building) {
    const reason = whyNotWithin(instruction, directory.value, output, building);
    if (reason !== undefined) return err(reason);
  }
  const [environment] = output.usesPip
    ? building.flatMap(({ keyword, text }) => (keyword === 'env' ? setsAside(text) : []))
    : [];
  if (environment !== undefined) return err(`ENV ${environment} decides where pip installs`);
  const other = starting.find(({ keyword }) => !REPEATED.has(keyword) && !STARTS.has(keyword));
  if (other !== undefined) return err(`what ${other.keyword.toUpperCase()} needs in the last stage is not known`);
  const start = startsWithRuntime(starting, candidate, output, directory.value);
  if (!start.ok) return start;
  const lineEnd = source.text.slice(0, source.lineStarts[1]).endsWith('\r\n') ? '\r\n' : '\n';
  const { user } = candidate.variant;
  const isRoot = user === undefined || user === 'root';
  const last = building.at(-1);
  const at = source.lineStarts[last?.endLine ?? 0] ?? source.text.length;
  const repeated = building
    .filter(({ keyword }) => REPEATED.has(keyword))
    .map((instruction) => textOf(source, instruction));
  const path = output.usesPip ? [`ENV PATH="${ENVIRONMENT}/bin:$PATH"`] : [];
  const elsewhere = [...output.programs].filter((program) => !program.startsWith(`${directory.value}/`));
  const copied = [directory.value, ...(output.usesPip ? [ENVIRONMENT] : []), ...elsewhere];
  const lines = [
    '',
    `FROM ${candidate.image}`,
    ...repeated,
    ...path,
    `WORKDIR ${directory.value}`,
    ...copied.map((made) => `COPY --from=build ${made} ${made}`),
    ...(isRoot && nonRootUid !== undefined ? [`USER ${nonRootUid}`] : []),
    ...(start.value ? ['ENTRYPOINT []'] : []),
  ];
  const venv = output.usesPip ? [`RUN python -m venv ${ENVIRONMENT}`] : [];
  const fromEnd = source.lineStarts[stage.from.endLine] ?? source.text.length;
  const name = fromEnd - (/\r?\n$/.exec(source.text.slice(0, fromEnd))?.[0].length ?? 0);
  return ok([
    { start: name, end: name, text: [' AS build', 'USER root', ...venv, ...path].join(lineEnd) },
    { start: at, end: at, text: `${lines.join(lineEnd)}${lineEnd}` },
  ]);
}

/** The one WORKDIR, before anything is copied or run. */
function directoryOf(building: readonly Instruction[]): Result<string, string> {
  const all = building.filter(({ keyword }) => keyword === 'workdir');
  const first = building.find(({ keyword }) => ['run', 'copy', 'add', 'workdir'].includes(keyword));
  const [only] = all;
  if (only === undefined || all.length > 1 || first !== only)
    return err('it has no one working directory from the start');
  if (
    !/^\/[\w.-]+(?:\/[\w.-]+)*\/?$/.test(only.text) ||
    /^\/(?:usr|etc|var|lib|bin|sbin|opt|root|home)\/?$/.test(only.text)
  )
    return err(`its working directory ${only.text} may hold more than the program`);
  return ok(only.text.replace(/\/$/, ''));
}

function whyNotWithin(
  { keyword, text, words, flags, json, heredocs }: Instruction,
  directory: string,
  output: BuilderOutput,
  building: readonly Instruction[],
): string | undefined {
  if (keyword === 'workdir' || keyword === 'label' || keyword === 'expose' || keyword === 'stopsignal')
    return undefined;
  if (keyword === 'env') return text.includes('$') ? 'an ENV depends on others' : undefined;
  if (keyword === 'copy') {
    const to = words.at(-1)?.text ?? '';
    const isInside =
      /^\.(?:\/[\w./-]*)?$/.test(to) ||
      to === directory ||
      to.startsWith(`${directory}/`) ||
      /^[\w-][\w./-]*$/.test(to);
    if (json !== undefined || !isInside || to.includes('..')) return `COPY writes to ${to}, outside of ${directory}`;
    return flags.some(({ text: flag }) => flag.startsWith('--chown')) ? 'a COPY gives files to an account' : undefined;
  }
  if (keyword !== 'run') return `what ${keyword.toUpperCase()} needs in the last stage is not known`;
  if (json !== undefined || heredocs.length > 0) return 'a RUN is in another form than one line of shell';
  const command = shellCommands(text).find((one) => !readOutput(one.words, directory, output, building));
  if (command === undefined) return undefined;
  return `whether \`${command.words[0]}\` writes outside of ${directory} is not known`;
}

/**
 * Whether the image's own entrypoint has to be taken away. Fails where what starts is neither the image's own program nor
 * one that the builder made.
 */
function startsWithRuntime(
  starting: readonly Instruction[],
  { equivalent, image }: Candidate,
  { usesPip, programs, isStatic }: BuilderOutput,
  directory: string,
): Result<boolean, string> {
  const of = (keyword: string) => starting.filter((instruction) => instruction.keyword === keyword);
  const [first, ...more] = [...of('entrypoint'), ...of('cmd')];
  if (first === undefined || more.length > 1) return err('what it starts is not known');
  if ([first, ...more].some(({ json }) => json === undefined)) return err('it starts in shell form');
  const [started = ''] = first.json ?? [];
  const program = started.split('/').at(-1);
  const takesEntrypoint = of('entrypoint').length === 0 && equivalent.entrypoint !== undefined;
  if (programs.has(absolute(started, directory))) {
    const isLibcMissing = equivalent.changes?.some((change) => change.includes('no libc')) === true && !isStatic;
    return isLibcMissing ? err(`${image} holds no libc, and CGO_ENABLED=0 is not set`) : ok(takesEntrypoint);
  }
  if (usesPip && (started === 'python' || started === 'python3')) return ok(takesEntrypoint);
  // An absolute path may be one that only the official image has.
  if (usesPip) return err(`it starts ${started}, which need not be in the environment that pip installs into`);
  const runtime = equivalent.entrypoint?.split('/').at(-1) ?? equivalent.for.split('/').at(-1);
  if (program !== runtime) return err(`it starts ${program ?? 'nothing'}, which the image need not have`);
  return ok(takesEntrypoint);
}

function textOf(source: SourceText, { line, endLine }: Instruction): string {
  const start = source.lineStarts[line.line - 1] ?? 0;
  return source.text.slice(start, source.lineStarts[endLine] ?? source.text.length).replace(/\r?\n$/, '');
}
