/** Where Node.js says its own sources are (`process.release.sourceUrl`); every build of a release has it inside. */
const SOURCE = Buffer.from('https://nodejs.org/download/release/v');
const VERSION = /^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}(?=\/)/;
/** As much of a chunk's end as the address and the version can take. */
const OVERLAP = SOURCE.length + 16;

/** Finds out which Node.js an executable is that comes in chunks. A search for one text goes through memory at its speed. */
export class NodeVersion {
  #found: string | undefined;
  #tail: Buffer = Buffer.alloc(0);

  write(chunk: Uint8Array): void {
    if (this.#found !== undefined) return;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#found =
      versionIn(Buffer.concat([this.#tail, bytes.subarray(0, OVERLAP)])) ??
      (bytes.length > OVERLAP ? versionIn(bytes) : undefined);
    this.#tail = Buffer.concat([this.#tail, bytes.subarray(-OVERLAP)]).subarray(-OVERLAP);
  }

  /** Such as `24.21.0`. */
  end(): string | undefined {
    return this.#found;
  }
}

function versionIn(bytes: Buffer): string | undefined {
  for (let at = bytes.indexOf(SOURCE); at >= 0; at = bytes.indexOf(SOURCE, at + 1)) {
    const after = at + SOURCE.length;
    const version = VERSION.exec(bytes.toString('latin1', after, after + 16))?.[0];
    if (version !== undefined) return version;
  }
  return undefined;
}
