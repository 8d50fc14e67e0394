import type { Add } from './signer-case.js';
import { addStatements } from './signer-cases-statements.js';
import { type Bendable, forge, PREDICATE, type Pushed, type Recipe, type Scene } from './signer-forgery.js';
import { keylessSigner } from './signer-identity.js';
import { bundleManifest, SIGN_PREDICATE } from './sigstore-forms.js';

const NO_SIGNATURE =
  'An attestation by the right party about the image is not its signature: its predicate must be cosign/sign/v1.';

export async function addBundleShapes(scene: Scene, add: Add): Promise<void> {
  const { platform } = scene;
  for (const form of ['bundle signature', 'bundle attestation'] as const) {
    const bent = async (bend: (made: NonNullable<Bendable['bundle']>) => void, recipe: Recipe = {}) => [
      await forge(scene, form, platform, { ...recipe, bend: (made) => made.bundle && bend(made.bundle) }),
    ];
    const proof = (made: NonNullable<Bendable['bundle']>) => made.verificationMaterial.tlogEntries[0]?.inclusionProof;
    add(
      'a bundle of an unknown version',
      form,
      await bent((made) => {
        made.mediaType = 'application/vnd.dev.sigstore.bundle.v9.9+json';
      }),
    );
    add(
      'a checkpoint with one character turned',
      form,
      await bent((made) => {
        const inclusion = proof(made);
        if (inclusion) inclusion.checkpoint.envelope = inclusion.checkpoint.envelope.replace('\n1\n', '\n2\n');
      }),
    );
    add(
      'an inclusion proof with another hash',
      form,
      await bent((made) => {
        proof(made)?.hashes.push(Buffer.alloc(32).toString('base64'));
      }),
    );
    add(
      'no inclusion proof',
      form,
      await bent((made) => {
        const [entry] = made.verificationMaterial.tlogEntries;
        if (entry) Object.assign(entry, { inclusionProof: undefined });
      }),
    );
    add(
      'two signatures in the envelope',
      form,
      await bent((made) => {
        made.dsseEnvelope.signatures.push(...structuredClone(made.dsseEnvelope.signatures));
      }),
    );
    add(
      'the same log entry twice',
      form,
      await bent((made) => {
        made.verificationMaterial.tlogEntries.push(...structuredClone(made.verificationMaterial.tlogEntries));
      }),
    );
    add('a certificate of somebody else', form, await bent(await swapCertificate(scene)));
    add(
      'an annotation that lies about the content',
      form,
      [
        await forge(scene, form, platform, {
          predicateType: 'https://example.com/other',
          annotations: {
            'dev.sigstore.bundle.predicateType': form === 'bundle signature' ? SIGN_PREDICATE : PREDICATE,
          },
        }),
      ],
      form === 'bundle signature' ? { stricter: NO_SIGNATURE } : {},
    );
    const text = JSON.stringify({ not: 'a bundle' });
    add('a referrer that is no bundle', form, [{ content: bundleManifest(text, platform.descriptor) }]);
    const good = await forge(scene, form, platform);
    const junk = { content: bundleManifest(text, platform.descriptor) };
    add(
      'a good bundle among bad ones',
      form,
      [
        junk,
        good,
        ...(await bent((made) => {
          made.dsseEnvelope.payloadType = 'application/json';
        })),
      ],
      { expected: 'passed' },
    );
  }
  await addStatements(scene, 'bundle attestation', add);
  add("a signature over the manifest's bytes", 'bundle signature', [await messageBundle(scene)]);
  add(
    'an attestation where a signature is asked for',
    'bundle signature',
    [await forge(scene, 'bundle attestation', platform)],
    { stricter: NO_SIGNATURE },
  );
}

async function swapCertificate(scene: Scene): Promise<(made: NonNullable<Bendable['bundle']>) => void> {
  const other = await keylessSigner(scene.sigstore);
  return (made) => {
    made.verificationMaterial.certificate = { rawBytes: other.certificate?.toString('base64') ?? '' };
  };
}

/** A bundle with a message signature instead of an envelope: the form of signed files, not of images. */
async function messageBundle(scene: Scene): Promise<Pushed> {
  const { platform } = scene;
  const bundle = await forge(scene, 'bundle signature', platform, {
    bend: ({ bundle: made }) => {
      if (made === undefined) return;
      const { signatures } = made.dsseEnvelope;
      const digest = Buffer.from(platform.descriptor.digest.slice(7), 'hex').toString('base64');
      Object.assign(made, {
        messageSignature: { messageDigest: { algorithm: 'SHA2_256', digest }, signature: signatures[0]?.sig },
      });
    },
  });
  return bundle;
}
