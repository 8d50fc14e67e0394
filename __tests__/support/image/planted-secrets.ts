import { createHash } from 'node:crypto';

/** A text that has a private key's form and is none: its body is a digest. `type` is `RSA `, `EC `, or nothing. */
export function fakeKey(type: string): string {
  const body = ['a', 'b', 'c'].map((seed) => createHash('sha384').update(seed).digest('base64')).join('\n');
  return `-----BEGIN ${type}PRIVATE KEY-----\n${body}\n-----END ${type}PRIVATE KEY-----\n`;
}

/** A text that has a token's form and opens nothing. */
export function fakeToken(prefix: string, length: number): string {
  return (
    prefix +
    createHash('sha512')
      .update(prefix)
      .digest('base64')
      .replaceAll(/[^A-Za-z0-9]/g, '')
      .slice(0, length)
  );
}
