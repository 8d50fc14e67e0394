import { createHash } from 'node:crypto';
import type { LayerFile } from './image-maker.js';

/** A package and the regular files it brings. */
export interface MadePackage {
  readonly name: string;
  readonly version: string;
  readonly origin?: string;
  readonly files: readonly { readonly path: string; readonly content: string | Uint8Array; readonly mode?: number }[];
}

const hashed = (algorithm: string, content: string | Uint8Array, encoding: 'hex' | 'base64') =>
  createHash(algorithm).update(content).digest(encoding);

/** The files of apk packages and the database that lists them, as apk and apko write it. */
export function apkInstalled(
  packages: readonly MadePackage[],
  database = 'usr/lib/apk/db/installed',
): readonly LayerFile[] {
  const text = packages.map(({ name, version, origin, files }) =>
    [
      `C:Q1${hashed('sha1', name, 'base64')}`,
      `P:${name}`,
      `V:${version}`,
      'A:x86_64',
      `o:${origin ?? name}`,
      'L:MIT',
      ...files.flatMap(({ path, content }) => [
        `F:${path.slice(0, Math.max(0, path.lastIndexOf('/')))}`,
        `R:${path.slice(path.lastIndexOf('/') + 1)}`,
        `Z:Q1${hashed('sha1', content, 'base64')}`,
      ]),
    ].join('\n'),
  );
  return [...packages.flatMap(({ files }) => files), { path: database, content: `${text.join('\n\n')}\n\n` }];
}

/** The files of Debian packages, `status`, and the lists and checksums in `info`. */
export function dpkgInstalled(packages: readonly MadePackage[]): readonly LayerFile[] {
  const status = packages.map(({ name, version, origin }) =>
    [
      `Package: ${name}`,
      'Status: install ok installed',
      'Architecture: amd64',
      ...(origin === undefined ? [] : [`Source: ${origin} (1.0-1)`]),
      `Version: ${version}`,
      'Conffiles:',
      ' /etc/tool.conf 0123456789abcdef0123456789abcdef',
      'Description: made',
      ' for tests',
    ].join('\n'),
  );
  return [
    ...packages.flatMap(({ files }) => files),
    { path: 'var/lib/dpkg/status', content: `${status.join('\n\n')}\n` },
    ...packages.flatMap(({ name, files }): LayerFile[] => [
      { path: `var/lib/dpkg/info/${name}.list`, content: `/.\n${files.map(({ path }) => `/${path}\n`).join('')}` },
      {
        path: `var/lib/dpkg/info/${name}.md5sums`,
        content: files.map(({ path, content }) => `${hashed('md5', content, 'hex')}  ${path}\n`).join(''),
      },
    ]),
  ];
}

/** An executable's bytes, with a text inside as a program has its own strings. */
export function elf(text = '', padding = 4096): Buffer {
  return Buffer.concat([
    Buffer.from('\x7fELF\x02\x01\x01', 'latin1'),
    Buffer.alloc(padding, 7),
    Buffer.from(text),
    Buffer.alloc(64),
  ]);
}
