import { expect, test } from '@jest/globals';
import { readImageLayers } from '../../../src/image-content/layers/read-image-layers.js';
import { ok } from '../../../src/lib/result.js';
import { sourceOf } from '../../support/image/contents-of.js';
import { makeImage } from '../../support/image/image-maker.js';

test('an image whose layers have too many members together passes a limit, by name', async () => {
  const made = await makeImage({ layers: [[{ path: 'a' }], [{ path: 'b' }], [{ path: 'c' }]] });
  const entry = { path: 'a', hardLinkTo: 'b' };
  const facts = {
    diffId: 'sha256:0',
    uncompressedBytes: 0,
    entries: new Array(900_000).fill(entry),
    whiteouts: [],
    opaque: [],
    unread: [],
  };
  const read = await readImageLayers(
    sourceOf(made),
    { registry: 'registry.test', repository: 'made' },
    made.layers,
    made.diffIds,
    // What another image of the run has read of these layers; it stands for layers that are slow to make.
    async <T>() => ok(facts) as T,
  );
  expect(read).toMatchObject({ ok: false, error: { kind: 'layer', error: { code: 'limit', limit: 'image-entries' } } });
});
