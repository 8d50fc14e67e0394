import { createHash, type Hash, hash } from 'node:crypto';

export type ChecksumAlgorithm = 'sha1' | 'md5' | 'sha256';

/** Which checksums a distribution's database keeps of files, and what shows of it early in an archive (`etc` comes before `usr`). */
const SIGNS: readonly { readonly path: RegExp; readonly keeps: ChecksumAlgorithm }[] = [
  { path: /^(?:etc\/(?:apt|dpkg|debian_version)|var\/lib\/dpkg)(?:\/|$)/, keeps: 'md5' },
  { path: /^(?:etc\/(?:apk|alpine-release)|(?:usr\/)?lib\/apk)(?:\/|$)/, keeps: 'sha1' },
  {
    path: /^(?:etc\/(?:rpm|redhat-release|yum\.repos\.d|dnf)|(?:var\/lib|usr\/lib\/sysimage)\/rpm)(?:\/|$)/,
    keeps: 'sha256',
  },
];
const A_SIGN = /^(?:etc|var|lib|usr\/lib)\//;

/**
 * Decides which checksums are worth computing of the files of one layer. Hashing is what costs most of the time, so
 * once a layer has reported whose it is, only that database's checksum is computed; until then all three are.
 * A checksum that was not computed is never taken for one that agrees: it is counted as not compared.
 */
export class ChecksumChoice {
  #algorithms: readonly ChecksumAlgorithm[] = ['sha1', 'md5', 'sha256'];
  readonly #seen = new Set<ChecksumAlgorithm>();

  /** Takes the path of every member, in order. */
  note(path: string): void {
    if (!A_SIGN.test(path)) return;
    const sign = SIGNS.find((one) => one.path.test(path));
    if (sign === undefined || this.#seen.has(sign.keeps)) return;
    this.#seen.add(sign.keeps);
    this.#algorithms = [...this.#seen];
  }

  get algorithms(): readonly ChecksumAlgorithm[] {
    return this.#algorithms;
  }
}

export type Checksums = { readonly [A in ChecksumAlgorithm]?: string };

/** Several checksums of one file at once. */
export class FileChecksums {
  readonly #algorithms: readonly ChecksumAlgorithm[];
  #hashes: readonly Hash[] | null = null;
  #whole: readonly string[] | null = null;

  constructor(algorithms: readonly ChecksumAlgorithm[]) {
    this.#algorithms = algorithms;
  }

  /** `isWhole`: the chunk is the whole file. Most files are one chunk, and hashing that at once makes fewer objects. */
  update(chunk: Uint8Array, isWhole: boolean): void {
    if (isWhole) this.#whole = this.#algorithms.map((algorithm) => hash(algorithm, chunk));
    else for (const one of this.#started()) one.update(chunk);
  }

  /** Lower-case hex by algorithm. */
  end(): Checksums {
    const digests = this.#whole ?? this.#started().map((one) => one.digest('hex'));
    return Object.fromEntries(this.#algorithms.map((algorithm, i) => [algorithm, digests[i] ?? '']));
  }

  #started(): readonly Hash[] {
    this.#hashes ??= this.#algorithms.map((algorithm) => createHash(algorithm));
    return this.#hashes;
  }
}
