import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LayoutSource } from '../../../src/registry/layout/layout.js';
import { openLayoutFiles } from '../../../src/registry/layout/layout-files.js';
import { LayoutIndex } from '../../../src/registry/layout/layout-index.js';
import { OpenLayout } from '../../../src/registry/layout/open-layout.js';
import { registryLimits } from '../../../src/registry/limits.js';
import { type MadeContent, makeArtifact, makeImage, makeIndex, subjectOf } from '../../support/image/image-maker.js';
import { blobPath, type LayoutEntry, writeLayout } from '../../support/image/image-maker-layout.js';

const IMAGES = 60;
const CONTAINERD_NAME = 'io.containerd.image.name';

let directory: string;
let images: readonly MadeContent[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'layout-index-'));
  images = await Promise.all(
    Array.from({ length: IMAGES }, (_, number) => makeImage({ config: { Labels: { number: String(number) } } })),
  );
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** A note about an image, which no other image has. */
function noteAbout(image: MadeContent, text = 'note'): MadeContent {
  return makeArtifact({
    artifactType: 'application/vnd.example.note',
    subject: subjectOf(image),
    layers: [{ mediaType: 'text/plain', content: text }],
  });
}

function imageAt(number: number): MadeContent {
  const image = images[number];
  if (image === undefined) throw new Error(`there is no image ${number}`);
  return image;
}

const repositoryOf = (number: number) => ({ registry: 'demo.example', repository: `base/image-${number}` });

async function written(name: string, entries: readonly LayoutEntry[]): Promise<string> {
  const path = join(directory, name);
  await writeLayout(path, entries);
  return path;
}

/** An index whose files note each time they are read. */
async function watchedIndex(path: string) {
  const files = await openLayoutFiles(path);
  const read: string[] = [];
  const watched = {
    size: (file: string) => files.size(file),
    stream(file: string, size: number) {
      read.push(file);
      return files.stream(file, size);
    },
  };
  const limits = registryLimits();
  return { index: new LayoutIndex(new OpenLayout(watched, path, limits), limits), read };
}

describe('a layout with many images', () => {
  let path: string;
  let notes: readonly MadeContent[];

  beforeAll(async () => {
    notes = images.map((image) => noteAbout(image));
    path = await written('many', [
      ...images.map((content, number) => ({ content, name: `demo.example/base/image-${number}:1.0` })),
      ...images.map((content, number) => ({ content, name: `demo.example/base/image-${number}:1.${number}` })),
      ...notes.map((content) => ({ content })),
    ]);
  });

  test('gives each tag of each repository its own image, and each image its own referrer', async () => {
    const source = new LayoutSource(path);
    for (const [number, image] of images.entries()) {
      const repository = repositoryOf(number);
      for (const tag of ['1.0', `1.${number}`])
        expect(await source.resolveTag(repository, tag)).toMatchObject({ value: { digest: image.descriptor.digest } });
      expect(await source.tags(repository)).toEqual({ ok: true, value: [...new Set(['1.0', `1.${number}`])] });
      const referrers = await source.referrers(repository, image.descriptor.digest);
      expect(referrers.ok && referrers.value.descriptors.map(({ digest }) => digest)).toEqual([
        notes[number]?.descriptor.digest,
      ]);
    }
  });

  test('reads index.json and each manifest once for all lookups of names and referrers', async () => {
    const { index, read } = await watchedIndex(path);
    await Promise.all(
      images.map(async ({ descriptor }, number) => {
        expect(await index.tag(repositoryOf(number), '1.0')).toMatchObject({ ok: true });
        expect(await index.referrers(repositoryOf(number), descriptor.digest)).toMatchObject({ ok: true });
      }),
    );
    expect(read.filter((file) => file === 'index.json')).toHaveLength(1);
    expect(read).toHaveLength(new Set(read).size);
    expect(read).toHaveLength(1 + 2 * IMAGES);
  });

  test('reads no manifest to find a name', async () => {
    const { index, read } = await watchedIndex(path);
    expect(await index.tag(repositoryOf(7), '1.0')).toMatchObject({ ok: true });
    expect(await index.tags(repositoryOf(7))).toMatchObject({ ok: true });
    expect(read).toEqual(['index.json']);
  });
});

