import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A text that has a private key's form and is none: its body is a digest. `type` is `RSA `, `EC `, or nothing. */
export function fakeKey(type: string): string {
  const body = ['a', 'b', 'c'].map((seed) => createHash('sha384').update(seed).digest('base64')).join('\n');
  return `-----BEGIN ${type}PRIVATE KEY-----\n${body}\n-----END ${type}PRIVATE KEY-----\n`;
}

/** A text that has a token's form and opens nothing. Those of GitHub and npm end with a checksum. */
export function fakeToken(prefix: string, length: number): string {
  const random = createHash('sha512')
    .update(prefix)
    .digest('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '');
  if (!/^(?:gh[pousr]|npm)_$/.test(prefix) || length !== 36) return prefix + random.slice(0, length);
  const value = random.slice(0, length - 6);
  return prefix + value + inBase62(crc32(value));
}

function inBase62(number: number): string {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  return Array.from({ length: 6 }, (_, place) => digits[Math.floor(number / 62 ** (5 - place)) % 62]).join('');
}

/** A JSON Web Token in form. */
export function fakeJwt(payload: object, header: object = { alg: 'RS256', typ: 'JWT' }): string {
  const encoded = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return `${encoded.join('.')}.${createHash('sha256').update('signature').digest('base64url')}`;
}
