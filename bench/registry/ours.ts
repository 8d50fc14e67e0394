// Resolves the uses of a task as a run of the gate does, and prints what it took.
import { tmpdir } from 'node:os';
import { parseReference } from '../../src/references/reference.js';
import { DirectoryCache } from '../../src/registry/cache/directory-cache.js';
import { openRegistries } from '../../src/registry/open-registries.js';
import { resolveImage } from '../../src/registry/resolve.js';
import type { Outcome, Task } from './task.js';

// Written by compare.ts.
const task = JSON.parse(process.argv[2] ?? '') as Task;
const registries = await openRegistries({
  registries: { [task.host]: { privateNetwork: true, insecure: true, tokenHosts: [] } },
  isListed: () => true,
  environment: { HOME: tmpdir() },
  workspace: tmpdir(),
  limits: { 'layer-bytes': 2 ** 40, 'run-bytes': 2 ** 41 },
  ...(task.cacheDirectory === undefined
    ? {}
    : { cache: new DirectoryCache({ directory: task.cacheDirectory, maxBytes: 2 ** 30, maxEntryBytes: 2 ** 23 }) }),
});
if (!registries.ok) throw new Error(registries.error);
const { source, close } = registries.value;

const start = performance.now();
const images = await Promise.all(
  task.uses.map((use) => {
    const reference = parseReference(use);
    if (!reference.ok) throw new Error(reference.error.reason);
    return resolveImage(source, reference.value, { os: 'linux', architecture: 'amd64' });
  }),
);
const seconds = (performance.now() - start) / 1000;
for (const image of images) if (!image.ok) throw new Error(image.error.message);

let layerBytes = 0;
if (task.layer !== undefined) {
  const { repository, digest, size } = task.layer;
  const descriptor = { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest, size };
  const stream = await source.blobStream({ registry: task.host, repository }, descriptor, 'layer');
  if (!stream.ok) throw new Error(stream.error.message);
  for await (const chunk of stream.value) layerBytes += chunk.length;
}
await close();
const peakMiB = process.resourceUsage().maxRSS / 1024;
const outcome: Outcome = { seconds, resolved: images.length, layerBytes, peakMiB };
process.stdout.write(JSON.stringify(outcome));
