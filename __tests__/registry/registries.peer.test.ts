import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { digestOf } from '../../src/references/digest.js';
import { parseReference } from '../../src/references/reference.js';
import type { ImageSource } from '../../src/registry/image-source.js';
import { LayoutSource } from '../../src/registry/layout/layout.js';
import { resolveImage } from '../../src/registry/resolve.js';
import {
  type MadeContent,
  type MadeImage,
  makeArtifact,
  makeImage,
  makeIndex,
  subjectOf,
} from '../support/image/image-maker.js';
import { writeLayout } from '../support/image/image-maker-layout.js';
import { describeWithPeers } from '../support/process/peers.js';
import { makeCertificate } from '../support/registry/registry-certificate.js';
import { closeRegistries, LOOPBACK_HTTP, LOOPBACK_TLS, openFor } from '../support/registry/registry-open.js';
import {
  type PeerRegistry,
  run,
  startDockerRegistry,
  startReferrersRegistry,
} from '../support/registry/registry-peers.js';
import { ISSUER, SERVICE, startTokenServer, type TokenServer } from '../support/registry/registry-token-server.js';

/** `ann` with the password `secret`, as `htpasswd -nbB` writes it. */
const HTPASSWD = 'ann:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a';
const AMD64 = { os: 'linux', architecture: 'amd64' };

let directory: string;
let image: MadeImage;
let index: MadeContent;
let artifact: MadeContent;
const closing: { close(): Promise<void> }[] = [];

function reference(host: string, rest: string) {
  const parsed = parseReference(`${host}/${rest}`);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return parsed.value;
}

async function open<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> {
  const opened = await opening;
  closing.push(opened);
  return opened;
}

/** What we resolve is what crane sees: digests, manifest and configuration to the byte. */
async function agreesWithCrane(source: ImageSource, name: string, host: string, environment = {}) {
  const resolved = await resolveImage(source, reference(host, name), AMD64);
  if (!resolved.ok) throw new Error(resolved.error.message);
  const { digest, manifestDigest, configDigest, repository } = resolved.value;
  const crane = (...arguments_: string[]) => run('crane', [...arguments_, '--insecure'], environment);
  expect((await crane('digest', `${host}/${name}`)).trim()).toBe(digest);
  expect((await crane('digest', '--platform', 'linux/amd64', `${host}/${name}`)).trim()).toBe(manifestDigest);
  const config = await crane('config', '--platform', 'linux/amd64', `${host}/${name}`);
  expect(digestOf(Buffer.from(config.trimEnd()))).toBe(configDigest);
  const manifest = await source.manifest(repository, digest);
  expect(manifest.ok && Buffer.from(manifest.value.bytes).toString('utf8')).toBe(
    await crane('manifest', `${host}/${name}`).then((text) => text.trimEnd()),
  );
  return resolved.value;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'peers-'));
  image = await makeImage({
    layers: [[{ path: 'bin/app', content: 'x'.repeat(3_000_000), mode: 0o755 }]],
    compression: 'none',
  });
  index = makeIndex([image, await makeImage({ platform: 'linux/arm64' })]);
  artifact = makeArtifact({
    artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    subject: subjectOf(index),
    layers: [{ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', content: '{}' }],
  });
  await writeLayout(join(directory, 'made'), [
    { content: index, name: 'oci' },
    { content: image, name: 'single' },
  ]);
  await writeLayout(join(directory, 'artifact'), [{ content: artifact }]);
});

