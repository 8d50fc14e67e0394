import type { SecretMark } from '../filesystem/file-entry.js';
import { isPublicSample } from './public-samples.js';

/** A secret in a text, with its place. */
export interface TextSecret extends SecretMark {
  readonly line: number;
}

const PRIVATE_KEY = /-----BEGIN ((?:[A-Z0-9]{1,12} ){0,3})PRIVATE KEY( BLOCK)?-----/g;
/** What follows a key's first line: header lines such as "Proc-Type: …", then base64. */
const KEY_BODY = /^(?:\\[rn]|[\r\n])+(?:[A-Za-z-]{1,32}: [^\n]{0,200}\n)*(?:\\[rn]|[\r\n])*[A-Za-z0-9+/=\\\r\n]{60}/;

/** RSA keys of 16,384 bits have 12,600 characters. */
const MAX_PEM = 32 * 1024;
/** As much of a key's body as is looked at. */
const MAX_BODY = 2048;

interface TokenPattern {
  readonly kind: string;
  /** Its repetitions are bounded, so it can't run away on hostile text. */
  readonly pattern: RegExp;
}

/** Tokens whose form says whose they are, by the issuers' documentation. */
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
  { kind: 'Stripe key', pattern: /\b[rs]k_live_[A-Za-z0-9]{20,120}/g },
  {
    kind: 'AWS secret access key',
    pattern: /\b(?:aws_secret_access_key|AWS_SECRET_ACCESS_KEY)["']?\s{0,4}[=:]\s{0,4}["']?[A-Za-z0-9/+]{40}\b/g,
  },
];
/** One pass that says whether any of them is worth asking for. */
const ANY_TOKEN =
  /gh[pousr]_[A-Za-z0-9]|github_pat_|glpat-|npm_[A-Za-z0-9]{36}|pypi-AgEI|xox[abprs]-[0-9]|[rs]k_live_|AGE-SECRET-KEY-1|private-key ?\(|PuTTY-User-Key-File-|(?:aws_secret_access_key|AWS_SECRET_ACCESS_KEY)/;

/** Fewer different characters than this are a row of x's or an example that counts up. */
const MIN_DIFFERENT = 12;

/**
 * Private keys and tokens in a text, with their lines. Examples are told from secrets by what they are made of: a
 * key needs a body, and a token needs variety.
 */
export function secretsInText(text: string): readonly TextSecret[] {
  const found: { kind: string; at: number }[] = [];
  if (text.includes('PRIVATE KEY')) {
    for (const match of text.matchAll(PRIVATE_KEY)) {
      const start = match.index + match[0].length;
      // To the key's own last line: what else the file holds says nothing of the key.
      const [body = ''] = text.slice(start, start + MAX_BODY).split('-----', 1);
      if (!KEY_BODY.test(body) || !isVaried(body.replaceAll(/[^A-Za-z0-9+/]/g, '').slice(-200))) continue;
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
