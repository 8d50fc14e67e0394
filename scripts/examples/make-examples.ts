import { generateKeyPairSync } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeLayout } from '../../__tests__/support/image/image-maker-layout.js';
import { keylessSigner, keySigner, type TestIdentity } from '../../__tests__/support/signing/signer-identity.js';
import { makeSigstore, type TestSigstore } from '../../__tests__/support/signing/sigstore-trust.js';
import { archiveAdvisories } from './archive-advisories.js';
import { type ExampleImage, exampleImage } from './example-image.js';
import { SOURCE, WORKFLOW } from './example-packages.js';
import { ruleImages } from './rule-images.js';
import { storefrontImages } from './storefront-images.js';

/**
 * Makes the layouts, keys and trusted roots of the examples, and writes the new digests into their Dockerfiles.
 * Returns a line about each image.
 */
export async function makeExamples(root: string): Promise<readonly string[]> {
  const sigstore = await makeSigstore();
  const identity = (subject: string): TestIdentity => ({
    subject,
    issuer: 'https://token.actions.githubusercontent.com',
    extensions: [
      { oid: '1.3.6.1.4.1.57264.1.12', value: SOURCE },
      { oid: '1.3.6.1.4.1.57264.1.14', value: 'refs/heads/main' },
      { oid: '1.3.6.1.4.1.57264.1.18', value: subject },
      { oid: '1.3.6.1.4.1.57264.1.11', value: 'github-hosted' },
    ],
  });
  const release = await keylessSigner(sigstore, identity(WORKFLOW));
  const untrusted = await keylessSigner(
    sigstore,
    identity('https://github.com/untrusted/fork/.github/workflows/release.yml@refs/heads/main'),
  );
  const aged = keySigner(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }));
  const now = sigstore.now.toISOString();

  const storefront = join(root, 'examples/storefront');
  const shop = await makeRegistry(storefront, storefrontImages(now, { release, untrusted }), sigstore);
  const rules = join(root, 'examples/rules');
  const shown = await makeRegistry(rules, ruleImages(now, { release, untrusted, aged }), sigstore);
  await writeFile(join(rules, '.github/keys/aged.pub'), aged.publicKeyPem);
  const change = join(root, 'examples/change');
  await cp(join(rules, '.github/keys'), join(change, '.github/keys'), { recursive: true });
  // The file that shows `current` failing was pinned before the tag moved.
  const before = shown.get('demo.example/rules/moved:before') ?? '';
  const pinned = new Map([...shown, ['demo.example/rules/moved:1.0', before]]);

  await repinBelow(storefront, shop);
  await repinBelow(rules, pinned);
  await repinBelow(change, pinned);
  return [...[...shop, ...shown].map(([name, digest]) => `${name}@${digest}`), ...(await makeAdvisories(root))];
}

/** Makes the archives of the examples that have advisories. Returns their paths. */
export async function makeAdvisories(root: string): Promise<readonly string[]> {
  const made = await Promise.all(
    ['storefront', 'rules'].map(async (name) => await archiveAdvisories(join(root, 'examples', name))),
  );
  return made.flat();
}

/** Makes the images as the OCI layout of an example, with the trusted root beside it. Returns each name's digest. */
async function makeRegistry(
  example: string,
  images: readonly ExampleImage[],
  sigstore: TestSigstore,
): Promise<ReadonlyMap<string, string>> {
  const made = await Promise.all(images.map((image) => exampleImage(image, sigstore)));
  const layout = join(example, 'registry');
  await rm(layout, { recursive: true, force: true });
  await writeLayout(
    layout,
    made.flatMap(({ entries }) => entries),
  );
  await mkdir(join(example, '.github/keys'), { recursive: true });
  await writeFile(
    join(example, '.github/keys/test-trusted-root.json'),
    `${JSON.stringify(sigstore.trustedRoot(), null, 2)}\n`,
  );
  return new Map(images.flatMap(({ names }, place) => names.map((name) => [name, made[place]?.digest ?? ''])));
}

/** Writes the digest behind every tag of an example image that a Dockerfile pins. */
async function repinBelow(directory: string, digests: ReadonlyMap<string, string>): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/(?:^|\.)Dockerfile$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, 'utf8');
    const pinned = text.replace(/([\w.-]+\/[a-z/-]+:[\w.-]+)@sha256:[0-9a-f]{64}/g, (whole, name: string) => {
      const digest = digests.get(name) ?? digests.get(`docker.io/${name}`);
      return digest === undefined ? whole : `${name}@${digest}`;
    });
    await writeFile(path, pinned);
  }
}
