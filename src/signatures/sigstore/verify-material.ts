import { X509Certificate } from 'node:crypto';
import type { RFC3161Timestamp, X509Certificate as X509Leaf } from '@sigstore/core';
import type { SignedEntity, TrustMaterial, Signer as VerifierSigner } from '@sigstore/verify';
import { err, ok, type Result } from '../../lib/result.js';
import { readIdentity } from '../identity.js';
import { type SigningKey, toSigningKey } from '../key.js';
import { type SignatureError, signatureError } from '../signature-error.js';
import type { KeylessIdentity, LogEntry, SignatureFacts } from '../signer.js';
import { verifyInclusionPromise } from './inclusion-promise.js';
import { bindLogEntry, type EntrySigner } from './rekor-entry.js';
import { rememberCertificate } from './remember-certificates.js';
import { hasDigest, isSignedBy, type SignedContent } from './signed-content.js';
import type { LogEntryMaterial, SignedMaterial } from './signed-material.js';
import type { TrustedRoot } from './trusted-root.js';
import { describeFailure } from './verifier-failure.js';

/**
 * The evaluation around @sigstore/verify: that library verifies certificates, logs and timestamps; what it leaves to its
 * caller is here. It takes data and returns data; after any error, a throw included, the signature does not count.
 */

/** More than any honest signature has, and few enough to verify in no time. */
const MATERIAL_LIMITS = { entries: 8, timestamps: 8 } as const;
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
const CLOCK_SKEW_MS = 5 * 60 * 1000;

export interface TrustedKey {
  readonly name: string;
  readonly key: SigningKey;
  readonly log: 'required' | 'ignored';
}

/**
 * Verifies a keyless signature: certificate and chain valid at every trusted time, certificate log, transparency log,
 * and the entry's body bound to this signature. Returns who signed; whether they may is the caller's question.
 */
export async function verifyKeyless(
  material: SignedMaterial,
  root: TrustedRoot,
  now: Date,
): Promise<Result<SignatureFacts & { readonly signer: KeylessIdentity }, SignatureError>> {
  const { certificate } = material;
  if (certificate === undefined)
    return err(signatureError('wrong-signer', 'it contains no certificate, so no identity signed it'));
  const usable = checkLeaf(certificate);
  if (!usable.ok) return usable;
  const logged = !root.withoutLogs || material.entries.length > 0;
  const signer = { kind: 'certificate', der: certificate } as const;
  const bound = logged ? bindEntries(material, signer, root) : ok<ReadonlySet<LogEntryMaterial>>(new Set());
  if (!bound.ok) return bound;
  const leaf = await readLeaf(certificate, root);
  if (!leaf.ok) return leaf;
  const verified = await runVerifier({
    material,
    key: { certificate: leaf.value },
    promised: bound.value,
    trust: root.material,
    rootName: root.name,
    logThreshold: root.withoutLogs ? 0 : 1,
    timestampThreshold: 1,
    now,
  });
  if (!verified.ok) return verified;
  const identity = await readIdentity(verified.value.signer.identity ?? {});
  if (!identity.ok) return identity;
  return ok({ signer: { ...identity.value, key: usable.value }, ...verified.value.facts });
}

/** Verifies a signature by one given key, with its log entry unless the authority says that the log is ignored. */
export async function verifyKeyed(
  material: SignedMaterial,
  trusted: TrustedKey,
  root: TrustedRoot | null,
  now: Date,
): Promise<Result<SignatureFacts, SignatureError>> {
  const { key, name } = trusted;
  const signer = { kind: 'key', name, fingerprint: key.fingerprint } as const;
  if (material.form === 'bundle' && material.certificate !== undefined)
    return err(signatureError('wrong-signer', `it is signed with a certificate, not with the key ${name}`));
  // First, so that an untrusted signature is reported as such, independent of its log entry.
  if (!isSignedBy(material.content, key.object))
    return err(signatureError('wrong-signer', `it does not verify with the key ${name}`));
  if (trusted.log === 'ignored' || root === null) {
    if (trusted.log === 'ignored') return ok({ signer, logged: [] });
    return err(signatureError('not-logged', 'there is no trusted root to verify its log entry against'));
  }
  const bound = bindEntries(material, { kind: 'key', spki: key.spki }, root);
  if (!bound.ok) return bound;
  const verified = await runVerifier({
    material,
    key: { public: key },
    promised: bound.value,
    // Without certificate authorities nothing but this key can make the verification pass.
    trust: { ...root.material, certificateAuthorities: [], publicKey: () => onlyKey(key) },
    rootName: root.name,
    logThreshold: 1,
    timestampThreshold: 0,
    now,
  });
  return verified.ok ? ok({ signer, ...verified.value.facts }) : verified;
}

