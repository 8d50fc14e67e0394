import { BytePatterns } from '../../lib/byte-patterns.js';
import { optionalField } from '../../lib/collections.js';
import type { FileReader } from '../../packages/catalogers/cataloger.js';
import { catalogReader } from '../../packages/catalogers/index.js';
import type { FileContent, SecretMark } from '../filesystem/file-entry.js';
import { credentialsIn, isCredentialFile } from '../secrets/credential-files.js';
import { beginsLikeKeyFile, MAX_KEY_FILE, readKeyFile } from '../secrets/key-files.js';
import { keysInText, likelyInText, mayHaveLikely, mayHaveSecrets, secretsInText } from '../secrets/secret-text.js';
import { PROGRAM_TOKEN_MARKS, tokensInProgram } from '../secrets/tokens.js';
import { type ChecksumAlgorithm, FileChecksums } from './checksum-choice.js';
import { isKeptFile } from './kept-files.js';
import { LAYER_LIMITS } from './limits.js';
import { PROGRAM_TEXTS, ProgramMarks } from './program-marks.js';
import { TarError } from './tar-header.js';
import type { MemberSink } from './tar-reader.js';

/** Files are searched in pieces of this size, each with the end of the one before it. */
const WINDOW = 128 * 1024;
const OVERLAP = 8 * 1024;
/** Of a file that programs keep credentials in, so many windows are searched for those (4 MB): real ones are one page. */
const CREDENTIAL_WINDOWS = 32;
/** A NUL makes a key file binary, and readers of keys pass over it. Larger binaries are searched as programs are. */
const SEARCHED_BINARY = 256 * 1024;
/** The middle of a key's first line, as it is and in UTF-16 of either order. */
const KEY_MARK = 'PRIVATE KEY';
const WIDE_KEY_MARK = Buffer.from(KEY_MARK, 'utf16le').subarray(0, -1);
const WIDE_KEY_TEXT = WIDE_KEY_MARK.toString('latin1');
const KEY_PATTERNS = [{ text: KEY_MARK }, { text: WIDE_KEY_TEXT }];
const BINARY_PATTERNS = [...KEY_PATTERNS, ...PROGRAM_TOKEN_MARKS];
const BINARY_MARKS = new BytePatterns(BINARY_PATTERNS);
const PROGRAM_MARKS = new BytePatterns([...BINARY_PATTERNS, ...PROGRAM_TEXTS]);
/** As much as shows text from binary; git looks as far. */
const SNIFF = 8000;
/** A file may have a few secrets; more add nothing new. */
const MAX_SECRETS = 16;

