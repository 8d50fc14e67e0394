const FRAME_MAGIC = 0xfd2fb528;
const RLE = 1;

type Step = 'magic' | 'skip-size' | 'skip' | 'descriptor' | 'header' | 'block-header' | 'block' | 'checksum';

/**
 * Cuts a zstd stream where its frames end, and leaves out skippable frames. Node's decoder takes a frame that ends
 * within a piece for the end of everything, and zstd:chunked layers have a frame a file; a piece that ends with its
 * frame makes it go on with the next. Only headers are examined. Throws an Error where no frame begins.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8878#section-3.1
 */
export async function* zstdFrames(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const walker = new FrameWalker();
  for await (const chunk of source) yield* walker.cut(chunk);
}

class FrameWalker {
  #step: Step = 'magic';
  /** Bytes of this step still to come. */
  #left = 4;
  /** The little-endian number that the step's bytes make; at most five bytes are ever read. */
  #value = 0;
  #taken = 0;
  #hasChecksum = false;
  #isLastBlock = false;

  *cut(chunk: Uint8Array): Iterable<Uint8Array> {
    let start = 0;
    let at = 0;
    while (at < chunk.length) {
      const take = Math.min(this.#left, chunk.length - at);
      if (isNumber(this.#step)) {
        for (let i = 0; i < take; i += 1) this.#value += (chunk[at + i] ?? 0) * 256 ** (this.#taken + i);
        this.#taken += take;
      }
      const skipped = this.#step === 'skip' || this.#step === 'skip-size';
      this.#left -= take;
      at += take;
      if (skipped) start = at;
      if (this.#left > 0) break;
      const step = this.#step;
      const ends = this.#next();
      // The magic of a skippable frame is held back with it; a frame's own goes on with the frame.
      if (step === 'magic') {
        if (this.#step === 'skip-size') start = at;
        else if (at - start < 4) yield MAGIC_BYTES.subarray(0, 4 - (at - start));
      }
      if (ends && at > start) {
        yield chunk.subarray(start, at);
        start = at;
      }
    }
    const end = this.#step === 'magic' ? at - this.#taken : at;
    if (end > start) yield chunk.subarray(start, end);
  }

  /** Goes to the next step; whether a frame ended. */
  #next(): boolean {
    const value = this.#value;
    switch (this.#step) {
      case 'magic':
        if (value === FRAME_MAGIC) this.#begin('descriptor', 1);
        else if (value >= 0x184d2a50 && value <= 0x184d2a5f) this.#begin('skip-size', 4);
        else throw new Error('a zstd frame does not start with the magic number');
        return false;
      case 'skip-size':
        if (value === 0) this.#begin('magic', 4);
        else this.#begin('skip', value);
        return false;
      case 'skip':
        this.#begin('magic', 4);
        return false;
      case 'descriptor': {
        const single = (value >> 5) & 1;
        this.#hasChecksum = ((value >> 2) & 1) === 1;
        const dictionary = [0, 1, 2, 4][value & 3] ?? 0;
        const contentSize = [single, 2, 4, 8][value >> 6] ?? 0;
        const bytes = (single === 1 ? 0 : 1) + dictionary + contentSize;
        if (bytes > 0) this.#begin('header', bytes);
        else this.#begin('block-header', 3);
        return false;
      }
      case 'header':
        this.#begin('block-header', 3);
        return false;
      case 'block-header': {
        this.#isLastBlock = (value & 1) === 1;
        const size = ((value >> 1) & 3) === RLE ? 1 : value >> 3;
        if (size > 0) {
          this.#begin('block', size);
          return false;
        }
        return this.#afterBlock();
      }
      case 'block':
        return this.#afterBlock();
      case 'checksum':
        this.#begin('magic', 4);
        return true;
    }
  }

  #afterBlock(): boolean {
    if (!this.#isLastBlock) this.#begin('block-header', 3);
    else if (this.#hasChecksum) this.#begin('checksum', 4);
    else {
      this.#begin('magic', 4);
      return true;
    }
    return false;
  }

  #begin(step: Step, bytes: number): void {
    this.#step = step;
    this.#left = bytes;
    this.#value = 0;
    this.#taken = 0;
  }
}

const MAGIC_BYTES = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);

function isNumber(step: Step): boolean {
  return step === 'magic' || step === 'skip-size' || step === 'descriptor' || step === 'block-header';
}
