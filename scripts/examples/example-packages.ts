import type { LayerFile } from '../../__tests__/support/image/image-maker.js';
import type { ApkPackage } from './apk-tree.js';

/** Where the example images are made. */
export const SOURCE = 'https://github.com/demo/images';
export const WORKFLOW = `${SOURCE}/.github/workflows/release.yml@refs/heads/main`;
export const WOLFI =
  'ID=wolfi\nNAME="Wolfi"\nPRETTY_NAME="Wolfi"\nVERSION_ID="20230201"\nHOME_URL="https://wolfi.dev"\n';

export const RUNTIME: readonly ApkPackage[] = [
  {
    name: 'ca-certificates-bundle',
    version: '20260101-r0',
    license: 'MPL-2.0 AND MIT',
    files: [{ path: 'etc/ssl/certs/ca-certificates.crt', content: '# certificates, for the example\n' }],
  },
  {
    name: 'libstdc++',
    version: '15.2.0-r4',
    license: 'GPL-3.0-or-later WITH GCC-exception-3.1',
    origin: 'gcc',
    files: [{ path: 'usr/lib/libstdc++.so.6', content: '\x7fELF libstdc++, for the example\n', mode: 0o755 }],
  },
  {
    name: 'nodejs-22',
    version: '22.21.1-r0',
    license: 'MIT',
    files: [{ path: 'usr/bin/node', content: '\x7fELF node, for the example\n', mode: 0o755 }],
  },
];

export const TOOLS: readonly ApkPackage[] = [
  {
    name: 'busybox',
    version: '1.37.0-r50',
    license: 'GPL-2.0-only',
    files: [
      {
        path: 'usr/bin/busybox',
        content: '\x7fELF BusyBox v1.37.0 (for the example) multi-call binary.\n',
        mode: 0o755,
      },
    ],
  },
  {
    name: 'apk-tools',
    version: '2.14.10-r7',
    license: 'GPL-2.0-only',
    files: [{ path: 'usr/bin/apk', content: '\x7fELF apk, for the example\n', mode: 0o755 }],
  },
  {
    name: 'npm',
    version: '11.6.2-r0',
    license: 'Artistic-2.0',
    files: [{ path: 'usr/bin/npm', content: '#!/usr/bin/env node\n', mode: 0o755 }],
  },
];
export const SHELL: LayerFile = { path: 'usr/bin/sh', link: '/usr/bin/busybox' };

/** A package that only one image has, so that no two images are the same bytes. */
export function packageOf(name: string): ApkPackage {
  return { name, version: '1.0.0-r0', license: 'MIT', files: [{ path: `app/${name}.txt`, content: `${name}\n` }] };
}
