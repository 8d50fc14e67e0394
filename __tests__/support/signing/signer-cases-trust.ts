import type { Extra, Variant } from './signer-case.js';
import type { Recipe, Scene } from './signer-forgery.js';
import { keylessSigner } from './signer-identity.js';
import { type ChainOptions, makeChain } from './sigstore-chain.js';
import { makeSigstore } from './sigstore-trust.js';
/** When it was signed, and whom the verifier trusts. */
export async function trustVariants(scene: Scene): Promise<readonly Variant[]> {
  const variants: Variant[] = [];
  const add = (name: string, recipe: Recipe, extra: Extra = {}) => variants.push({ name, recipe, extra });
  const { sigstore } = scene;
  const minutes = (count: number) => new Date(sigstore.now.getTime() + count * 60_000);
  const timed = async (options: Parameters<typeof makeSigstore>[0]) => {
    const other = await makeSigstore(options);
    return { recipe: { sigstore: other, signer: await keylessSigner(other) }, trustedRoot: other.trustedRoot() };
  };
  const late = await timed({ logTime: minutes(30), timestampTime: minutes(30) });
  add('logged after the certificate expired', late.recipe, { trustedRoot: late.trustedRoot });
  const early = await timed({ certificateTime: minutes(30) });
  add('logged before the certificate was issued', early.recipe, { trustedRoot: early.trustedRoot });
  const unlogged = await timed({ withoutCertificateLog: true });
  add('certificate without a promise of the certificate log', unlogged.recipe, {
    trustedRoot: unlogged.trustedRoot,
  });
  add(
    'a root without the certificate authority',
    {},
    {
      trustedRoot: sigstore.trustedRoot({ certificateAuthorities: [] }),
    },
  );
  add('a root without the certificate log', {}, { trustedRoot: sigstore.trustedRoot({ ctlogs: [] }) });
  add(
    'a root whose log was retired before',
    {},
    {
      trustedRoot: sigstore.trustedRoot({ tlogs: retired(sigstore.trustedRoot()['tlogs'], 'log') }),
    },
  );
  add(
    'a root whose certificate authority was retired before',
    {},
    {
      trustedRoot: sigstore.trustedRoot({
        certificateAuthorities: retired(sigstore.trustedRoot()['certificateAuthorities'], 'authority'),
      }),
    },
  );
  return variants;
}

/** Certificates that only a certificate authority of one's own would issue. */
export async function chainVariants(scene: Scene): Promise<readonly Variant[]> {
  const variants: Variant[] = [];
  const add = (name: string, recipe: Recipe, extra: Extra = {}) => variants.push({ name, recipe, extra });
  const { sigstore } = scene;
  const chained = async (name: string, options: ChainOptions, extra: Extra = {}) => {
    const { signer, certificateAuthorities } = await makeChain(sigstore, options);
    add(name, { signer }, { trustedRoot: sigstore.trustedRoot({ certificateAuthorities }), ...extra });
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
  return variants;
}

const PAST = { start: '2020-01-01T00:00:00Z', end: '2021-01-01T00:00:00Z' };

/** The same logs or authorities, valid in 2020 only. */
function retired(list: unknown, kind: 'log' | 'authority'): unknown {
  // The test root's own lists.
  return (list as { publicKey?: object }[]).map((one) =>
    kind === 'log' ? { ...one, publicKey: { ...one.publicKey, validFor: PAST } } : { ...one, validFor: PAST },
  );
}
