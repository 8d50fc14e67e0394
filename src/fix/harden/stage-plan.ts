import type { Document, WrittenStage } from '../../build-files/dockerfile/document.js';
import type { Instruction } from '../../build-files/dockerfile/instruction.js';
import type { SourceText } from '../../build-files/dockerfile/source-text.js';
import type { ImageUse } from '../../build-files/image-use.js';
import type { Stage } from '../../build-files/stage.js';
import { stageIndex } from '../../build-files/stage-index.js';
import { err, ok, type Result } from '../../lib/result.js';
import { repositoryName } from '../../references/reference.js';
import { type Candidate, COMPILED } from '../../suggestions/changes.js';
import { pinInsertion } from '../pin-place.js';
import { accountEdits, isThere } from './accounts-named.js';
import type { Edit } from './edits.js';
import { directoryOfOfficial, isDistribution, type KnownPrograms, unknownProgram } from './programs.js';
import { type RewrittenRun, rewriteRun } from './run-edits.js';
import { splitEdits } from './split.js';
import { startEdits } from './start.js';
import { readTag } from './tag-words.js';

/** A build file that is to be hardened, as it was read. */
export interface FileToHarden {
  readonly source: SourceText;
  readonly document: Document;
  readonly stages: readonly Stage[];
}

/** The stages that are built on one image, with what they become on another. */
export interface StagePlan {
  readonly use: ImageUse;
  readonly candidate: Candidate;
  /** By index. */
  readonly stages: ReadonlySet<number>;
  readonly edits: readonly Edit[];
  /** What a person should look at: clauses. */
  readonly notes: readonly string[];
}

/** A user without rights that needs no account, for images that run as root. */
const NON_ROOT_UID = '65532';

