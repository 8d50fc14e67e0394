import { createHash } from 'node:crypto';
import type { SecretMark } from '../filesystem/file-entry.js';
import { type KeyInText, MAX_PEM, privateKeysIn } from './private-key-text.js';
import { tokensIn } from './tokens.js';

/**
 * Keys that projects publish in their own sources, for tests and examples, and that come along where these are
 * installed: the SHA-256 of the key's base64 without line ends. They open nothing that was not meant to be open. A key
 * is distinguished from a secret by this alone, never by the directory it lies in, which whoever makes an image chooses.
 */
const SAMPLES: ReadonlySet<string> = new Set([
  // https://github.com/golang/go/blob/master/src/crypto/x509/platform_root_key.pem
  'c0094a838579dfe1e3fed0113320420124f2ae331e6b6bdf3226eab84a286e6a',
  // https://github.com/golang/go/blob/master/src/crypto/tls/testdata/example-key.pem, also in example_test.go
  '2e80c05248b67dd65719f096904e3928b9ef84a1e71ca6b647e0dcd851b98194',
  // https://github.com/lsh123/xmlsec/blob/master/examples/rsakey.pem
  '844552253902214b89ffea2a5e2d84b56a28ddb2f6a71e97761fe3ccb96ea9cd',
  // https://github.com/urllib3/urllib3/tree/main/dummyserver/certs
  '1abe4d03004d65fa8ac2db0c64ea595f9ca6a5d259cf4acace94543ee2b86e04',
  'a3f781feac080cf77e1b623d4012446643550f1c34dd3461971e19e3cb738720',
  // https://github.com/psf/requests/tree/main/tests/certs
  'fc76a332ade95f8d82da8a207add5125d26785d080301d4bf42411ac04fa2915',
  '05920cebfa889a8377a60713b8accb8bbc64d2a2c441f66ef5a33c6648091ff7',
  '7c489d8eae6ebc3e2c2ab5b6f7cdcf27075fb8cbe3c4443880628d7c197e88a5',
  '7d0f00f24072d67c4270c107401fd5bf92df4873a9b3be7149720282f43cf5c3',
  // https://github.com/googleapis/google-auth-library-python/tree/main/tests/data
  '80b37fccc3aa23404e812f35036c26e51faf9cbf7ab2dc3b31fa80ea210a3a1c',
  '83ccd4785214930310d0b9a0d3de550ff9e54b00a93609f6a73f4ed03d798d0f',
  'd0037f7fcc058c91756eb596de74b00a13f2a540ccab9b75fc79408a06af417a',
  '1f0fc7912ab6cbade9cd248c8ff2e358c688bdeb2c29fe4e126297bf13d134d3',
  // https://github.com/googleapis/google-auth-library-python/blob/main/tests/transport/test__mtls_helper.py
  'f7f8bad58d57a86cd04dc58fa28af49e5e354ff43c1fd77fae3d98fdb83e3158',
  'b5c815b56ed733242b5142e4cd3a4d51a13949a796df6a56d13efe3850d4695e',
]);

/** Whether what follows a key's first line is one of the published samples. Line ends may be written `\n`, as in JSON. */
function isPublicSample(afterFirstLine: string): boolean {
  const end = afterFirstLine.indexOf('-----END');
  if (end < 0) return false;
  const base64 = afterFirstLine
    .slice(0, end)
    .replaceAll(/\\[rn]/g, '')
    .replaceAll(/[A-Za-z-]{1,32}: [^\n]{0,200}\n/g, '')
    .replaceAll(/[^A-Za-z0-9+/]/g, '');
  return SAMPLES.has(createHash('sha256').update(base64).digest('hex'));
}

/** A secret in a text, with its place. */
export interface TextSecret extends SecretMark {
  readonly line: number;
}

/**
 * Private keys and tokens in a text, with their lines. Examples are distinguished from secrets by what they are made of: a
 * key needs a body, and a token needs variety.
 */
export function secretsInText(text: string): readonly TextSecret[] {
  return [...keysInText(text), ...tokensIn(text)].map(({ kind, at }) => ({ kind, line: lineOf(text, at) }));
}

/** Private keys in a text, but for those that projects publish. */
export function keysInText(text: string): readonly KeyInText[] {
  return privateKeysIn(text).filter(({ at, end }) => !isPublicSample(text.slice(end, at + MAX_PEM)));
}

function lineOf(text: string, at: number): number {
  let line = 1;
  for (let i = text.indexOf('\n'); i >= 0 && i < at; i = text.indexOf('\n', i + 1)) line += 1;
  return line;
}
