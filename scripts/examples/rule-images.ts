import type { LayerFile } from '../../__tests__/support/image/image-maker.js';
import type { TestSigner } from '../../__tests__/support/signing/signer-identity.js';
import { type ApkPackage, apkTree } from './apk-tree.js';
import { type ExampleImage, sbomOf } from './example-image.js';
import { packageOf, SHELL, SOURCE, TOOLS, WOLFI } from './example-packages.js';

const TINI: ApkPackage = {
  name: 'tini',
  version: '0.19.0-r24',
  license: 'MIT',
  files: [{ path: 'usr/bin/tini', content: '\x7fELF tini, for the example\n', mode: 0o755 }],
};
const BASELAYOUT = { name: 'wolfi-baselayout', version: '20230201-r28' };

interface Bend {
  readonly packages?: readonly ApkPackage[];
  readonly files?: readonly LayerFile[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly changes?: Partial<ExampleImage>;
}

/**
 * The images of examples/rules: one that every rule passes, and for each rule that looks at an image one that differs
 * from it in what the rule is about and in nothing else.
 */
export function ruleImages(
  now: string,
  { release, untrusted, aged }: Record<'release' | 'untrusted' | 'aged', TestSigner>,
): readonly ExampleImage[] {
  const image = (name: string, { packages = [TINI], files = [], config, changes }: Bend = {}): ExampleImage => {
    // Something that only this image has, so that no two are the same bytes.
    const all = [...packages, packageOf(`about-${name.replace(/[:.]/g, '-')}`)];
    return {
      names: [`demo.example/rules/${name}`],
      layers: [apkTree(all, WOLFI), ...(files.length === 0 ? [] : [files])],
      config: { User: '65532', WorkingDir: '/app', Entrypoint: ['/usr/bin/tini'], Env: ['PATH=/usr/bin'], ...config },
      created: now,
      signer: release,
      source: SOURCE,
      sbom: sbomOf([BASELAYOUT, ...all]),
      apko: [BASELAYOUT.name, ...all.map((one) => one.name)],
      ...changes,
    };
  };
  return [
    image('clean:1'),
    // Docker's frontend, which nobody signs; what is in it is not looked at.
    frontend(image('frontend:1')),
    image('retired:1'),
    // Pinned as 1.0 before, and what the tag names now.
    image('moved:before'),
    image('moved:1.0'),
    image('untrusted:1', { changes: { signer: untrusted } }),
    withoutSbom(image('no-sbom:1')),
    image('forked:1', { changes: { source: 'https://github.com/untrusted/fork' } }),
    withoutLicenses(image('thin-sbom:1')),
    hiding(TINI.name, image('hidden-package:1')),
    image('copyleft:1', { packages: [TINI, { ...packageOf('readline'), license: 'GPL-3.0-or-later' }] }),
    image('shell:1', { packages: [TINI, ...TOOLS.filter(({ name }) => name === 'busybox')], files: [SHELL] }),
    image('large:1', { packages: [TINI, ...Array.from({ length: 10 }, (_, place) => packageOf(`part-${place}`))] }),
    image('set-uid:1', {
      packages: [{ ...TINI, files: TINI.files.map((file) => ({ ...file, mode: 0o4755 })) }],
    }),
    image('altered:1', {
      files: [{ path: 'usr/bin/tini', content: '\x7fELF another, for the example\n', mode: 0o755 }],
    }),
    image('leaking:1', { config: { Env: ['PATH=/usr/bin', 'SMTP_PASSWORD=hunter2-for-the-example'] } }),
    image('other-keys:1', {
      files: [{ path: 'etc/apk/keys/somebody.rsa.pub', content: '(a key, for the example)\n' }],
    }),
    image('aged:1', { changes: { signer: aged, logged: false, created: '2015-05-01T00:00:00Z' } }),
    image('past-end:1', {
      packages: [
        TINI,
        {
          name: 'nodejs-18',
          version: '18.20.8-r0',
          license: 'MIT',
          files: [{ path: 'usr/bin/node', content: '\x7fELF node 18, for the example\n', mode: 0o755 }],
        },
      ],
    }),
    image('vulnerable:1', { packages: [{ ...TINI, version: '0.18.0-r1' }] }),
  ];
}

function frontend({ signer: _, ...rest }: ExampleImage): ExampleImage {
  return { ...rest, names: ['docker.io/docker/dockerfile:1'] };
}

function withoutSbom({ sbom: _, ...rest }: ExampleImage): ExampleImage {
  return rest;
}

function withoutLicenses(image: ExampleImage): ExampleImage {
  const sbom = (image.sbom ?? []).map(({ license: _, ...rest }) => rest);
  return { ...image, sbom };
}

function hiding(name: string, image: ExampleImage): ExampleImage {
  return { ...image, sbom: (image.sbom ?? []).filter((one) => one.name !== name) };
}
