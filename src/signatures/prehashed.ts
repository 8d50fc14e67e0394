import { constants, type KeyObject, publicDecrypt } from 'node:crypto';

/**
 * Verification of a signature over a SHA-256 digest, where the signed bytes are not at hand: what `verify-bundle` is
 * asked with a digest in place of a file. node:crypto hashes what it is given, so this step is ours. It works on public
 * values alone, which is why it may be as plain as this.
 *
 * @see https://csrc.nist.gov/pubs/fips/186-5/final section 6.4.2
 */
export function verifyDigestWithKey(key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  try {
    if (key.asymmetricKeyType === 'ec') return verifyEcdsa(key, digest, signature);
    return key.asymmetricKeyType === 'rsa' && verifyPkcs1(key, digest, signature);
  } catch {
    // What can't be decoded is no signature of this key.
    return false;
  }
}

/** DigestInfo of SHA-256 up to its digest. @see https://www.rfc-editor.org/rfc/rfc8017#section-9.2 note 1 */
const SHA256_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

function verifyPkcs1(key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  const signed = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
  return signed.equals(Buffer.concat([SHA256_INFO, digest]));
}

/** The NIST curves y² = x³ − 3x + b over the field of `p`, with a base point of order `n`. */
interface Curve {
  readonly p: bigint;
  readonly n: bigint;
  readonly base: Point;
}
type Point = readonly [bigint, bigint];

/** @see https://csrc.nist.gov/pubs/sp/800/186/final section 3.2.1 */
const CURVES: Readonly<Record<string, Curve>> = {
  'P-256': {
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    base: [
      0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
      0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
    ],
  },
  'P-384': {
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    base: [
      0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
      0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
    ],
  },
};

function verifyEcdsa(key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  const { crv = '', x = '', y = '' } = key.export({ format: 'jwk' });
  const curve = CURVES[crv];
  if (curve === undefined) return false;
  const { p, n, base } = curve;
  const [r, s] = readDerPair(Buffer.from(signature));
  if (![r, s].every((number) => 0n < number && number < n)) return false;
  const own: Point = [toNumber(Buffer.from(x, 'base64url')), toNumber(Buffer.from(y, 'base64url'))];
  const inverse = invert(s, n);
  // A SHA-256 digest is no longer than these curves' orders, so that it needs no truncation.
  const fromBase = multiply((toNumber(digest) * inverse) % n, base, p);
  const fromKey = multiply((r * inverse) % n, own, p);
  const sum = add(fromBase, fromKey, p);
  return sum !== null && sum[0] % n === r;
}

/**
 * SEQUENCE of two INTEGERs, in DER without anything around it. The length is one byte: two numbers that are below the
 * order take less than 128.
 */
function readDerPair(der: Buffer): readonly [bigint, bigint] {
  const [tag, length] = der;
  const body = der.subarray(2);
  if (tag !== 0x30 || length !== body.length) throw new RangeError('not a DER signature');
  const first = readInteger(body);
  const second = readInteger(first.rest);
  if (second.rest.length > 0) throw new RangeError('more than two numbers');
  return [first.value, second.value];
}

/** A positive number in its shortest form: a zero leads only where the first bit would make it negative. */
function readInteger(der: Buffer): { readonly value: bigint; readonly rest: Buffer } {
  const [tag, length = 0] = der;
  const body = der.subarray(2, 2 + length);
  const [high = 0x80, next = 0] = body;
  if (tag !== 0x02 || body.length !== length || high >= 0x80 || (high === 0 && next < 0x80))
    throw new RangeError('not a positive DER integer');
  return { value: toNumber(body), rest: der.subarray(2 + length) };
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function modulo(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

/** By the extended Euclidean algorithm; `value` and the prime `modulus` share no factor. */
function invert(value: bigint, modulus: bigint): bigint {
  let [old, rest] = [modulo(value, modulus), modulus];
  let [factor, next] = [1n, 0n];
  while (rest !== 0n) {
    const quotient = old / rest;
    [old, rest] = [rest, old - quotient * rest];
    [factor, next] = [next, factor - quotient * next];
  }
  return modulo(factor, modulus);
}

/** The sum of two points; null is the point at infinity. */
function add(one: Point | null, two: Point | null, p: bigint): Point | null {
  if (one === null) return two;
  if (two === null) return one;
  const [x1, y1] = one;
  const [x2, y2] = two;
  if (x1 === x2 && modulo(y1 + y2, p) === 0n) return null;
  const slope = x1 === x2 ? (3n * x1 * x1 - 3n) * invert(2n * y1, p) : (y2 - y1) * invert(x2 - x1, p);
  const x = modulo(slope * slope - x1 - x2, p);
  return [x, modulo(slope * (x1 - x) - y1, p)];
}

function multiply(factor: bigint, point: Point, p: bigint): Point | null {
  let sum: Point | null = null;
  let power: Point | null = point;
  for (let rest = factor; rest > 0n; rest >>= 1n) {
    if (rest & 1n) sum = add(sum, power, p);
    power = add(power, power, p);
  }
  return sum;
}