/** What was requested of a layer's file, and where to put it. */
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
  #linesBefore = 0;
  #windows = 0;
  #secrets: SecretMark[] = [];
  /** Apart, so that many of them hide no other. */
  #likely: SecretMark[] = [];
  /** What it is searched as: a binary has no lines, and is searched for keys and long forms of tokens. */
  #searched: 'text' | 'binary' = 'text';
  /** What was not searched yet, and the end of what was. */
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  /** It is in UTF-16. */
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
    // Chunk boundaries are arbitrary: a file is identified by the same number of bytes however they are split.
    this.#headBytes += chunk.length;
    if (this.#headBytes < Math.min(size, SNIFF)) this.#head.push(chunk.slice());
    else this.#begin(this.#head.length === 0 ? chunk : Buffer.concat([...this.#head, chunk]));
  }

  end(): void {
    // A sparse file stores less than its size.
    if (this.#form === null && this.#headBytes > 0) this.#begin(Buffer.concat(this.#head));
    if (this.#parts.length > 0) this.#searchWindow(true);
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
    this.#isWide = isWide(head);
    const isText = this.#form === 'text' || this.#form === 'script' || this.#isWide;
    const isSmallBinary = this.#form === 'binary' && this.#request.size <= SEARCHED_BINARY;
    this.#searched = isText || isSmallBinary ? 'text' : 'binary';
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
      else this.#request.unevaluated(`it looks like a key store but has more than ${MAX_KEY_FILE} bytes`);
    }
    this.#search(head);
  }

  #evaluateKeyFile(bytes: Uint8Array): void {
    const found = readKeyFile(bytes);
    if (found !== null) this.#secrets.unshift(found);
  }

  #search(chunk: Uint8Array): void {
    this.#keyFile?.push(chunk.slice());
    this.#catalog?.write(chunk);
    this.#gather(chunk);
  }

  #gather(chunk: Uint8Array): void {
    // Texts are made of windows, of which V8 throws short ones away cheaply; bytes are searched in any size.
    const size = this.#searched === 'text' ? WINDOW : Math.max(WINDOW, chunk.length);
    for (let at = 0; at < chunk.length; at += size) {
      const part = chunk.subarray(at, at + size);
      this.#partBytes += part.length;
      const isSearchedNow = this.#partBytes >= WINDOW || chunk.length === this.#request.size;
      this.#parts.push(isSearchedNow ? part : Buffer.from(part));
      if (this.#partBytes >= WINDOW) this.#searchWindow(false);
    }
  }

  #searchWindow(isLast: boolean): void {
    const [only, ...others] = this.#parts;
    const window = only !== undefined && others.length === 0 ? bufferOf(only) : Buffer.concat(this.#parts);
    this.#parts = isLast ? [] : [Buffer.from(window.subarray(-OVERLAP))];
    this.#partBytes = isLast ? 0 : OVERLAP;
    if (this.#searched === 'text') this.#searchText(window, isLast);
    else this.#searchBinary(window, isLast);
    this.#windows += 1;
  }

  /** The bytes are searched as they are, which is as fast as memory; only where a secret may be they are made a text. */
  #searchBinary(window: Buffer, isLast: boolean): void {
    const there = (this.#marks === null ? BINARY_MARKS : PROGRAM_MARKS).textsIn(window);
    this.#marks?.search(window, there.size > 0);
    if (there.size === 0) return;
    const text = window.toString('latin1');
    // What begins in the part that is searched again is whole there.
    const end = isLast ? text.length : text.length - OVERLAP;
    for (const { kind, at } of [...keysInText(text), ...tokensInProgram(text, there)])
      if (at < end) this.#add({ kind });
    if (there.has(WIDE_KEY_TEXT)) {
      for (const { kind } of keysInText(text.replaceAll('\0', ''))) this.#add({ kind });
    }
  }

  #add(mark: SecretMark): void {
    const found = mark.isLikely === true ? this.#likely : this.#secrets;
    const known = found.some((other) => other.kind === mark.kind && other.line === mark.line);
    if (!known && found.length < MAX_SECRETS) found.push(mark);
  }

  #searchText(window: Buffer, isLast: boolean): void {
    const { path } = this.#request;
    // In UTF-16 each character of ASCII has a NUL next to it.
    const isWide = this.#isWide || (this.#form === 'binary' && window.includes(WIDE_KEY_MARK));
    const isNamed = this.#windows < CREDENTIAL_WINDOWS && isCredentialFile(path);
    const isSearched = isWide || mayHaveSecrets(window);
    const mayBeLikely = this.#form !== 'binary' && mayHaveLikely(window);
    if (isLast && !isNamed && !isSearched && !mayBeLikely) return;
    // One character a byte: what is searched for is ASCII, and no multi-byte text can be cut in two.
    const text = window.toString('latin1');
    const found = [
      ...(isSearched ? secretsInText(text) : []),
      ...(isWide ? secretsInText(text.replaceAll('\0', '')) : []),
      ...(isNamed ? credentialsIn(path, text) : []),
      ...(mayBeLikely ? likelyInText(text) : []),
    ];
    for (const mark of found) this.#add({ ...mark, line: mark.line + this.#linesBefore });
    if (!isLast) this.#linesBefore += countLines(text) - countLines(text.slice(-OVERLAP));
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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

/** UTF-16, by its mark, or by its zeros: next to each character of ASCII there is one. */
function isWide(head: Uint8Array): boolean {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return true;
  const sample = head.subarray(0, 512);
  let [even, odd] = [0, 0];
  for (const [index, byte] of sample.entries()) if (byte === 0) index % 2 === 0 ? even++ : odd++;
  const half = sample.length / 2;
  return half >= 8 && Math.max(even, odd) > half * 0.9 && Math.min(even, odd) < half * 0.1;
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
