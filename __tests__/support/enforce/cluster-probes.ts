import type { ImageSource } from '../../../src/registry/image-source.js';
import type { LayoutEntry } from '../image/image-maker-layout.js';
import type { TestSigner } from '../signing/signer-identity.js';
import { type ExportRun, makeMultiPlatform, makeSigner, type Probe, signedEntries, withGate } from './export-world.js';

export interface ClusterProbes {
  readonly run: ExportRun;
  readonly probes: readonly Probe[];
  /** The digest that each `repository:tag` names. */
  readonly digests: ReadonlyMap<string, string>;
  /** The keys (PEM) that signed an image, by `repository@digest`. */
  readonly signedBy: ReadonlyMap<string, readonly string[]>;
}

const OTHER_DIGEST = `sha256:${'0'.repeat(63)}1`;
const TAGGED = 'a scope has no wildcard in its tag';
const WILDCARD = 'it has no patterns, and nothing in the repository names it';
const UNSEEN = { 'containers-policy': WILDCARD };
const BOTH = { 'cluster-image-policy': 'a broader entry has to be met, too' };

const key = (...names: readonly string[]) =>
  `[${names.map((name) => `{ key: { file: ${name}.pub, log: ignored } }`).join(', ')}]`;

/** What every policy of these tests says, of images of one registry. */
const policyOf = (host: string, digest: string, registries: string) => `version: 1
profile: baseline
allow:
  - { image: "${host}/acme/**", authorities: ${key('acme')} }
  - { image: "${host}/acme/pair/*", require: 2, authorities: ${key('acme', 'release', 'third')} }
  - { image: "${host}/acme/strict/app", authorities: ${key('release')} }
  - { image: "${host}/vendor/tool:1.*", authorities: ${key('acme')} }
  - { image: "${host}/vendor/fixed@${digest}", authorities: ${key('acme')} }
  - { image: "${host}/open/data", signed: false, reason: nobody signs it }
deny:
  - { image: "${host}/acme/old/**", reason: no longer maintained }
  - { image: "${host}/acme/bad", reason: broken }
rules: { allowed-base: error, signature-verified: error }
registries: ${registries}
`;

/**
 * Makes signed images of one registry, a policy about them, a repository that uses some, and references to ask about.
 *
 * @param open makes a source of the images, for a test that keeps them in a layout or a registry
 */
