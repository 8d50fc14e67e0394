import { describe, expect, test } from '@jest/globals';
import { connectionError, statusError } from '../../../src/registry/http/http-failure.js';

const NAME = {
  registry: 'registry.example:5000',
  method: 'GET',
  url: new URL('https://registry.example:5000/v2/a/manifests/1?token=secret'),
};

describe('what to do about an answer names what has to be typed', () => {
  test.each([
    [401, 'unauthorized', 'Log in to registry.example:5000 ('],
    [403, 'forbidden', 'or log in with another account ('],
    [404, 'not-found', 'return this for private images: if so, log in to registry.example:5000 ('],
    [429, 'rate-limited', 'Log in to registry.example:5000 ('],
    [500, 'server-error', 'Check the status page of registry.example:5000'],
    [418, 'malformed', 'Check that registry.example:5000 is a registry'],
  ])('%i', (status, code, fix) => {
    const error = statusError(NAME, { status });
    expect(error).toMatchObject({ code, fix: expect.stringContaining(fix) });
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  test('an address of a private network: the line of the policy', () => {
    const error = connectionError(NAME, { code: 'ERR_REFUSED_ADDRESS', message: 'it is at 10.0.0.1' });
    expect(error.fix).toContain('`registries: { "registry.example:5000": { private-network: true } }`');
  });

  test.each(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'])(
    'plain HTTP where TLS was expected (%s): the line of the policy, and no certificate',
    (code) => {
      const error = connectionError(NAME, { code, message: 'x' });
      expect(error).toMatchObject({ code: 'tls', fix: expect.stringContaining('{ insecure: true }') });
      expect(error.fix).not.toContain('certificate');
    },
  );

  test('a certificate that is not believed: the variables that name an authority', () => {
    const error = connectionError(NAME, { code: 'SELF_SIGNED_CERT_IN_CHAIN', message: 'x' });
    expect(error.fix).toContain('SSL_CERT_FILE');
    expect(error.fix).not.toContain('insecure');
  });

  test('no answer: the host', () => {
    const error = connectionError(NAME, { code: 'ENOTFOUND' });
    expect(error.fix).toMatch(/^Check that this machine can reach registry\.example:5000 /);
  });
});
