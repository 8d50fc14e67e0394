import { readDocument } from '../../build-files/dockerfile/document.js';
import { SourceText } from '../../build-files/dockerfile/source-text.js';
import type { ImageUse } from '../../build-files/image-use.js';
import type { Reading } from '../../build-files/reading.js';
import type { Stage } from '../../build-files/stage.js';
import { err, ok, type Result } from '../../lib/result.js';
import { formatReference, parseReference } from '../../references/reference.js';
import type { Candidate } from '../../suggestions/changes.js';
import type { LeftUse } from '../pin-decisions.js';
import type { ReadAgain } from '../pin-files.js';
import { applyEdits, type Edit } from './edits.js';
import { type FileToHarden, planStages, type StagePlan } from './stage-plan.js';

/** Stages of a file that is rewritten: each is planned with a look at all the others. */
const MAX_STAGES = 100;

/** A build file, what it was read as, and what there is in the place of its images. */
export interface HardenRequest {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Of this file. */
  readonly uses: readonly ImageUse[];
  readonly stages: readonly Stage[];
  /** Whether the policy refuses the image of a use, so that another is sought. */
  readonly isRefused: (use: ImageUse) => boolean;
  /** What the policy allows in its place, the best first; or why there is nothing, in a clause. */
  readonly candidates: (use: ImageUse) => Result<readonly Candidate[], string>;
  /** The policy wants what ships not to run as root. */
  readonly nonRoot: boolean;
}

/** A use whose image was replaced. */
export interface ReplacedUse {
  readonly use: ImageUse;
  /** The one that ships, where its stage was split. */
  readonly image: string;
  /** All that stand in its place. */
  readonly images: readonly string[];
  readonly notes: readonly string[];
}

/** What became of a build file. */
export interface HardenedFile {
  readonly path: string;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  readonly replaced: readonly ReplacedUse[];
  readonly left: readonly LeftUse[];
}

/**
 * Rewrites a build file to images that the policy allows. Stages whose instructions are not all understood are left as
 * they are, each with its reason; so is the file if it does not name exactly the intended images afterwards.
 */
export async function hardenFile(request: HardenRequest, readAgain: ReadAgain): Promise<HardenedFile> {
  const { path, bytes, uses, isRefused } = request;
  const refused = uses.filter((use) => isRefused(use));
  const unchanged = (left: readonly LeftUse[]): HardenedFile => ({
    path,
    before: bytes,
    after: bytes,
    replaced: [],
    left,
  });
  if (refused.length === 0) return unchanged([]);
  const source = new SourceText(bytes);
  const document = readDocument(source);
  const file: FileToHarden = { source, document, stages: request.stages };
  const left = new Map<string, LeftUse>();
  const leave = (use: ImageUse, reason: string) => left.set(use.id, { use, reason, retry: false });
  let plans: StagePlan[] = [];
  if (document.stages.length > MAX_STAGES) {
    return unchanged(
      refused.map((use) => ({ use, reason: `the file has more than ${MAX_STAGES} stages`, retry: false })),
    );
  }
  for (const use of refused) {
    const plan = document.escape === '`' ? err('it is written for Windows') : planUse(file, use, request);
    if (plan.ok) plans.push(plan.value);
    else leave(use, plan.error);
  }
  for (;;) {
    const broken = plans
      .map((plan) => [plan, whyApart(plan, plans, request)] as const)
      .find(([, reason]) => reason !== undefined);
    if (broken === undefined) break;
    leave(broken[0].use, broken[1] ?? '');
    plans = plans.filter((plan) => plan !== broken[0]);
  }
  const all = (reason: string) => unchanged(refused.map((use) => left.get(use.id) ?? { use, reason, retry: false }));
  if (plans.length === 0) return all('');
  const edits = distinctEdits(plans.flatMap((plan) => plan.edits));
  if (!edits.ok) return all(edits.error);
  const after = applyEdits(bytes, source, edits.value);
  const read = await readAgain(new Map([[path, after]]));
  if (!namesWhatIsIntended(request, plans, read)) return all('the file would not name the images that were meant');
  const replaced = plans.map(({ use, candidate, notes }) => ({
    use,
    image: candidate.image,
    images: imagesOf(candidate),
    notes,
  }));
  return { path, before: bytes, after, replaced, left: [...left.values()] };
}

