import { isTriggeredBy } from '../build-files/dockerfile/onbuild-triggers.js';
import { type ImageUse, isRun } from '../build-files/image-use.js';
import { readRepository } from '../build-files/read.js';
import type { ReadingOptions } from '../build-files/reading.js';
import type { RepositoryTree } from '../build-files/repository-tree.js';
import type { Stage } from '../build-files/stage.js';
import { type Catalog, isListedHost } from '../catalog/catalog.js';
import { type Lock, readLock } from '../enforce/lock/lock.js';
import type { ImageSubject } from '../evidence/collector.js';
import { governanceOf } from '../policy/governance.js';
import type { Policy } from '../policy/policy.js';
import { formatPlatform, isSamePlatform } from '../references/platform.js';
import type { CheckDocument } from '../reports/check-document.js';

/** What the base ref has in the place of a use, for rules that compare the two; undefined where nothing is compared. */
export function baseReference(
  use: ImageUse,
  change: Change | null,
  { policy, catalog }: { readonly policy: Policy; readonly catalog: Catalog },
): BaseReference | undefined {
  if (change === null) return undefined;
  if (change.baseUses === null)
    return { kind: 'unknown', reason: 'the build files of the base branch could not be read' };
  const before = baseUseOf(use, change.baseUses);
  if (before === null) return { kind: 'none' };
  const { reference: pullFrom } = before;
  if (pullFrom === null)
    return {
      kind: 'unknown',
      use: before,
      reason: `the image that ${before.written} names in the base branch is unknown`,
    };
  const image = governanceOf(pullFrom, { policy, catalog });
  if (image.entry === null && !isListedHost(catalog, policy, pullFrom)) {
    return {
      kind: 'unknown',
      use: before,
      reason: `neither the policy nor the catalog names the registry ${pullFrom.registry}`,
    };
  }
  return { kind: 'image', use: before, subject: image };
}

/**
 * Which inherited failures are lowered: as the policy says, or none where a run requires that. A run never lowers more than
 * the policy, since a workflow file is part of what a pull request changes.
 */
export function loweredBy({ onlyNew }: Pick<Policy, 'onlyNew'>, requested: Change['onlyNew']): Change['onlyNew'] {
  if (requested === 'off' || onlyNew === false) return 'off';
  return onlyNew === true ? 'all' : 'aging';
}

/** What a change starts from, read by the same reader with the same options; no uses where it can't be read. */
export async function readBase(
  base: RepositoryTree,
  reading: ReadingOptions,
): Promise<Pick<Change, 'baseUses' | 'baseStages' | 'baseLock'>> {
  const [read, lock] = await Promise.all([readRepository(base, reading), readLock(base)]);
  const baseLock = lock.ok ? lock.value : null;
  return read.ok ? { baseUses: read.value.uses, baseStages: read.value.stages, baseLock } : { baseUses: null };
}

/** The image that the base ref uses in the same place, or why there is none to compare. */
export type BaseReference =
  | { readonly kind: 'none' }
  | { readonly kind: 'image'; readonly use: ImageUse; readonly subject: Omit<ImageSubject, 'platform'> }
  | {
      readonly kind: 'unknown';
      /** Absent where the base ref could not be read. */
      readonly use?: ImageUse;
      readonly reason: string;
    };

/** The base that a pull request or merge group was evaluated for: the result holds for no other. */
export type ChangeBase = NonNullable<CheckDocument['base']>;

/** What a pull request, a merge group or `check --base` changes; null in a run that evaluates everything in full. */
export interface Change {
  /** Absent on the command line, where the base is a directory. */
  readonly base?: ChangeBase;
  /** Paths that differ from the base ref, on the command line those that the policy is made of; null where the list is not available. */
  readonly changedFiles: readonly string[] | null;
  /** The uses of the base ref, read by the same reader; null where it could not be read. */
  readonly baseUses: readonly ImageUse[] | null;
  /** The stages of the base ref's build files. Without them nothing that a stage decides is inherited. */
  readonly baseStages?: readonly Stage[];
  /** The lock of the base branch; null or absent where it has none that can be read. */
  readonly baseLock?: Lock | null;
  /** Which inherited failures are lowered to warnings: those of rules that age, of all rules, or none. */
  readonly onlyNew: 'aging' | 'all' | 'off';
}

/**
 * Where a use stands unchanged in the base ref: the same file, instruction and platform name the same image, or the one
 * whose ONBUILD triggers bring it. With `platform`, only where that image was evaluated on it there.
 */
export function inheritedFrom(use: ImageUse, { baseUses }: Change, platform?: string): readonly ImageUse[] {
  return (baseUses ?? []).filter(
    (base) =>
      base.role === use.role &&
      (isSameUse(base, use) || isTriggeredBy(use, base)) &&
      (platform === undefined ||
        use.platform !== null ||
        base.targetPlatforms.some((one) => formatPlatform(one) === platform)),
  );
}

function isSameUse(one: ImageUse, other: ImageUse): boolean {
  return (
    one.file === other.file &&
    one.instruction === other.instruction &&
    one.platform === other.platform &&
    one.written === other.written &&
    one.expanded === other.expanded
  );
}

/**
 * The use of the base ref that a use corresponds to: in the same file, instruction, role and platform; the one that names the
 * same repository before one in the same stage. Null where the change brings the use.
 */
export function baseUseOf(use: ImageUse, baseUses: readonly ImageUse[]): ImageUse | null {
  const candidates = baseUses.filter(
    (base) =>
      base.file === use.file &&
      base.instruction === use.instruction &&
      base.role === use.role &&
      isSamePlatform(base.platform, use.platform),
  );
  const sameImage = candidates.find(
    ({ reference }) =>
      reference !== null &&
      reference.registry === use.reference?.registry &&
      reference.repository === use.reference.repository,
  );
  // If a file runs many images, none of them can be matched to one in the base.
  const samePlace = candidates.find(({ stage }) => !isRun(use) && stage?.index === use.stage?.index);
  return sameImage ?? samePlace ?? null;
}
