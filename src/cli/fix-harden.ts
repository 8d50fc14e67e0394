import { isRun } from '../build-files/image-use.js';
import { loadCatalog } from '../catalog/catalog.js';
import type { HardenedFile, ReplacedUse } from '../fix/harden/harden-file.js';
import type { LeftUse } from '../fix/pin-decisions.js';
import { err, ok } from '../lib/result.js';
import { policyReference } from '../policy/govern.js';
import { ruleSetting } from '../policy/settings.js';
import { formatReference, parseReference, type Reference } from '../references/reference.js';
import type { CommandIo, ExitCode } from './command.js';
import { isOfRemoteTrigger, readAgain, writeAll } from './fix-files.js';
import { type LocalRun, runLocalGate } from './local-gate.js';
import { refuse } from './refusal.js';

type Values = Parameters<typeof runLocalGate>[0] & {
  readonly write?: boolean | undefined;
  readonly diff?: boolean | undefined;
};

/** Comments in a diff stand before the files, where `git apply` passes over them. */
const COMMENT = '# ';

/**
 * `fix --harden`: rewrites build files to images that the policy allows. What was rewritten is evaluated by the gate
 * itself, pinned, and evaluated again; it is written only where nothing speaks against it.
 */
export async function fixHarden(values: Values, positionals: readonly string[], io: CommandIo): Promise<ExitCode> {
  const run = await runLocalGate(values, positionals, io);
  if (!run.ok) return refuse('fix', run.error, io);
  const { files, left } = await hardenAll(run.value);
  const evaluate = async (some: readonly HardenedFile[]) =>
    await runLocalGate(values, positionals, io, new Map(some.map(({ path, after }) => [path, after])));
  const passing = await onlyWhatPasses(files, evaluate);
  const write = values.write === true;
  const failed = write ? await writeAll(run.value.directory, passing.files) : [];
  for (const { message } of failed) io.stderr(`fix: ${message}\n`);
  const unwritten = new Set(failed.map(({ path }) => path));
  const shown = passing.files.filter(({ path }) => !unwritten.has(path));
  const remaining = [...left, ...passing.left];
  await show(shown, remaining, write ? 'written' : values.diff === true ? 'diff' : 'listed', io);
  if (remaining.some(({ retry }) => !retry) || (!write && shown.length > 0)) return 1;
  const unread = run.value.report.files.some(({ status }) => status === 'unreadable');
  return failed.length > 0 || unread || remaining.length > 0 ? 2 : 0;
}

interface Hardened {
  /** Those that were rewritten. */
  readonly files: readonly HardenedFile[];
  readonly left: readonly LeftUse[];
}

async function hardenAll({ tree, reading, report, policy, now }: LocalRun): Promise<Hardened> {
  const { hardenFile } = await import('../fix/harden/harden-file.js');
  const { isRefused } = await import('../fix/harden/refused-uses.js');
  const { candidatesFor } = await import('../suggestions/suggestions.js');
  const { nonRoot } = await import('../rules/non-root.js');
  const { MAX_DOCKERFILE_BYTES } = await import('../build-files/dockerfile/limits.js');
  const catalog = loadCatalog();
  const refused = isRefused(report);
  const files: HardenedFile[] = [];
  const left: LeftUse[] = [];
  const paths = new Set(report.uses.filter((use) => !isRun(use) && refused(use)).map(({ file }) => file));
  for (const path of paths) {
    const all = report.uses.filter(({ file }) => file === path);
    const [elsewhere, uses] = [all.filter(isOfRemoteTrigger), all.filter((use) => !isOfRemoteTrigger(use))];
    const leave = (some: readonly LeftUse['use'][], reason: string, retry: boolean) =>
      left.push(...some.filter(refused).map((use) => ({ use, reason, retry })));
    leave(elsewhere, 'an ONBUILD trigger of its base names it, so it is not written in this file', false);
    const file = report.files.find((one) => one.path === path);
    const content = await tree.read(path, MAX_DOCKERFILE_BYTES);
    if (!content.ok || file?.status !== 'read' || file.isDefinition === true) {
      const reason = content.ok ? file?.reason : content.error.message;
      leave(uses, reason ?? `${path} is no Dockerfile`, !content.ok);
      continue;
    }
    const stages = report.stages.filter((stage) => stage.file === path);
    const hardened = await hardenFile(
      {
        path,
        bytes: content.value,
        uses,
        stages,
        isRefused: refused,
        candidates: (use) => {
          if (use.reference === null) return err('the image is not known');
          const reference = policyReference(policy, use.reference);
          const found = candidatesFor({ use, reference, now }, stages, policy, catalog);
          return found.length > 0 ? ok(found) : err('no image that the policy allows is known in its place');
        },
        nonRoot: ruleSetting(policy, nonRoot, 'final').level === 'error',
      },
      readAgain(tree, reading),
    );
    if (hardened.replaced.length > 0) files.push(hardened);
    left.push(...hardened.left);
  }
  return { files, left };
}

