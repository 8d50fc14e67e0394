import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Descriptor } from '../../../src/registry/manifest/manifest.js';
import { preAuthEncoding } from '../../../src/signatures/sigstore/signed-content.js';
import { type MadeContent, makeArtifact } from '../image/image-maker.js';
import { type TestSigner, verifierPem } from './signer-identity.js';
import { type TestSigstore, toBase64 } from './sigstore-trust.js';

/** The forms signatures come in, made as cosign makes them. */
export interface MadeLayer {
  readonly mediaType: string;
  readonly content: Buffer;
  readonly annotations: Readonly<Record<string, string>>;
}

export type EntryKind = 'hashedrekord 0.0.1' | 'dsse 0.0.1' | 'intoto 0.0.1' | 'intoto 0.0.2' | 'none';

export const IN_TOTO = 'application/vnd.in-toto+json';
export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
export const SIGN_PREDICATE = 'https://sigstore.dev/cosign/sign/v1';

/** A bundle as JSON, with the fields that tests bend. */
export interface TestBundle {
  mediaType: string;
  verificationMaterial: {
    publicKey?: { hint: string };
    certificate?: { rawBytes: string };
    tlogEntries: TestBundleEntry[];
    timestampVerificationData?: { rfc3161Timestamps: { signedTimestamp: string }[] };
  };
  dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string; keyid: string }[] };
}

export interface TestBundleEntry {
  logIndex: string;
  logId: { keyId: string };
  kindVersion: { kind: string; version: string };
  integratedTime: string;
  inclusionPromise: { signedEntryTimestamp: string };
  inclusionProof: {
    logIndex: string;
    rootHash: string;
    treeSize: string;
    hashes: string[];
    checkpoint: { envelope: string };
  };
  canonicalizedBody: string;
}

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** A simple signing payload as cosign writes it. */
export function simpleSigningPayload(digest: string, changes: Readonly<Record<string, unknown>> = {}): Buffer {
  return Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': 'registry.example/base' },
        image: { 'docker-manifest-digest': digest },
        type: 'cosign container image signature',
        ...changes,
      },
      optional: null,
    }),
  );
}

export function inTotoStatement(digest: string, predicateType: string, predicate: unknown = {}): Buffer {
  return Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'image', digest: { sha256: digest.replace('sha256:', '') } }],
      predicateType,
      predicate,
    }),
  );
}

interface FormOptions {
  /** Without one, nothing is logged. */
  readonly sigstore?: TestSigstore;
  readonly entry?: EntryKind;
  /** An RFC 3161 timestamp as well. */
  readonly timestamp?: boolean;
  readonly payloadType?: string;
}

/** A layer of a `.sig` manifest. */
export async function classicSignature(
  signer: TestSigner,
  payload: Buffer,
  options: FormOptions = {},
): Promise<MadeLayer> {
  const signature = signer.sign(payload);
  const body = {
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: 'sha256', value: sha256(payload).toString('hex') } },
      signature: {
        content: signature.toString('base64'),
        publicKey: { content: Buffer.from(verifierPem(signer)).toString('base64') },
      },
    },
  };
  return {
    mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
    content: payload,
    annotations: {
      'dev.cosignproject.cosign/signature': signature.toString('base64'),
      ...(await around(signer, signature, options.entry === 'none' ? undefined : body, options)),
    },
  };
}

/** A layer of an `.att` manifest. */
export async function classicAttestation(
  signer: TestSigner,
  payload: Buffer,
  { entry = 'dsse 0.0.1', payloadType = IN_TOTO, ...options }: FormOptions = {},
): Promise<MadeLayer> {
  const signature = signer.sign(preAuthEncoding(payloadType, payload));
  const content = Buffer.from(
    JSON.stringify({
      payloadType,
      payload: payload.toString('base64'),
      signatures: [{ keyid: '', sig: signature.toString('base64') }],
    }),
  );
  const body = envelopeEntry(entry, signer, payload, signature, content);
  return {
    mediaType: 'application/vnd.dsse.envelope.v1+json',
    content,
    annotations: {
      'dev.cosignproject.cosign/signature': '',
      ...(await around(signer, signature, body, options)),
    },
  };
}

