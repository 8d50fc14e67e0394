import { optionalField } from '../../../src/lib/collections.js';
import type { Authority } from '../../../src/policy/policy.js';
import { fallbackTag, type MadeContent, makeImage, makeIndex } from '../image/image-maker.js';
import { keylessSigner, RELEASE_WORKFLOW, type TestSigner } from './signer-identity.js';
import {
  bundleManifest,
  classicAttestation,
  classicSignature,
  cosignManifest,
  type EntryKind,
  envelopeBundle,
  IN_TOTO,
  inTotoStatement,
  type MadeLayer,
  SIGN_PREDICATE,
  simpleSigningPayload,
  type TestBundle,
} from './sigstore-forms.js';
import { makeSigstore, type TestSigstore } from './sigstore-trust.js';

/** The four ways in which cosign says something about an image. */
export const FORMS = ['classic signature', 'classic attestation', 'bundle signature', 'bundle attestation'] as const;
export type Form = (typeof FORMS)[number];

export const PREDICATE = 'https://spdx.dev/Document';

/** The parties of a forgery: the right sigstore, an untrusted party's, and images to sign. */
export interface Scene {
  readonly sigstore: TestSigstore;
  readonly untrusted: TestSigstore;
  readonly signer: TestSigner;
  readonly platform: MadeContent;
  readonly index: MadeContent;
  readonly otherImage: MadeContent;
}

export async function makeScene(): Promise<Scene> {
  const sigstore = await makeSigstore();
  const platform = await makeImage({ config: { Labels: { is: 'the image' } } });
  return {
    sigstore,
    untrusted: await makeSigstore(),
    signer: await keylessSigner(sigstore),
    platform,
    index: makeIndex([platform, await makeImage({ platform: 'linux/arm64' })]),
    otherImage: await makeImage({ config: { Labels: { is: 'another image' } } }),
  };
}

export const RELEASE: Authority = {
  kind: 'keyless',
  issuer: RELEASE_WORKFLOW.issuer,
  subject: RELEASE_WORKFLOW.subject,
};

