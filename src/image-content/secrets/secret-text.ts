import { createHash } from 'node:crypto';
import type { SecretMark } from '../filesystem/file-entry.js';

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

const PRIVATE_KEY = /-----BEGIN ((?:[A-Z0-9]{1,12} ){0,3})PRIVATE KEY( BLOCK)?-----/g;
/** Header lines that may come before a key's base64, such as "Proc-Type: …". */
const KEY_HEADERS = /[A-Za-z-]{1,32}: [^\n]{0,200}\n/g;
/** What stands between the lines of a key that is indented, quoted, commented out, or put together from texts. */
const BETWEEN_LINES = /\\[rnt]|[\s"'`#*>|,;+\\]/g;
/** Prose and code have no word as long as a line of a key. */
const KEY_LINE = /[A-Za-z0-9+/]{40}/;

/** Whether what follows a key's first line is base64 that could be a key. */
function isKeyBody(body: string): boolean {
  const bare = body.replaceAll(KEY_HEADERS, '').replaceAll(BETWEEN_LINES, '');
  return (
    /^[A-Za-z0-9/=]{50}/.test(bare) &&
    KEY_LINE.test(body) &&
    isVaried(bare.replaceAll(/[^A-Za-z0-9/]/g, '').slice(-200))
  );
}

/** RSA keys of 16,384 bits have 12,600 characters. */
const MAX_PEM = 32 * 1024;
/** As much of a key's body as is looked at. */
const MAX_BODY = 2048;

interface TokenPattern {
  readonly kind: string;
  /** Its repetitions are bounded, so it can't run away on hostile text. */
  readonly pattern: RegExp;
}

/**
 * Tokens whose form says whose they are, by the issuers' documentation. The identifiers of keys (AWS's AKIA…) and keys
 * that are meant to be seen (Google's AIza…) are none: programs that are published have them inside.
 */
const TOKENS: readonly TokenPattern[] = [
  { kind: 'GitHub token', pattern: /\bgh[pousr]_[A-Za-z0-9]{36}\b/g },
  { kind: 'GitHub fine-grained token', pattern: /\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b/g },
  { kind: 'GitLab token', pattern: /\bglpat-[A-Za-z0-9_-]{20,64}/g },
  { kind: 'npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { kind: 'PyPI token', pattern: /\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,250}/g },
  { kind: 'Slack token', pattern: /\bxox[abprs]-[0-9]{8,14}-[A-Za-z0-9-]{20,120}/g },
  { kind: 'age identity', pattern: /\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b/g },
  // What gpg-agent keeps in private-keys-v1.d, old form and new; and PuTTY's own form.
  { kind: 'OpenPGP private key', pattern: /\((?:11:private-key|21:protected-private-key)\([0-9]{1,2}:[a-z]{3,10}/g },
  { kind: 'OpenPGP private key', pattern: /^Key: \((?:protected-)?private-key \([a-z]{3,10}/gm },
  {
    kind: 'PuTTY private key',
    pattern: /^PuTTY-User-Key-File-[23]: [a-z0-9@.-]{3,40}\r?\nEncryption: [a-z0-9-]{3,20}\r?\nComment: .{0,200}$/gm,
  },
  { kind: 'Google OAuth secret', pattern: /\bGOCSPX-[A-Za-z0-9_-]{28}(?![A-Za-z0-9_-])/g },
  { kind: 'Docker Hub token', pattern: /\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{27,56}/g },
  { kind: 'OpenAI key', pattern: /\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,100}T3BlbkFJ[A-Za-z0-9_-]{20,100}/g },
  { kind: 'Anthropic key', pattern: /\bsk-ant-(?:api|admin|oat)[0-9]{2}-[A-Za-z0-9_-]{80,120}/g },
  { kind: 'Hugging Face token', pattern: /\bhf_[A-Za-z]{34}\b/g },
  { kind: 'SendGrid key', pattern: /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g },
  { kind: 'DigitalOcean token', pattern: /\bdo[opr]_v1_[a-f0-9]{64}\b/g },
  { kind: 'RubyGems token', pattern: /\brubygems_[a-f0-9]{48}\b/g },
  { kind: 'Vault token', pattern: /\bhv[sb]\.[A-Za-z0-9_-]{90,300}/g },
  { kind: 'Stripe key', pattern: /\b[rs]k_live_[A-Za-z0-9]{20,120}/g },
  {
    kind: 'AWS secret access key',
    pattern: /\b(?:aws_secret_access_key|AWS_SECRET_ACCESS_KEY)["']?\s{0,4}[=:]\s{0,4}["']?[A-Za-z0-9/+]{40}\b/g,
  },
];
/** One pass that says whether any of them is worth asking for. */
const ANY_TOKEN =
  /gh[pousr]_[A-Za-z0-9]|github_pat_|glpat-|npm_[A-Za-z0-9]{36}|pypi-AgEI|xox[abprs]-[0-9]|[rs]k_live_|GOCSPX-|dckr_[po]at_|T3BlbkFJ|sk-ant-|hf_[A-Za-z]{34}|SG\.[A-Za-z0-9_-]{22}\.|do[opr]_v1_|rubygems_[a-f0-9]{48}|hv[sb]\.[A-Za-z0-9_-]{90}|AGE-SECRET-KEY-1|private-key ?\(|PuTTY-User-Key-File-|(?:aws_secret_access_key|AWS_SECRET_ACCESS_KEY)/;

/** Fewer different characters than this are a row of x's or an example that counts up. */
const MIN_DIFFERENT = 12;

/**
 * Private keys and tokens in a text, with their lines. Examples are distinguished from secrets by what they are made of: a
 * key needs a body, and a token needs variety.
 */
export function secretsInText(text: string): readonly TextSecret[] {
  const found: { kind: string; at: number }[] = [];
  if (text.includes('PRIVATE KEY')) {
    for (const match of text.matchAll(PRIVATE_KEY)) {
      const start = match.index + match[0].length;
      // To the key's own last line: what else the file holds says nothing of the key.
      const [body = ''] = text.slice(start, start + MAX_BODY).split('-----', 1);
      if (!isKeyBody(body)) continue;
      if (isPublicSample(text.slice(start, match.index + MAX_PEM))) continue;
      const type = `${match[1] ?? ''}private key`.replace('PGP private key', 'OpenPGP private key');
      found.push({ kind: type.startsWith('ENCRYPTED') ? 'encrypted private key' : type, at: match.index });
    }
  }
  if (ANY_TOKEN.test(text)) {
    for (const { kind, pattern } of TOKENS) {
      for (const match of text.matchAll(pattern)) {
        if (isVaried(match[0]) && !/EXAMPLE/i.test(match[0])) found.push({ kind, at: match.index });
      }
    }
  }
  return found.map(({ kind, at }) => ({ kind, line: lineOf(text, at) }));
}

function isVaried(text: string): boolean {
  return new Set(text.slice(-40)).size >= MIN_DIFFERENT;
}

function lineOf(text: string, at: number): number {
  let line = 1;
  for (let i = text.indexOf('\n'); i >= 0 && i < at; i = text.indexOf('\n', i + 1)) line += 1;
  return line;
}
