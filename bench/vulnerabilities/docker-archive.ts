import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes an image as `docker save` does, whose only layer is a package database and an os-release. */
export function writeDockerArchive(
  directory: string,
  family: string,
  packages: readonly (readonly [name: string, version: string])[],
): string {
  const path = join(directory, `${family}.tar`);
  const root = join(directory, `${family}-root`);
  const [database, osRelease] =
    family === 'Debian'
      ? ['var/lib/dpkg/status', 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n']
      : ['lib/apk/db/installed', 'ID=alpine\nVERSION_ID=3.22.3\n'];
  const text = packages.map(([name, version]) =>
    family === 'Debian'
      ? `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nMaintainer: nobody\nVersion: ${version}\nDescription: x\n`
      : `P:${name}\nV:${version}\nA:x86_64\no:${name}\n`,
  );
  mkdirSync(join(root, database, '..'), { recursive: true });
  mkdirSync(join(root, 'etc'), { recursive: true });
  writeFileSync(join(root, database), `${text.join('\n')}\n`);
  writeFileSync(join(root, 'etc/os-release'), osRelease);
  const image = join(directory, `${family}-image`);
  mkdirSync(image, { recursive: true });
  const tar = (args: readonly string[]) => spawnSync('tar', args);
  tar(['-C', root, '-cf', join(image, 'layer.tar'), '.']);
  const diff = createHash('sha256')
    .update(spawnSync('cat', [join(image, 'layer.tar')], { maxBuffer: 1e9 }).stdout)
    .digest('hex');
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [`sha256:${diff}`] },
    history: [{ created_by: 'x' }],
  };
  writeFileSync(join(image, 'config.json'), JSON.stringify(config));
  writeFileSync(
    join(image, 'manifest.json'),
    JSON.stringify([{ Config: 'config.json', RepoTags: ['made:1'], Layers: ['layer.tar'] }]),
  );
  tar(['-C', image, '-cf', path, 'manifest.json', 'config.json', 'layer.tar']);
  return path;
}
