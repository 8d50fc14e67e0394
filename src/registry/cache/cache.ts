/**
 * Content by digest, kept between runs. Readers hash it again: a cache is as untrusted as a registry.
 * A cache never fails its caller: what can't be read is not there, what can't be written is not kept.
 */
export interface BlobCache {
  /** The bytes that hash to `digest`, if they are there. */
  get(digest: string, maxBytes: number): Promise<Uint8Array | undefined>;
  /** `isPrivate`: it is not public, so it stays on this machine. */
  put(digest: string, bytes: Uint8Array, isPrivate: boolean): Promise<void>;
  /** The bytes as a stream, hashed while they flow, or undefined if they are not there. */
  stream(digest: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Passes chunks on while it keeps them; they stay only if all came and hash to `digest`. */
  keeping(
    digest: string,
    size: number,
    chunks: AsyncIterable<Uint8Array>,
    isPrivate: boolean,
  ): AsyncIterable<Uint8Array>;
  /** What a tag pointed to in an earlier run: a guess that saves requests, and no more than that. */
  lastDigest(name: string): Promise<string | undefined>;
  noteDigest(name: string, digest: string, isPrivate: boolean): Promise<void>;
  /** Ends a run: drops what was used longest ago beyond the size bound, and saves what is saved elsewhere. */
  close(): Promise<void>;
}
