import type { GitHubError } from './github-error.js';

/** The most that GitHub gives in one page. */
export const PAGE_SIZE = 100;

export interface FirstPages<T> {
  readonly items: readonly T[];
  /** There are further pages that were not read. */
  readonly more: boolean;
}

/** What the first `most` pages of a listing hold, requested with PAGE_SIZE: a listing that untrusted parties fill has no end. */
export async function firstPages<T>(
  listing: AsyncIterable<{ readonly data: readonly T[] }>,
  most: number,
): Promise<FirstPages<T>> {
  const items: T[] = [];
  let pages = 0;
  for await (const { data } of listing) {
    items.push(...data);
    pages += 1;
    if (pages >= most) return { items, more: data.length >= PAGE_SIZE };
  }
  return { items, more: false };
}

/** The error where what is looked for may lie beyond the pages that are read, and must not be made a second time. */
export function beyondPages(doing: string, things: string, most: number): GitHubError {
  return {
    code: 'limit',
    doing,
    message: `Could not ${doing}: there are more than ${most * PAGE_SIZE} ${things}, and the gate's own may be among those that were not read.`,
    fix: 'Nothing was posted, to avoid duplicates. Close or delete those that are no longer needed.',
  };
}
