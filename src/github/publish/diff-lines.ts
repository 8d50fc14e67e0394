/**
 * The lines of a file's new side that a patch shows, which are the ones a review comment may stand on. `patch` is what
 * GitHub gives for one file: hunks without file headers.
 *
 * @see https://docs.github.com/en/rest/pulls/reviews#create-a-review-for-a-pull-request
 */
export function addedLines(patch: string): ReadonlySet<number> {
  const added = new Set<number>();
  let line = 0;
  for (const text of patch.split('\n')) {
    const hunk = /^@@ -\d{1,9}(?:,\d{1,9})? \+(\d{1,9})(?:,\d{1,9})? @@/.exec(text);
    if (hunk?.[1] !== undefined) {
      line = Number(hunk[1]);
    } else if (text.startsWith('+')) {
      added.add(line++);
    } else if (text.startsWith(' ')) {
      line++;
    }
  }
  return added;
}
