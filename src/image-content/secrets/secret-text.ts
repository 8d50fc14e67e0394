import { BytePatterns } from '../../lib/byte-patterns.js';
import type { SecretMark } from '../filesystem/file-entry.js';
import { LIKELY_MARKS, likelySecretsInFile } from './likely-secrets.js';
import { KEY_TEXT_MARKS, type KeyInText, MAX_PEM, privateKeysIn } from './private-key-text.js';
import { isPublished } from './published-samples.js';
import { TOKEN_MARKS, tokensIn } from './tokens.js';

/** Whether what follows a key's first line is one of the published samples. Line ends may be written `\n`, as in JSON. */
function isPublicSample(afterFirstLine: string): boolean {
  const end = afterFirstLine.indexOf('-----END');
  if (end < 0) return false;
  const base64 = afterFirstLine
    .slice(0, end)
    .replaceAll(/\\[rn]/g, '')
    .replaceAll(/[A-Za-z-]{1,32}: [^\n]{0,200}\n/g, '')
    .replaceAll(/[^A-Za-z0-9+/]/g, '');
  return isPublished(base64);
}

/** A secret in a text, with its place. */
export interface TextSecret extends SecretMark {
  readonly line: number;
}

const SECRET_MARKS = new BytePatterns([...KEY_TEXT_MARKS.map((text) => ({ text })), ...TOKEN_MARKS]);

/** Whether a text of ASCII or any superset of it may have a secret: `secretsInText` finds none where it has not. */
export function mayHaveSecrets(bytes: Uint8Array): boolean {
  return SECRET_MARKS.isIn(bytes);
}

/**
 * Private keys and tokens in a text, with their lines. Examples are distinguished from secrets by what they are made of: a
 * key needs a body, and a token needs variety.
 */
export function secretsInText(text: string): readonly TextSecret[] {
  return [...keysInText(text), ...tokensIn(text)].map(({ kind, at }) => ({ kind, line: lineOf(text, at) }));
}

const LIKELY = new BytePatterns(LIKELY_MARKS);

/** Whether `likelyInText` may find something in a text. */
export function mayHaveLikely(bytes: Uint8Array): boolean {
  return LIKELY.isIn(bytes);
}

/** What is a secret often and not always, with its line. */
export function likelyInText(text: string): readonly TextSecret[] {
  return likelySecretsInFile(text).map(({ at, ...mark }) => ({ ...mark, isLikely: true, line: lineOf(text, at) }));
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