function envelopeEntry(
  entry: EntryKind,
  signer: TestSigner,
  payload: Buffer,
  signature: Buffer,
  stored: Buffer,
): Record<string, unknown> | undefined {
  const hashOf = (bytes: Buffer) => ({ algorithm: 'sha256', value: sha256(bytes).toString('hex') });
  const pem = Buffer.from(verifierPem(signer)).toString('base64');
  switch (entry) {
    case 'dsse 0.0.1':
      return {
        apiVersion: '0.0.1',
        kind: 'dsse',
        spec: {
          envelopeHash: hashOf(stored),
          payloadHash: hashOf(payload),
          signatures: [{ signature: signature.toString('base64'), verifier: pem }],
        },
      };
    case 'intoto 0.0.1':
      return {
        apiVersion: '0.0.1',
        kind: 'intoto',
        spec: { content: { hash: hashOf(stored), payloadHash: hashOf(payload) }, publicKey: pem },
      };
    case 'intoto 0.0.2':
      return {
        apiVersion: '0.0.2',
        kind: 'intoto',
        spec: {
          content: {
            envelope: {
              payloadType: IN_TOTO,
              signatures: [{ publicKey: pem, sig: Buffer.from(signature.toString('base64')).toString('base64') }],
            },
            hash: hashOf(stored),
            payloadHash: hashOf(payload),
          },
        },
      };
    default:
      return undefined;
  }
}

async function around(
  signer: TestSigner,
  signature: Buffer,
  body: Record<string, unknown> | undefined,
  { sigstore, timestamp = false }: FormOptions,
): Promise<Record<string, string>> {
  const logged = sigstore === undefined || body === undefined ? undefined : await logEntry(sigstore, body);
  return {
    ...(signer.certificate === undefined ? {} : { 'dev.sigstore.cosign/certificate': verifierPem(signer) }),
    ...(logged === undefined
      ? {}
      : {
          'dev.sigstore.cosign/bundle': JSON.stringify({
            SignedEntryTimestamp: logged.set,
            Payload: {
              body: logged.body,
              integratedTime: logged.integratedTime,
              logIndex: logged.logIndex,
              logID: logged.logID,
            },
          }),
        }),
    ...(timestamp && sigstore !== undefined
      ? {
          'dev.sigstore.cosign/rfc3161timestamp': JSON.stringify({
            SignedRFC3161Timestamp: (await timestampOf(sigstore, signature)).toString('base64'),
          }),
        }
      : {}),
  };
}

interface Logged {
  readonly body: string;
  readonly integratedTime: number;
  readonly logIndex: number;
  readonly logID: string;
  readonly set: string;
  readonly proof: {
    readonly logIndex: number;
    readonly rootHash: string;
    readonly treeSize: number;
    readonly checkpoint: string;
  };
}

/** Has the test log record a body: its promise, and its proof as the only entry of a tree. */
export async function logEntry(sigstore: TestSigstore, body: Record<string, unknown>): Promise<Logged> {
  const [entry] = Object.values(logAnswer.parse(await sigstore.rekor.log(body)));
  if (entry === undefined) throw new Error('the test log recorded nothing');
  const { verification, ...rest } = entry;
  return { ...rest, set: verification.signedEntryTimestamp, proof: verification.inclusionProof };
}

/** What Rekor v1's API answers. @see https://github.com/sigstore/rekor/blob/main/openapi.yaml */
const logAnswer = z.record(
  z.string(),
  z.object({
    body: z.string(),
    integratedTime: z.number(),
    logIndex: z.number(),
    logID: z.string(),
    verification: z.object({
      signedEntryTimestamp: z.string(),
      inclusionProof: z.object({
        logIndex: z.number(),
        rootHash: z.string(),
        treeSize: z.number(),
        checkpoint: z.string(),
      }),
    }),
  }),
);