function planUse(file: FileToHarden, use: ImageUse, request: HardenRequest): Result<StagePlan, string> {
  if (use.reference === null) return err(`the image is not known: ${use.unresolved ?? use.expanded}`);
  if (use.instruction !== 'FROM') return err('only images in FROM are replaced');
  const candidates = request.candidates(use);
  if (!candidates.ok) return candidates;
  let first: string | undefined;
  // A version mismatch says less about the stage than any other reason.
  const fitting = candidates.value.toSorted(
    (a, b) => Number(a.missedVersion !== undefined) - Number(b.missedVersion !== undefined),
  );
  for (const candidate of fitting) {
    const plan = planStages(file, use, candidate, request.nonRoot);
    if (plan.ok) return plan;
    first ??= plan.error;
  }
  return err(first ?? 'no image that the policy allows is known in its place');
}

/**
 * Why stages can't be rewritten without others, which copy from them or which they copy from: programs do not run with
 * an older libc, or with another one.
 */
function whyApart({ stages: own }: StagePlan, plans: readonly StagePlan[], request: HardenRequest): string | undefined {
  const isPlanned = (index: number) => plans.some(({ stages }) => stages.has(index));
  const refusedBase = (stage: Stage | undefined): ImageUse | undefined => {
    let at = stage;
    while (at?.base.kind === 'stage') {
      const below: number = at.base.index;
      at = request.stages.find(({ index }) => index === below);
    }
    const base = at?.base;
    const use = base?.kind === 'image' ? request.uses.find(({ id }) => id === base.use) : undefined;
    return use !== undefined && request.isRefused(use) ? use : undefined;
  };
  for (const stage of request.stages) {
    const sources = stage.copiesFrom.filter((index) => own.has(index) !== own.has(stage.index));
    for (const index of sources) {
      if (own.has(stage.index) && !isPlanned(index)) {
        const use = refusedBase(request.stages.find((other) => other.index === index));
        if (use?.expanded.includes('alpine') === true)
          return `it copies from ${nameOf(index, request)}, which stays on Alpine`;
      }
      if (own.has(index) && !isPlanned(stage.index) && refusedBase(stage) !== undefined)
        return `${nameOf(stage.index, request)} copies from it, and stays on another distribution`;
    }
  }
  return undefined;
}

function nameOf(index: number, { stages }: HardenRequest): string {
  return `stage ${stages.find((stage) => stage.index === index)?.name ?? index}`;
}

/** Several uses of one ARG, or stages of one image, ask for the same edit; different ones at one place exclude each other. */
function distinctEdits(edits: readonly Edit[]): Result<readonly Edit[], string> {
  const distinct = [...new Map(edits.map((edit) => [JSON.stringify(edit), edit])).values()];
  const ordered = distinct.toSorted((a, b) => a.start - b.start || a.end - b.end);
  const clash = ordered.some((edit, index) => {
    const before = ordered[index - 1];
    return before !== undefined && before.end > before.start && edit.start < before.end;
  });
  return clash ? err('its stages would need different changes at one place') : ok(distinct);
}

/** Whether the file names what it named before, with other images where they were to be replaced. */
function namesWhatIsIntended(
  { path, uses }: HardenRequest,
  plans: readonly StagePlan[],
  read: Pick<Reading, 'files' | 'uses'>,
): boolean {
  if (read.files.find((file) => file.path === path)?.status !== 'read') return false;
  const planned = new Map(plans.map((plan) => [plan.use.id, plan.candidate]));
  const intended = uses.flatMap((use) => {
    const candidate = planned.get(use.id);
    if (candidate === undefined)
      return [meaningOf(use, use.reference === null ? use.expanded : formatReference(use.reference))];
    return imagesOf(candidate).map((image) => {
      const parsed = parseReference(image);
      return meaningOf(use, parsed.ok ? formatReference(parsed.value) : image);
    });
  });
  const found = read.uses
    .filter(({ file }) => file === path)
    .map((use) => meaningOf(use, use.reference === null ? use.expanded : formatReference(use.reference)));
  return JSON.stringify(intended) === JSON.stringify(found);
}

/** In the order of the file. */
function imagesOf({ buildOn, image }: Candidate): readonly string[] {
  return buildOn === undefined ? [image] : [buildOn, image];
}

function meaningOf({ instruction, platform, unresolved }: ImageUse, name: string): string {
  return JSON.stringify([instruction, platform, name, unresolved ?? null]);
}
