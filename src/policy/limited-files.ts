import { err } from '../lib/result.js';
import type { ResolveFile } from './layer.js';

/** Key files and trusted roots that one policy may name; each may be a request to an API. */
const MAX_FILES = 64;

/** Reads each file once, however many entries name it, and no more than a policy can need. */
export function limitedFiles(resolveFile: ResolveFile): ResolveFile {
  const reads = new Map<string, ReturnType<ResolveFile>>();
  return (path) => {
    const known = reads.get(path);
    if (known !== undefined) return known;
    if (reads.size >= MAX_FILES) return Promise.resolve(err(`a policy may name ${MAX_FILES} files at most`));
    const read = resolveFile(path);
    reads.set(path, read);
    return read;
  };
}
