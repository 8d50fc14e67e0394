import { MAX_DOCKERFILE_BYTES } from '../../build-files/dockerfile/limits.js';
import { isRun } from '../../build-files/image-use.js';
import type { ReadingOptions } from '../../build-files/reading.js';
import type { RepositoryTree } from '../../build-files/repository-tree.js';
import { loadCatalog } from '../../catalog/catalog.js';
import { err, ok, type Result } from '../../lib/result.js';
import { policyReference } from '../../policy/govern.js';
import type { Policy } from '../../policy/policy.js';
import { ruleSetting } from '../../policy/settings.js';
import { formatReference, parseReference, type Reference } from '../../references/reference.js';
import type { Report } from '../../reports/report.js';
import { nonRoot } from '../../rules/non-root.js';
import { candidatesFor } from '../../suggestions/suggestions.js';
import { decidePins, type LeftUse } from '../pin-decisions.js';
import { pinFiles } from '../pin-files.js';
import { isOfRemoteTrigger, readAgain } from '../read-again.js';
import { type HardenedFile, hardenFile, type ReplacedUse } from './harden-file.js';
import { isRefused, whyRefused } from './refused-uses.js';

/** What became of a repository's build files. */
export interface Hardened {
  /** Those that were rewritten. */
  readonly files: readonly HardenedFile[];
  readonly left: readonly LeftUse[];
}

/** A run of the gate, and a way to run it again over build files with other bytes. */
export interface HardenRun {
  readonly tree: RepositoryTree;
  readonly reading: ReadingOptions;
  readonly report: Pick<Report, 'answers' | 'files' | 'stages' | 'uses'>;
  readonly policy: Policy;
  readonly now: Date;
  readonly evaluate: (contents: ReadonlyMap<string, Uint8Array>) => Promise<Result<Report, unknown>>;
}

/**
 * Rewrites the build files of a repository to images that the policy allows. What was rewritten is evaluated by the gate,
 * pinned to the digests it resolved, and evaluated again; rewrites that fail are left out, with the reason.
 */
export async function hardenRepository(run: HardenRun): Promise<Hardened> {
  const { files, left } = await hardenAll(run);
  const passing = await onlyWhatPasses(files, run);
  return { files: passing.files, left: [...left, ...passing.left] };
}

async function hardenAll({ tree, reading, report, policy, now }: HardenRun): Promise<Hardened> {
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

/** The files with the digests that their new images were resolved to, as far as the gate has nothing against them. */
async function onlyWhatPasses(
  files: readonly HardenedFile[],
  { tree, reading, evaluate }: HardenRun,
): Promise<Hardened> {
  if (files.length === 0) return { files: [], left: [] };
  const contentsOf = (some: readonly HardenedFile[]) => new Map(some.map(({ path, after }) => [path, after]));
  const first = await evaluate(contentsOf(files));
  if (!first.ok) return allLeft(files, 'what it would become could not be evaluated');
  const report = first.value;
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
  const second = await evaluate(contentsOf(complete));
  if (!second.ok) return allLeft(files, 'what it would become could not be evaluated');
  const passing: HardenedFile[] = [];
  const left: LeftUse[] = [];
  for (const file of complete) {
    const isReplaced = ({ reference }: LeftUse['use']) => isNew.get(file.path)?.has(nameOf(reference)) === true;
    const uses = second.value.uses.filter((use) => use.file === file.path && isReplaced(use));
    const unpinned = uses.find(({ reference }) => reference?.digest === undefined);
    const reason =
      whyRefused(second.value, file.path, isReplaced) ??
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