afterEach(async () => {
  await closeRegistries();
  await Promise.all(closing.splice(0).map((one) => one.close()));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** Pushes the index as it is, and an image that skopeo turns into Docker's form. */
async function fill(registry: PeerRegistry, ...options: string[]): Promise<void> {
  const copy = ['copy', '--dest-tls-verify=false', ...options];
  const to = `docker://${registry.host}/base/app`;
  await run('skopeo', [...copy, '--all', '--preserve-digests', `oci:${directory}/made:oci`, `${to}:oci`]);
  await run('skopeo', [...copy, '--format=v2s2', `oci:${directory}/made:single`, `${to}:docker`]);
}

describeWithPeers(['docker-registry', 'crane', 'skopeo'], "Docker's registry, filled by skopeo", () => {
  test('is read as crane reads it, for indexes and for single manifests', async () => {
    const registry = await open(startDockerRegistry());
    await fill(registry);
    const source = await openFor(registry.host);
    expect(await agreesWithCrane(source, 'base/app:oci', registry.host)).toMatchObject({
      digest: index.descriptor.digest,
    });
    expect(await agreesWithCrane(source, 'base/app:docker', registry.host)).toMatchObject({ kind: 'manifest' });
    const repository = { registry: registry.host, repository: 'base/app' };
    const tags = await source.tags(repository);
    expect(tags.ok && [...tags.value].sort()).toEqual(['docker', 'oci']);
    const layer = await source.blobStream(repository, image.layers[0] ?? image.config, 'layer');
    let bytes = 0;
    for await (const chunk of layer.ok ? layer.value : []) bytes += chunk.length;
    expect(bytes).toBe(image.layers[0]?.size);
    expect(await source.resolveTag(repository, 'none')).toMatchObject({ ok: false, error: { code: 'not-found' } });
    expect(await source.resolveTag({ ...repository, repository: 'base/none' }, 'x')).toMatchObject({
      error: { code: 'not-found' },
    });
  });

  test('has no referrers API, so that the fallback tag is read that crane writes', async () => {
    const registry = await open(startDockerRegistry());
    await fill(registry);
    const source = await openFor(registry.host);
    const repository = { registry: registry.host, repository: 'base/app' };
    expect(await source.referrers(repository, index.descriptor.digest)).toEqual({
      ok: true,
      value: { via: 'referrers-tag', descriptors: [], unreadable: [] },
    });
    await run('crane', ['push', join(directory, 'artifact'), `${registry.host}/base/app:artifact`, '--insecure']);
    const again = await openFor(registry.host);
    expect(await again.referrers(repository, index.descriptor.digest)).toMatchObject({
      ok: true,
      value: { via: 'referrers-tag', descriptors: [{ digest: artifact.descriptor.digest }] },
    });
  });

  test('over TLS with passwords takes what `crane auth login` wrote, and nothing else', async () => {
    const tls = makeCertificate(['127.0.0.1']);
    const registry = await open(startDockerRegistry({ tls, htpasswd: HTPASSWD }));
    await fill(registry, '--dest-creds=ann:secret');
    await writeFile(join(directory, 'ca.pem'), tls.cert);
    const environment = { DOCKER_CONFIG: join(directory, 'login'), SSL_CERT_FILE: join(directory, 'ca.pem') };
    await run('crane', ['auth', 'login', registry.host, '-u', 'ann', '-p', 'secret'], environment);
    const registries = { [registry.host]: LOOPBACK_TLS };
    const workspace = join(directory, 'made');
    await agreesWithCrane(
      await openFor([], { registries, environment, workspace }),
      'base/app:oci',
      registry.host,
      environment,
    );
    const anonymous = await openFor([], {
      registries,
      environment: { ...environment, DOCKER_CONFIG: directory },
      workspace,
    });
    expect(await resolveImage(anonymous, reference(registry.host, 'base/app:oci'), AMD64)).toMatchObject({
      ok: false,
      error: { code: 'unauthorized' },
    });
    const distrusting = await openFor([], {
      registries,
      environment: { DOCKER_CONFIG: join(directory, 'login') },
      workspace,
    });
    expect(await resolveImage(distrusting, reference(registry.host, 'base/app:oci'), AMD64)).toMatchObject({
      ok: false,
      error: { code: 'tls' },
    });
  });

  test('with a token server gives tokens for pulling this repository and nothing more', async () => {
    const tokens: TokenServer = await open(startTokenServer('ann', 'secret'));
    const { realm, certificate } = tokens;
    const token = { realm, service: SERVICE, issuer: ISSUER, certificate };
    const registry = await open(startDockerRegistry({ token }));
    await fill(registry, '--dest-creds=ann:secret');
    const before = tokens.scopes.length;
    const registries = { [registry.host]: { ...LOOPBACK_HTTP, tokenHosts: [tokens.host] } };
    const credentials = new Map([[registry.host, { kind: 'password', username: 'ann', password: 'secret' } as const]]);
    const source = await openFor([], { registries, credentials });
    expect(await resolveImage(source, reference(registry.host, 'base/app:oci'), AMD64)).toMatchObject({
      ok: true,
      value: { digest: index.descriptor.digest, configDigest: image.config.digest },
    });
    expect(tokens.scopes.slice(before)).toEqual(['repository:base/app:pull']);
    const untrusted = await openFor([], { registries });
    expect(await resolveImage(untrusted, reference(registry.host, 'base/app:oci'), AMD64)).toMatchObject({
      ok: false,
      error: { code: 'unauthorized' },
    });
  });
});

describeWithPeers(['referrers-registry', 'crane'], 'a registry with the referrers API', () => {
  test('is read as crane reads it, with its referrers', async () => {
    const registry = await open(startReferrersRegistry());
    await writeLayout(join(directory, 'index'), [{ content: index }]);
    // crane pushes the layout's own index where it is reported to push an index: the image's index is one level below.
    await run('crane', ['push', '--index', join(directory, 'index'), `${registry.host}/base/app:1`, '--insecure']);
    await run('crane', ['push', join(directory, 'artifact'), `${registry.host}/base/app:artifact`, '--insecure']);
    const source = await openFor(registry.host);
    await agreesWithCrane(source, 'base/app:1', registry.host);
    const repository = { registry: registry.host, repository: 'base/app' };
    expect(await source.referrers(repository, index.descriptor.digest)).toMatchObject({
      ok: true,
      value: { via: 'referrers-api', descriptors: [{ digest: artifact.descriptor.digest }] },
    });
    expect(await source.referrers(repository, image.descriptor.digest)).toEqual({
      ok: true,
      value: { via: 'referrers-api', descriptors: [], unreadable: [] },
    });
  });
});

describeWithPeers(['docker-registry', 'crane', 'skopeo'], 'image layouts of other hands', () => {
  test('are read: of skopeo, and of crane', async () => {
    const registry = await open(startDockerRegistry());
    await fill(registry);
    const from = `docker://${registry.host}/base/app:oci`;
    await run('skopeo', [
      'copy',
      '--all',
      '--preserve-digests',
      '--src-tls-verify=false',
      from,
      `oci:${directory}/skopeo:1.0`,
    ]);
    await run('skopeo', [
      'copy',
      '--src-tls-verify=false',
      from,
      `oci-archive:${directory}/skopeo.tar:demo.example/base/app:1.0`,
    ]);
    await run('crane', [
      'pull',
      '--format=oci',
      '--annotate-ref',
      `${registry.host}/base/app:oci`,
      join(directory, 'crane'),
      '--insecure',
    ]);
    const demo = reference('demo.example', 'base/app:1.0');
    expect(await resolveImage(new LayoutSource(join(directory, 'skopeo')), demo, AMD64)).toMatchObject({
      ok: true,
      value: { digest: index.descriptor.digest },
    });
    expect(await resolveImage(new LayoutSource(join(directory, 'skopeo.tar')), demo, AMD64)).toMatchObject({
      ok: true,
    });
    const named = reference(registry.host, 'base/app:oci');
    expect(await resolveImage(new LayoutSource(join(directory, 'crane')), named, AMD64)).toMatchObject({
      ok: true,
      value: { digest: index.descriptor.digest },
    });
  });
});
