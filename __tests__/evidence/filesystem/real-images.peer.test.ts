import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { FileEntry } from '../../../src/evidence/filesystem/file-entry.js';
import { LayoutSource } from '../../../src/registry/layout.js';
import { resolveImage } from '../../../src/registry/resolve.js';
import { collectResolved, type MadeContents } from '../../support/contents-of.js';
import { describeWithPeers } from '../../support/peers.js';

const SLOW = 600_000;

/** Trees that real tools made, packed into images by umoci and listed again by it: an independent reading of the same layers. */
describeWithPeers(
  ['umoci', 'skopeo', 'debootstrap', 'busybox', 'rpmbuild', 'npm', 'pip'],
  'images of real programs',
  () => {
    let folder = '';
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'real-images-'));
    });
    afterAll(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    const run = (command: string, ...args: string[]) =>
      execFileSync(command, args, {
        cwd: folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        maxBuffer: 1 << 28,
      });
    const shell = (script: string) => run('bash', '-euo', 'pipefail', '-c', script);

    /** Packs one layer a step; each step changes the tree that the steps before it left. */
    function pack(name: string, steps: readonly ((rootfs: string) => void)[]): void {
      run('umoci', 'init', '--layout', name);
      run('umoci', 'new', '--image', `${name}:latest`);
      for (const [i, step] of steps.entries()) {
        const bundle = `${name}-bundle-${i}`;
        run('umoci', 'unpack', '--image', `${name}:latest`, bundle);
        step(join(folder, bundle, 'rootfs'));
        run('umoci', 'repack', '--image', `${name}:latest`, bundle);
      }
    }

    async function read(name: string): Promise<MadeContents> {
      const source = new LayoutSource(join(folder, name));
      const reference = { registry: 'made.test', repository: name, tag: 'latest' };
      const image = await resolveImage(source, reference, { os: 'linux', architecture: 'amd64' });
      if (!image.ok) throw new Error(image.error.message);
      return collectResolved(image.value, source);
    }

    /** `type mode uid gid size path -> target`, sorted: what `find` says of umoci's unpacked tree. */
    function independentList(name: string): readonly string[] {
      const bundle = `${name}-judge`;
      run('umoci', 'unpack', '--image', `${name}:latest`, bundle);
      const found = shell(`cd '${bundle}/rootfs' && find . -mindepth 1 -printf '%y %m %U %G %s %P -> %l\\n'`);
      return found
        .split('\n')
        .filter((line) => line !== '')
        .map(plain)
        .sort();
    }

    function plain(line: string): string {
      const [type = '', mode = '', uid, gid, size, ...rest] = line.split(' ');
      return [type, type === 'l' ? '-' : mode, uid, gid, type === 'f' ? size : '-', ...rest].join(' ');
    }

    const TYPES = {
      file: 'f',
      directory: 'd',
      link: 'l',
      'character-device': 'c',
      'block-device': 'b',
      fifo: 'p',
    } as const;

    function ownList({ evidence }: MadeContents): readonly string[] {
      if (evidence.filesystem.status !== 'present') throw new Error('the layers were not read');
      const line = ({ type, mode, uid, gid, size, path, linkTarget }: FileEntry) =>
        plain([TYPES[type], mode.toString(8), uid, gid, size, path, '->', linkTarget ?? ''].join(' '));
      return [...evidence.filesystem.value.tree.entries()]
        .filter(({ path }) => path !== '')
        .map(line)
        .sort();
    }

    function packages({ evidence }: MadeContents, type: string): readonly string[] {
      if (evidence.packages.status !== 'present') throw new Error('the packages were not read');
      expect(evidence.packages.value.unknowns).toEqual([]);
      return evidence.packages.value.packages
        .filter((one) => one.type === type)
        .map(({ name, version }) => `${name} ${version}`)
        .sort();
    }

    function ownership({ evidence }: MadeContents) {
      if (evidence.ownership.status !== 'present') throw new Error('the owners were not read');
      return evidence.ownership.value;
    }

    test(
      'Debian by debootstrap: files, modes, packages, and every file as packaged',
      async () => {
        pack('debian', [
          (rootfs) => run('debootstrap', '--variant=minbase', 'bookworm', rootfs, 'http://deb.debian.org/debian'),
          (rootfs) => {
            // A second layer removes, replaces a folder by a link, and alters one packaged program.
            rmSync(join(rootfs, 'usr/share/doc'), { recursive: true });
            rmSync(join(rootfs, 'usr/share/man'), { recursive: true });
            run('ln', '-s', '../lib', join(rootfs, 'usr/share/man'));
            writeFileSync(join(rootfs, 'usr/bin/passwd'), 'altered');
          },
        ]);
        const contents = await read('debian');
        expect(ownList(contents)).toEqual(independentList('debian'));
        const dpkg = shell(
          `dpkg-query --admindir debian-judge/rootfs/var/lib/dpkg -W -f '${'$'}{Package} ${'$'}{Version}\\n'`,
        );
        expect(packages(contents, 'deb')).toEqual(dpkg.trim().split('\n').sort());
        expect(ownership(contents)).toMatchObject({
          unowned: [],
          altered: [{ path: 'usr/bin/passwd', package: 'passwd' }],
          notCompared: [],
        });
      },
      SLOW,
    );

    test(
      'busybox with all its applets, over three layers, packed by gzip and by zstd',
      async () => {
        pack('busybox', [
          (rootfs) => {
            mkdirSync(join(rootfs, 'bin'));
            cpSync(run('bash', '-c', 'command -v busybox').trim(), join(rootfs, 'bin/busybox'), { dereference: true });
            shell(`chroot '${rootfs}' /bin/busybox --install -s /bin`);
            mkdirSync(join(rootfs, 'srv/data'), { recursive: true });
            writeFileSync(join(rootfs, 'srv/data/old'), 'old');
          },
          (rootfs) => {
            rmSync(join(rootfs, 'srv/data'), { recursive: true });
            writeFileSync(join(rootfs, 'srv/data'), 'a file now');
            run('ln', join(rootfs, 'bin/busybox'), join(rootfs, 'bin/renamed'));
            run('mknod', join(rootfs, 'null'), 'c', '1', '3');
            run('mkfifo', join(rootfs, 'pipe'));
            run('setcap', 'cap_net_raw+ep', join(rootfs, 'bin/busybox'));
          },
          (rootfs) => {
            rmSync(join(rootfs, 'bin/sh'));
            run('chmod', '4755', join(rootfs, 'bin/renamed'));
          },
        ]);
        const contents = await read('busybox');
        expect(ownList(contents)).toEqual(independentList('busybox'));
        run(
          'skopeo',
          'copy',
          '--dest-compress-format',
          'zstd',
          '--dest-compress',
          'oci:busybox:latest',
          'oci:packed:latest',
        );
        expect(ownList(await read('packed'))).toEqual(ownList(contents));
        if (contents.evidence.filesystem.status !== 'present') throw new Error('the layers were not read');
        const { programs, setUid, withCapabilities } = contents.evidence.filesystem.value;
        expect(programs.find(({ path }) => path === 'bin/renamed')).toMatchObject({
          name: 'busybox',
          knownBy: 'content',
        });
        expect(programs.some(({ path }) => path === 'bin/sh')).toBe(false);
        expect(programs.find(({ path }) => path === 'bin/ash')).toMatchObject({ kind: 'shell', target: 'bin/busybox' });
        expect(setUid.map(({ path }) => path)).toContain('bin/renamed');
        expect(withCapabilities.flatMap(({ capabilities }) => capabilities)).toContain('cap_net_raw');
      },
      SLOW,
    );

    test(
      'an rpm database as rpm writes it, with epochs, licences and checksums',
      async () => {
        writeFileSync(join(folder, 'made.spec'), SPEC);
        shell('rpmbuild -bb --define "_topdir $PWD/top" made.spec');
        pack('rpm', [
          (rootfs) =>
            shell(
              `rpm --root '${rootfs}' --dbpath /var/lib/rpm --initdb; rpm --root '${rootfs}' --dbpath /var/lib/rpm --nodeps -i top/RPMS/noarch/*.rpm`,
            ),
          (rootfs) => writeFileSync(join(rootfs, 'usr/bin/made-tool'), 'altered'),
        ]);
        const contents = await read('rpm');
        expect(ownList(contents)).toEqual(independentList('rpm'));
        expect(packages(contents, 'rpm')).toEqual(['made 1:1.2-3']);
        expect(ownership(contents).altered).toEqual([{ path: 'usr/bin/made-tool', package: 'made' }]);
        expect([...ownership(contents).asPackaged]).toEqual(['usr/bin/other-tool']);
      },
      SLOW,
    );

    test(
      'packages that npm and pip installed, by their own lists',
      async () => {
        pack('runtimes', [
          (rootfs) =>
            shell(`npm install --silent --no-audit --no-fund --prefix '${rootfs}/app' semver@7.6.3 is-odd@3.0.1`),
          (rootfs) =>
            shell(
              `pip install --quiet --no-compile --target '${rootfs}/usr/lib/python3/site-packages' six==1.16.0 packaging==24.1`,
            ),
        ]);
        const contents = await read('runtimes');
        expect(ownList(contents)).toEqual(independentList('runtimes'));
        const npm = shell(
          "npm ls --all --parseable --long --prefix runtimes-judge/rootfs/app | tail -n +2 | sed 's/.*://; s/@\\([0-9]\\)/ \\1/'",
        );
        expect(packages(contents, 'npm')).toEqual(npm.trim().split('\n').sort());
        const pip = shell(
          "pip list --format=freeze --path runtimes-judge/rootfs/usr/lib/python3/site-packages | sed 's/==/ /'",
        );
        expect(packages(contents, 'pypi')).toEqual(pip.trim().split('\n').sort());
      },
      SLOW,
    );
  },
);

const SPEC = `Name: made
Version: 1.2
Release: 3
Epoch: 1
Summary: made for a test
License: MIT AND BSD-3-Clause
BuildArch: noarch
%description
made
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/etc
echo tool > %{buildroot}/usr/bin/made-tool
echo other > %{buildroot}/usr/bin/other-tool
echo conf > %{buildroot}/etc/made.conf
%files
/usr/bin/made-tool
/usr/bin/other-tool
%config /etc/made.conf
`;
