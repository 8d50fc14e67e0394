import { apkTree } from './apk-tree.js';
import { type ExampleImage, sbomOf } from './example-image.js';
import { packageOf, RUNTIME, SHELL, SOURCE, TOOLS, WOLFI } from './example-packages.js';

/** The images of examples/storefront: two that pass, and three that each have something wrong with them. */
export function storefrontImages(
  now: string,
  { release, untrusted }: Record<'release' | 'untrusted', NonNullable<ExampleImage['signer']>>,
): readonly ExampleImage[] {
  const config = { User: '65532', WorkingDir: '/app', Entrypoint: ['/usr/bin/node'], Env: ['PATH=/usr/bin'] };
  const development = [...RUNTIME, ...TOOLS];
  const hardened = { config, created: now, source: SOURCE };
  return [
    {
      ...hardened,
      names: ['demo.example/hardened/node:22'],
      layers: [apkTree(RUNTIME, WOLFI)],
      signer: release,
      sbom: sbomOf([{ name: 'wolfi-baselayout', version: '20230201-r28' }, ...RUNTIME]),
      apko: ['wolfi-baselayout', ...RUNTIME.map(({ name }) => name)],
    },
    {
      ...hardened,
      names: ['demo.example/hardened/node:22-dev'],
      layers: [[...apkTree(development, WOLFI), SHELL]],
      config: { ...config, User: 'root' },
      signer: release,
      sbom: sbomOf([{ name: 'wolfi-baselayout', version: '20230201-r28' }, ...development]),
      apko: ['wolfi-baselayout', ...development.map(({ name }) => name)],
    },
    // Signed, by somebody else.
    {
      ...hardened,
      names: ['demo.example/hardened/worker:1'],
      layers: [apkTree([...RUNTIME, packageOf('worker')], WOLFI)],
      signer: untrusted,
    },
    // Not signed at all.
    {
      ...hardened,
      names: ['demo.example/hardened/batch:1'],
      layers: [apkTree([...RUNTIME, packageOf('batch')], WOLFI)],
    },
    // Signed by the right party, and everything else is wrong with it.
    {
      names: ['demo.example/hardened/mailer:1'],
      created: '2023-05-01T00:00:00Z',
      config: {
        User: '',
        Env: ['PATH=.:/usr/bin', 'SMTP_PASSWORD=hunter2-for-the-example'],
        ExposedPorts: { '22/tcp': {} },
      },
      layers: [
        [
          ...apkTree(development, WOLFI.replace('wolfi', 'alpine').replace('20230201', '3.15.11')),
          SHELL,
          { path: 'usr/bin/mount', content: '\x7fELF mount, for the example\n', mode: 0o4755 },
          { path: 'usr/local/bin/unowned', content: '#!/bin/sh\necho for the example\n', mode: 0o755 },
        ],
        [{ path: 'usr/bin/node', content: '\x7fELF something else, for the example\n', mode: 0o755 }],
      ],
      signer: release,
      sbom: sbomOf([
        { name: 'nodejs-22', version: '22.21.1-r0' },
        { name: 'not-there', version: '1.0-r0' },
      ]),
      source: 'https://github.com/untrusted/fork',
    },
  ];
}
