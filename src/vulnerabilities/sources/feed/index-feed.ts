import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { decompressed } from '../../../image-content/layers/decompression.js';
import { TarError } from '../../../image-content/layers/tar-header.js';
import { type MemberSink, type TarMember, TarReader } from '../../../image-content/layers/tar-reader.js';
import { codeOf, messageOf } from '../../../lib/caught.js';
import { err, ok, type Result } from '../../../lib/result.js';
import { plural } from '../../../lib/text.js';
import type { VulnerabilityLimit, VulnerabilityLimits } from '../../limits.js';
import { RecordIndex } from '../exports/record-index.js';
import { Subjects } from '../exports/subjects.js';
import type { SourceFailure } from '../source.js';
import { Spool } from './spool.js';

/** Why a feed can't be used, and the limit's name where it is too large. */
class FeedFault extends Error {
  override readonly name = 'FeedFault';
  readonly limit: VulnerabilityLimit | undefined;

  constructor(message: string, limit?: VulnerabilityLimit) {
    super(message);
    this.limit = limit;
  }
}

const DIRECTORY = '5';
const FILE = '0';
/** The list of the records' names, stored next to them. */
const CONTENTS = 'all.json';

/**
 * Reads a feed, a packed tar archive of OSV records, once; unpacked records are kept in a file of the run. One record
 * that can't be read fails the whole feed, since it could be about any package. `name` is what people call it.
 */
export async function indexFeed(
  path: string,
  limits: VulnerabilityLimits,
  name = basename(path),
): Promise<Result<RecordIndex, SourceFailure>> {
  const subjects = new Subjects();
  let spool: Spool | undefined;
  try {
    const records = new Spool();
    spool = records;
    const tar = new TarReader((member) => recordSink(member, records, subjects, limits));
    let unpacked = 0;
    for await (const chunk of decompressed(createReadStream(path))) {
      unpacked += chunk.length;
      if (unpacked > limits['feed-unpacked-bytes'])
        throw over(limits, 'it has more bytes, unpacked, than', 'feed-unpacked-bytes');
      tar.push(chunk);
    }
    tar.end();
    const options = { path, isWholeFor: () => true, limits };
    return ok(new RecordIndex(options, subjects, async (places, take) => readPlaces(name, records, places, take)));
  } catch (error) {
    spool?.close();
    return err(codeOf(error) === 'ENOENT' ? notThere(path) : failureOf(name, error));
  }
}

function readPlaces(
  name: string,
  records: Spool,
  places: readonly number[],
  take: (place: number, bytes: Buffer) => string | null,
): Result<null, SourceFailure> {
  for (const place of [...places].sort((a, b) => a - b)) {
    const problem = take(place, records.read(place));
    if (problem !== null) return err(failureOf(name, new FeedFault(problem)));
  }
  return ok(null);
}

function over(limits: VulnerabilityLimits, what: string, limit: VulnerabilityLimit): FeedFault {
  return new FeedFault(`${what} ${plural(limits[limit], '', '').trim()}`, limit);
}

function recordSink(
  { name, type, size, sparse }: TarMember,
  spool: Spool,
  subjects: Subjects,
  limits: VulnerabilityLimits,
): MemberSink | null {
  if (type === DIRECTORY || basename(name) === CONTENTS) return null;
  // Passing over what is called otherwise could pass over a record.
  if (type !== FILE || sparse || !name.endsWith('.json'))
    throw new FeedFault(`it holds ${shown(name)}, which is not a record`);
  if (size > limits['record-bytes']) throw over(limits, `${shown(name)} has more bytes than`, 'record-bytes');
  if (spool.length >= limits['feed-records']) throw over(limits, 'it has more records than', 'feed-records');
  const chunks: Buffer[] = [];
  return {
    // The chunks are only good until the call returns.
    write: (chunk) => chunks.push(Buffer.from(chunk)),
    end: () => {
      const bytes = Buffer.concat(chunks);
      const problem = subjects.add(bytes, spool.length);
      if (problem !== null) throw new FeedFault(`${shown(name)} can't be read: ${problem}`);
      spool.add(bytes);
    },
  };
}

function notThere(path: string): SourceFailure {
  return {
    cause: 'not-found',
    message: `The feed ${path}, which the policy enables (\`vulnerability-feeds\`), does not exist.`,
    fix: 'Download it to that path, or leave it out of `vulnerability-feeds`.',
  };
}

function failureOf(name: string, error: unknown): SourceFailure {
  const limit = error instanceof FeedFault || error instanceof TarError ? error.limit : undefined;
  const reason = messageOf(error);
  return {
    cause: limit === undefined ? 'malformed' : 'limit',
    message: `The feed ${name} can't be used: ${reason}${limit === undefined ? '' : ` (limit ${limit})`}.`,
    fix: 'Download it again, or leave the feed out of `vulnerability-feeds`, so that OSV is used for these packages.',
  };
}

function shown(name: string): string {
  return name.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 80);
}
