import type { TrustMaterial } from '@sigstore/verify';
import { z } from 'zod';
import { err, ok, type Result } from '../../lib/result.js';
import { parseStrictJson } from '../../lib/strict-json.js';
import { type SignatureError, signatureError } from '../signature-error.js';
import type { UsedRoot } from '../verified.js';
import { rememberAuthorities } from './remember-certificates.js';

/**
 * Which Sigstore a root is of. Roots of both are never merged: a bundle of the public one that lost its log entry would
 * pass by the rules of GitHub's, which has no logs.
 */
export type SigstoreInstance = 'public-good' | 'github';

/** Whom signatures are believed by: certificate authorities, transparency logs, certificate logs, timestamp authorities. */
export interface TrustedRoot extends UsedRoot {
  readonly material: TrustMaterial;
  readonly instance: SigstoreInstance;
  /** It lists no log at all, as GitHub's does, so that a timestamp is the only proof; any other must show its logs. */
  readonly withoutLogs: boolean;
  /** A newer root, which is unavailable, may know a log that this one does not. */
  readonly mayBeOutdated: boolean;
}

const MEDIA_TYPES = [
  'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  'application/vnd.dev.sigstore.trustedroot.v0.2+json',
  'application/vnd.dev.sigstore.trustedroot+json;version=0.2',
];
const MAX_AUTHORITIES = 64;
const MAX_BYTES = 1024 * 1024;

/** A period without a beginning would be read as "since 1970", and make a retired log valid for every time before it. */
const period = z.object({ start: z.iso.datetime({ offset: true }) });
const log = z.object({ baseUrl: z.string(), publicKey: z.object({ rawBytes: z.string().min(1), validFor: period }) });
const authority = z.object({ certChain: z.object({ certificates: z.array(z.unknown()).min(1) }), validFor: period });
const list = <T extends z.ZodType>(item: T) => z.array(item).max(MAX_AUTHORITIES).default([]);

/** @see https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto */
const GITHUB = 'GitHub, Inc.';
const MAX_ROOTS = 16;
const organizations = z.object({
  certificateAuthorities: z.array(z.object({ subject: z.object({ organization: z.string() }) })),
});

/** The root of an instance in a file that holds one, or one a line as `gh attestation trusted-root` prints them; undefined if it holds none. */
export function rootOfInstance(bytes: Uint8Array, instance: SigstoreInstance): Uint8Array | undefined {
  const whole = parseStrictJson(bytes);
  if (whole.ok) return instanceOf(whole.value) === instance ? bytes : undefined;
  const lines = Buffer.from(bytes).toString('utf8').split('\n').slice(0, MAX_ROOTS);
  return lines
    .map((line) => Buffer.from(line))
    .find((line) => {
      const json = parseStrictJson(line);
      return json.ok && instanceOf(json.value) === instance;
    });
}

function instanceOf(json: unknown): SigstoreInstance {
  const read = organizations.safeParse(json);
  const names = read.success ? read.data.certificateAuthorities.map(({ subject }) => subject.organization) : [];
  return names.length > 0 && names.every((name) => name === GITHUB) ? 'github' : 'public-good';
}

const document = z.object({
  mediaType: z.enum(MEDIA_TYPES),
  tlogs: list(log),
  ctlogs: list(log),
  certificateAuthorities: list(authority),
  timestampAuthorities: list(authority),
});

/**
 * Reads a trusted root. `name` is what reports call it. Fails with `malformed` where it is not one, or where a log or
 * authority does not say since when it is valid.
 */
export async function readTrustedRoot(
  bytes: Uint8Array,
  name: string,
  origin: Pick<TrustedRoot, 'mayBeOutdated' | 'note' | 'snapshot'> = { mayBeOutdated: false },
): Promise<Result<TrustedRoot, SignatureError>> {
  const refuse = (reason: string) => err(signatureError('malformed', `${name} is not a trusted root: ${reason}`));
  if (bytes.length > MAX_BYTES) return refuse(`it is larger than ${MAX_BYTES} bytes`);
  const json = parseStrictJson(bytes);
  if (!json.ok) return refuse(json.error);
  const checked = document.safeParse(json.value);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    return refuse(`${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'malformed'}`);
  }
  const { toTrustMaterial, TrustedRoot: Message } = await import('./sigstore-library.js');
  try {
    const material = toTrustMaterial(Message.fromJSON(json.value));
    rememberAuthorities(material);
    return ok({
      name,
      instance: instanceOf(json.value),
      withoutLogs: checked.data.tlogs.length + checked.data.ctlogs.length === 0,
      material,
      ...origin,
    });
  } catch {
    return refuse("a key or certificate in it can't be decoded");
  }
}
