import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type MadeImage, makeImage } from '../support/image/image-maker.js';
import { writeLayout } from '../support/image/image-maker-layout.js';
import { closeRegistries, LOOPBACK_HTTP, openFor } from '../support/registry/registry-open.js';
import { type RegistryServer, startRegistry } from '../support/registry/registry-server.js';

const HUB = { registry: 'docker.io', repository: 'library/alpine' };
let directory: string;
let image: MadeImage;
let server: RegistryServer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'routes-'));
  image = await makeImage();
  server = await startRegistry();
  server.push('hub/library/alpine', image, '3');
  await writeLayout(join(directory, 'layout'), [{ content: image, name: 'docker.io/library/alpine:3' }]);
});
afterEach(closeRegistries);
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

describe('a stand-in', () => {
  const found = () => ({ ok: true, value: { digest: image.descriptor.digest } });

  test('may be a mirror under a prefix, which may be private since whoever started the run named it', async () => {
    const rules = { [server.host]: { ...LOOPBACK_HTTP, privateNetwork: false } };
    const source = await openFor([], {
      registries: rules,
      routes: [`docker.io=${server.host}/hub`],
      isListed: () => false,
    });
    expect(await source.resolveTag(HUB, '3')).toMatchObject(found());
  });

  test('may be an image layout, which needs no network', async () => {
    const source = await openFor([], {
      routes: [`docker.io=oci-layout:${directory}/layout`],
      offline: true,
      isListed: () => false,
    });
    expect(await source.resolveTag(HUB, '3')).toMatchObject(found());
    expect(await source.tags(HUB)).toEqual({ ok: true, value: ['3'] });
  });

  test('may be a layout that the policy names, where policies may', async () => {
    const registries = { 'docker.io': { ...LOOPBACK_HTTP, layout: 'layout' } };
    const atDesk = await openFor([], { registries, workspace: directory, layouts: true, offline: true });
    expect(await atDesk.resolveTag(HUB, '3')).toMatchObject(found());
    const onRunner = await openFor([], { registries, workspace: directory, offline: true });
    expect(await onRunner.resolveTag(HUB, '3')).toMatchObject({ ok: false, error: { code: 'offline' } });
  });

  test('of the longest prefix is taken', async () => {
    const routes = [`docker.io=oci-layout:${directory}/none`, `docker.io/library=${server.host}/hub/library`];
    const source = await openFor(server.host, { routes });
    expect(await source.resolveTag(HUB, '3')).toMatchObject(found());
    expect(await source.resolveTag({ ...HUB, repository: 'librarything/alpine' }, '3')).toMatchObject({ ok: false });
  });

  test('that is given twice, or wrongly, is said before the run begins', async () => {
    await expect(openFor([], { routes: ['a.example=b.example', 'a.example=c.example'] })).rejects.toThrow(
      'more than once',
    );
    await expect(openFor([], { routes: ['nonsense'] })).rejects.toThrow('HOST=oci-layout:DIR');
  });
});
