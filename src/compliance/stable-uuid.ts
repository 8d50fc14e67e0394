import { createHash } from 'node:crypto';

/** The namespace of our UUIDs: made once at random, and never to be changed. */
const NAMESPACE = Buffer.from('6f0e2b8b1d3c4a659e5f2c7a90d4b1e3', 'hex');

/**
 * A UUID that is the same for the same parts, version 5.
 * @see https://www.rfc-editor.org/rfc/rfc9562#section-5.5
 */
export function stableUuid(...parts: readonly unknown[]): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
