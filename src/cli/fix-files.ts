import type { ChangedFile } from '../fix/write-file.js';

interface NotWritten {
  readonly path: string;
  readonly message: string;
}

/** Writes files that were changed; what could not be written is returned with a sentence. */
export async function writeAll(directory: string, files: readonly ChangedFile[]): Promise<readonly NotWritten[]> {
  const { writeFileInPlace } = await import('../fix/write-file.js');
  const failed: NotWritten[] = [];
  let waiting = files;
  // A link is left alone unless what it leads to has been written, which may come after it.
  for (const last of [false, true]) {
    const refused: ChangedFile[] = [];
    for (const file of waiting) {
      const written = await writeFileInPlace(directory, file);
      if (written.ok) continue;
      refused.push(file);
      if (last) failed.push({ path: file.path, message: written.error });
    }
    waiting = refused;
  }
  return failed;
}
