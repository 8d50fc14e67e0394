import { fallbackTag } from '../image/image-maker.js';
import type { Add } from './signer-case.js';
import { borrowEntry, turnPromise, turnSignature } from './signer-cases-bends.js';
import { addStatements } from './signer-cases-statements.js';
import { forge, forgeLayer, PREDICATE, type Recipe, type Scene } from './signer-forgery.js';
import { cosignManifest, simpleSigningPayload } from './sigstore-forms.js';
export async function addClassicShapes(scene: Scene, add: Add): Promise<void> {
  const { platform } = scene;
  const { digest } = platform.descriptor;
  const sig = (layers: Parameters<typeof cosignManifest>[0]) => [
    { content: cosignManifest(layers), tag: fallbackTag(digest, '.sig') },
  ];
  const signed = (payload: Buffer) => forgeLayer(scene, 'classic signature', platform, { payload });
  const form = 'classic signature';
  add('a signature manifest without layers', form, sig([]));
  const layer = await signed(simpleSigningPayload(digest));
  const { 'dev.cosignproject.cosign/signature': _, ...annotations } = layer.annotations;
  add('a layer without the signature annotation', form, sig([{ ...layer, annotations }]));
  add('a layer of another media type', form, sig([{ ...layer, mediaType: 'application/octet-stream' }]), {
    stricter: 'A layer that does not say that it is a signature is not read as one.',
  });
  add(
    'a signed payload of another type',
    form,
    sig([await signed(simpleSigningPayload(digest, { type: 'atomic container signature' }))]),
    {
      stricter: 'cosign does not look at critical.type; a document signed for another purpose does not count here.',
    },
  );
  add(
    'a signed payload that names two digests',
    form,
    sig([
      await signed(
        Buffer.from(
          simpleSigningPayload(scene.otherImage.descriptor.digest)
            .toString()
            .replace('"image":', `"image":{"docker-manifest-digest":"${digest}"},"image":`),
        ),
      ),
    ]),
    {
      stricter: 'Two programs read a document with a key twice differently, so that it is refused whole.',
    },
  );
  add('a signed payload that is not JSON', form, sig([await signed(Buffer.from(digest))]));
  add('a signed payload without a digest', form, sig([await signed(simpleSigningPayload(digest, { image: {} }))]));
  const bad = await forgeLayer(scene, form, platform, {
    bend: turnSignature,
  });
  add('a bad signature before a good one', form, sig([bad, layer]), { expected: 'passed' });
  add('a good signature before a bad one', form, sig([layer, bad]), { expected: 'passed' });
  add('two bad signatures', form, sig([bad, { ...layer, annotations }]));
  const timestamped = await forgeLayer(scene, form, platform, { timestamp: true });
  add('a timestamp beside the log entry', form, sig([timestamped]), { expected: 'passed' });
  const other = await forgeLayer(scene, form, scene.otherImage, { timestamp: true });
  const borrowed = other.annotations['dev.sigstore.cosign/rfc3161timestamp'] ?? '';
  add(
    'the timestamp of another signature',
    form,
    sig([
      { ...timestamped, annotations: { ...timestamped.annotations, 'dev.sigstore.cosign/rfc3161timestamp': borrowed } },
    ]),
    {
      stricter:
        'Every timestamp that is there must hold; cosign looks at those of classic signatures only if reported to.',
    },
  );
  add(
    'a signed payload that names another repository',
    form,
    sig([await signed(simpleSigningPayload(digest, { identity: { 'docker-reference': 'mirror.example/elsewhere' } }))]),
    { expected: 'passed' },
  );

  const att = 'classic attestation';
  const attest = async (recipe: Recipe) => [await forge(scene, att, platform, recipe)];
  for (const entry of ['intoto 0.0.1', 'intoto 0.0.2'] as const)
    add(`logged as ${entry}`, att, await attest({ entry }), { expected: 'passed' });
  add(
    'logged as intoto 0.0.1, of another envelope',
    att,
    await attest({
      entry: 'intoto 0.0.1',
      bend: await borrowEntry(scene, att, { entry: 'intoto 0.0.1', predicateType: 'https://example.com/other' }),
    }),
  );
  add(
    'logged as intoto 0.0.1, promise with one bit turned',
    att,
    await attest({
      entry: 'intoto 0.0.1',
      bend: turnPromise,
    }),
  );
  add(
    'another signed predicate type than the one asked for',
    att,
    await attest({ predicateType: 'https://example.com/other' }),
  );
  const lying = await forgeLayer(scene, att, platform, { predicateType: 'https://example.com/other' });
  add('an annotation that lies about the predicate type', att, [
    {
      content: cosignManifest([{ ...lying, annotations: { ...lying.annotations, predicateType: PREDICATE } }]),
      tag: fallbackTag(digest, '.att'),
    },
  ]);
  await addStatements(scene, att, add);
}
