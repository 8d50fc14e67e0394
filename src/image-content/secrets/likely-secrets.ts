import { z } from 'zod';
import type { BytePattern } from '../../lib/byte-patterns.js';
import type { SecretMark } from '../filesystem/file-entry.js';

/** What is a credential often and not always, with its place in the text. */
export interface LikelySecret extends Pick<SecretMark, 'kind' | 'expires'> {
  readonly at: number;
}

/** A signed JSON Web Token: header and payload are objects in base64url. */
const JWT = /\beyJ[A-Za-z0-9_-]{10,600}\.(eyJ[A-Za-z0-9_-]{10,4000})\.[A-Za-z0-9_-]{20,1400}/g;
const URL_PASSWORD = /:\/\/[^\s/:@"'<>]{0,64}:([^\s/@"'<>]{3,200})@/g;
/** Where neither of these is, nothing of the kind is. */
export const LIKELY_MARKS: readonly BytePattern[] = [{ text: 'eyJ', startsWord: true }, { text: '://' }];
/** Passwords that stand for one: of an example, or of a variable. */
const NO_PASSWORD = /^(?:\$|\{|%[A-Za-z_]|<|\*+$|x+$|\.+$|pass(?:word|wd)?$|pwd$|secret$|changeme$|token$|example)/i;
/** A password in a URL of a host that has a domain. */
const FILE_URL_PASSWORD =
  /:\/\/[^\s/:@"'<>]{0,64}:([^\s/@"'<>{}$*]{8,200})@([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})/g;
const NO_HOST =
  /(?:^|\.)(?:example|test|invalid|localhost|local)(?:\.|$)|^127\.|^(?:host|hostname|domain|server|proxy|foo|bar)\./i;
/** Shorter passwords, and those of fewer different characters, are mostly words. */
const MIN_LENGTH = 8;
const MIN_DIFFERENT = 6;

/**
 * JSON Web Tokens, and passwords in URLs, in a text of an image's configuration, by their kinds: the token may have ended,
 * and the password may open nothing.
 */
export function likelySecretsIn(text: string): readonly string[] {
  const passwords = [...text.matchAll(URL_PASSWORD)].filter(([, password = '']) => !NO_PASSWORD.test(password));
  return [...(text.search(JWT) >= 0 ? ['JSON Web Token'] : []), ...(passwords.length > 0 ? ['password in a URL'] : [])];
}

/**
 * The same in a file, where documentation and tests have many that open nothing: tokens that name their issuer, and end at
 * a time that is given or are those of a Kubernetes service account, which do not; and passwords of letters and digits for
 * hosts with a domain that is no example.
 */
export function likelySecretsInFile(text: string): readonly LikelySecret[] {
  const tokens = !text.includes('eyJ')
    ? []
    : [...text.matchAll(JWT)].flatMap(({ 1: payload = '', index }) => {
        const end = endOf(payload);
        if (end === undefined) return [];
        return [{ kind: 'JSON Web Token', at: index, ...(end === 'never' ? {} : { expires: end }) }];
      });
  const passwords = [...text.matchAll(FILE_URL_PASSWORD)].flatMap(({ 1: password = '', 2: host = '', index }) => {
    const plain = password.replaceAll(/%[0-9A-Fa-f]{2}/g, '%');
    const isReal =
      plain.length >= MIN_LENGTH && /\d/.test(plain) && /[a-z]/i.test(plain) && new Set(plain).size >= MIN_DIFFERENT;
    return isReal && !NO_HOST.test(host) && !NO_PASSWORD.test(plain) ? [{ kind: 'password in a URL', at: index }] : [];
  });
  return [...tokens, ...passwords];
}

const payloadSchema = z.looseObject({ iss: z.string(), exp: z.optional(z.number()) });

/** @see https://www.rfc-editor.org/rfc/rfc7519#section-4.1 */
function endOf(payload: string): number | 'never' | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload, 'base64url').toString());
  } catch {
    return undefined;
  }
  const parsed = payloadSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { iss, exp } = parsed.data;
  return exp ?? (iss.startsWith('kubernetes/serviceaccount') ? 'never' : undefined);
}
