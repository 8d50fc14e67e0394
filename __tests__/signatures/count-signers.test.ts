import { describe, expect, test } from '@jest/globals';
import { countSigners } from '../../src/signatures/count-signers.js';

const by = (authorityIndex: number, subject: string) => ({
  authorityIndex,
  signer: { kind: 'keyless', issuer: 'https://issuer.example', subject } as const,
});

describe('authorities that signed', () => {
  test.each([
    ['nobody', [], 0],
    ['one', [by(0, 'a')], 1],
    ['one, twice', [by(0, 'a'), by(0, 'a')], 1],
    ['two', [by(0, 'a'), by(1, 'b')], 2],
    ['two that one signer satisfies', [by(0, 'a'), by(1, 'a')], 1],
    ['two signers of one authority', [by(0, 'a'), by(0, 'b')], 1],
    ['two, of which one signer satisfies both', [by(0, 'a'), by(1, 'a'), by(0, 'b')], 2],
    [
      'three, of which two have one signer between them',
      [by(0, 'a'), by(1, 'a'), by(2, 'a'), by(0, 'b'), by(0, 'c')],
      2,
    ],
  ])('%s', (_name, verified, count) => {
    expect(countSigners(verified)).toBe(count);
  });

  test('with keys are reported by the key, whatever the policy calls it', () => {
    const key = (authorityIndex: number, name: string, fingerprint: string) => ({
      authorityIndex,
      signer: { kind: 'key', name, fingerprint } as const,
    });
    expect(countSigners([key(0, 'a.pub', 'sha256:1'), key(1, 'b.pub', 'sha256:1')])).toBe(1);
    expect(countSigners([key(0, 'a.pub', 'sha256:1'), key(1, 'a.pub', 'sha256:2')])).toBe(2);
    const mail = (authorityIndex: number, issuer: string) => ({
      authorityIndex,
      signer: { kind: 'keyless', issuer, subject: 'a@example.com' } as const,
    });
    expect(countSigners([mail(0, 'https://one.example'), mail(1, 'https://two.example')])).toBe(2);
  });
});
