import { createHash } from 'node:crypto';
import type { LayerFile } from '../../__tests__/support/image/image-maker.js';

/** A package of an example image, as apk would have installed it. */
export interface ApkPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly origin?: string;
  readonly files: readonly { readonly path: string; readonly content: string; readonly mode?: number }[];
}

/**
 * The files of a root file system with these packages, and apk's database of them.
 * @see https://wiki.alpinelinux.org/wiki/Apk_spec#Installed_Database_V2
 */
export function apkTree(packages: readonly ApkPackage[], osRelease: string): readonly LayerFile[] {
  const release: ApkPackage = {
    name: 'wolfi-baselayout',
    version: '20230201-r28',
    license: 'MIT',
    files: [
      { path: 'etc/os-release', content: osRelease },
      {
        path: 'etc/passwd',
        content: 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
      },
      { path: 'etc/group', content: 'root:x:0:\nnonroot:x:65532:\n' },
      { path: 'etc/apk/repositories', content: 'https://packages.wolfi.dev/os\n' },
      {
        path: 'etc/apk/keys/wolfi-signing.rsa.pub',
        content: '-----BEGIN PUBLIC KEY-----\n(of the example)\n-----END PUBLIC KEY-----\n',
      },
    ],
  };
  const all = [release, ...packages];
  const database = all.map(databaseEntry).join('\n');
  const files = all.flatMap((apk) =>
    apk.files.map(({ path, content, mode }) => ({ path, content, mode: mode ?? 0o644 })),
  );
  return [...files, { path: 'usr/lib/apk/db/installed', content: database, mode: 0o644 }];
}

function databaseEntry({ name, version, license, origin, files }: ApkPackage): string {
  const directories = new Map<string, string[]>();
  for (const { path, content, mode } of files) {
    const slash = path.lastIndexOf('/');
    const lines = directories.get(path.slice(0, slash)) ?? [];
    const sum = createHash('sha1').update(content).digest('base64');
    lines.push(`R:${path.slice(slash + 1)}`, `a:0:0:${(mode ?? 0o644).toString(8)}`, `Z:Q1${sum}`);
    directories.set(path.slice(0, slash), lines);
  }
  return [
    `P:${name}`,
    `V:${version}`,
    'A:x86_64',
    `L:${license}`,
    `T:${name}, for the example`,
    `o:${origin ?? name}`,
    ...[...directories].flatMap(([directory, lines]) => [`F:${directory}`, ...lines]),
    '',
  ].join('\n');
}
