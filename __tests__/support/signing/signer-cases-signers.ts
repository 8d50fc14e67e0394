import { generateKeyPairSync } from 'node:crypto';
import type { Authority } from '../../../src/policy/policy.js';
import type { Extra, Variant } from './signer-case.js';
import type { Recipe, Scene } from './signer-forgery.js';
import { keylessSigner, keySigner, RELEASE_WORKFLOW, type TestIdentity } from './signer-identity.js';
/** Who signed: the right one, and many who are nearly. */
export async function signerVariants(scene: Scene): Promise<readonly Variant[]> {
  const variants: Variant[] = [];
  const add = (name: string, recipe: Recipe, extra: Extra = {}) => variants.push({ name, recipe, extra });
  const { sigstore, untrusted } = scene;
  const as = async (identity: Partial<TestIdentity>) => keylessSigner(sigstore, { ...RELEASE_WORKFLOW, ...identity });
  const { subject } = RELEASE_WORKFLOW;
  add('another workflow', { signer: await as({ subject: subject.replace('release.yml', 'test.yml') }) });
  add('the same workflow in a fork', {
    signer: await as({ subject: subject.replace('/acme/', '/mallory/') }),
  });
  add('an identity that only begins like the right one', {
    signer: await as({ subject: `${subject}-evil` }),
  });
  add('an identity that only ends like the right one', {
    signer: await as({ subject: `https://mallory.example/?${subject}` }),
  });
  add('an identity a regular expression would match', {
    signer: await as({ subject: subject.replace('github.com', 'githubxcom') }),
  });
  add('another issuer', { signer: await as({ issuer: 'https://issuer.mallory.example' }) });
  add('the right identity from a certificate authority nobody trusts', {
    signer: await keylessSigner(untrusted),
    sigstore: untrusted,
  });
  add('the right identity, logged where nobody trusts the log', { sigstore: untrusted });
  const key = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  const other = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  const asKey = (pem: string): Authority => ({ kind: 'key', name: 'base.pub', pem, log: 'required' });
  add('a key, where that key is asked for', { signer: key }, { asked: asKey(key.publicKeyPem), expected: 'passed' });
  add('another key', { signer: other }, { asked: asKey(key.publicKeyPem) });
  add('a key, where an identity is asked for', { signer: key });
  add('an identity, where a key is asked for', {}, { asked: asKey(key.publicKeyPem) });
  add(
    'a key whose signature is not logged, where the log is required',
    { signer: key, entry: 'none' },
    {
      asked: asKey(key.publicKeyPem),
    },
  );
  return variants;
}