/** Where official images of languages keep what belongs to them; others keep it elsewhere. */
const OWN_PATHS =
  /\/usr\/local(?:\/(?:s?bin|lib(?:\/(?:python|node_modules|ruby|php)[\w./-]*)?|go|bundle|etc\/php)?)?\/?(?=["'\s,]|$)|\/usr\/local\/(?:lib\/(?:python|node_modules|ruby|php)|bin\/(?:node|npm|python|pip|ruby|php|docker)|go\/|bundle|etc\/php)|(?<![\w.-])\/go\/|\bGOPATH\b|\/opt\/java|\/usr\/lib\/jvm|\/usr\/share\/(?:maven|gradle|nginx)/;

/** Where distributions keep what others have in other directories. */
const DISTRIBUTION_PATHS =
  /\/lib\/[^/\s"':=]*-linux-gnu\w*|\/usr\/lib\/jvm\/[\w.-]*|\/usr\/lib\/python3\/dist-packages|\/etc\/(?:apt|dnf|yum)\b/;

/**
 * Plans the stages on one image for the image in its place. Either all of their instructions are understood, or they are
 * left alone: fails with a clause.
 *
 * @param nonRoot the policy wants what ships not to run as root
 */
export function planStages(
  file: FileToHarden,
  use: ImageUse,
  candidate: Candidate,
  nonRoot: boolean,
): Result<StagePlan, string> {
  const { source, document, stages } = file;
  if (use.stage === null || use.reference === null) return err('it is not the base of a stage');
  if (candidate.missedVersion !== undefined)
    return err(`${candidate.image} is or may be of another version than ${candidate.missedVersion.wanted}`);
  const tag = readTag(use.reference, candidate);
  if (!tag.ok) return tag;
  const group = stageIndex(stages, use.file).withAbove(use.stage.index);
  if (group.some(({ otherBases = [] }) => otherBases.length > 0)) return err('its stage has several bases');
  const written = group.map(({ index }) => document.stages[index]).filter((stage) => stage !== undefined);
  const instructions = written.flatMap((stage) => stage.instructions);
  if (instructions.some(({ keyword }) => keyword === 'onbuild')) return err('it has ONBUILD triggers');
  const official = repositoryName(use.reference);
  const own = isDistribution(official) ? undefined : OWN_PATHS.exec(textOf(document))?.[0];
  if (own !== undefined) return err(`the file names ${own}, which belongs to the official image`);
  const distribution = DISTRIBUTION_PATHS.exec(textOf(document, ({ keyword }) => keyword !== 'run'))?.[0];
  if (distribution !== undefined) return err(`the file names ${distribution}, which belongs to its distribution`);
  const directory = directoryEdit(file, use, candidate, instructions);
  if (!directory.ok) return directory;
  const place = placeOf(use, file);
  if (!place.ok) return place;
  if (candidate.buildOn !== undefined) {
    const split = splitEdits(source, written, group, candidate, nonRoot ? NON_ROOT_UID : undefined);
    return split.ok
      ? ok(
          planOf(
            use,
            candidate,
            group,
            [{ ...place.value, text: candidate.buildOn }, ...split.value],
            notesOf(instructions, use),
          ),
        )
      : err(`it ships, so that RUN belongs in a stage of its own; ${split.error}`);
  }
  const edits: Edit[] = [{ ...place.value, text: candidate.image }, ...directory.value];
  const runs = planRuns(source, instructions, candidate, use);
  if (!runs.ok) return runs;
  edits.push(...runs.value.flatMap((run) => run.edits));
  const accounts = { made: new Set(runs.value.flatMap((run) => run.made)), own: candidate.variant.user };
  const absent = runs.value.flatMap((run) => run.named).find((name) => !isThere(name, accounts));
  if (absent !== undefined) return err(`it names the account ${absent}, which the image need not have`);
  for (const instruction of instructions) {
    const named = accountEdits(instruction, accounts);
    if (!named.ok) return named;
    edits.push(...named.value);
  }
  const shipped = planShipped(file, group, candidate, use, {
    nonRoot,
    known: knownPrograms(runs.value, candidate, official),
  });
  if (!shipped.ok) return shipped;
  return ok(planOf(use, candidate, group, [...edits, ...shipped.value], notesOf(instructions, use)));
}

function textOf({ stages }: Document, isMeant: (instruction: Instruction) => boolean = () => true): string {
  return stages.flatMap(({ instructions }) => instructions.filter(isMeant).map(({ text }) => text)).join('\n');
}

/** The working directory of the official image, where the other has another and no WORKDIR comes before what is copied. */
function directoryEdit(
  { source, document }: FileToHarden,
  use: ImageUse,
  { equivalent, image }: Candidate,
  instructions: readonly Instruction[],
): Result<readonly Edit[], string> {
  const first = instructions.find(({ keyword }) => ['workdir', 'copy', 'add'].includes(keyword));
  const isSet = first?.keyword === 'workdir' && first.text.startsWith('/');
  const own = use.reference === null ? undefined : directoryOfOfficial(repositoryName(use.reference));
  if (isSet || (equivalent.workdir === undefined && own === '/') || first === undefined) return ok([]);
  if (own === undefined) return err(`it names no working directory first, and that of ${image} may be another`);
  const stage = document.stages[use.stage?.index ?? 0];
  if (stage === undefined) return err('its stage is not known');
  return ok([lineAfter(source, stage.from, `WORKDIR ${own}`, lineEndOf(source))]);
}

function lineEndOf({ text, lineStarts }: SourceText): string {
  return text.slice(0, lineStarts[1]).endsWith('\r\n') ? '\r\n' : '\n';
}

function planOf(
  use: ImageUse,
  candidate: Candidate,
  group: readonly Stage[],
  edits: readonly Edit[],
  notes: readonly string[],
): StagePlan {
  return { use, candidate, stages: new Set(group.map(({ index }) => index)), edits, notes };
}

/** Where the reference stands: in FROM, or in the default of an ARG. */
function placeOf(
  use: ImageUse,
  { source, document, stages }: FileToHarden,
): Result<{ start: number; end: number }, string> {
  const insertion = pinInsertion(use, '', stages, document.globals);
  if (!insertion.ok) return insertion;
  const offset = (line: number, column: number) => (source.lineStarts[line - 1] ?? 0) + column - 1;
  const range = use.definedAt ?? use;
  const start = offset(range.line, range.column);
  const end = offset(insertion.value.line, insertion.value.column);
  return ok(/^["']/.test(source.text.slice(start, end)) ? { start: start + 1, end } : { start, end });
}

function planRuns(
  source: SourceText,
  instructions: readonly Instruction[],
  candidate: Candidate,
  use: ImageUse,
): Result<readonly RewrittenRun[], string> {
  const { variant, image, equivalent } = candidate;
  const { reference } = use;
  const runs = instructions.filter(({ keyword }) => keyword === 'run');
  if (runs.length === 0 || reference === null) return ok([]);
  if (equivalent.publisher !== 'chainguard') return err('RUN is only understood on images of Wolfi');
  const official = repositoryName(reference);
  if (directoryOfOfficial(official) === undefined)
    return err('what its image holds and which user it has is not known');
  const isAlpine = isOfAlpine(use);
  const rewritten: RewrittenRun[] = [];
  for (const run of runs) {
    const one = rewriteRun(source, run, isAlpine);
    if (!one.ok) return one;
    rewritten.push(one.value);
  }
  if (variant.packageManager !== 'apk' && rewritten.some((run) => run.packages.length > 0))
    return err(`it installs packages, and ${image} has no package manager`);
  const known = knownPrograms(rewritten, candidate, official);
  const health = instructions.flatMap(({ keyword, words }) =>
    keyword === 'healthcheck' && words[0]?.text.toUpperCase() === 'CMD' ? (words[1]?.text ?? []) : [],
  );
  const scripts = [...rewritten.map(({ script }) => script), ...health];
  const unknown = scripts.map((script) => unknownProgram(script, known)).find((reason) => reason !== undefined);
  return unknown === undefined ? ok(rewritten) : err(unknown);
}

function knownPrograms(runs: readonly RewrittenRun[], { image }: Candidate, official: string): KnownPrograms {
  const packages = new Set(runs.flatMap((run) => run.packages));
  const installed = new Set(runs.flatMap(({ programs }) => programs));
  return { official, packages, installed, hasBash: /-dev$/.test(image) || packages.has('bash') };
}

function isOfAlpine({ reference }: ImageUse): boolean {
  return reference !== null && (/\/alpine$/.test(reference.repository) || reference.tag?.includes('alpine') === true);
}

/** The user, and how the container starts. */
function planShipped(
  { source, document, stages }: FileToHarden,
  group: readonly Stage[],
  candidate: Candidate,
  use: ImageUse,
  { nonRoot, known }: { readonly nonRoot: boolean; readonly known: KnownPrograms },
): Result<readonly Edit[], string> {
  const { variant, equivalent } = candidate;
  const root = document.stages[use.stage?.index ?? 0];
  if (root === undefined || use.reference === null) return err('its stage is not known');
  const lineEnd = lineEndOf(source);
  const edits: Edit[] = [];
  const needsRoot = variant.user !== 'root' && group.some((stage) => runsAsBase(stage, stages, document));
  if (needsRoot) edits.push(lineAfter(source, root.from, 'USER root', lineEnd));
  const [target, ...others] = group.filter(({ ships, target: isTarget }) => ships && isTarget);
  if (target === undefined) {
    return group.some(({ ships }) => ships) ? err('it ships by being copied whole') : ok(edits);
  }
  if (others.length > 0 || group.some(({ base }) => base.kind === 'stage' && base.index === target.index))
    return err('several of its stages ship');
  const [change] = equivalent.changes ?? [];
  if (change !== undefined && !(equivalent.purpose === COMPILED && isStatic(target, document))) return err(change);
  const chain = chainOf(target, stages).flatMap(({ index }) => document.stages[index]?.instructions ?? []);
  const start = startEdits(chain, { variant, entrypoint: equivalent.entrypoint, known }, lineEnd, (instruction) =>
    lineStartOf(source, instruction),
  );
  if (!start.ok) return start;
  const saysUser = chain.some(({ keyword }) => keyword === 'user');
  const isRoot = needsRoot || (nonRoot && (variant.user === undefined || variant.user === 'root'));
  const stage = document.stages[target.index];
  if (!saysUser && isRoot && stage !== undefined) {
    const user = variant.user === undefined || variant.user === 'root' ? NON_ROOT_UID : variant.user;
    edits.push(userBeforeStart(source, stage, `USER ${user}`, lineEnd));
  }
  return ok([...edits, ...start.value]);
}

/** Whether all that is copied into a stage was compiled without a libc, by Go. */
function isStatic(target: Stage, { stages }: Document): boolean {
  const sources = target.copiesFrom.map((index) => stages[index]);
  return (
    sources.length > 0 &&
    sources.every((stage) => stage?.instructions.some(({ text }) => /\bCGO_ENABLED[= ]["']?0\b/.test(text)) === true)
  );
}

function chainOf(target: Stage, stages: readonly Stage[]): readonly Stage[] {
  const chain: Stage[] = [];
  for (let stage: Stage | undefined = target; stage !== undefined; ) {
    chain.unshift(stage);
    const { base }: Stage = stage;
    stage =
      base.kind === 'stage' && base.index < stage.index ? stages.find(({ index }) => index === base.index) : undefined;
  }
  return chain;
}

/** Whether a stage runs something before any stage of its chain has said USER: as the user of its image, that is. */
function runsAsBase(stage: Stage, stages: readonly Stage[], document: Document): boolean {
  const keywords = chainOf(stage, stages).flatMap(({ index }) => document.stages[index]?.instructions ?? []);
  const user = keywords.findIndex(({ keyword }) => keyword === 'user');
  return keywords.slice(0, user < 0 ? undefined : user).some(({ keyword }) => keyword === 'run');
}

function lineStartOf({ lineStarts, text }: SourceText, { line }: Instruction): number {
  const start = lineStarts[line.line - 1] ?? 0;
  // A byte order mark stays the first thing of the file.
  return start === 0 && text.startsWith('\ufeff') ? 1 : start;
}

function lineAfter(source: SourceText, { endLine }: Instruction, text: string, lineEnd: string): Edit {
  const at = source.lineStarts[endLine] ?? source.text.length;
  const isEnded = at === 0 || source.text[at - 1] === '\n';
  return { start: at, end: at, text: isEnded ? `${text}${lineEnd}` : `${lineEnd}${text}` };
}

/** Before ENTRYPOINT and CMD, where nothing runs after them. */
function userBeforeStart(
  source: SourceText,
  { from, instructions }: WrittenStage,
  text: string,
  lineEnd: string,
): Edit {
  const last = instructions.findLastIndex(({ keyword }) => !['cmd', 'entrypoint'].includes(keyword));
  const start = instructions[last + 1];
  if (start === undefined) return lineAfter(source, instructions.at(-1) ?? from, text, lineEnd);
  const at = lineStartOf(source, start);
  return { start: at, end: at, text: `${text}${lineEnd}` };
}

function notesOf(instructions: readonly Instruction[], use: ImageUse): readonly string[] {
  const libc = isOfAlpine(use) ? ['programs that were compiled for musl do not run with the glibc of Wolfi'] : [];
  if (use.role !== 'final') return libc;
  const ports = instructions
    .filter(({ keyword }) => keyword === 'expose')
    .flatMap(({ words }) => words.flatMap(({ text }) => /^(\d+)/.exec(text)?.[1] ?? []));
  const privileged = ports.find((port) => Number(port) < 1024);
  const compiles =
    use.reference?.tag?.includes('slim') !== true &&
    instructions.some(
      ({ keyword, text }) => keyword === 'run' && /\b(?:pip3?|npm|yarn|gem|bundle) (?:install|ci|i)\b/.test(text),
    );
  const scripts = instructions
    .filter(({ keyword }) => keyword === 'cmd' || keyword === 'entrypoint')
    .flatMap(({ json, text }) => /^\S+\.sh(?=\s|$)/.exec(json?.[0] ?? text)?.[0] ?? []);
  return [
    ...libc,
    ...(compiles ? ['what is compiled while it is installed needs build-base, which the image need not have'] : []),
    ...scripts.map((script) => `${script} is not read: what it calls has to be in the image`),
    'files that the program writes to have to be its own: it no longer runs as root',
    ...(privileged === undefined ? [] : [`port ${privileged} is below 1024, which some platforms keep for root`]),
  ];
}
