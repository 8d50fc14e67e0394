import { optionalField } from '../lib/collections.js';
import type { OwnedFile } from './inventory.js';
import type { DatabaseEntry } from './read-database.js';

/** The tags that are read. @see https://rpm-software-management.github.io/rpm/manual/tags.html */
const TAG = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  vendor: 1011,
  license: 1014,
  arch: 1022,
  fileFlags: 1037,
  fileDigests: 1035,
  sourceRpm: 1044,
  dirIndexes: 1116,
  baseNames: 1117,
  dirNames: 1118,
  fileDigestAlgorithm: 5011,
  modularityLabel: 5096,
} as const;

const ENTRY_BYTES = 16;
const MAX_ENTRIES = 65_536;
/** Configuration (1), and files that the package owns without bringing them (64, "ghost"). */
const NOT_COMPARED = 1 | 64;
/** OpenPGP's number of SHA-256; 1 and none at all are MD5. */
const SHA256 = 8;

interface TagPlace {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

/**
 * Reads an rpm header as the database keeps it: two counts, an index of 16-byte entries, and the store they point
 * into, all big-endian. Null for keys (`gpg-pubkey`), which are no packages. Throws a RangeError where it has no name,
 * version or release, and where an entry points outside.
 *
 * @see https://rpm-software-management.github.io/rpm/manual/format_header.html
 */
export function readRpmHeader(blob: Uint8Array, where: string): DatabaseEntry | null {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const entries = view.getUint32(0);
  if (entries > MAX_ENTRIES) throw new RangeError(`it has ${entries} index entries`);
  const store = 8 + entries * ENTRY_BYTES;
  const places = new Map<number, TagPlace>();
  for (let i = 0; i < entries; i += 1) {
    const at = 8 + i * ENTRY_BYTES;
    places.set(view.getUint32(at), {
      type: view.getUint32(at + 4),
      offset: view.getUint32(at + 8),
      count: view.getUint32(at + 12),
    });
  }
  const strings = (tag: number): readonly string[] => {
    const place = places.get(tag);
    if (place === undefined || ![6, 8, 9].includes(place.type)) return [];
    const found: string[] = [];
    let at = store + place.offset;
    for (let i = 0; i < place.count && at < blob.length; i += 1) {
      const end = blob.indexOf(0, at);
      if (end < 0) throw new RangeError(`tag ${tag} ends outside the header`);
      found.push(Buffer.from(blob.buffer, blob.byteOffset + at, end - at).toString('utf8'));
      at = end + 1;
    }
    return found;
  };
  const numbers = (tag: number): readonly number[] => {
    const place = places.get(tag);
    if (place?.type !== 4 || place.count > blob.length / 4) return [];
    return Array.from({ length: place.count }, (_, i) => view.getUint32(store + place.offset + i * 4));
  };

  const [name] = strings(TAG.name);
  const [version] = strings(TAG.version);
  const [release] = strings(TAG.release);
  if (name === 'gpg-pubkey') return null;
  if (!name) throw new RangeError('it has no name');
  if (!version || !release) throw new RangeError(`${name.slice(0, 100)} has no ${version ? 'release' : 'version'}`);
  const [epoch] = numbers(TAG.epoch);
  const [architecture] = strings(TAG.arch);
  const [license] = strings(TAG.license);
  const [vendor] = strings(TAG.vendor);
  const stream = streamOf(strings(TAG.modularityLabel)[0]);
  const isSha256 = numbers(TAG.fileDigestAlgorithm)[0] === SHA256;
  return {
    type: 'rpm',
    name,
    version: `${epoch ? `${epoch}:` : ''}${version}-${release}`,
    ...(architecture ? { architecture } : {}),
    source: rpmSource(strings(TAG.sourceRpm)[0], name),
    ...optionalField('module', stream),
    licenses: license ? [license] : [],
    where,
    files: filesOf({
      directories: strings(TAG.dirNames),
      directoryOf: numbers(TAG.dirIndexes),
      names: strings(TAG.baseNames),
      digests: strings(TAG.fileDigests),
      flags: numbers(TAG.fileFlags),
      algorithm: isSha256 ? 'sha256' : 'md5',
    }),
    packaging: { ...(vendor ? { packager: vendor } : {}) },
  };
}

/** `nodejs:16:8080020230628161434:63b34585` is of the stream `nodejs:16`. */
function streamOf(label: string | undefined): string | undefined {
  return /^[^:]+:[^:]+(?=:|$)/.exec(label ?? '')?.[0];
}

/** `bash-5.1.8-6.el9.src.rpm` is bash, 5.1.8-6.el9. */
export function rpmSource(fileName: string | undefined, name: string): { name: string; version?: string } {
  const match = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(fileName ?? '');
  return match?.[1] === undefined || match[2] === undefined ? { name } : { name: match[1], version: match[2] };
}

function filesOf(lists: {
  readonly directories: readonly string[];
  readonly directoryOf: readonly number[];
  readonly names: readonly string[];
  readonly digests: readonly string[];
  readonly flags: readonly number[];
  readonly algorithm: 'sha256' | 'md5';
}): readonly OwnedFile[] {
  return lists.names.map((name, i) => {
    const path = `${lists.directories[lists.directoryOf[i] ?? -1] ?? '/'}${name}`.replace(/^\//, '');
    const hex = lists.digests[i];
    const compared = hex !== undefined && hex !== '' && ((lists.flags[i] ?? 0) & NOT_COMPARED) === 0;
    return compared ? { path, checksum: { algorithm: lists.algorithm, hex } } : { path };
  });
}
