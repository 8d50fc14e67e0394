import { generateKeyPairSync } from 'node:crypto';
import type { Authority } from '../../src/policy/policy.js';
import type { AddForged } from './signer-case.js';
import type { Form, Scene } from './signer-forgery.js';
import { keylessSigner, keySigner, RELEASE_WORKFLOW, type TestIdentity } from './signer-identity.js';
export async function addSigners(scene: Scene, form: Form, add: AddForged): Promise<void> {
  const { sigstore, stranger } = scene;
  const as = async (identity: Partial<TestIdentity>) => keylessSigner(sigstore, { ...RELEASE_WORKFLOW, ...identity });
  const { subject } = RELEASE_WORKFLOW;
  await add('another workflow', form, { signer: await as({ subject: subject.replace('release.yml', 'test.yml') }) });
  await add('the same workflow in a fork', form, {
    signer: await as({ subject: subject.replace('/acme/', '/mallory/') }),
  });
  await add('an identity that only begins like the right one', form, {
    signer: await as({ subject: `${subject}-evil` }),
  });
  await add('an identity that only ends like the right one', form, {
    signer: await as({ subject: `https://mallory.example/?${subject}` }),
  });
  await add('an identity a regular expression would match', form, {
    signer: await as({ subject: subject.replace('github.com', 'githubxcom') }),
  });
  await add('another issuer', form, { signer: await as({ issuer: 'https://issuer.mallory.example' }) });
  await add('the right identity from a certificate authority nobody trusts', form, {
    signer: await keylessSigner(stranger),
    sigstore: stranger,
  });
  await add('the right identity, logged where nobody trusts the log', form, { sigstore: stranger });
  const key = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  const other = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  const asKey = (pem: string): Authority => ({ kind: 'key', name: 'base.pub', pem, log: 'required' });
  await add(
    'a key, where that key is asked for',
    form,
    { signer: key },
    { asked: asKey(key.publicKeyPem), expected: 'passed' },
  );
  await add('another key', form, { signer: other }, { asked: asKey(key.publicKeyPem) });
  await add('a key, where an identity is asked for', form, { signer: key });
  await add('an identity, where a key is asked for', form, {}, { asked: asKey(key.publicKeyPem) });
  await add(
    'a key whose signature is not logged, where the log is required',
    form,
    { signer: key, entry: 'none' },
    {
      asked: asKey(key.publicKeyPem),
    },
  );
}
