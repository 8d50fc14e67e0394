import type { ASN1Obj } from '@sigstore/core';
import type { Signer as VerifierSigner } from '@sigstore/verify';
import { optionalField } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';
import { type SignatureError, signatureError } from './signature-error.js';
import type { KeylessIdentity } from './signer.js';

const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
const FULCIO = '1.3.6.1.4.1.57264.1';
/** Names that Fulcio gives to identities that are neither mail addresses nor URIs. */
const OTHER_NAME_OID = '1.3.6.1.4.1.57264.1.7';
const GITHUB_ISSUER = 'https://token.actions.githubusercontent.com';
const MAX_TEXT = 2048;
const UTF8_STRING = 0x0c;

/**
 * Reads the identity in a verified certificate. The library decodes names as ASCII, which folds other bytes onto
 * letters, and takes the first of several names; so the extensions are read again here, and a certificate with more
 * than one name, or with two issuers that differ, is refused.
 *
 * @see https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
 */
export async function readIdentity(
  identity: NonNullable<VerifierSigner['identity']>,
): Promise<Result<KeylessIdentity, SignatureError>> {
  const { ASN1Obj } = await import('./sigstore/sigstore-library.js');
  const extensions = new Map<string, Buffer>();
  for (const { oid, value } of identity.oids ?? []) {
    const id = oid?.id.join('.') ?? '';
    if (extensions.has(id)) return refuse(`its certificate has the extension ${id} twice`);
    extensions.set(id, value);
  }
  try {
    const names = extensions.get(SUBJECT_ALTERNATIVE_NAME);
    const subject = names === undefined ? undefined : readName(ASN1Obj.parseBuffer(Buffer.from(names)));
    if (subject === undefined) return refuse('its certificate must name exactly one subject');
    const utf8 = (arc: number) => derText(extensions.get(`${FULCIO}.${arc}`), ASN1Obj.parseBuffer);
    const raw = (arc: number) => rawText(extensions.get(`${FULCIO}.${arc}`));
    const [issuer, oldIssuer] = [utf8(8), raw(1)];
    if (issuer !== undefined && oldIssuer !== undefined && issuer !== oldIssuer)
      return refuse('its certificate names two issuers');
    const named = issuer ?? oldIssuer;
    if (named === undefined) return refuse('its certificate names no issuer');
    const oldRepository = named === GITHUB_ISSUER ? prefixed('https://github.com/', raw(5)) : undefined;
    return ok({
      kind: 'keyless',
      subject,
      issuer: named,
      ...optionalField('sourceRepository', utf8(12) ?? oldRepository),
      ...optionalField('sourceRef', utf8(14) ?? raw(6)),
      ...optionalField('workflow', utf8(18)),
      ...optionalField('buildSignerDigest', utf8(10)),
      ...optionalField('runnerEnvironment', utf8(11)),
      ...optionalField('run', utf8(21)),
    });
  } catch {
    return refuse("its certificate's extensions can't be read");
  }
}

/** GeneralNames with exactly one entry: rfc822Name [1], URI [6], or Fulcio's otherName [0]. */
function readName(names: ASN1Obj): string | undefined {
  const [name, ...others] = names.subs;
  if (name === undefined || others.length > 0) return undefined;
  if (name.tag.isContextSpecific(1) || name.tag.isContextSpecific(6)) return decode(name.value);
  if (!name.tag.isContextSpecific(0) || name.subs[0]?.toOID() !== OTHER_NAME_OID) return undefined;
  const text = name.subs[1]?.subs[0];
  return text === undefined ? undefined : decode(text.value);
}

function derText(value: Buffer | undefined, parse: (der: Buffer<ArrayBuffer>) => ASN1Obj): string | undefined {
  if (value === undefined) return undefined;
  const text = parse(Buffer.from(value));
  if (!text.tag.isUniversal() || text.tag.number !== UTF8_STRING || text.toDER().length !== value.length)
    throw new TypeError('not a single UTF8String');
  return decode(text.value);
}

function rawText(value: Buffer | undefined): string | undefined {
  return value === undefined ? undefined : decode(value);
}

/** Fails for what could look like another name: bytes that are not UTF-8, control characters, endless text. */
function decode(bytes: Buffer): string {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (text === '' || text.length > MAX_TEXT || /[\u0000-\u001f\u007f-\u009f]/.test(text))
    throw new RangeError('not a printable name');
  return text;
}

function prefixed(prefix: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : `${prefix}${text}`;
}

function refuse(reason: string): { readonly ok: false; readonly error: SignatureError } {
  return err(signatureError('bad-certificate', reason));
}
