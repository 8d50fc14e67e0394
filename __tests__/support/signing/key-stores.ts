/** An element of DER: its identifier octet, and what is in it. */
export function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const length =
    body.length < 0x80 ? [body.length] : [0x84, ...Buffer.from(body.length.toString(16).padStart(8, '0'), 'hex')];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

/** The same in BER, with a length that is not reported ahead. */
export function openEnded(tag: number, ...content: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from([tag, 0x80]), ...content, Buffer.alloc(2)]);
}

type Write = (tag: number, ...content: readonly Uint8Array[]) => Buffer;

const SEQUENCE = 0x30;
const EXPLICIT = 0xa0;
const identifier = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const VERSION_3 = Buffer.from([2, 1, 3]);
const DATA = '2a864886f70d010701';
const ENCRYPTED_DATA = '2a864886f70d010706';

/** What a made PKCS #12 store holds: bags by the last number of their identifier (1 key, 2 shrouded key, 3 certificate), or a part that is encrypted. */
export type Part = readonly number[] | 'encrypted';

/** A PKCS #12 store of these parts. What is in the bags is of no matter. `write` is `der`, or `openEnded` as NSS writes it. */
export function pkcs12(parts: readonly Part[], write: Write = der): Buffer {
  const octets = (bytes: Uint8Array) =>
    write === der ? der(0x04, bytes) : openEnded(0x24, der(0x04, bytes.subarray(0, 9)), der(0x04, bytes.subarray(9)));
  const info = (type: string, content: Uint8Array) => write(SEQUENCE, identifier(type), write(EXPLICIT, content));
  const bag = (number: number) =>
    write(SEQUENCE, identifier(`2a864886f70d010c0a010${number}`), write(EXPLICIT, der(0x04, Buffer.from('content'))));
  const contents = parts.map((part) =>
    part === 'encrypted'
      ? info(ENCRYPTED_DATA, write(SEQUENCE, der(0x04, Buffer.from('closed'))))
      : info(DATA, octets(write(SEQUENCE, ...part.map(bag)))),
  );
  return write(SEQUENCE, VERSION_3, info(DATA, octets(write(SEQUENCE, ...contents))));
}

/** A JKS (or, by its magic number, JCEKS) store with entries of these kinds: 1 private key, 2 certificate, 3 secret key. */
export function javaKeyStore(kinds: readonly number[], magic = 0xfeedfeed): Buffer {
  const number = (value: number) => Buffer.from(value.toString(16).padStart(8, '0'), 'hex');
  const text = (value: string) => Buffer.concat([Buffer.from([0, value.length]), Buffer.from(value)]);
  const entries = kinds.map((kind, i) =>
    Buffer.concat([
      number(kind),
      text(`entry-${i}`),
      Buffer.alloc(8),
      ...(kind === 2 ? [text('X.509')] : []),
      number(5),
      Buffer.from('bytes'),
    ]),
  );
  return Buffer.concat([number(magic), number(2), number(kinds.length), ...entries, Buffer.alloc(20, 7)]);
}