/** One signature as it is made, and how it is bent afterwards. */
export interface Recipe {
  readonly signer?: TestSigner;
  readonly sigstore?: TestSigstore;
  readonly entry?: EntryKind;
  readonly payload?: Buffer;
  readonly predicateType?: string;
  readonly payloadType?: string;
  readonly timestamp?: boolean;
  /** Changes what is stored: the layer, or the bundle. */
  readonly bend?: (made: Bendable) => void;
  /** Annotations of a bundle's manifest. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A signature's parts, whatever the form, so that one forgery is written once. */
export interface Bendable {
  readonly form: Form;
  entry: {
    body: string;
    time: number;
    index: number;
    logId: string;
    promise: string;
  };
  signature: string;
  payload: string;
  payloadType: string;
  readonly bundle: TestBundle | undefined;
  annotations: Record<string, string>;
}

export interface Pushed {
  readonly content: MadeContent;
  readonly tag?: string;
}

/** Signs `subject` in a form, bends it, and gives what is pushed beside the image. */
export async function forge(scene: Scene, form: Form, subject: MadeContent, recipe: Recipe = {}): Promise<Pushed> {
  if (form.startsWith('classic')) {
    const suffix = form === 'classic signature' ? '.sig' : '.att';
    return {
      content: cosignManifest([await forgeLayer(scene, form, subject, recipe)]),
      tag: fallbackTag(subject.descriptor.digest, suffix),
    };
  }
  const bundle = await forgeBundle(scene, form, subject, recipe);
  return { content: bundleManifest(bundle, subject.descriptor, recipe.annotations) };
}

function payloadOf(form: Form, subject: MadeContent, recipe: Recipe): Buffer {
  const { digest } = subject.descriptor;
  if (recipe.payload !== undefined) return recipe.payload;
  if (form === 'classic signature') return simpleSigningPayload(digest);
  const type = recipe.predicateType ?? (form === 'bundle signature' ? SIGN_PREDICATE : PREDICATE);
  return inTotoStatement(digest, type, form === 'bundle signature' ? {} : { spdxVersion: 'SPDX-2.3' });
}

export async function forgeLayer(scene: Scene, form: Form, subject: MadeContent, recipe: Recipe): Promise<MadeLayer> {
  const make = form === 'classic signature' ? classicSignature : classicAttestation;
  const layer = await make(recipe.signer ?? scene.signer, payloadOf(form, subject, recipe), {
    sigstore: recipe.sigstore ?? scene.sigstore,
    ...optionalField('entry', recipe.entry),
    ...optionalField('timestamp', recipe.timestamp),
    ...optionalField('payloadType', recipe.payloadType),
  });
  return recipe.bend === undefined ? layer : bendLayer(form, layer, recipe.bend);
}

const REKOR = 'dev.sigstore.cosign/bundle';
const SIGNATURE = 'dev.cosignproject.cosign/signature';

function bendLayer(form: Form, layer: MadeLayer, bend: (made: Bendable) => void): MadeLayer {
  const annotations = { ...layer.annotations };
  // What this file's own makers wrote is read back.
  const rekor = JSON.parse(annotations[REKOR] ?? '{"Payload":{}}') as {
    SignedEntryTimestamp: string;
    Payload: { body: string; integratedTime: number; logIndex: number; logID: string };
  };
  const envelope =
    form === 'classic attestation'
      ? (JSON.parse(layer.content.toString()) as {
          payload: string;
          payloadType: string;
          signatures: { sig: string }[];
        })
      : undefined;
  const made: Bendable = {
    form,
    entry: {
      body: rekor.Payload.body,
      time: rekor.Payload.integratedTime,
      index: rekor.Payload.logIndex,
      logId: rekor.Payload.logID,
      promise: rekor.SignedEntryTimestamp,
    },
    signature: envelope?.signatures[0]?.sig ?? annotations[SIGNATURE] ?? '',
    payload: envelope?.payload ?? layer.content.toString('base64'),
    payloadType: envelope?.payloadType ?? '',
    bundle: undefined,
    annotations,
  };
  bend(made);
  if (annotations[REKOR] !== undefined)
    annotations[REKOR] = JSON.stringify({
      SignedEntryTimestamp: made.entry.promise,
      Payload: {
        body: made.entry.body,
        integratedTime: made.entry.time,
        logIndex: made.entry.index,
        logID: made.entry.logId,
      },
    });
  if (envelope === undefined) {
    if (annotations[SIGNATURE] !== undefined) annotations[SIGNATURE] = made.signature;
    return { ...layer, content: Buffer.from(made.payload, 'base64'), annotations };
  }
  const bent = {
    ...envelope,
    payload: made.payload,
    payloadType: made.payloadType,
    signatures: [{ ...envelope.signatures[0], sig: made.signature }],
  };
  return { ...layer, content: Buffer.from(JSON.stringify(bent)), annotations };
}

async function forgeBundle(scene: Scene, form: Form, subject: MadeContent, recipe: Recipe): Promise<TestBundle> {
  const bundle = await envelopeBundle(recipe.signer ?? scene.signer, payloadOf(form, subject, recipe), {
    sigstore: recipe.sigstore ?? scene.sigstore,
    payloadType: recipe.payloadType ?? IN_TOTO,
    ...optionalField('entry', recipe.entry),
    timestamp: recipe.timestamp ?? true,
  });
  if (recipe.bend === undefined) return bundle;
  const [entry] = bundle.verificationMaterial.tlogEntries;
  const [signature] = bundle.dsseEnvelope.signatures;
  const made: Bendable = {
    form,
    entry: {
      body: entry?.canonicalizedBody ?? '',
      time: Number(entry?.integratedTime),
      index: Number(entry?.logIndex),
      logId: Buffer.from(entry?.logId.keyId ?? '', 'base64').toString('hex'),
      promise: entry?.inclusionPromise.signedEntryTimestamp ?? '',
    },
    signature: signature?.sig ?? '',
    payload: bundle.dsseEnvelope.payload,
    payloadType: bundle.dsseEnvelope.payloadType,
    bundle,
    annotations: {},
  };
  recipe.bend(made);
  if (entry !== undefined) {
    entry.canonicalizedBody = made.entry.body;
    entry.integratedTime = String(made.entry.time);
    entry.logIndex = String(made.entry.index);
    entry.logId.keyId = Buffer.from(made.entry.logId, 'hex').toString('base64');
    entry.inclusionPromise.signedEntryTimestamp = made.entry.promise;
  }
  if (signature !== undefined) signature.sig = made.signature;
  bundle.dsseEnvelope.payload = made.payload;
  bundle.dsseEnvelope.payloadType = made.payloadType;
  return bundle;
}

/** Another value of the same length: one bit of the middle byte is turned. */
export function flipBase64(text: string): string {
  const bytes = Buffer.from(text, 'base64');
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  return bytes.toString('base64');
}
