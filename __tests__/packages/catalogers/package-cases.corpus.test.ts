import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { extract } from 'tar-stream';
import { z } from 'zod';
import { optionalField } from '../../../src/lib/collections.js';
import type { Inventory } from '../../../src/packages/inventory.js';
import { contentsOf } from '../../support/image/contents-of.js';
import type { LayerFile } from '../../support/image/image-maker.js';
import { describeWithSharedData, sharedData } from '../../support/shared-data.js';

const expectedSchema = z.object({ packages: z.array(z.object({ purl: z.string() })) });

/**
 * Where we say something else than the catalogers that were asked, and why: docs/dev/catalogers.md has it in words.
 * `theirs` are packages that we don't list, `ours` packages that only we list.
 */
const DIFFERENCES: Readonly<Record<string, { theirs?: RegExp; ours?: readonly string[] }>> = {
  'bitnami-spdx': { theirs: /^pkg:bitnami\//, ours: ['pkg:bitnami/redis@7.0.4-5', 'pkg:generic/lua@5.1.5'] },
  'dotnet-app-and-runtime': {
    theirs: /^pkg:nuget\/Microsoft\.(?:NETCore|AspNetCore)\.App\.Runtime/,
    ours: ['pkg:generic/aspnet-core@8.0.1', 'pkg:generic/dotnet@8.0.1'],
  },
  'jre-by-tarball': {
    theirs: /^pkg:generic\/oracle\/openjdk@/,
    ours: ['pkg:generic/openjdk@11.0.16', 'pkg:generic/openjdk@17.0.5%2B8'],
  },
};

const CASES = [
  'bitnami-spdx',
  'conda-environment',
  'dotnet-app-and-runtime',
  'go-1.17-pointer-form',
  'go-1.19-stripped-no-exec-bit',
  'go-1.26-module',
  'go-pe-and-macho',
  'go-replaced-modules',
  'jar-nested-spring-boot',
  'jar-pom-properties',
  'jar-shaded',
  'jre-by-tarball',
  'node-by-tarball',
  'other-managers',
  'php-composer-installed',
  'python-by-prefix',
  'ruby-default-gems',
  'rust-auditable',
  'server-binaries',
  'yarn-pnp-zip',
] as const;

describeWithSharedData('packages', 'a root file system whose packages no distribution lists', () => {
  test.each(CASES)('holds what independent catalogers say: %s', async (name) => {
    const { theirs, ours = [] } = DIFFERENCES[name] ?? {};
    const inventory = await inventoryOf(name);
    const { packages } = expectedSchema.parse(
      JSON.parse(readFileSync(sharedData(`packages/${name}/expected.json`), 'utf8')),
    );
    const shared = packages.map(({ purl }) => purl).filter((purl) => theirs?.test(purl) !== true);
    // What is named without a version can't be asked about, and they leave it out.
    const listed = inventory.packages.filter(({ version }) => version !== '').map(({ purl }) => purl);
    expect([...new Set(listed)].map(decoded).sort()).toEqual([...shared, ...ours].map(decoded).sort());
    expect(inventory.uncataloged).toEqual([]);
  });

  test('names what could not be read, and a program of several names once', async () => {
    expect((await inventoryOf('jar-pom-properties')).unreadContents).toEqual([
      { path: 'opt/app/lib/broken.jar', reason: expect.stringContaining('no end record') },
    ]);
    const { packages } = await inventoryOf('go-replaced-modules');
    expect(packages.filter(({ name }) => name === 'stdlib')).toHaveLength(1);
    expect(
      packages
        .filter(({ version }) => version === '')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['example.test/goreplace', 'example.test/tinylib']);
  });
});

/** The tools write a plus sign in a version now as itself and now encoded. */
function decoded(purl: string): string {
  return purl.replaceAll('%2B', '+');
}

async function inventoryOf(name: string): Promise<Inventory> {
  const { evidence } = await contentsOf({ layers: [await filesOf(sharedData(`packages/${name}/rootfs.tar.gz`))] });
  if (evidence.packages.status !== 'present') throw new Error(`${name} was not read`);
  return evidence.packages.value;
}

async function filesOf(archive: string): Promise<readonly LayerFile[]> {
  const files: LayerFile[] = [];
  const entries = extract();
  entries.end(gunzipSync(readFileSync(archive)));
  for await (const entry of entries) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
    const { name, type, mode, linkname } = entry.header;
    const path = name.replace(/^\.\//, '');
    if (type === 'file') files.push({ path, content: Buffer.concat(chunks), ...optionalField('mode', mode) });
    else if ((type === 'link' || type === 'symlink') && linkname) files.push({ path, link: linkname, type });
  }
  return files;
}
