import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type ApkoConfiguration, readApko } from '../../src/attestations/provenance/apko.js';
import { present } from '../../src/evidence/evidence.js';
import type { CollectedEvidence } from '../../src/evidence/kinds.js';
import type { AllowEntry } from '../../src/policy/policy.js';
import { distroless } from '../../src/rules/distroless.js';
import { fromWolfi } from '../../src/rules/from-wolfi.js';
import { intact } from '../../src/rules/intact.js';
import { nonRoot } from '../../src/rules/non-root.js';
import type { MadeContents } from '../support/image/contents-of.js';
import { evaluateRule, subjectOf } from '../support/image/image-rule-subject.js';
import { makeAllowEntry } from '../support/signing/allow-entry.js';
import {
  describeRealImages,
  ownershipOf,
  packageList,
  type RealImages,
  readAndCompare,
  secretPlaces,
} from '../support/signing/real-images.js';

// Images that apko builds from a signed repository of packages: Wolfi's form, and Alpine's older one.

const SLOW = 300_000;
const WOLFI_ENTRY: AllowEntry = makeAllowEntry({ wolfi: true });

interface Source {
  readonly name: string;
  readonly version: string;
  readonly origin?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Programs of this machine, by the path they get. */
  readonly programs?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
}

/** Packs the sources into a signed repository, and has apko build an image of them in a layout of the same name. */
function build(images: RealImages, apko: string, name: string, sources: readonly Source[], configuration: string) {
  const { run, directory } = images;
  const root = join(directory, `${name}-sources`);
  for (const source of sources) {
    const tree = join(root, source.name, 'root');
    const place = (path: string) => {
      const full = join(tree, path);
      mkdirSync(dirname(full), { recursive: true });
      return full;
    };
    mkdirSync(tree, { recursive: true });
    for (const [path, content] of Object.entries(source.files ?? {})) writeFileSync(place(path), content);
    for (const [path, program] of Object.entries(source.programs ?? {}))
      cpSync(program, place(path), { dereference: true });
    for (const [path, target] of Object.entries(source.links ?? {})) symlinkSync(target, place(path));
    const fields = {
      pkgname: source.name,
      pkgver: source.version,
      license: 'MIT',
      origin: source.origin ?? source.name,
    };
    writeFileSync(
      join(root, source.name, 'PKGINFO'),
      Object.entries(fields)
        .map(([key, value]) => `${key} = ${value}\n`)
        .join(''),
    );
  }
  run('apk-repository', 'make', root, `${name}-repository`, 'wolfi-signing.rsa.pub');
  const packages = sources.map((source) => source.name).join(', ');
  const keyring = join(directory, `${name}-repository/wolfi-signing.rsa.pub`);
  writeFileSync(
    join(directory, `${name}.yaml`),
    configuration.replace('KEYRING', keyring).replace('PACKAGES', packages),
  );
  mkdirSync(join(directory, `${name}-built`));
  run(apko, 'build', '--arch', 'amd64', '--sbom=false', `${name}.yaml`, `made.test/${name}:latest`, `${name}-built`);
  run('skopeo', 'copy', `oci:${name}-built`, `oci:${name}:latest`);
}

/** What apko's own library reads in the database of the tree that umoci unpacks. */
function listed(images: RealImages, name: string, database: string) {
  const lines = images
    .run('apk-repository', 'list', join(images.unpacked(name), database))
    .trim()
    .split('\n');
  const of = (kind: string) => lines.map((line) => line.split('\t')).filter(([first]) => first === kind);
  return {
    packages: of('package')
      .map(([, one, version]) => `${one} ${version}`)
      .sort(),
    files: of('file')
      .map(([, one, path]) => `${one} ${path}`)
      .sort(),
  };
}

function ownedFiles({ evidence }: MadeContents): readonly string[] {
  if (evidence.packages.status !== 'present') throw new Error('the packages were not read');
  return evidence.packages.value.packages
    .flatMap(({ name, files }) => files.map(({ path }) => `${name} ${path}`))
    .sort();
}

function attested(images: RealImages, name: string): ApkoConfiguration {
  const written = images.run('cat', join(images.unpacked(name), 'etc/apko.json'));
  const read = readApko(JSON.parse(written));
  if (!read.ok) throw new Error(read.error);
  return { ...read.value, signer: 'the publisher', digest: 'sha256:0', on: 'platform', place: 'the test' };
}

const outcomes = (evidence: CollectedEvidence) => ({
  wolfi: evaluateRule(fromWolfi, subjectOf(evidence, { entry: WOLFI_ENTRY }))[0],
  intact: evaluateRule(intact, subjectOf(evidence))[0],
  user: evaluateRule(nonRoot, subjectOf(evidence))[0],
  shell: evaluateRule(distroless, subjectOf(evidence)).find(({ aspect }) => aspect === 'shell'),
});

const WOLFI = `contents:
  build_repositories: [./wolfi-repository]
  runtime_repositories: [https://packages.wolfi.dev/os]
  keyring: [KEYRING]
  packages: [PACKAGES]
accounts:
  users: [{ username: nonroot, uid: 65532, gid: 65532 }]
  groups: [{ groupname: nonroot, gid: 65532 }]
  run-as: nonroot
entrypoint: { command: /usr/bin/tool }
layering: { strategy: origin, budget: 5 }
`;