async function timestampOf(sigstore: TestSigstore, signature: Buffer): Promise<Buffer> {
  const der = await sigstore.tsa.timestamp({
    artifactHash: sha256(signature),
    hashAlgorithmOID: '2.16.840.1.101.3.4.2.1',
    nonce: 1,
    policyOID: '1.3.6.1.4.1.57264.2',
    certReq: true,
  });
  return Buffer.from(toBase64(der), 'base64');
}

/** A bundle of version 0.3 around a DSSE envelope, logged in Rekor v1 with promise and proof. */
export async function envelopeBundle(
  signer: TestSigner,
  payload: Buffer,
  { sigstore, timestamp = false, payloadType = IN_TOTO, entry = 'dsse 0.0.1' }: FormOptions = {},
): Promise<TestBundle> {
  const signature = signer.sign(preAuthEncoding(payloadType, payload));
  const envelope = {
    payload: payload.toString('base64'),
    payloadType,
    signatures: [{ sig: signature.toString('base64'), keyid: '' }],
  };
  const body = envelopeEntry(entry, signer, payload, signature, Buffer.from(JSON.stringify(envelope)));
  const logged = sigstore === undefined || body === undefined ? undefined : await logEntry(sigstore, body);
  const [kind = '', version = ''] = entry.split(' ');
  return {
    mediaType: BUNDLE_TYPE,
    verificationMaterial: {
      ...(signer.certificate === undefined
        ? { publicKey: { hint: sha256(Buffer.from(signer.publicKeyPem)).toString('base64') } }
        : { certificate: { rawBytes: signer.certificate.toString('base64') } }),
      tlogEntries: logged === undefined ? [] : [bundleEntry(logged, kind, version)],
      ...(timestamp && sigstore !== undefined
        ? {
            timestampVerificationData: {
              rfc3161Timestamps: [{ signedTimestamp: (await timestampOf(sigstore, signature)).toString('base64') }],
            },
          }
        : {}),
    },
    dsseEnvelope: envelope,
  };
}

export function bundleEntry(logged: Logged, kind: string, version: string): TestBundleEntry {
  return {
    logIndex: String(logged.logIndex),
    logId: { keyId: Buffer.from(logged.logID, 'hex').toString('base64') },
    kindVersion: { kind, version },
    integratedTime: String(logged.integratedTime),
    inclusionPromise: { signedEntryTimestamp: logged.set },
    inclusionProof: {
      logIndex: String(logged.proof.logIndex),
      rootHash: Buffer.from(logged.proof.rootHash, 'hex').toString('base64'),
      treeSize: String(logged.proof.treeSize),
      hashes: [],
      checkpoint: { envelope: logged.proof.checkpoint },
    },
    canonicalizedBody: logged.body,
  };
}

const COSIGN_CONFIG = {
  mediaType: 'application/vnd.oci.image.config.v1+json',
  content: JSON.stringify({ architecture: '', os: '', rootfs: { type: 'layers', diff_ids: [] }, config: {} }),
};

/** The manifest that cosign's tags point to. */
export function cosignManifest(layers: readonly MadeLayer[]): MadeContent {
  return makeArtifact({ config: COSIGN_CONFIG, layers });
}

/** The manifest of a bundle as a referrer. */
export function bundleManifest(
  bundle: unknown,
  subject: Descriptor,
  annotations: Readonly<Record<string, string>> = {},
): MadeContent {
  const { mediaType, digest, size } = subject;
  return makeArtifact({
    artifactType: BUNDLE_TYPE,
    subject: { mediaType, digest, size },
    annotations: { 'dev.sigstore.bundle.content': 'dsse-envelope', ...annotations },
    layers: [{ mediaType: BUNDLE_TYPE, content: typeof bundle === 'string' ? bundle : JSON.stringify(bundle) }],
  });
}
