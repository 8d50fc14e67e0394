import { fallbackTag, makeArtifact } from '../image/image-maker.js';
import type { Add, Case, Extra } from './signer-case.js';
import { addBends } from './signer-cases-bends.js';
import { addBundleShapes } from './signer-cases-bundles.js';
import { addClassicShapes } from './signer-cases-classic.js';
import { signerVariants } from './signer-cases-signers.js';
import { chainVariants, trustVariants } from './signer-cases-trust.js';
import { FORMS, type Form, forge, PREDICATE, type Pushed, RELEASE, type Recipe, type Scene } from './signer-forgery.js';
import { keylessSigner } from './signer-identity.js';
import { inTotoStatement, SIGN_PREDICATE } from './sigstore-forms.js';
/** Controls that must pass, and deliberately bad cases, each of which must not. */
export async function makeCases(scene: Scene): Promise<readonly Case[]> {
  const cases: Case[] = [];
  const { sigstore, platform } = scene;
  const add: Add = (name, form, pushed, extra = {}) => {
    cases.push({
      name,
      form,
      expected: 'refused',
      asked: RELEASE,
      subject: platform,
      pushed,
      trustedRoot: sigstore.trustedRoot(),
      type: PREDICATE,
      ...extra,
    });
  };
  const addForged = async (name: string, form: Form, recipe: Recipe, extra: Extra = {}) =>
    add(name, form, [await forge(scene, form, platform, recipe)], extra);

  const variants = [...(await signerVariants(scene)), ...(await trustVariants(scene)), ...(await chainVariants(scene))];
  for (const form of FORMS) {
    await addForged('sound', form, {}, { expected: 'passed' });
    for (const { name, recipe, extra } of variants) await addForged(name, form, recipe, extra);
    await addBends(scene, form, addForged);
    const elsewhere = await forge(scene, form, scene.otherImage);
    const tag = fallbackTag(platform.descriptor.digest, form === 'classic signature' ? '.sig' : '.att');
    if (form.startsWith('classic'))
      add("signature of another image under this image's tag", form, [{ ...elsewhere, tag }]);
    else add("signature of another image as this image's referrer", form, [await moved(scene, form)]);
  }
  await addClassicShapes(scene, add);
  await addBundleShapes(scene, add);
  await addSubjects(scene, add);
  return cases;
}

/** A whole bundle over another image, attached to this one. */
export async function moved(scene: Scene, form: Form): Promise<Pushed> {
  const { digest } = scene.otherImage.descriptor;
  const payload = inTotoStatement(digest, form === 'bundle signature' ? SIGN_PREDICATE : PREDICATE);
  return forge(scene, form, scene.platform, { payload });
}

async function addSubjects(scene: Scene, add: Add): Promise<void> {
  const { index, platform } = scene;
  for (const form of FORMS) {
    add('a signed index, of which the index is asked', form, [await forge(scene, form, index)], {
      subject: index,
      expected: 'passed',
    });
    add('a signed platform, of which the index is asked', form, [await forge(scene, form, platform)], {
      subject: index,
    });
    add('a signed index, of which the platform is asked', form, [await forge(scene, form, index)], {
      subject: platform,
    });
    add('nothing beside the image', form, []);
  }
  const signer = await keylessSigner(scene.untrusted);
  const crowd = [];
  for (let count = 0; count < 40; count++) {
    const annotations = { count: String(count) };
    crowd.push(await forge(scene, 'bundle signature', platform, { signer, sigstore: scene.untrusted, annotations }));
  }
  add('forty referrers of an untrusted party', 'bundle signature', crowd);
  const unrelated = makeArtifact({
    artifactType: 'application/vnd.example.note',
    subject: platform.descriptor,
    layers: [{ mediaType: 'text/plain', content: 'signed, honestly' }],
  });
  add('a referrer of another kind', 'bundle signature', [{ content: unrelated }]);
}
