import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { APKO_PREDICATE_TYPE, readApko } from '../../../src/attestations/provenance/apko.js';
import { collectAttested, KEY, PLATFORM_DIGEST } from '../../support/image/attested-image.js';

const CONFIGURATION = {
  contents: {
    build_repositories: ['./packages'],
    repositories: ['https://packages.wolfi.dev/os', 'https://packages.wolfi.dev/os'],
    keyring: ['https://packages.wolfi.dev/os/wolfi-signing.rsa.pub'],
    packages: ['bash=5.2.37-r1', 'busybox', 'curl~8', 'python-3.12>3.12.1', 'nginx=1.27-r0@local'],
  },
  archs: ['amd64', 'arm64'],
};

test('gives repositories, keys, packages and architectures', () => {
  expect(readApko(CONFIGURATION)).toEqual({
    ok: true,
    value: {
      repositories: ['./packages', 'https://packages.wolfi.dev/os'],
      keys: ['https://packages.wolfi.dev/os/wolfi-signing.rsa.pub'],
      packages: [
        { name: 'bash', version: '5.2.37-r1' },
        { name: 'busybox' },
        { name: 'curl' },
        { name: 'python-3.12' },
        { name: 'nginx', version: '1.27-r0' },
      ],
      architectures: ['amd64', 'arm64'],
    },
  });
});

test.each([
  [null],
  [[]],
  [{}],
  [{ contents: [] }],
  [{ contents: { packages: 'bash' } }],
  [{ contents: { packages: [1] } }],
])('%j is refused', (predicate) => {
  expect(readApko(predicate).ok).toBe(false);
});

test('whatever JSON is given, nothing is thrown', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), fc.array(fc.string()), (a, b, packages) => {
      const read = readApko({ archs: a, contents: { repositories: b, keyring: a, packages } });
      expect(read.ok).toBe(packages.some((name) => name.trim() !== ''));
    }),
  );
});

describe('collected', () => {
  const statement = { predicateType: APKO_PREDICATE_TYPE, predicate: CONFIGURATION };

  test("prefers the platform's to the index's, and names the signer", async () => {
    const { apko } = await collectAttested({ statements: [{ ...statement, on: 'index' }, statement] });
    expect(apko).toMatchObject({
      status: 'present',
      value: { on: 'platform', digest: PLATFORM_DIGEST, signer: `the key ${KEY.name}` },
    });
  });

  test('says that nobody signed it', async () => {
    const { apko } = await collectAttested({ statements: [{ ...statement, signer: null }] });
    expect(apko?.status === 'present' && 'signer' in apko.value).toBe(false);
  });

  test('is unavailable where it cannot be read, and absent where it is not there', async () => {
    expect((await collectAttested({ statements: [{ ...statement, predicate: {} }] })).apko).toMatchObject({
      status: 'unavailable',
      cause: 'malformed',
    });
    expect((await collectAttested({ statements: [] })).apko).toMatchObject({ status: 'absent' });
  });
});
