import type { AddForged, Extra } from './signer-case.js';
import type { Form, Scene } from './signer-forgery.js';
import { keylessSigner } from './signer-identity.js';
import { type ChainOptions, makeChain } from './sigstore-chain.js';
import { makeSigstore } from './sigstore-trust.js';
export async function addTrust(scene: Scene, form: Form, add: AddForged): Promise<void> {
  const { sigstore } = scene;
  const minutes = (count: number) => new Date(sigstore.now.getTime() + count * 60_000);
  const timed = async (options: Parameters<typeof makeSigstore>[0]) => {
    const other = await makeSigstore(options);
    return { recipe: { sigstore: other, signer: await keylessSigner(other) }, trustedRoot: other.trustedRoot() };
  };
  const late = await timed({ logTime: minutes(30), timestampTime: minutes(30) });
  await add('logged after the certificate expired', form, late.recipe, { trustedRoot: late.trustedRoot });
  const early = await timed({ certificateTime: minutes(30) });
  await add('logged before the certificate was issued', form, early.recipe, { trustedRoot: early.trustedRoot });
  const unlogged = await timed({ withoutCertificateLog: true });
  await add('certificate without a promise of the certificate log', form, unlogged.recipe, {
    trustedRoot: unlogged.trustedRoot,
  });
  await add(
    'a root without the certificate authority',
    form,
    {},
    {
      trustedRoot: sigstore.trustedRoot({ certificateAuthorities: [] }),
    },
  );
  await add('a root without the certificate log', form, {}, { trustedRoot: sigstore.trustedRoot({ ctlogs: [] }) });
  await add(
    'a root whose log was retired before',
    form,
    {},
    {
      trustedRoot: sigstore.trustedRoot({ tlogs: retired(sigstore.trustedRoot()['tlogs'], 'log') }),
    },
  );
  await add(
    'a root whose certificate authority was retired before',
    form,
    {},
    {
      trustedRoot: sigstore.trustedRoot({
        certificateAuthorities: retired(sigstore.trustedRoot()['certificateAuthorities'], 'authority'),
      }),
    },
  );
}

/** Certificates that only a certificate authority of one's own would issue. */
export async function addChains(scene: Scene, form: Form, add: AddForged): Promise<void> {
  const { sigstore } = scene;
  const chained = async (name: string, options: ChainOptions, extra: Extra = {}) => {
    const { signer, certificateAuthorities } = await makeChain(sigstore, options);
    await add(name, form, { signer }, { trustedRoot: sigstore.trustedRoot({ certificateAuthorities }), ...extra });
  };
  await chained('an intermediate authority', {}, { expected: 'passed' });
  await chained('an intermediate authority that had expired', { intermediate: [-60, -30] });
  await chained('an intermediate authority that was not valid yet', { intermediate: [30, 600] });
  await chained('a certificate for servers, not for code', { extendedKeyUsage: '1.3.6.1.5.5.7.3.1' });
  await chained(
    'a certificate that is itself an authority',
    { leafIsAuthority: true },
    {
      stricter: 'A signer is no authority: who may issue certificates does not sign images.',
    },
  );
  await chained(
    'a certificate with a second name',
    { names: ['https://github.com/mallory/x'] },
    {
      stricter: 'Fulcio gives one name; with several it would be open which one signed.',
    },
  );
}

const PAST = { start: '2020-01-01T00:00:00Z', end: '2021-01-01T00:00:00Z' };

/** The same logs or authorities, valid in 2020 only. */
function retired(list: unknown, kind: 'log' | 'authority'): unknown {
  // The test root's own lists.
  return (list as { publicKey?: object }[]).map((one) =>
    kind === 'log' ? { ...one, publicKey: { ...one.publicKey, validFor: PAST } } : { ...one, validFor: PAST },
  );
}
