import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { verifyInclusionPromise } from '../../../src/signatures/sigstore/inclusion-promise.js';
import type { LogEntryMaterial } from '../../../src/signatures/sigstore/signed-material.js';

type Logs = Parameters<typeof verifyInclusionPromise>[1];
type Pair = ReturnType<typeof ecdsa>;

const ecdsa = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const AT = Date.parse('2026-11-01T00:00:00Z') / 1000;
const LOG = Buffer.alloc(32, 7);
const [own, untrusted] = [ecdsa(), ecdsa()];

const logOf = (key: KeyObject, given: Partial<Logs[number]> = {}): Logs[number] => ({
  logID: LOG,
  publicKey: key,
  baseURL: 'https://rekor.example',
  validFor: { start: new Date((AT - 60) * 1000), end: new Date((AT + 60) * 1000) },
  ...given,
});

/** An entry with the log's promise over the canonical JSON of what it says. */
function entry(
  given: Partial<LogEntryMaterial> = {},
  pair: Pair = own,
  hash: string | null = 'sha256',
): LogEntryMaterial {
  const body = Buffer.from('{"kind":"intoto"}');
  const signed = `{"body":"${body.toString('base64')}","integratedTime":${AT},"logID":"${LOG.toString('hex')}","logIndex":42}`;
  return {
    logIndex: '42',
    logId: { keyId: LOG },
    kindVersion: { kind: 'intoto', version: '0.0.1' },
    integratedTime: String(AT),
    inclusionPromise: { signedEntryTimestamp: sign(hash, Buffer.from(signed), pair.privateKey) },
    inclusionProof: undefined,
    canonicalizedBody: body,
    ...given,
  };
}

const codeOf = (made: LogEntryMaterial, ...logs: Logs) => {
  const answer = verifyInclusionPromise(made, logs);
  return answer.ok ? 'holds' : answer.error.code;
};

describe('a log’s promise', () => {
  test('holds where a known log signed what the entry says, at a time when the log was in use', () => {
    expect(codeOf(entry(), logOf(own.publicKey))).toBe('holds');
    expect(codeOf(entry(), logOf(untrusted.publicKey), logOf(own.publicKey))).toBe('holds');
    const ed25519 = generateKeyPairSync('ed25519');
    expect(codeOf(entry({}, ed25519, null), logOf(ed25519.publicKey))).toBe('holds');
  });

  test('holds on the first and the last moment of the log', () => {
    const at = new Date(AT * 1000);
    const used = (start: number, end: number) =>
      codeOf(entry(), logOf(own.publicKey, { validFor: { start: new Date(+at + start), end: new Date(+at + end) } }));
    expect(used(0, 0)).toBe('holds');
    expect(used(1, 1000)).toBe('bad-log-entry');
    expect(used(-1000, -1)).toBe('bad-log-entry');
  });

  test('is not another log’s, and no log’s where none is known', () => {
    expect(codeOf(entry(), logOf(untrusted.publicKey))).toBe('bad-log-entry');
    expect(codeOf(entry(), logOf(own.publicKey, { logID: Buffer.alloc(32, 8) }))).toBe('bad-log-entry');
    expect(codeOf(entry())).toBe('bad-log-entry');
  });

  test.each<[string, Partial<LogEntryMaterial>]>([
    ['body', { canonicalizedBody: Buffer.from('{}') }],
    ['time', { integratedTime: String(AT + 1) }],
    ['index', { logIndex: '43' }],
  ])('is over its %s', (_what, given) => {
    expect(codeOf(entry(given), logOf(own.publicKey))).toBe('bad-log-entry');
  });

  test.each<[string, Partial<LogEntryMaterial>, string]>([
    ['no promise', { inclusionPromise: undefined }, 'bad-log-entry'],
    ['no time', { integratedTime: '0' }, 'bad-log-entry'],
    ['a time before all time', { integratedTime: '-1' }, 'bad-log-entry'],
    ['a time that is none', { integratedTime: 'soon' }, 'bad-log-entry'],
    ['a time beyond all time', { integratedTime: '1e300' }, 'bad-log-entry'],
    ['an index that is none', { logIndex: 'x' }, 'malformed'],
  ])('is none with %s', (_what, given, code) => {
    expect(codeOf(entry(given), logOf(own.publicKey))).toBe(code);
  });

  test('of no time is reported as such, whenever the log was in use', () => {
    const ever = logOf(own.publicKey, { validFor: { start: new Date(0), end: new Date(AT * 2000) } });
    expect(verifyInclusionPromise(entry({ integratedTime: '0' }), [ever])).toMatchObject({
      error: { reason: 'its log entry has no signed entry timestamp' },
    });
  });
});
