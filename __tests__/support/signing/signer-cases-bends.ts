import type { MadeContent } from '../image/image-maker.js';
import type { AddForged } from './signer-case.js';
import { type Bendable, type Form, flipBase64, forge, PREDICATE, type Recipe, type Scene } from './signer-forgery.js';
import { keylessSigner } from './signer-identity.js';
import { inTotoStatement, SIGN_PREDICATE, simpleSigningPayload } from './sigstore-forms.js';
export function turnSignature(made: Bendable): void {
  made.signature = flipBase64(made.signature);
}

export function turnPromise(made: Bendable): void {
  made.entry.promise = flipBase64(made.entry.promise);
}

export async function addBends(scene: Scene, form: Form, add: AddForged): Promise<void> {
  const again = await keylessSigner(scene.sigstore);
  const bends: Readonly<Record<string, (made: Bendable) => void>> = {
    'signature with one bit turned': turnSignature,
    'payload replaced after signing': (made) => {
      const text = Buffer.from(made.payload, 'base64').toString();
      made.payload = Buffer.from(
        text.replace('"registry.example/base"', '"registry.example/evil"').replace('"image"', '"imagf"'),
      ).toString('base64');
    },
    "the log's promise with one bit turned": turnPromise,
    'time of the entry moved': (made) => {
      made.entry.time += 1;
    },
    'index of the entry moved': (made) => {
      made.entry.index += 1;
    },
    'body of the entry with another hash': (made) => {
      const body = Buffer.from(made.entry.body, 'base64').toString();
      made.entry.body = Buffer.from(body.replace(/[0-9a-f]{64}/, 'a'.repeat(64))).toString('base64');
    },
    'name of the log changed': (made) => {
      made.entry.logId = 'ab'.repeat(32);
    },
    'no signature at all': (made) => {
      made.signature = '';
    },
  };
  for (const [name, bend] of Object.entries(bends)) await add(name, form, { bend });
  const borrowed = (recipe: Recipe) => borrowEntry(scene, form, recipe);
  await add('genuine entry of another signature by the same signer', form, {
    bend: await borrowed({ payload: payloadAbout(form, scene.otherImage) }),
  });
  await add('genuine entry of an untrusted signature over the same artifact', form, {
    bend: await borrowed({ signer: again }),
  });
  await add('not logged', form, { entry: 'none' });
}

/** Has the log record something else, and shows that entry with this signature. */
export async function borrowEntry(scene: Scene, form: Form, recipe: Recipe): Promise<(made: Bendable) => void> {
  let entry: Bendable['entry'] | undefined;
  let proof: object | undefined;
  await forge(scene, form, scene.platform, {
    ...recipe,
    bend: (made) => {
      entry = { ...made.entry };
      if (made.bundle !== undefined)
        proof = structuredClone(made.bundle.verificationMaterial.tlogEntries[0]?.inclusionProof);
    },
  });
  return (made) => {
    Object.assign(made.entry, entry);
    const [target] = made.bundle?.verificationMaterial.tlogEntries ?? [];
    if (target !== undefined && proof !== undefined) Object.assign(target.inclusionProof, proof);
  };
}

function payloadAbout(form: Form, image: MadeContent): Buffer {
  const { digest } = image.descriptor;
  return form === 'classic signature'
    ? simpleSigningPayload(digest)
    : inTotoStatement(digest, form === 'bundle signature' ? SIGN_PREDICATE : PREDICATE);
}
