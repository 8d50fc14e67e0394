import type { Add } from './signer-case.js';
import { type Form, forge, PREDICATE, type Recipe, type Scene } from './signer-forgery.js';
import { inTotoStatement } from './sigstore-forms.js';
/** Envelopes whose signature holds, and whose content is not what it should be. */
export async function addStatements(scene: Scene, form: Form, add: Add): Promise<void> {
  const { platform } = scene;
  const { digest } = platform.descriptor;
  const attest = async (recipe: Recipe) => [await forge(scene, form, platform, recipe)];
  const statement = (changes: object) =>
    Buffer.from(JSON.stringify({ ...JSON.parse(inTotoStatement(digest, PREDICATE).toString()), ...changes }));
  add('an envelope of another payload type', form, await attest({ payloadType: 'application/json' }));
  add('a statement without subjects', form, await attest({ payload: statement({ subject: [] }) }));
  add(
    'a statement about another digest',
    form,
    await attest({
      payload: inTotoStatement(scene.otherImage.descriptor.digest, PREDICATE),
    }),
  );
  add(
    'a statement whose subject only has the right name',
    form,
    await attest({
      payload: statement({ subject: [{ name: digest, digest: { sha256: '0'.repeat(64) } }] }),
    }),
  );
  add(
    'a statement with the digest under another algorithm',
    form,
    await attest({
      payload: statement({ subject: [{ name: 'image', digest: { sha512: digest.slice(7) } }] }),
    }),
  );
  add('a statement that is not JSON', form, await attest({ payload: Buffer.from('spdx') }));
  add(
    'a statement of an unknown version',
    form,
    await attest({ payload: statement({ _type: 'https://in-toto.io/Statement/v9' }) }),
    {
      stricter: 'A version that is not known is not read as if it were one that is.',
    },
  );
}
