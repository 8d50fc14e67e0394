import { optionalField } from '../../lib/collections.js';
import type { FileReader } from '../../packages/catalogers/cataloger.js';
import { catalogReader } from '../../packages/catalogers/index.js';
import type { FileContent, SecretMark } from '../filesystem/file-entry.js';
import { credentialsIn, isCredentialFile } from '../secrets/credential-files.js';
import { beginsLikeKeyFile, MAX_KEY_FILE, readKeyFile } from '../secrets/key-files.js';
import { keysInText, likelyInText, secretsInText } from '../secrets/secret-text.js';
import { type ChecksumAlgorithm, FileChecksums } from './checksum-choice.js';
import { isKeptFile } from './kept-files.js';
import { LAYER_LIMITS } from './limits.js';
import { ProgramMarks } from './program-marks.js';
import { TarError } from './tar-header.js';
import type { MemberSink } from './tar-reader.js';

/** Text is searched in pieces of this size, each with the end of the one before it. */
const TEXT_WINDOW = 128 * 1024;
const TEXT_OVERLAP = 8 * 1024;
/** Of a file that programs keep credentials in, so many windows are searched for those (4 MB): real ones are one page. */
const CREDENTIAL_WINDOWS = 32;
/** A NUL makes a key file binary, and readers of keys pass over it. Larger binaries are searched for keys alone. */
const SEARCHED_BINARY = 256 * 1024;
/** The middle of a key's first line, as it is and in UTF-16 of either order. */
const KEY_MARK = Buffer.from('PRIVATE KEY');
const WIDE_KEY_MARK = Buffer.from('PRIVATE KEY', 'utf16le').subarray(0, -1);
const WIDE_KEY = new RegExp(WIDE_KEY_MARK.toString('latin1'));
/** As much as shows text from binary; git looks as far. */
const SNIFF = 8000;
/** A file may tell of a few secrets; more say nothing new. */
const MAX_SECRETS = 16;

/** What of a layer's file was asked for, and where to put it. */
export interface ScanRequest {
  readonly path: string;
  readonly size: number;
  readonly executable: boolean;
  /** Empty for a sparse file: its bytes are not its content, and checksums of them would mean nothing. */
  readonly checksums: readonly ChecksumAlgorithm[];
  readonly done: (content: FileContent) => void;
  /** Takes why the content could not be evaluated. */
  readonly unevaluated: (reason: string) => void;
  /** Counts kept bytes of the whole layer. */
  readonly keep: (bytes: number) => void;
}

type Form = FileContent['form'];

/** Learns what rules ask of a file from its bytes as they stream by, in one pass and without copying most of them. */
export class FileScanner implements MemberSink {
  readonly #request: ScanRequest;
  readonly #kept: Uint8Array[] | null;
  readonly #checksums: FileChecksums;
  #head: Uint8Array[] = [];
  #headBytes = 0;
  /** Null until enough bytes have come to tell. */
  #form: Form | null = null;
  #interpreter: string | undefined;
  #marks: ProgramMarks | null = null;
  /** What looks for packages in it; null where nothing does. */
  #catalog: FileReader | null = null;
  #text = '';
  #linesBefore = 0;
  #windows = 0;
  #secrets: SecretMark[] = [];
  /** Apart, so that many of them hide no other. */
  #likely: SecretMark[] = [];
  /** Of a program or a large binary: what was not searched yet. */
  #binary: Uint8Array[] = [];
  #binaryBytes = 0;
  /** It begins with the mark of UTF-16. */
  #isWide = false;
  /** The bytes of what may be a key, which is reported only from the whole. */
  #keyFile: Uint8Array[] | null = null;

