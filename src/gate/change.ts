import { isTriggeredBy } from '../build-files/dockerfile/onbuild-triggers.js';
import type { ImageUse } from '../build-files/image-use.js';
import type { Stage } from '../build-files/stage.js';

/** What a pull request, a merge group or `check --base` changes; null in a run that judges everything in full. */
export interface Change {
  /** Paths that differ from the base ref, at the desk those that the policy is made of; null where the list could not be had. */
  readonly changedFiles: readonly string[] | null;
  /** The uses of the base ref, read by the same reader; null where it could not be read. */
  readonly baseUses: readonly ImageUse[] | null;
  /** The stages of the base ref's build files. Without them nothing that a stage decides is inherited. */
  readonly baseStages?: readonly Stage[];
  /** Which inherited failures are lowered to warnings: those of rules that age, of all rules, or none. */
  readonly onlyNew: 'ageing' | 'all' | 'off';
}

/**
 * Where a use stands unchanged in the base ref: the same file, instruction and platform name the same image, or the one
 * whose ONBUILD triggers bring it. With `platform`, only where that image was judged on it there.
 */
export function inheritedFrom(use: ImageUse, { baseUses }: Change, platform?: string): readonly ImageUse[] {
  return (baseUses ?? []).filter(
    (base) =>
      base.role === use.role &&
      (isSameUse(base, use) || isTriggeredBy(use, base)) &&
      (platform === undefined || use.platform !== null || base.targetPlatforms.includes(platform)),
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
 * The use of the base ref that a use stands for: in the same file, instruction, role and platform; the one that names the
 * same repository before one in the same stage. Null where the change brings the use.
 */
export function baseUseOf(use: ImageUse, baseUses: readonly ImageUse[]): ImageUse | null {
  const candidates = baseUses.filter(
    (base) =>
      base.file === use.file &&
      base.instruction === use.instruction &&
      base.role === use.role &&
      base.platform === use.platform,
  );
  const sameImage = candidates.find(
    ({ reference }) =>
      reference !== null &&
      reference.registry === use.reference?.registry &&
      reference.repository === use.reference.repository,
  );
  const samePlace = candidates.find(({ stage }) => stage?.index === use.stage?.index);
  return sameImage ?? samePlace ?? null;
}