function onlyKey(key: SigningKey): ReturnType<TrustMaterial['publicKey']> {
  return { publicKey: key.object, validFor: () => true };
}

/** The fingerprint of a leaf's key. A leaf is for signing code, and issues nothing; the library checks neither. */
function checkLeaf(der: Buffer): Result<string, SignatureError> {
  try {
    const leaf = new X509Certificate(der);
    if (leaf.ca)
      return err(signatureError('bad-certificate', 'its certificate is a CA certificate, not a signing certificate'));
    if (!leaf.keyUsage?.includes(CODE_SIGNING))
      return err(signatureError('bad-certificate', 'its certificate is not for code signing'));
    const key = toSigningKey(leaf.publicKey);
    return key.ok
      ? ok(key.value.fingerprint)
      : err(signatureError('bad-certificate', `its key can't be used: ${key.error}`));
  } catch {
    return err(signatureError('malformed', "its certificate can't be read"));
  }
}

/** Every entry must be of this signature, in a known log. Entries the library can't read are verified here and returned. */
function bindEntries(
  material: SignedMaterial,
  signer: EntrySigner,
  root: TrustedRoot,
): Result<ReadonlySet<LogEntryMaterial>, SignatureError> {
  const { entries, timestamps, content } = material;
  if (entries.length > MATERIAL_LIMITS.entries || timestamps.length > MATERIAL_LIMITS.timestamps)
    return err(signatureError('limit', 'it has too many log entries or timestamps'));
  if (entries.length === 0) return err(signatureError('not-logged', 'it is not in a transparency log'));
  const promised = new Set<LogEntryMaterial>();
  for (const entry of entries) {
    const bound = bindLogEntry(entry.canonicalizedBody, content, signer);
    if (!bound.ok) return bound;
    if (!root.material.tlogs.some(({ logID }) => logID.equals(entry.logId.keyId)))
      return err(signatureError('unknown-log', `${root.name} does not contain the transparency log of its entry`));
    if (bound.value.kind !== 'intoto 0.0.1') continue;
    const promise = verifyInclusionPromise(entry, root.material.tlogs);
    if (!promise.ok) return promise;
    promised.add(entry);
  }
  return ok(promised);
}

/** The leaf, if the root knows who issued it, at any time, and every log that promised it: a newer root may know others. */
async function readLeaf(der: Buffer, root: TrustedRoot): Promise<Result<X509Leaf, SignatureError>> {
  const sigstore = await import('./sigstore-library.js');
  try {
    const leaf = rememberCertificate(sigstore.X509Certificate.parse(Buffer.from(der)));
    const scts = leaf.extSCT?.signedCertificateTimestamps ?? [];
    const issued = root.material.certificateAuthorities.some(({ certChain }) =>
      certChain.some((authority) => leaf.issuer.equals(authority.subject) && leaf.verify(authority)),
    );
    if (!issued)
      return err(
        signatureError('unknown-authority', `${root.name} does not contain the authority that issued its certificate`),
      );
    const unknown = scts.some(({ logID }) => !root.material.ctlogs.some((log) => log.logID.equals(logID)));
    return unknown
      ? err(
          signatureError(
            'unknown-log',
            `${root.name} does not contain the certificate transparency log of its certificate`,
          ),
        )
      : ok(leaf);
  } catch {
    return err(signatureError('malformed', "its certificate can't be read"));
  }
}

interface VerifierRun {
  readonly material: SignedMaterial;
  readonly key: { readonly certificate: X509Leaf } | { readonly public: SigningKey };
  /** Entries that were verified already. */
  readonly promised: ReadonlySet<LogEntryMaterial>;
  readonly trust: TrustMaterial;
  readonly rootName: string;
  /** Of certificate logs and of transparency logs. */
  readonly logThreshold: 0 | 1;
  readonly timestampThreshold: 0 | 1;
  readonly now: Date;
}

interface VerifierAnswer {
  readonly signer: VerifierSigner;
  readonly facts: Omit<SignatureFacts, 'signer'>;
}

