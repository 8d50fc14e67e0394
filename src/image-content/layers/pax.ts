import { TarError } from './tar-header.js';
import { textOf } from './tar-text.js';

/** What a PAX extended header says of the member after it, as far as we use it. An empty text takes a value back. */
export interface PaxRecords {
  readonly path?: string;
  readonly linkPath?: string;
  readonly size?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** The extended attribute security.capability, as bytes. */
  readonly capability?: Uint8Array;
  /** A sparse file in one of GNU's three PAX forms: its name and its size with the holes. */
  readonly sparse?: { readonly name?: string; readonly realSize?: number };
}

/**
 * Reads the records `LENGTH KEY=VALUE\n` of a PAX header's data. Throws a TarError where a length does not fit.
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_03
 */
export function readPax(data: Uint8Array): PaxRecords {
  const records: { -readonly [K in keyof PaxRecords]: PaxRecords[K] } = {};
  const sparse = new Map<string, string>();
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(0x20, at);
    const lengthText = space < 0 || space - at > 10 ? '' : textOf(data.subarray(at, space));
    const length = Number(lengthText);
    const end = at + length;
    if (!/^[0-9]+$/.test(lengthText) || end > data.length || end <= space + 1 || data[end - 1] !== 0x0a) {
      throw new TarError('a PAX record has a wrong length');
    }
    const equals = data.indexOf(0x3d, space);
    if (equals < 0 || equals >= end) throw new TarError('a PAX record has no "="');
    const key = textOf(data.subarray(space + 1, equals));
    const value = data.subarray(equals + 1, end - 1);
    at = end;
    switch (key) {
      case 'path':
        records.path = nameOf(value);
        break;
      case 'linkpath':
        records.linkPath = nameOf(value);
        break;
      case 'size':
      case 'uid':
      case 'gid':
        // An empty value cancels an earlier record, so that the header counts again.
        if (value.length > 0) records[key] = numberOf(value, key);
        else delete records[key];
        break;
      case 'SCHILY.xattr.security.capability':
        records.capability = value.slice();
        break;
      default:
        if (key.startsWith('GNU.sparse.')) sparse.set(key.slice('GNU.sparse.'.length), nameOf(value));
    }
  }
  return isSparse(sparse) ? { ...records, sparse: sparseOf(sparse) } : records;
}

/** The versions that Go's reader knows; of others it reads the member as if it were no sparse file, name and all. */
function isSparse(records: ReadonlyMap<string, string>): boolean {
  const major = records.get('major') ?? '';
  const minor = records.get('minor') ?? '';
  if (major === '' && minor === '') return (records.get('map') ?? '') !== '';
  return ['0.0', '0.1', '1.0'].includes(`${major}.${minor}`);
}

function sparseOf(records: ReadonlyMap<string, string>): NonNullable<PaxRecords['sparse']> {
  const name = records.get('name') ?? '';
  const realSize = records.get('size') || (records.get('realsize') ?? '');
  return {
    ...(name === '' ? {} : { name }),
    ...(realSize === '' ? {} : { realSize: numberOf(Buffer.from(realSize), 'GNU.sparse.size') }),
  };
}

function nameOf(value: Uint8Array): string {
  if (value.includes(0)) throw new TarError('a PAX name contains a NUL byte');
  return textOf(value);
}

function numberOf(value: Uint8Array, key: string): number {
  const text = textOf(value);
  // Some writers put fractions into sizes' neighbors (times); sizes and owners are whole.
  if (!/^[0-9]{1,16}$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new TarError(`a PAX record's ${key} is not a whole number`);
  return Number(text);
}
