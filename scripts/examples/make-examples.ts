import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayerFile } from '../../__tests__/support/image-maker.js';
import { writeLayout } from '../../__tests__/support/image-maker-layout.js';
import { keylessSigner, type TestIdentity } from '../../__tests__/support/signer-identity.js';
import { makeSigstore } from '../../__tests__/support/sigstore-trust.js';
import { type ApkPackage, apkTree } from './apk-tree.js';
import { type ExampleImage, exampleImage, sbomOf } from './example-image.js';

const SOURCE = 'https://github.com/demo/images';
const WORKFLOW = `${SOURCE}/.github/workflows/release.yml@refs/heads/main`;
const WOLFI = 'ID=wolfi\nNAME="Wolfi"\nPRETTY_NAME="Wolfi"\nVERSION_ID="20230201"\nHOME_URL="https://wolfi.dev"\n';

const RUNTIME: readonly ApkPackage[] = [
  {
    name: 'ca-certificates-bundle',
    version: '20260101-r0',
    licence: 'MPL-2.0 AND MIT',
    files: [{ path: 'etc/ssl/certs/ca-certificates.crt', content: '# certificates, for the example\n' }],
  },
  {
    name: 'libstdc++',
    version: '15.2.0-r4',
    licence: 'GPL-3.0-or-later WITH GCC-exception-3.1',
    origin: 'gcc',
    files: [{ path: 'usr/lib/libstdc++.so.6', content: '\x7fELF libstdc++, for the example\n', mode: 0o755 }],
  },
  {
    name: 'nodejs-22',
    version: '22.21.1-r0',
    licence: 'MIT',
    files: [{ path: 'usr/bin/node', content: '\x7fELF node, for the example\n', mode: 0o755 }],
  },
];

const TOOLS: readonly ApkPackage[] = [
  {
    name: 'busybox',
    version: '1.37.0-r50',
    licence: 'GPL-2.0-only',
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
    licence: 'GPL-2.0-only',
    files: [{ path: 'usr/bin/apk', content: '\x7fELF apk, for the example\n', mode: 0o755 }],
  },
  {
    name: 'npm',
    version: '11.6.2-r0',
    licence: 'Artistic-2.0',
    files: [{ path: 'usr/bin/npm', content: '#!/usr/bin/env node\n', mode: 0o755 }],
  },
];
const SHELL: LayerFile = { path: 'usr/bin/sh', link: '/usr/bin/busybox' };

/**
 * Makes the layout and the trusted root of examples/storefront, and writes the new digests into its Dockerfiles.
 * Returns a line about each image.
 */
export async function makeExamples(root: string): Promise<readonly string[]> {
  const storefront = join(root, 'examples/storefront');
  const sigstore = await makeSigstore();
  const identity = (subject: string): TestIdentity => ({
    subject,
    issuer: 'https://token.actions.githubusercontent.com',
    extensions: [
      { oid: '1.3.6.1.4.1.57264.1.12', value: SOURCE },
      { oid: '1.3.6.1.4.1.57264.1.14', value: 'refs/heads/main' },
      { oid: '1.3.6.1.4.1.57264.1.18', value: subject },
      { oid: '1.3.6.1.4.1.57264.1.11', value: 'github-hosted' },
    ],
  });
  const release = await keylessSigner(sigstore, identity(WORKFLOW));
  const stranger = await keylessSigner(
    sigstore,
    identity('https://github.com/stranger/fork/.github/workflows/release.yml@refs/heads/main'),
  );

  const images = exampleImages(sigstore.now.toISOString(), { release, stranger });
  const made = await Promise.all(images.map((image) => exampleImage(image, sigstore)));
  const layout = join(storefront, 'registry');
  await rm(layout, { recursive: true, force: true });
  await writeLayout(
    layout,
    made.flatMap(({ entries }) => entries),
  );
  await mkdir(join(storefront, '.github/keys'), { recursive: true });
  await writeFile(
    join(storefront, '.github/keys/test-trusted-root.json'),
    `${JSON.stringify(sigstore.trustedRoot(), null, 2)}\n`,
  );
  const digests = new Map(images.flatMap(({ names }, place) => names.map((name) => [name, made[place]?.digest ?? ''])));
  for (const file of [
    'Dockerfile',
    'services/worker/Dockerfile',
    'services/mailer/Dockerfile',
    'services/legacy/Dockerfile',
  ]) {
    await repin(join(storefront, file), digests);
  }
  return [...digests].map(([name, digest]) => `${name}@${digest}`);
}

function exampleImages(
  now: string,
  { release, stranger }: Record<'release' | 'stranger', NonNullable<ExampleImage['signer']>>,
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
      layers: [apkTree([...RUNTIME, application('worker')], WOLFI)],
      signer: stranger,
    },
    // Not signed at all.
    {
      ...hardened,
      names: ['demo.example/hardened/batch:1'],
      layers: [apkTree([...RUNTIME, application('batch')], WOLFI)],
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
      source: 'https://github.com/stranger/fork',
    },
  ];
}

/** A package that only one image has, so that no two images are the same bytes. */
function application(name: string): ApkPackage {
  return { name, version: '1.0.0-r0', licence: 'MIT', files: [{ path: `app/${name}.txt`, content: `${name}\n` }] };
}

/** Writes the digest behind every tag of an example image that the file pins. */
async function repin(path: string, digests: ReadonlyMap<string, string>): Promise<void> {
  const text = await readFile(path, 'utf8');
  const pinned = text.replace(/(demo\.example\/[a-z/-]+:[\w.-]+)@sha256:[0-9a-f]{64}/g, (whole, name: string) => {
    const digest = digests.get(name);
    return digest === undefined ? whole : `${name}@${digest}`;
  });
  await writeFile(path, pinned);
}
