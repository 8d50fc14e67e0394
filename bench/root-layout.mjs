import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Writes an OCI layout of the image made.example/root:1, whose only layer is a directory. `config` is the image's. */
export async function layoutOf(root, directory, config = {}) {
  const blobs = join(directory, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const put = (value) => {
    const bytes = Buffer.from(JSON.stringify(value));
    const hex = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(blobs, hex), bytes);
    return { digest: `sha256:${hex}`, size: bytes.length };
  };
  const tar = join(directory, 'layer.tar');
  execFileSync('tar', ['-C', root, '--sort=name', '--numeric-owner', '-cf', tar, '.'], { stdio: 'ignore' });
  const hash = createHash('sha256');
  await pipeline(createReadStream(tar), hash);
  const layer = hash.digest('hex');
  const { size } = statSync(tar);
  renameSync(tar, join(blobs, layer));
  const media = 'application/vnd.oci.image';
  const configuration = put({
    architecture: 'amd64',
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: [`sha256:${layer}`] },
  });
  const manifest = put({
    schemaVersion: 2,
    mediaType: `${media}.manifest.v1+json`,
    config: { mediaType: `${media}.config.v1+json`, ...configuration },
    layers: [{ mediaType: `${media}.layer.v1.tar`, digest: `sha256:${layer}`, size }],
  });
  writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(
    join(directory, 'index.json'),
    JSON.stringify({
      schemaVersion: 2,
      manifests: [
        {
          mediaType: `${media}.manifest.v1+json`,
          ...manifest,
          platform: { os: 'linux', architecture: 'amd64' },
          annotations: { 'org.opencontainers.image.ref.name': 'made.example/root:1' },
        },
      ],
    }),
  );
}
