import { z } from 'zod';
import { optionalField } from '../../lib/collections.js';
import { ok, type Result } from '../../lib/result.js';
import { parseStrictJson } from '../../lib/strict-json.js';
import { ATTRIBUTE, checkAttributes, type Envelope } from './envelope.js';
import { type NotationRefusal, refuse } from './refusal.js';

const base64 = z.string().transform((text, context) => decodeExactly(text, 'base64') ?? invalid(context));
const base64url = z.string().transform((text, context) => decodeExactly(text, 'base64url') ?? invalid(context));

/** Unknown unprotected members are not signed, and are not read. */
const envelopeSchema = z.strictObject({
  payload: base64url,
  protected: base64url,
  signature: base64url,
  header: z.looseObject({
    x5c: z.array(base64).min(1),
    [ATTRIBUTE.timestamp]: base64.optional(),
  }),
});

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const headerSchema = z.looseObject({
  alg: z.string(),
  cty: z.string(),
  crit: z.array(z.string()).min(1).optional(),
  [ATTRIBUTE.scheme]: z.string().optional(),
  [ATTRIBUTE.signingTime]: time.optional(),
  [ATTRIBUTE.authenticSigningTime]: time.optional(),
  [ATTRIBUTE.expiry]: time.optional(),
});

/**
 * Reads a JWS envelope: flattened JSON with exactly four members, every text in the one way base64 writes it, no
 * repeated member. Names are case-sensitive.
 *
 * @see https://github.com/notaryproject/specifications/blob/main/specs/signature-envelope-jws.md
 */
export function readJws(bytes: Uint8Array): Result<Envelope, NotationRefusal> {
  const json = parseStrictJson(bytes);
  if (!json.ok) return refuse('envelope', json.error);
  const envelope = envelopeSchema.safeParse(json.value);
  if (!envelope.success) return refuse('envelope', faultOf('its envelope', envelope.error));
  const { payload, signature, header: unprotected } = envelope.data;
  const protectedJson = parseStrictJson(envelope.data.protected);
  if (!protectedJson.ok) return refuse('envelope', `of its protected header: ${protectedJson.error}`);
  const header = headerSchema.safeParse(protectedJson.value);
  if (!header.success) return refuse('envelope', faultOf('its protected header', header.error));
  const fields = header.data;
  const attributes = checkAttributes({
    scheme: fields[ATTRIBUTE.scheme],
    signingTime: fields[ATTRIBUTE.signingTime],
    authenticSigningTime: fields[ATTRIBUTE.authenticSigningTime],
    expiry: fields[ATTRIBUTE.expiry],
    plugin: fields[ATTRIBUTE.plugin],
    critical: fields.crit ?? [],
    has: (name) => Object.hasOwn(fields, name),
  });
  if (!attributes.ok) return attributes;
  const timestamp = unprotected[ATTRIBUTE.timestamp];
  return ok({
    form: 'JWS',
    algorithm: fields.alg,
    contentType: fields.cty,
    payload,
    signedBytes: Buffer.from(`${envelope.data.protected.toString('base64url')}.${payload.toString('base64url')}`),
    signature,
    chain: unprotected.x5c,
    attributes: attributes.value,
    ...optionalField('timestamp', timestamp),
  });
}

/** Node's decoder skips what is no base64: the text must be what encoding the bytes gives. */
function decodeExactly(text: string, encoding: 'base64' | 'base64url'): Buffer | undefined {
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? bytes : undefined;
}

function invalid(context: z.RefinementCtx<string>): never {
  context.addIssue({ code: 'custom', message: 'not canonical base64' });
  return z.NEVER;
}

function faultOf(what: string, error: z.ZodError): string {
  const [issue] = error.issues;
  const where = issue === undefined || issue.path.length === 0 ? what : `${what} at ${issue.path.join('.')}`;
  return `${where} can't be read: ${issue?.message ?? 'it is malformed'}`;
}
