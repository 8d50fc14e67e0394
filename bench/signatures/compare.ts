// Prints one table: our time beside cosign's and sigstore-go's, for one image and for many.
// Usage: compare.mjs OURS ROUND_TRIP_MS IMAGES ROUNDS
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeImage, makeIndex } from '../../__tests__/support/image/image-maker.js';
import { startRegistry } from '../../__tests__/support/registry/registry-server.js';
import { type Form, forge, type Scene } from '../../__tests__/support/signing/signer-forgery.js';
import { keylessSigner, RELEASE_WORKFLOW } from '../../__tests__/support/signing/signer-identity.js';
import { makeSigstore } from '../../__tests__/support/signing/sigstore-trust.js';
import { startDelayedProxy } from './delayed-proxy.js';

const [ours = '', roundTrip = '50', count = '25', rounds = '3'] = process.argv.slice(2);
const TYPES = ['https://spdx.dev/Document', 'https://slsa.dev/provenance/v1', 'https://openvex.dev/ns/v0.2.0'];
const FORMS: readonly (readonly [string, Form, Form])[] = [
  ['bundle', 'bundle signature', 'bundle attestation'],
  ['classic', 'classic signature', 'classic attestation'],
];

const registry = await startRegistry();
const [address = '', port = ''] = registry.host.split(':');
const proxy = await startDelayedProxy({ host: address, port: Number(port) }, Number(roundTrip));
const sigstore = await makeSigstore();
const signer = await keylessSigner(sigstore);
const root = join(mkdtempSync(join(tmpdir(), 'bench-signatures-')), 'trusted_root.json');
writeFileSync(root, JSON.stringify(sigstore.trustedRoot()));
const identity = [
  '--certificate-identity',
  RELEASE_WORKFLOW.subject,
  '--certificate-oidc-issuer',
  RELEASE_WORKFLOW.issuer,
  '--trusted-root',
  root,
];

const lines = [
  '| form | images | ours (s) | xargs -P 8 cosign (s) | times faster | sigstore-go (s) | times faster |',
  '|---|---|---|---|---|---|---|',
];
for (const [name, signature, attestation] of FORMS) {
  const images: string[] = [];
  for (let number = 0; number < Number(count); number++)
    images.push(await push(`${name}/${number}`, signature, attestation));
  for (const some of [images.slice(0, 1), images]) {
    const mine = await median(() => runOurs(some));
    const cosign = has('cosign') ? await median(() => runCosigns(some)) : undefined;
    // sigstore-go knows bundles alone.
    const knows = name === 'bundle' && has('sigstore-verify');
    const library = knows ? await median(() => runLibrary(some)) : undefined;
    const beside = (seconds: number | undefined) =>
      seconds === undefined ? '| |' : `${seconds.toFixed(2)} | ${(seconds / mine).toFixed(1)} |`;
    lines.push(`| ${name} | ${some.length} | ${mine.toFixed(2)} | ${beside(cosign)} ${beside(library)}`);
  }
}
process.stdout.write(
  `One signature and three attestations an image; round trip ${roundTrip} ms; median of ${rounds}.\n\n`,
);
process.stdout.write(`${lines.join('\n')}\n`);
await proxy.close();
await registry.close();

function has(program: string): boolean {
  return spawnSync('bash', ['-c', `type -p ${program}`]).status === 0;
}

/** An image of two platforms, its index signed and attested three times. */
async function push(repository: string, signature: Form, attestation: Form): Promise<string> {
  const platform = await makeImage({ config: { Labels: { repository } } });
  const index = makeIndex([platform, await makeImage({ platform: 'linux/arm64', config: { Labels: { repository } } })]);
  const scene: Scene = { sigstore, untrusted: sigstore, signer, platform, index, otherImage: platform };
  registry.push(repository, index, 'latest');
  const made = [await forge(scene, signature, index)];
  if (attestation === 'classic attestation') made.push(await classicAttestations(scene));
  else for (const predicateType of TYPES) made.push(await forge(scene, attestation, index, { predicateType }));
  for (const { content, tag } of made) registry.push(repository, content, tag);
  return `${proxy.host}/${repository}@${index.descriptor.digest}`;
}

/** cosign keeps all attestations of an image as layers of one tag. */
async function classicAttestations(scene: Scene): ReturnType<typeof forge> {
  const { forgeLayer } = await import('../../__tests__/support/signing/signer-forgery.js');
  const { cosignManifest } = await import('../../__tests__/support/signing/sigstore-forms.js');
  const { fallbackTag } = await import('../../__tests__/support/image/image-maker.js');
  const layers = await Promise.all(
    TYPES.map((predicateType) => forgeLayer(scene, 'classic attestation', scene.index, { predicateType })),
  );
  return { content: cosignManifest(layers), tag: fallbackTag(scene.index.descriptor.digest, '.att') };
}

function runOurs(images: readonly string[]): Promise<void> {
  const args = [ours, proxy.host, root, RELEASE_WORKFLOW.issuer, RELEASE_WORKFLOW.subject, ...images];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** As a shell script does it: a process for each signature and for each type of attestation, eight at a time. */
function runCosigns(images: readonly string[]): Promise<void> {
  const commands = images.flatMap((image) =>
    [['verify'], ...TYPES.map((type) => ['verify-attestation', '--type', type])].map((args) => [...args, image]),
  );
  const script = 'words=$1; shift; exec cosign $words "$@" > /dev/null 2>&1';
  const xargs = ['-P', '8', '-I', '{}', 'bash', '-c', script, '-', '{}', ...identity];
  return new Promise((resolve, reject) => {
    const child = execFile('xargs', xargs, (error) => (error === null ? resolve() : reject(error)));
    child.stdin?.end(commands.map((words) => `${words.join(' ')}\n`).join(''));
  });
}

/** One process that verifies all bundles of all images: bench/peers/sigstore-verify. */
function runLibrary(images: readonly string[]): Promise<void> {
  const args = [root, RELEASE_WORKFLOW.issuer, RELEASE_WORKFLOW.subject, String(1 + TYPES.length), ...images];
  return new Promise((resolve, reject) => {
    execFile('sigstore-verify', args, (error) => (error === null ? resolve() : reject(error)));
  });
}

async function median(work: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < Number(rounds); round++) {
    const start = performance.now();
    await work();
    times.push((performance.now() - start) / 1000);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}
