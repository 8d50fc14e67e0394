import type { ImageUse } from '../build-files/image-use.js';
import { err, ok, type Result } from '../lib/result.js';
import { parseReference } from '../references/reference.js';

/**
 * Images that no build file names, such as the SBOM scanner of a build, as uses which are evaluated as if a build stage
 * named them. Fails with a sentence.
 *
 * @param place what named them, and stands for their file: the flag `--include`, or the input `include`
 */
export function includedUses(
  images: readonly string[],
  place: '--include' | 'include',
): Result<readonly ImageUse[], string> {
  const uses: ImageUse[] = [];
  for (const [index, written] of images.entries()) {
    const reference = parseReference(written);
    if (!reference.ok) return err(`${written} in ${place} is no image, because ${reference.error.reason}.`);
    uses.push({
      id: `${place}#${index}`,
      file: place,
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