async function runVerifier(run: VerifierRun): Promise<Result<VerifierAnswer, SignatureError>> {
  const sigstore = await import('./sigstore-library.js');
  const { material, promised, trust } = run;
  const { entries } = material;
  try {
    const timestamps = material.timestamps.map((der) => sigstore.RFC3161Timestamp.parse(Buffer.from(der)));
    const timed = entries.filter((entry) => entry.inclusionPromise !== undefined && Number(entry.integratedTime) > 0);
    const logTimes = timed.map((entry) => new Date(Number(entry.integratedTime) * 1000));
    // A timestamp of an unknown authority proves nothing; it spoils nothing either, where a known log proves the time.
    const authorityTimes = timestamps.filter((timestamp) => isOfKnownAuthority(timestamp, trust));
    if (authorityTimes.length < timestamps.length && logTimes.length === 0)
      return err(
        signatureError(
          'unknown-authority',
          `${run.rootName} does not contain the timestamp authority of its timestamp`,
        ),
      );
    const times = [...logTimes, ...authorityTimes.map((timestamp) => timestamp.signingTime)];
    const untimely = checkTimes(times, entries, run);
    if (!untimely.ok) return untimely;
    const entity: SignedEntity = {
      signature: signatureContent(material.content),
      key:
        'certificate' in run.key
          ? { $case: 'certificate', certificate: run.key.certificate }
          : { $case: 'public-key', hint: '' },
      tlogEntries: entries.filter((entry) => !promised.has(entry)),
      timestamps: [
        ...timed.map((tlogEntry) => ({ $case: 'transparency-log', tlogEntry }) as const),
        ...authorityTimes.map((timestamp) => ({ $case: 'timestamp-authority', timestamp }) as const),
      ],
    };
    const verifier = new sigstore.Verifier(trust, {
      ctlogThreshold: run.logThreshold,
      tlogThreshold: promised.size > 0 ? 0 : run.logThreshold,
      timestampThreshold: run.timestampThreshold,
    });
    const signer = verifier.verify(entity);
    const [signedAt] = times.toSorted((a, b) => a.getTime() - b.getTime());
    return ok({
      signer,
      facts: {
        ...(signedAt === undefined ? {} : { signedAt: signedAt.toISOString() }),
        ...(signedAt === undefined
          ? {}
          : {
              timeFrom: logTimes.includes(signedAt) ? ('transparency log' as const) : ('timestamp authority' as const),
            }),
        logged: entries.map((entry) => describeEntry(entry, trust)),
      },
    });
  } catch (cause) {
    return err(describeFailure(cause));
  }
}

/** Whether the root has the certificate that made a timestamp: its serial number and issuer. */
function isOfKnownAuthority(timestamp: RFC3161Timestamp, { timestampAuthorities }: TrustMaterial): boolean {
  return timestampAuthorities.some(({ certChain: [leaf] }) => {
    return leaf?.serialNumber.equals(timestamp.signerSerialNumber) && leaf.issuer.equals(timestamp.signerIssuer);
  });
}

/**
 * No time may lie ahead of us, and an entry that proves its place without a time must be of a log that was in use then;
 * where nothing proves when that was, of a log that is in use now. The key of a retired log may have leaked.
 */
function checkTimes(
  times: readonly Date[],
  entries: readonly LogEntryMaterial[],
  { now, trust }: VerifierRun,
): Result<true, SignatureError> {
  if (times.some((time) => Number.isNaN(time.getTime()) || time.getTime() > now.getTime() + CLOCK_SKEW_MS))
    return err(signatureError('bad-timestamp', 'it claims to have been signed in the future'));
  for (const entry of entries.filter(({ inclusionPromise }) => inclusionPromise === undefined)) {
    const logs = trust.tlogs.filter(({ logID }) => logID.equals(entry.logId.keyId));
    const inUse = (time: Date) => logs.some(({ validFor }) => validFor.start <= time && time <= validFor.end);
    if (times.length === 0 && !inUse(now))
      return err(
        signatureError(
          'bad-log-entry',
          'its log was retired, and nothing proves that it was signed while the log was in use',
        ),
      );
    if (!times.every(inUse)) return err(signatureError('bad-log-entry', 'its log was not in use when it was signed'));
  }
  return ok(true);
}

function describeEntry(entry: LogEntryMaterial, trust: TrustMaterial): LogEntry {
  const log = trust.tlogs.find(({ logID }) => logID.equals(entry.logId.keyId));
  // A promise signs the entry's index; a proof shows its own, and the one next to it is not signed.
  const index = entry.inclusionPromise === undefined ? entry.inclusionProof?.logIndex : entry.logIndex;
  return { log: log?.baseURL ?? '', index: index ?? '' };
}

/** The library's own content classes know SHA-256 and a part of the keys; these know what `verifyWithKey` knows. */
function signatureContent(content: SignedContent): SignedEntity['signature'] {
  return {
    signature: content.signature,
    compareSignature: (signature) => signature.equals(content.signature),
    compareDigest: (digest) => hasDigest(content, content.kind === 'envelope' ? 'payload' : 'signed bytes', digest),
    compareSignedDigest: (digest) => hasDigest(content, 'signed bytes', digest),
    verifySignature: (key) => isSignedBy(content, key),
  };
}