describe('names of entries', () => {
  const app = { registry: 'docker.io', repository: 'library/app' };

  test('an entry with the full name comes before one with the bare tag', async () => {
    const path = await written('full', [
      { content: imageAt(0), name: '1.0' },
      { content: imageAt(1), name: 'docker.io/library/app:1.0' },
    ]);
    const source = new LayoutSource(path);
    expect(await source.resolveTag(app, '1.0')).toMatchObject({ value: { digest: imageAt(1).descriptor.digest } });
    expect(await source.resolveTag({ ...app, repository: 'library/other' }, '1.0')).toMatchObject({
      value: { digest: imageAt(0).descriptor.digest },
    });
    expect(await source.tags(app)).toEqual({ ok: true, value: ['1.0'] });
  });

  test.each([
    ['app:1.0', 'docker.io', 'library/app'],
    ['index.docker.io/library/app:1.0', 'docker.io', 'library/app'],
    ['base/app:1.0', 'mirror.example', 'base/app'],
    ['mirror.example:5000/base/app:1.0', 'mirror.example:5000', 'base/app'],
  ])('the name %s is found in %s as %s', async (name, registry, repository) => {
    const path = await written('names', [{ content: imageAt(2), name }]);
    const source = new LayoutSource(path);
    const found = { value: { digest: imageAt(2).descriptor.digest } };
    expect(await source.resolveTag({ registry, repository }, '1.0')).toMatchObject(found);
    expect(await source.tags({ registry, repository })).toEqual({ ok: true, value: ['1.0'] });
    const missing = { error: { code: 'not-found' } };
    expect(await source.resolveTag({ registry, repository }, '2.0')).toMatchObject(missing);
    expect(await source.resolveTag({ registry: 'other.example', repository: 'x/app' }, '1.0')).toMatchObject(missing);
  });

  test("the name of one registry's image is not found in another registry", async () => {
    const path = await written('registries', [{ content: imageAt(3), name: 'demo.example/base/app:1.0' }]);
    expect(
      await new LayoutSource(path).resolveTag({ registry: 'other.example', repository: 'base/app' }, '1.0'),
    ).toMatchObject({ error: { code: 'not-found' } });
  });

  test("BuildKit's bare tag holds for the repository of its full name alone", async () => {
    const image = imageAt(4);
    const annotations = { [CONTAINERD_NAME]: 'docker.io/library/app:1.0' };
    const content = { ...image, descriptor: { ...image.descriptor, annotations } };
    const source = new LayoutSource(await written('buildkit', [{ content, name: '1.0' }]));
    expect(await source.resolveTag(app, '1.0')).toMatchObject({ value: { digest: image.descriptor.digest } });
    expect(await source.resolveTag({ ...app, repository: 'library/other' }, '1.0')).toMatchObject({
      error: { code: 'not-found' },
    });
  });

  test('a name of two different images is an error, one of the same image twice is not', async () => {
    const path = await written('twice', [
      { content: imageAt(0), name: 'docker.io/library/app:other' },
      { content: imageAt(1), name: 'app:other' },
      { content: imageAt(2), name: 'docker.io/library/app:same' },
      { content: imageAt(2), name: 'app:same' },
    ]);
    const source = new LayoutSource(path);
    expect(await source.resolveTag(app, 'other')).toMatchObject({ error: { code: 'malformed' } });
    expect(await source.resolveTag(app, 'same')).toMatchObject({ value: { digest: imageAt(2).descriptor.digest } });
  });
});

describe('a layout with a corrupt manifest beside good ones', () => {
  const good = repositoryOf(0);
  const bad = repositoryOf(1);

  test.each([
    ['changed bytes', (bytes: Uint8Array) => Buffer.from(bytes).fill(0x20, 0, 1)],
    ['bytes that were cut off', (bytes: Uint8Array) => bytes.subarray(0, 20)],
  ])('with %s, good images resolve, and nobody is said to have no referrers', async (name, change) => {
    const path = await written(`corrupt ${name}`, [
      { content: imageAt(0), name: 'demo.example/base/image-0:1.0' },
      { content: imageAt(1), name: 'demo.example/base/image-1:1.0' },
      { content: noteAbout(imageAt(0)) },
    ]);
    const { digest } = imageAt(1).descriptor;
    const bytes = imageAt(1).manifests.get(digest)?.bytes ?? new Uint8Array();
    await writeFile(blobPath(path, digest), change(bytes));
    const source = new LayoutSource(path);
    const resolved = await source.resolveTag(good, '1.0');
    expect(resolved).toMatchObject({ value: { digest: imageAt(0).descriptor.digest } });
    expect(await source.manifest(good, imageAt(0).descriptor.digest)).toMatchObject({ ok: true });
    expect(await source.manifest(bad, digest)).toMatchObject({ error: { code: 'malformed' } });
    // It may be the signature of any of them.
    for (const repository of [good, bad])
      expect(await source.referrers(repository, imageAt(0).descriptor.digest)).toMatchObject({
        error: { code: 'malformed', message: expect.stringContaining(digest), registry: path },
      });
  });

  test('a manifest that is missing is named, and so is one that is larger than its limit', async () => {
    const path = await written('missing', [{ content: imageAt(0), name: '1.0' }, { content: imageAt(1) }]);
    const { digest } = imageAt(1).descriptor;
    const narrow = new LayoutSource(path, registryLimits({ 'manifest-bytes': 2000 }));
    expect(await narrow.referrers(good, digest)).toMatchObject({ ok: true, value: { descriptors: [] } });
    await writeFile(blobPath(path, digest), Buffer.alloc(2001, 0x20));
    expect(
      await new LayoutSource(path, registryLimits({ 'manifest-bytes': 2000 })).referrers(good, digest),
    ).toMatchObject({ error: { code: 'limit', limit: 'manifest-bytes' } });
    await rm(blobPath(path, digest));
    expect(await new LayoutSource(path).referrers(good, digest)).toMatchObject({
      error: { code: 'not-found', message: expect.stringContaining(digest) },
    });
  });

  test('more referrers of a digest than the limit are an error for that digest alone', async () => {
    const path = await written('referrers', [
      { content: makeIndex([imageAt(0)]), name: '1.0' },
      ...['a', 'b', 'c'].map((text) => ({ content: noteAbout(imageAt(0), text) })),
      { content: noteAbout(imageAt(1)) },
    ]);
    const source = new LayoutSource(path, registryLimits({ referrers: 2 }));
    expect(await source.referrers(good, imageAt(0).descriptor.digest)).toMatchObject({
      error: { code: 'limit', limit: 'referrers' },
    });
    expect(await source.referrers(good, imageAt(1).descriptor.digest)).toMatchObject({ ok: true });
  });
});
