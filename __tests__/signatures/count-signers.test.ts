import { describe, expect, test } from '@jest/globals';
import { optionalField } from '../../src/lib/collections.js';
import { countSigners } from '../../src/signatures/count-signers.js';
import type { KeylessIdentity } from '../../src/signatures/signer.js';

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
  ])('are counted: %s', (_name, verified, count) => {
    expect(countSigners(verified)).toBe(count);
  });

  const WORKFLOW = 'https://github.com/acme/images/.github/workflows/release.yml';
  const workflow = (authorityIndex: number, ref: string, more: Partial<KeylessIdentity> = {}) => ({
    authorityIndex,
    signer: { kind: 'keyless', issuer: 'https://issuer.example', subject: `${WORKFLOW}@${ref}`, ...more } as const,
  });
  const key = (authorityIndex: number, fingerprint: string) => ({
    authorityIndex,
    signer: { kind: 'key', name: fingerprint, fingerprint } as const,
  });
  const certificate = (authorityIndex: number, subject: string, own?: string) => ({
    authorityIndex,
    signer: {
      kind: 'certificate',
      subject,
      fingerprint: `${subject} ${own}`,
      scheme: 'notary.x509',
      ...optionalField('key', own),
    } as const,
  });

  test.each([
    ['one workflow at two refs', [workflow(0, 'refs/heads/main'), workflow(1, 'refs/heads/mine')], 1],
    ['one workflow at a tag and a commit', [workflow(0, 'refs/tags/v1'), workflow(1, 'a'.repeat(40))], 1],
    [
      'one workflow that two repositories call',
      [
        workflow(0, 'v1', { sourceRepository: 'https://github.com/acme/a' }),
        workflow(1, 'v1', { sourceRepository: 'https://github.com/acme/b' }),
      ],
      2,
    ],
    [
      'one workflow that was called in other letter case',
      [workflow(0, 'v1'), by(1, `${WORKFLOW.replace('acme/images', 'ACME/Images')}@v2`)],
      1,
    ],
    ['one address in other letter case', [by(0, 'release@acme.com'), by(1, 'Release@ACME.com')], 1],
    ['two workflows of a repository', [workflow(0, 'v1'), by(1, WORKFLOW.replace('release', 'other'))], 2],
    ['two addresses that begin alike', [by(0, 'release@acme.com'), by(1, 'release@acme.org')], 2],
    ['a certificate and its own key', [workflow(0, 'v1', { key: 'sha256:1' }), key(1, 'sha256:1')], 1],
    ['a certificate and another key', [workflow(0, 'v1', { key: 'sha256:1' }), key(1, 'sha256:2')], 2],
    ['a Notary Project certificate and its own key', [certificate(0, 'CN=a', 'sha256:1'), key(1, 'sha256:1')], 1],
    ['two certificates with one key', [certificate(0, 'CN=a', 'sha256:1'), certificate(1, 'CN=b', 'sha256:1')], 1],
    ['two certificates', [certificate(0, 'CN=a', 'sha256:1'), certificate(1, 'CN=b', 'sha256:2')], 2],
    [
      'two certificates that a third ties together',
      [certificate(0, 'CN=a', 'sha256:1'), key(1, 'sha256:2'), certificate(0, 'CN=a', 'sha256:2')],
      1,
    ],
  ])('are counted with %s', (_name, verified, count) => {
    expect(countSigners(verified)).toBe(count);
    expect(countSigners(verified.toReversed())).toBe(count);
  });

  test('with keys are reported by the key, whatever the policy calls it', () => {
    const named = (authorityIndex: number, name: string, fingerprint: string) => ({
      authorityIndex,
      signer: { kind: 'key', name, fingerprint } as const,
    });
    expect(countSigners([named(0, 'a.pub', 'sha256:1'), named(1, 'b.pub', 'sha256:1')])).toBe(1);
    expect(countSigners([named(0, 'a.pub', 'sha256:1'), named(1, 'a.pub', 'sha256:2')])).toBe(2);
    const mail = (authorityIndex: number, issuer: string) => ({
      authorityIndex,
      signer: { kind: 'keyless', issuer, subject: 'a@example.com' } as const,
    });
    expect(countSigners([mail(0, 'https://one.example'), mail(1, 'https://two.example')])).toBe(2);
  });
});