type Evaluate = (files: readonly HardenedFile[]) => ReturnType<typeof runLocalGate>;

/** The files with the digests that their new images were resolved to, as far as the gate has nothing against them. */
async function onlyWhatPasses(files: readonly HardenedFile[], evaluate: Evaluate): Promise<Hardened> {
  if (files.length === 0) return { files: [], left: [] };
  const { decidePins } = await import('../fix/pin-decisions.js');
  const { pinFiles } = await import('../fix/pin-files.js');
  const { whyRefused } = await import('../fix/harden/refused-uses.js');
  const first = await evaluate(files);
  if (!first.ok) return allLeft(files, 'what it would become could not be evaluated');
  const { report, tree, reading } = first.value;
  const isNew = new Map(files.map(({ path, replaced }) => [path, imagesOf(replaced)]));
  const { wanted } = decidePins(report);
  const replacing = report.uses.filter(({ file, reference }) => isNew.get(file)?.has(nameOf(reference)) === true);
  const digests = new Map(replacing.flatMap(({ id }) => (wanted.has(id) ? [[id, wanted.get(id) ?? '']] : [])));
  const toPin = files.map(({ path, after }) => ({
    path,
    bytes: after,
    uses: report.uses.filter(({ file }) => file === path),
  }));
  const pinned = await pinFiles(toPin, report, digests, readAgain(tree, reading));
  const complete = files.map((file) => ({
    ...file,
    after: pinned.find(({ path }) => path === file.path)?.after ?? file.after,
  }));
  const second = await evaluate(complete);
  if (!second.ok) return allLeft(files, 'what it would become could not be evaluated');
  const passing: HardenedFile[] = [];
  const left: LeftUse[] = [];
  for (const file of complete) {
    const isReplaced = ({ reference }: LeftUse['use']) => isNew.get(file.path)?.has(nameOf(reference)) === true;
    const uses = second.value.report.uses.filter((use) => use.file === file.path && isReplaced(use));
    const unpinned = uses.find(({ reference }) => reference?.digest === undefined);
    const reason =
      whyRefused(second.value.report, file.path, isReplaced) ??
      (unpinned === undefined ? undefined : `the digest of ${unpinned.expanded} is not known`);
    if (reason === undefined) passing.push(file);
    else
      left.push(
        ...allLeft(
          [file],
          `it would not pass on ${[...new Set(file.replaced.map(({ image }) => image))].join(', ')}: ${reason}`,
        ).left,
      );
  }
  return { files: passing, left };
}

function allLeft(files: readonly HardenedFile[], reason: string): Hardened {
  return {
    files: [],
    left: files.flatMap(({ replaced }) => replaced.map(({ use }) => ({ use, reason, retry: false }))),
  };
}

function imagesOf(replaced: readonly ReplacedUse[]): ReadonlySet<string> {
  return new Set(
    replaced.flatMap(({ images }) =>
      images.map((image) => {
        const parsed = parseReference(image);
        return parsed.ok ? nameOf(parsed.value) : image;
      }),
    ),
  );
}

/** Without the digest. */
function nameOf(reference: Reference | null): string {
  if (reference === null) return '';
  const { digest: _, ...named } = reference;
  return formatReference(named);
}

async function show(
  files: readonly HardenedFile[],
  left: readonly LeftUse[],
  how: 'written' | 'listed' | 'diff',
  io: CommandIo,
): Promise<void> {
  const { hardenedText, leftStagesText, notesText } = await import('../fix/harden/harden-text.js');
  if (how !== 'diff') {
    io.stdout(hardenedText(files, how === 'written'));
    io.stderr(leftStagesText(left));
    return;
  }
  const { unifiedDiff } = await import('../fix/unified-diff.js');
  const { visible } = await import('../lib/escape/visible.js');
  io.stdout(leftStagesText(left, COMMENT));
  for (const file of files) {
    const diff = unifiedDiff(file.path, file.before, file.after);
    if (diff.ok) io.stdout(`${notesText(file, COMMENT)}${diff.value}`);
    else
      io.stderr(
        `${visible(file.path)}:${diff.error} can't be shown in a diff as it is: it is not UTF-8 text, or has control characters. Use --write to rewrite this file.\n`,
      );
  }
}
