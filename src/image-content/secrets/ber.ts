const MAX_DEPTH = 32;
const CONSTRUCTED = 0x20;
/** NSS writes pieces of some kilobytes. */
const MAX_PIECES = 65_536;

/** One element: its identifier octet, its content, and where the next one begins. */
export interface BerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly next: number;
}

/**
 * Reads the element at `at`, in DER or in BER with lengths that are not reported ahead, which key stores are written in.
 * Throws a RangeError where there is none; tags above 30, which no key has, are refused as well.
 *
 * @see https://www.itu.int/rec/T-REC-X.690
 */
export function berElement(bytes: Uint8Array, at: number, depth = 0): BerElement {
  const tag = octet(bytes, at);
  const first = octet(bytes, at + 1);
  if (depth > MAX_DEPTH || (tag & 0x1f) === 0x1f) throw new RangeError('it is not a key');
  if (first === 0x80) {
    if ((tag & CONSTRUCTED) === 0) throw new RangeError('a plain value has no length');
    let end = at + 2;
    while (octet(bytes, end) !== 0 || octet(bytes, end + 1) !== 0) end = berElement(bytes, end, depth + 1).next;
    return { tag, content: bytes.subarray(at + 2, end), next: end + 2 };
  }
  const lengthOctets = first > 0x80 ? first - 0x80 : 0;
  if (lengthOctets > 4) throw new RangeError('a length is too long');
  let length = lengthOctets === 0 ? first : 0;
  for (let i = 0; i < lengthOctets; i += 1) length = length * 256 + octet(bytes, at + 2 + i);
  const start = at + 2 + lengthOctets;
  if (start + length > bytes.length) throw new RangeError('a value ends beyond the file');
  return { tag, content: bytes.subarray(start, start + length), next: start + length };
}

/** The elements that a content consists of, one by one: untrusted parties can put millions into a small file. */
export function* berElements(content: Uint8Array): Iterable<BerElement> {
  for (let at = 0; at < content.length; ) {
    const element = berElement(content, at);
    yield element;
    at = element.next;
  }
}

/** The first elements of a content, at most as many as requested. */
export function berChildren(content: Uint8Array, most: number): readonly BerElement[] {
  const children: BerElement[] = [];
  for (const child of berElements(content)) {
    if (children.push(child) === most) break;
  }
  return children;
}

/** An octet string's bytes; BER may write it in pieces. Throws a RangeError where there are too many of them. */
export function berOctets({ tag, content }: BerElement): Uint8Array {
  if ((tag & CONSTRUCTED) === 0) return content;
  const pieces = berChildren(content, MAX_PIECES);
  if (pieces.length === MAX_PIECES) throw new RangeError('a string has too many parts');
  return Buffer.concat(pieces.map((piece) => piece.content));
}

function octet(bytes: Uint8Array, at: number): number {
  const value = bytes[at];
  if (value === undefined) throw new RangeError('a value ends beyond the file');
  return value;
}
