/**
 * What `work` makes of each item, in the order of the items, for at most `lanes` of them at a time. Rejects with the first
 * error, and starts nothing more after it.
 */
export async function sideBySide<T, U>(
  items: readonly T[],
  lanes: number,
  work: (item: T) => Promise<U>,
): Promise<readonly U[]> {
  const results: U[] = [];
  const queue = items.entries();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failed) return;
      try {
        results[index] = await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
  return results;
}