describeRealImages(['apko', 'apk-repository'], 'a Wolfi-style image that apko builds in layers', (images) => {
  test(
    'files, modes, packages and owners are those that apko, umoci and crane see, and it is Wolfi',
    async () => {
      build(
        images(),
        'apko',
        'wolfi',
        [
          {
            name: 'wolfi-baselayout',
            version: '20230201-r20',
            files: { 'etc/os-release': 'ID=wolfi\nPRETTY_NAME="Wolfi"\nVERSION_ID="20230201"\n', 'usr/lib/keep': '' },
            links: { lib: 'usr/lib', bin: 'usr/bin' },
          },
          { name: 'tool', version: '1.2.3-r4', origin: 'tools', programs: { 'usr/bin/tool': '/bin/true' } },
          { name: 'tool-data', version: '1.2.3-r4', origin: 'tools', files: { 'usr/share/tool/data': 'data' } },
          {
            name: 'libx',
            version: '0.9_rc1-r0',
            files: { 'usr/lib/libx.so.1': 'x' },
            links: { 'usr/lib/libx.so': 'libx.so.1' },
          },
        ],
        WOLFI,
      );
      const contents = await readAndCompare(images(), 'wolfi');
      expect(secretPlaces(contents)).toEqual([]);
      expect(contents.image.manifest.layers.length).toBeGreaterThan(1);
      const own = listed(images(), 'wolfi', 'usr/lib/apk/db/installed');
      expect(packageList(contents, 'apk')).toEqual(own.packages);
      expect(own.packages).toContain('libx 0.9_rc1-r0');
      expect(ownedFiles(contents)).toEqual(own.files);
      expect(ownershipOf(contents)).toMatchObject({ known: true, unowned: [], altered: [], notCompared: [] });

      const apko = attested(images(), 'wolfi');
      const published = { ...apko, repositories: apko.repositories.filter((one) => one.startsWith('https:')) };
      expect(outcomes({ ...contents.evidence, apko: present(published, 'the test') })).toMatchObject({
        wolfi: {
          outcome: 'pass',
          message:
            'It is Wolfi by os-release, 4 apk packages, apk repositories, apk keys, its signed apko configuration.',
        },
        intact: { outcome: 'pass' },
        user: { outcome: 'pass' },
        shell: { outcome: 'pass' },
      });
      // As apko wrote it, the configuration names the repository of this test, which is not Wolfi's.
      expect(outcomes({ ...contents.evidence, apko: present(apko, 'the test') }).wolfi).toMatchObject({
        outcome: 'fail',
        message: expect.stringContaining('installs packages from'),
      });
    },
    SLOW,
  );

  test(
    'what a later layer alters, adds and mixes in is found',
    async () => {
      images().pack('wolfi', [
        (rootfs) => {
          writeFileSync(join(rootfs, 'usr/bin/tool'), 'another');
          writeFileSync(join(rootfs, 'usr/bin/dropped'), 'nobody brought this');
          writeFileSync(join(rootfs, 'etc/apk/keys/mixed.rsa.pub'), 'a key');
          rmSync(join(rootfs, 'usr/share/tool/data'));
        },
      ]);
      rmSync(join(images().directory, 'wolfi-evaluate'), { recursive: true });
      const contents = await readAndCompare(images(), 'wolfi');
      expect(ownershipOf(contents)).toMatchObject({
        unowned: ['usr/bin/dropped'],
        altered: [{ path: 'usr/bin/tool', package: 'tool' }],
      });
      expect(outcomes(contents.evidence)).toMatchObject({
        wolfi: { outcome: 'fail', message: expect.stringContaining('/etc/apk/keys has mixed.rsa.pub') },
        intact: { outcome: 'fail', message: expect.stringContaining('/usr/bin/tool') },
      });
    },
    SLOW,
  );
});

const ALPINE = `contents:
  repositories: [./alpine-repository]
  keyring: [KEYRING]
  packages: [PACKAGES]
cmd: /bin/sh
`;

describeRealImages(
  ['apko-0.25', 'apk-repository', 'busybox'],
  'an Alpine-style image with its database in lib/apk',
  (images) => {
    test(
      'files, modes, packages and owners are those that apko, umoci and crane see, and its busybox is found',
      async () => {
        const busybox = images().shell('command -v busybox').trim();
        build(
          images(),
          'apko-0.25',
          'alpine',
          [
            {
              name: 'alpine-baselayout',
              version: '3.6.8-r1',
              files: {
                'etc/os-release': 'ID=alpine\nVERSION_ID=3.21.0\nPRETTY_NAME="Alpine Linux v3.21"\n',
                'lib/keep': '',
              },
            },
            {
              name: 'busybox',
              version: '1.37.0-r14',
              programs: { 'bin/busybox': busybox, 'usr/bin/keeper': busybox },
              links: { 'bin/sh': '/bin/busybox', 'usr/bin/wget': '/bin/busybox' },
            },
          ],
          ALPINE,
        );
        const contents = await readAndCompare(images(), 'alpine');
        expect(secretPlaces(contents)).toEqual([]);
        const own = listed(images(), 'alpine', 'lib/apk/db/installed');
        expect(packageList(contents, 'apk')).toEqual(own.packages);
        expect(own.packages).toEqual(['alpine-baselayout 3.6.8-r1', 'busybox 1.37.0-r14']);
        expect(ownedFiles(contents)).toEqual(own.files);
        expect(ownershipOf(contents)).toMatchObject({ known: true, unowned: [], altered: [], notCompared: [] });
        expect(outcomes(contents.evidence)).toMatchObject({
          wolfi: { outcome: 'fail', message: expect.stringContaining('its os-release says Alpine Linux v3.21') },
          intact: { outcome: 'pass' },
          user: { outcome: 'fail' },
          shell: {
            outcome: 'fail',
            details: expect.arrayContaining(['/bin/sh -> /bin/busybox', '/usr/bin/keeper (its content is busybox)']),
          },
        });
      },
      SLOW,
    );
  },
);
