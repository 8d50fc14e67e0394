import type { ImageUse } from '../build-files/image-use.js';
import { err, ok, type Result } from '../lib/result.js';
import { parseReference } from '../references/reference.js';

/** What stands for the place of an image that the command line names. */
const COMMAND_LINE = '--include';

/** The images of `--include` as uses, which are evaluated as if a build stage named them. Fails with a sentence. */
export function includedUses(images: readonly string[]): Result<readonly ImageUse[], string> {
  const uses: ImageUse[] = [];
  for (const [index, written] of images.entries()) {
    const reference = parseReference(written);
    if (!reference.ok) return err(`${COMMAND_LINE} ${written} is no image, because ${reference.error.reason}.`);
    uses.push({
      id: `${COMMAND_LINE}#${index}`,
      file: COMMAND_LINE,
      line: index + 1,
      column: 1,
      endLine: index + 1,
      endColumn: written.length + 1,
      instruction: 'IMAGE',
      stage: null,
      role: 'build',
      reachable: true,
      platform: null,
      targetPlatforms: [],
      written,
      expanded: written,
      reference: reference.value,
      overridable: [],
    });
  }
  return ok(uses);
}
