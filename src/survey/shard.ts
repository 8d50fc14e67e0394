import { createHash } from 'node:crypto';
import { err, ok, type Result } from '../lib/result.js';

/** One of several parts that a survey is split into, such as 3 of 20. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly of: number;
}

/** As many jobs as a matrix of GitHub Actions may have. */
const MAX_SHARDS = 256;

/** Reads `3/20`. Fails with what was expected, after "--shard". */
export function parseShard(text: string): Result<Shard, string> {
  const [, index, of] = /^([1-9]\d{0,2})\/([1-9]\d{0,2})$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  return index !== undefined && of !== undefined && shard.index <= shard.of && shard.of <= MAX_SHARDS
    ? ok(shard)
    : err(`is "${text}"; expected a part such as 3/20, of at most ${MAX_SHARDS}`);
}

/**
 * Whether a repository belongs to a shard. It depends on the name alone, whose case GitHub ignores, so that a repository
 * stays in its shard whatever others come and go.
 */
export function isInShard(name: string, { index, of }: Shard): boolean {
  const hash = createHash('sha256').update(name.toLowerCase()).digest();
  return hash.readUInt32BE(0) % of === index - 1;
}
