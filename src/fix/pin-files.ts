import { readDocument } from '../build-files/dockerfile/document.js';
import { SourceText } from '../build-files/dockerfile/source-text.js';
import type { ImageUse } from '../build-files/image-use.js';
import type { Reading } from '../build-files/reading.js';
import { formatReference } from '../references/reference.js';
import type { LeftUse } from './pin-decisions.js';
import { type Insertion, pinInsertion } from './pin-place.js';

/** A build file to be pinned: its bytes, and what they were read as. */
export interface FileToPin {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly uses: readonly ImageUse[];
}

/** What became of a build file. Its bytes differ from those before by insertions alone. */
export interface PinnedFile {
  readonly path: string;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  readonly pinned: readonly PinnedUse[];
  readonly left: readonly LeftUse[];
}

export interface PinnedUse {
  readonly use: ImageUse;
  readonly digest: string;
}

/** Reads build files of the repository again, with these bytes in the place of their own. */
export type ReadAgain = (contents: ReadonlyMap<string, Uint8Array>) => Promise<Pick<Reading, 'files' | 'uses'>>;

/** How often a file is read again to find out which of its changes hold; halving finds 10 bad ones of 2,000 in 180. */
const MAX_TRIALS = 200;
const DOES_NOT_HOLD = 'with the digest written there, the file would not name the same images';
const NOT_TRIED = `the file has too many references whose pins do not hold, and after reading it ${MAX_TRIALS} times this one was not tried; pin the others and run fix again`;

/** One place of a file, and the uses that are pinned there. */
interface Change {
  readonly insertion: Insertion;
  readonly pins: readonly PinnedUse[];
}

interface Plan {
  readonly file: FileToPin;
  readonly changes: readonly Change[];
  readonly left: readonly LeftUse[];
}

/**
 * Pins the uses of build files to the digests wanted (by use id). Every file is read again with its changes, and keeps
 * only those after which it names exactly the images intended: the same uses, in the same roles, each with its
 * reference and, where it is pinned, the digest.
 */
export async function pinFiles(
  files: readonly FileToPin[],
  reading: Pick<Reading, 'stages'>,
  wanted: ReadonlyMap<string, string>,
  readAgain: ReadAgain,
): Promise<readonly PinnedFile[]> {
  const plans = files.map((file) => planFile(file, reading, wanted));
  const edited = new Map(plans.map(({ file, changes }) => [file.path, applied(file.bytes, changes)]));
  const read = await readAgain(edited);
  const pinned: PinnedFile[] = [];
  for (const plan of plans) {
    const holds = namesWhatIsIntended(plan.file, plan.changes, read);
    pinned.push(holds ? finish(plan, plan.changes) : await onlyWhatHolds(plan, readAgain));
  }
  return pinned;
}

function planFile(file: FileToPin, { stages }: Pick<Reading, 'stages'>, wanted: ReadonlyMap<string, string>): Plan {
  // A file that is too long for its ARGs to be read has no use that an ARG defines.
  const isDefined = file.uses.some(({ id, definedAt }) => definedAt !== undefined && wanted.has(id));
  const globals = isDefined ? readDocument(new SourceText(file.bytes)).globals : [];
  const left: LeftUse[] = [];
  const byPlace = new Map<string, Change>();
  for (const use of file.uses) {
    const digest = wanted.get(use.id);
    if (digest === undefined) continue;
    const insertion = pinInsertion(use, digest, stages, globals);
    if (!insertion.ok) {
      left.push({ use, reason: insertion.error, retry: false });
      continue;
    }
    const { line, column, text } = insertion.value;
    const place = `${line}:${column}:${text}`;
    const pins = [...(byPlace.get(place)?.pins ?? []), { use, digest }];
    byPlace.set(place, { insertion: insertion.value, pins });
  }
  return { file, changes: [...byPlace.values()], left };
}

/** Tries halves of the changes of a file, and halves of those that don't hold; then together those that do. */
async function onlyWhatHolds({ file, changes, left }: Plan, readAgain: ReadAgain): Promise<PinnedFile> {
  const holding: Change[] = [];
  const refused: LeftUse[] = [];
  let trials = 0;
  const sort = async (some: readonly Change[]): Promise<void> => {
    if (some.length === 0) return;
    if (trials >= MAX_TRIALS) {
      refused.push(...some.flatMap((change) => refusals(change, NOT_TRIED)));
      return;
    }
    trials += 1;
    if (await isHolding(file, some, readAgain)) {
      holding.push(...some);
      return;
    }
    const [first, ...others] = some;
    if (first === undefined || others.length === 0) {
      refused.push(...some.flatMap((change) => refusals(change, DOES_NOT_HOLD)));
      return;
    }
    const half = Math.ceil(some.length / 2);
    await sort(some.slice(0, half));
    await sort(some.slice(half));
  };
  await sort(changes);
  const plan = { file, changes, left: [...left, ...refused] };
  if (holding.length === 0 || (await isHolding(file, holding, readAgain))) return finish(plan, holding);
  const reason = 'the pins of this file do not hold together: with all of them, it would not name the same images';
  return finish({ ...plan, left: [...plan.left, ...holding.flatMap((change) => refusals(change, reason))] }, []);
}

function refusals({ pins }: Change, reason: string): readonly LeftUse[] {
  return pins.map(({ use }) => ({ use, reason, retry: false }));
}

async function isHolding(file: FileToPin, changes: readonly Change[], readAgain: ReadAgain): Promise<boolean> {
  const read = await readAgain(new Map([[file.path, applied(file.bytes, changes)]]));
  return namesWhatIsIntended(file, changes, read);
}

function namesWhatIsIntended(
  { path, uses }: FileToPin,
  changes: readonly Change[],
  read: Pick<Reading, 'files' | 'uses'>,
): boolean {
  if (changes.length === 0) return true;
  if (read.files.find((file) => file.path === path)?.status !== 'read') return false;
  const digests = new Map(changes.flatMap(({ pins }) => pins.map(({ use, digest }) => [use.id, digest] as const)));
  const intended = uses.map((use) => meaningOf(use, digests.get(use.id)));
  const found = read.uses.filter(({ file }) => file === path).map((use) => meaningOf(use, undefined));
  return JSON.stringify(intended) === JSON.stringify(found);
}

/** Everything a use says but where it stands and how it is written. */
function meaningOf(use: ImageUse, digest: string | undefined): readonly unknown[] {
  const { instruction, stage, role, reachable, platform, targetPlatforms, reference, overridable, unresolved } = use;
  const name =
    reference === null ? use.expanded : formatReference(digest === undefined ? reference : { ...reference, digest });
  return [instruction, stage, role, reachable, platform, targetPlatforms, name, overridable, unresolved ?? null];
}

function applied(bytes: Uint8Array, changes: readonly Change[]): Uint8Array {
  if (changes.length === 0) return bytes;
  const source = new SourceText(bytes);
  const insertions = changes
    .map(({ insertion: { line, column, text } }) => ({ at: source.byteOffset(line, column), text }))
    .sort((a, b) => a.at - b.at);
  const parts: Uint8Array[] = [];
  let done = 0;
  for (const { at, text } of insertions) {
    parts.push(bytes.subarray(done, at), Buffer.from(text));
    done = at;
  }
  return Buffer.concat([...parts, bytes.subarray(done)]);
}

function finish({ file, left }: Plan, changes: readonly Change[]): PinnedFile {
  return {
    path: file.path,
    before: file.bytes,
    after: applied(file.bytes, changes),
    pinned: changes.flatMap(({ pins }) => pins),
    left,
  };
}
