import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, constants, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../../../lib/caught.js';
import { optionalField } from '../../../lib/collections.js';
import { err, ok, type Result } from '../../../lib/result.js';
import { plural } from '../../../lib/text.js';
import type { Transport } from '../../../registry/http/transport.js';
import { BlobStreamError } from '../../../registry/registry-error.js';
import type { VulnerabilityLimits } from '../../limits.js';
import { malformedResponse } from '../api/fetch-json.js';
import type { RecordIndex } from '../exports/record-index.js';
import type { SourceFailure } from '../source.js';
import { writeWhole } from '../write-whole.js';
import { indexFeed } from './index-feed.js';

/** What is known of a feed, and why it is an earlier copy where it is one. */
export interface OpenedFeed {
  readonly index: RecordIndex;
  readonly instead?: string;
}

export interface FeedPlace {
  readonly transport: Transport;
  readonly url: URL;
  /** What its file is called. */
  readonly file: string;
  /** Where the command line keeps the last copy. Without it, nothing is kept. */
  readonly cacheDirectory?: string;
}

/**
 * Fetches a feed and reads it. on the command line the copy of the last run is used again where the service says that it is the
 * same, and stands in, as old as its records, where no new one is to be had; a new one takes its place when it was read
 * to its end, and not before.
 */
export async function fetchFeed(
  place: FeedPlace,
  limits: VulnerabilityLimits,
): Promise<Result<OpenedFeed, SourceFailure>> {
  const { cacheDirectory, file } = place;
  const kept = cacheDirectory === undefined ? null : await writable(join(cacheDirectory, 'vulnerabilities'));
  let directory: string | undefined;
  try {
    directory = kept ?? (await mkdtemp(join(tmpdir(), 'base-image-gate-feed-')));
    return await openFeed(place, join(directory, file), limits);
  } catch (error) {
    return err({
      cause: 'not-collected',
      message: `The feed ${file} could not be stored: ${messageOf(error)}.`,
      fix: 'Use a temporary directory with enough space.',
    });
  } finally {
    if (kept === null && directory !== undefined) await rm(directory, { recursive: true, force: true });
  }
}

/** A directory of the cache; null where nothing can be kept there. */
async function writable(directory: string): Promise<string | null> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await access(directory, constants.W_OK);
    return directory;
  } catch {
    return null;
  }
}

async function openFeed(
  place: FeedPlace,
  path: string,
  limits: VulnerabilityLimits,
): Promise<Result<OpenedFeed, SourceFailure>> {
  const tagPath = `${path}.etag`;
  const tag = await readFile(tagPath, 'utf8').catch(() => undefined);
  const part = `${path}.${randomUUID()}.part`;
  try {
    const got = await download(place, part, tag, limits);
    if (got.ok && got.value.isUnchanged) {
      const known = await indexFeed(path, limits, place.file);
      if (known.ok) return ok({ index: known.value });
      // A copy that went bad is no reason to be without one.
      await rm(tagPath, { force: true });
      return await openFeed(place, path, limits);
    }
    const fresh = got.ok ? await indexFeed(part, limits, place.file) : got;
    if (!fresh.ok) {
      const before = await indexFeed(path, limits, place.file);
      return before.ok ? ok({ index: before.value, instead: fresh.error.message }) : fresh;
    }
    await rename(part, path);
    await rm(tagPath, { force: true });
    if (got.ok && got.value.tag !== undefined) await writeWhole(tagPath, got.value.tag);
    return ok({ index: fresh.value });
  } finally {
    await rm(part, { force: true });
  }
}

interface Downloaded {
  /** The service says that the copy of the last run is still the feed. */
  readonly isUnchanged: boolean;
  /** By which the service knows this copy again. */
  readonly tag?: string;
}

async function download(
  { transport, url }: FeedPlace,
  path: string,
  tag: string | undefined,
  limits: VulnerabilityLimits,
): Promise<Result<Downloaded, SourceFailure>> {
  const headers = { accept: 'application/gzip', ...optionalField('if-none-match', tag) };
  const response = await transport.open({ method: 'GET', url, headers, registry: url.host });
  if (!response.ok) return err(failureOf(response.error));
  const { status, body, headers: received, discard } = response.value;
  if (status !== 200) {
    await discard();
    const isUnchanged = status === 304 && tag !== undefined;
    return isUnchanged ? ok({ isUnchanged }) : err(malformedResponse(url, 'it is not a feed', status));
  }
  try {
    await pipeline(limited(body, url, limits), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    if (error instanceof BlobStreamError) return err(failureOf(error.error));
    throw error;
  }
  const given = received.get('etag');
  return ok({ isUnchanged: false, ...(given === null ? {} : { tag: given }) });
}

async function* limited(
  body: AsyncIterable<Uint8Array>,
  url: URL,
  limits: VulnerabilityLimits,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > limits['feed-bytes']) {
      throw new BlobStreamError({
        code: 'limit',
        registry: url.host,
        request: `GET ${url.href}`,
        message: `The feed ${url.host}${url.pathname} is larger than ${plural(limits['feed-bytes'], 'byte')} (limit feed-bytes).`,
        fix: FEED_FIX,
        limit: 'feed-bytes',
      });
    }
    yield chunk;
  }
}

const FEED_FIX =
  'Run the gate again later, or leave the feed out of `vulnerability-feeds`, so that OSV is used for these packages.';

function failureOf({ code, message, fix }: BlobStreamError['error']): SourceFailure {
  return { cause: code, message, fix: code === 'limit' ? fix : FEED_FIX };
}