  constructor(request: ScanRequest) {
    this.#request = request;
    this.#checksums = new FileChecksums(request.checksums);
    this.#kept = isKeptFile(request.path) ? [] : null;
    if (this.#kept === null) return;
    if (request.size > LAYER_LIMITS['kept-file-bytes']) {
      throw new TarError(`/${request.path} has ${request.size} bytes`, 'kept-file-bytes');
    }
    request.keep(request.size);
  }

  write(chunk: Uint8Array): void {
    const { size } = this.#request;
    this.#checksums.update(chunk, chunk.length === size);
    this.#kept?.push(chunk.slice());
    if (this.#form !== null) {
      this.#search(chunk);
      return;
    }
    // Where chunks end says nothing: what a file is is distinguished from as many bytes in whatever pieces they come.
    this.#headBytes += chunk.length;
    if (this.#headBytes < Math.min(size, SNIFF)) this.#head.push(chunk.slice());
    else this.#begin(this.#head.length === 0 ? chunk : Buffer.concat([...this.#head, chunk]));
  }

  end(): void {
    // A sparse file stores less than its size.
    if (this.#form === null && this.#headBytes > 0) this.#begin(Buffer.concat(this.#head));
    if (this.#text !== '') this.#searchWindow();
    if (this.#binary.length > 0) this.#searchBinaryWindow(true);
    if (this.#keyFile !== null) this.#evaluateKeyFile(Buffer.concat(this.#keyFile));
    const programs = this.#marks?.end() ?? [];
    const catalog = this.#catalog?.end();
    const isEmpty = catalog !== undefined && Object.values(catalog).every(({ length }) => length === 0);
    this.#request.done({
      ...this.#checksums.end(),
      form: this.#form ?? 'empty',
      ...(this.#interpreter === undefined ? {} : { interpreter: this.#interpreter }),
      ...(programs.length === 0 ? {} : { programs }),
      ...optionalField('catalog', isEmpty ? undefined : catalog),
      ...(this.#secrets.length + this.#likely.length === 0
        ? {}
        : { secrets: [...this.#secrets.slice(0, MAX_SECRETS), ...this.#likely] }),
      ...(this.#kept === null ? {} : { bytes: Buffer.concat(this.#kept) }),
    });
  }

  #begin(head: Uint8Array): void {
    this.#head = [];
    this.#form = formOf(head);
    this.#isWide = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
    if (this.#form === 'script') this.#interpreter = interpreterOf(head);
    // A hard link may make a program of it: its header counts for every name.
    const mayRun = this.#request.executable || !isLibraryName(this.#request.path);
    if (this.#form === 'elf' && mayRun) this.#marks = new ProgramMarks();
    // What is stored of a sparse file is not its content.
    if (this.#request.checksums.length > 0) {
      const { path, size } = this.#request;
      this.#catalog = catalogReader(path, size, head);
    }
    if (beginsLikeKeyFile(head)) {
      if (this.#request.size <= MAX_KEY_FILE) this.#keyFile = [];
      else this.#request.unevaluated(`it begins like a key store and has more than ${MAX_KEY_FILE} bytes`);
    }
    this.#search(head);
  }

  #evaluateKeyFile(bytes: Uint8Array): void {
    const found = readKeyFile(bytes);
    if (found !== null) this.#secrets.unshift(found);
  }

  #search(chunk: Uint8Array): void {
    this.#keyFile?.push(chunk.slice());
    this.#marks?.write(chunk);
    this.#catalog?.write(chunk);
    const isText = this.#form === 'text' || this.#form === 'script' || this.#isWide;
    const isSmallBinary = this.#form === 'binary' && this.#request.size <= SEARCHED_BINARY;
    if (isText || isSmallBinary) this.#searchText(chunk);
    else this.#searchBinary(chunk);
  }

  #searchBinary(chunk: Uint8Array): void {
    this.#binary.push(chunk);
    this.#binaryBytes += chunk.length;
    if (this.#binaryBytes >= TEXT_WINDOW) this.#searchBinaryWindow(false);
  }

  /** The bytes are searched as they are, which is as fast as memory; only where a key may be they are made a text. */
  #searchBinaryWindow(isLast: boolean): void {
    const window = Buffer.concat(this.#binary);
    this.#binary = isLast ? [] : [window.subarray(-TEXT_OVERLAP)];
    this.#binaryBytes = 0;
    const isWide = window.includes(WIDE_KEY_MARK);
    if (!isWide && !window.includes(KEY_MARK)) return;
    const text = window.toString('latin1');
    // What begins in the part that is searched again is whole there.
    const end = isLast ? text.length : text.length - TEXT_OVERLAP;
    for (const { kind, at } of keysInText(text)) if (at < end) this.#add({ kind });
    if (isWide) for (const { kind } of keysInText(text.replaceAll('\0', ''))) this.#add({ kind });
  }

  #add(mark: SecretMark): void {
    const found = mark.isLikely === true ? this.#likely : this.#secrets;
    const known = found.some((other) => other.kind === mark.kind && other.line === mark.line);
    if (!known && found.length < MAX_SECRETS) found.push(mark);
  }

  #searchText(chunk: Uint8Array): void {
    // One character a byte: what is searched for is ASCII, and no multi-byte text can be cut in two.
    for (let at = 0; at < chunk.length; at += TEXT_WINDOW) {
      const part = chunk.subarray(at, at + TEXT_WINDOW);
      this.#text += Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('latin1');
      if (this.#text.length >= TEXT_WINDOW) this.#searchWindow();
    }
  }

  #searchWindow(): void {
    const { path } = this.#request;
    // In UTF-16 each character of ASCII has a NUL beside it.
    const isWide = this.#isWide || (this.#form === 'binary' && WIDE_KEY.test(this.#text));
    const found = [...secretsInText(this.#text), ...(isWide ? secretsInText(this.#text.replaceAll('\0', '')) : [])];
    const named = this.#windows < CREDENTIAL_WINDOWS && isCredentialFile(path) ? credentialsIn(path, this.#text) : [];
    this.#windows += 1;
    const likely = this.#form === 'binary' ? [] : likelyInText(this.#text);
    for (const mark of [...found, ...named, ...likely]) this.#add({ ...mark, line: mark.line + this.#linesBefore });
    const rest = this.#text.length >= TEXT_WINDOW ? this.#text.slice(-TEXT_OVERLAP) : '';
    this.#linesBefore += countLines(this.#text) - countLines(rest);
    this.#text = rest;
  }
}

/** Whether a file is named like a shared library or kernel module: without an execute bit it is not searched for programs. */
export function isLibraryName(path: string): boolean {
  return /\.(?:so(?:\.[^/]*)?|ko|o|a|debug)$/.test(path);
}

function formOf(chunk: Uint8Array): Form {
  if (chunk[0] === 0x7f && chunk[1] === 0x45 && chunk[2] === 0x4c && chunk[3] === 0x46) return 'elf';
  if (chunk[0] === 0x23 && chunk[1] === 0x21) return 'script';
  return chunk.subarray(0, SNIFF).includes(0) ? 'binary' : 'text';
}

/** `#!/usr/bin/env -S node --flag` names node; every other first line names its first word. */
function interpreterOf(chunk: Uint8Array): string | undefined {
  const end = chunk.indexOf(0x0a);
  const line = Buffer.from(chunk.subarray(2, Math.min(end < 0 ? 256 : end, 256))).toString('latin1');
  const words = line.split(/[ \t\r]+/).filter((word) => word !== '');
  const [first, ...rest] = words;
  if (first === undefined || !/(?:^|\/)env$/.test(first)) return first;
  return rest.find((word) => !word.startsWith('-') && !word.includes('=')) ?? first;
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