export async function makeClusterProbes(
  host: string,
  registries: string,
  open: (entries: readonly LayoutEntry[]) => Promise<ImageSource>,
): Promise<ClusterProbes> {
  const signers = { acme: makeSigner(), release: makeSigner(), third: makeSigner(), untrusted: makeSigner() };
  const { acme, release, third, untrusted } = signers;
  const signedBy = new Map<string, readonly string[]>();
  const digests = new Map<string, string>();
  const entries: LayoutEntry[] = [];
  const push = async (
    path: string,
    by: readonly TestSigner[],
    image?: Awaited<ReturnType<typeof makeMultiPlatform>>,
  ) => {
    const name = `${host}/${path}`;
    const content = image ?? (await makeMultiPlatform(path));
    const { digest } = content.descriptor;
    entries.push(...(await signedEntries(name, content, by)));
    digests.set(name, digest);
    signedBy.set(
      `${name.slice(0, name.lastIndexOf(':'))}@${digest}`,
      by.map(({ publicKeyPem }) => publicKeyPem),
    );
    return digest;
  };
  const base = await push('acme/base:1', [acme]);
  await push('acme/base:2', []);
  await push('acme/base:3', [untrusted]);
  await push('acme/deep/er/tool:1', [acme]);
  await push('acme/base-evil:1', [untrusted]);
  await push('acme/pair/app:1', [acme, release]);
  await push('acme/pair/app:2', [acme]);
  await push('acme/pair/app:3', [release, third]);
  await push('acme/pair/app:4', [acme, untrusted]);
  await push('acme/pair/other:1', [acme, third]);
  await push('acme/pair/below/app:1', [acme]);
  await push('acme/strict/app:1', [release]);
  await push('acme/strict/app:2', [acme]);
  await push('acme/strict/application:1', [acme]);
  await push('acme/old/app:1', [acme]);
  await push('acme/older:1', [acme]);
  await push('acme/bad:1', [acme]);
  await push('acme/badly:1', [acme]);
  await push('vendor/tool:1.2', [acme]);
  await push('vendor/tool:2.0', [acme]);
  const fixed = await push('vendor/fixed:1', [acme]);
  await push('vendor/fixed:2', [acme]);
  await push('open/data:1', []);
  await push('open/database:1', []);
  await push('evil/base:1', [acme]);
  await push('acme:1', [acme]);
  const source = await open(entries);

  const used = ['acme/base:1', 'acme/pair/app:1', 'acme/strict/app:1', 'vendor/tool:1.2', 'open/data:1'];
  const run: ExportRun = {
    dockerfile: used.map((name, index) => `FROM ${host}/${name} AS s${index}\n`).join(''),
    policy: policyOf(host, fixed, registries),
    policyFiles: Object.fromEntries(
      Object.entries(signers).map(([name, { publicKeyPem }]) => [`${name}.pub`, publicKeyPem]),
    ),
    source,
  };
  const list: readonly (readonly [kind: string, path: string, differs?: Probe['differs']])[] = [
    ['allowed', 'acme/base:1'],
    ['allowed', `acme/base@${base}`],
    ['allowed', 'acme/deep/er/tool:1'],
    ['allowed', `acme/deep/er/tool@${digests.get(`${host}/acme/deep/er/tool:1`)}`],
    ['allowed, two of three', 'acme/pair/app:1'],
    ['allowed, two of three', 'acme/pair/app:3', BOTH],
    ['allowed, two of three', `acme/pair/app@${digests.get(`${host}/acme/pair/app:1`)}`],
    ['allowed, two of three', 'acme/pair/other:1', UNSEEN],
    ['one of two', 'acme/pair/app:2'],
    ['one of two and an untrusted key', 'acme/pair/app:4'],
    ['one of two', `acme/pair/app@${digests.get(`${host}/acme/pair/app:2`)}`],
    ['below the pattern', 'acme/pair/below/app:1', UNSEEN],
    ['the narrower entry', 'acme/strict/app:1', BOTH],
    ['the narrower entry', 'acme/strict/app:2'],
    ['the narrower entry', `acme/strict/app@${digests.get(`${host}/acme/strict/app:2`)}`],
    ['beside the narrower entry', 'acme/strict/application:1'],
    ['denied', 'acme/old/app:1'],
    ['denied', `acme/old/app@${digests.get(`${host}/acme/old/app:1`)}`],
    ['denied', 'acme/bad:1'],
    ['denied', `acme/bad@${digests.get(`${host}/acme/bad:1`)}`],
    ['a name that begins like a denied one', 'acme/older:1'],
    ['a name that begins like a denied one', 'acme/badly:1'],
    ['moved tag, unsigned', 'acme/base:2'],
    ['moved tag, untrusted', 'acme/base:3'],
    ['other digest', `acme/base@${digests.get(`${host}/acme/base:2`)}`],
    ['other digest', `acme/base@${digests.get(`${host}/acme/base:3`)}`],
    ['other digest', `acme/base@${OTHER_DIGEST}`],
    ['other name', 'acme/base-evil:1'],
    ['other name', `acme/base-evil@${digests.get(`${host}/acme/base-evil:1`)}`],
    ['tag of the pattern', 'vendor/tool:1.2', { 'containers-policy': TAGGED }],
    ['other tag', 'vendor/tool:2.0'],
    ['other tag, by digest', `vendor/tool@${digests.get(`${host}/vendor/tool:2.0`)}`],
    ['the digest of the pattern', `vendor/fixed@${fixed}`],
    ['its tag', 'vendor/fixed:1'],
    ['another digest', `vendor/fixed@${digests.get(`${host}/vendor/fixed:2`)}`],
    ['unsigned by the policy', 'open/data:1'],
    ['unsigned, other name', 'open/database:1'],
    ['nobody allowed it', 'evil/base:1'],
    ['nobody allowed it', `evil/base@${digests.get(`${host}/evil/base:1`)}`],
    ['the name of the namespace itself', 'acme:1', { 'containers-policy': 'a scope covers its own name' }],
    ['there is none', 'acme/none:1'],
  ];
  const probes = await withGate(
    run,
    list.map(([kind, path, differs = {}]) => ({
      kind,
      reference: `${host}/${path}`,
      platform: 'linux/amd64',
      differs,
    })),
  );
  return { run, probes, digests, signedBy };
}
