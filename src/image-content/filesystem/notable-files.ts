import type { FileEntry } from './file-entry.js';
import type { FileTree } from './file-tree.js';
import type { FilesystemFacts } from './filesystem-facts.js';

type Notable = Pick<
  FilesystemFacts,
  'fileCount' | 'totalBytes' | 'setUid' | 'setGid' | 'withCapabilities' | 'worldWritable' | 'devices'
>;

/** Counts files, and lists those whose mode or kind says something about what a process could become or change. */
export function notableFiles(tree: FileTree): Notable {
  let fileCount = 0;
  let totalBytes = 0;
  const setUid: FileEntry[] = [];
  const setGid: FileEntry[] = [];
  const withCapabilities: FileEntry[] = [];
  const worldWritable: FileEntry[] = [];
  const devices: FileEntry[] = [];
  for (const entry of tree.entries()) {
    const { type, mode } = entry;
    if (type === 'file' || type === 'link') fileCount += 1;
    if (type === 'file' && entry.hardLinkTo === undefined) totalBytes += entry.size;
    if (type === 'character-device' || type === 'block-device') devices.push(entry);
    // On directories the set-gid bit only hands down a group, and links have no mode of their own.
    if (type === 'file') {
      if ((mode & 0o4000) !== 0) setUid.push(entry);
      // Without the group's execute bit it once meant mandatory locking, and runs as nobody else.
      if ((mode & 0o2010) === 0o2010) setGid.push(entry);
      if ((entry.capabilities?.length ?? 0) > 0) withCapabilities.push(entry);
      if ((mode & 0o002) !== 0) worldWritable.push(entry);
    }
    if (type === 'directory' && (mode & 0o1002) === 0o002) worldWritable.push(entry);
  }
  return { fileCount, totalBytes, setUid, setGid, withCapabilities, worldWritable, devices };
}
