import type { ImageUse, OpenArgument } from '../build-files/image-use.js';
import { openText } from '../build-files/open-arguments.js';
import { profileToday } from '../policy/phases.js';
import type { RunInput } from './run-context.js';

/**
 * References that a definition leaves open are evaluated with what is known of them, and count as partly checked. They
 * are unresolved under `strict`, and where the change under evaluation brings the value that only a run knows: otherwise
 * a pull request could build on any image by putting a variable in its place.
 */
export function withOpenReferences(
  uses: readonly ImageUse[],
  { policy, change }: Pick<RunInput, 'policy' | 'change'>,
): readonly ImageUse[] {
  return uses.map((use) => {
    const { open } = use;
    if (open === undefined || use.unresolved !== undefined) return use;
    const brought = open.filter((one) => !isInBase(one, use, change));
    if (brought.length > 0) return { ...use, unresolved: `${openText(brought)}, whose value comes from this change` };
    return profileToday(policy) === 'strict'
      ? { ...use, unresolved: `${openText(open)}, whose value is known only at build time` }
      : use;
  });
}

/** Whether the base ref leaves the same argument open in the same way; true where nothing is compared. */
function isInBase(open: OpenArgument, use: ImageUse, change: RunInput['change']): boolean {
  if (change === null) return true;
  const isUntouched = change.changedFiles?.includes(open.definition) === false;
  if (isUntouched) return true;
  return (change.baseUses ?? []).some(
    (base) =>
      base.file === use.file &&
      base.instruction === use.instruction &&
      base.open?.some(
        ({ argument, decidedBy, definition }) =>
          argument === open.argument && decidedBy === open.decidedBy && definition === open.definition,
      ) === true,
  );
}
