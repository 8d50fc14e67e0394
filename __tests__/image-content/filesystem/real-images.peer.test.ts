import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import {
  describeRealImages,
  ownershipOf,
  ownList,
  packageList,
  readAndCompare,
  secretPlaces,
} from '../../support/signing/real-images.js';

// Trees that real tools made, packed into images by umoci and pushed to a registry; umoci and crane list them again.

const SLOW = 600_000;

describeRealImages(['debootstrap'], 'Debian by debootstrap', (images) => {
  test(
    'reads files, modes and packages, with every file as packaged',
    async () => {
      const { run, shell } = images();
      images().pack('debian', [
        (rootfs) => run('debootstrap', '--variant=minbase', 'bookworm', rootfs, 'http://deb.debian.org/debian'),
        (rootfs) => {
          // A second layer removes, replaces a directory by a link, and alters one packaged program.
          rmSync(join(rootfs, 'usr/share/doc'), { recursive: true });
          rmSync(join(rootfs, 'usr/share/man'), { recursive: true });
          run('ln', '-s', '../lib', join(rootfs, 'usr/share/man'));
          writeFileSync(join(rootfs, 'usr/bin/passwd'), 'altered');
        },
      ]);
      const contents = await readAndCompare(images(), 'debian');
      expect(secretPlaces(contents)).toEqual([]);
      const database = `${images().unpacked('debian')}/var/lib/dpkg`;
      const dpkg = shell(`dpkg-query --admindir ${database} -W -f '${'$'}{Package} ${'$'}{Version}\\n'`);
      expect(packageList(contents, 'deb')).toEqual(dpkg.trim().split('\n').sort());
      expect(ownershipOf(contents)).toMatchObject({
        unowned: [],
        altered: [{ path: 'usr/bin/passwd', package: 'passwd' }],
        notCompared: [],
      });
    },
    SLOW,
  );
});

describeRealImages(['busybox'], 'busybox with all its applets', (images) => {
  test(
    'reads three layers, packed by gzip and by zstd',
    async () => {
      const { run, shell } = images();
      images().pack('busybox', [
        (rootfs) => {
          mkdirSync(join(rootfs, 'bin'));
          cpSync(shell('command -v busybox').trim(), join(rootfs, 'bin/busybox'), { dereference: true });
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
      const contents = await readAndCompare(images(), 'busybox');
      expect(secretPlaces(contents)).toEqual([]);
      run(
        'skopeo',
        'copy',
        '--dest-compress-format',
        'zstd',
        '--dest-compress',
        'oci:busybox:latest',
        'oci:packed:latest',
      );
      expect(ownList(await images().read('packed'))).toEqual(ownList(contents));
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
});

describeRealImages(['rpmbuild'], 'an rpm database as rpm writes it', (images) => {
  test(
    'reads epochs, licenses and checksums',
    async () => {
      const { shell, directory } = images();
      writeFileSync(join(directory, 'made.spec'), SPEC);
      shell('rpmbuild -bb --define "_topdir $PWD/top" made.spec');
      const rpm = (rootfs: string) => `rpm --root '${rootfs}' --dbpath /var/lib/rpm`;
      images().pack('rpm', [
        (rootfs) => shell(`${rpm(rootfs)} --initdb; ${rpm(rootfs)} --nodeps -i top/RPMS/noarch/*.rpm`),
        (rootfs) => writeFileSync(join(rootfs, 'usr/bin/made-tool'), 'altered'),
      ]);
      const contents = await readAndCompare(images(), 'rpm');
      expect(secretPlaces(contents)).toEqual([]);
      const database = join(directory, images().unpacked('rpm'));
      const listed = shell(`${rpm(database)} -qa --qf '%{NAME} %{EPOCH}:%{VERSION}-%{RELEASE}\\n'`);
      expect(packageList(contents, 'rpm')).toEqual(listed.trim().split('\n').sort());
      expect(packageList(contents, 'rpm')).toEqual(['made 1:1.2-3']);
      expect(ownershipOf(contents).altered).toEqual([{ path: 'usr/bin/made-tool', package: 'made' }]);
      expect([...ownershipOf(contents).asPackaged]).toEqual(['usr/bin/other-tool']);
    },
    SLOW,
  );
});

describeRealImages(['npm', 'pip'], 'packages that npm and pip installed', (images) => {
  test(
    'by their own lists',
    async () => {
      const { shell } = images();
      images().pack('runtimes', [
        (rootfs) =>
          shell(`npm install --silent --no-audit --no-fund --prefix '${rootfs}/app' semver@7.6.3 is-odd@3.0.1`),
        (rootfs) =>
          shell(
            `pip install --quiet --no-compile --target '${rootfs}/usr/lib/python3/site-packages' six==1.16.0 packaging==24.1`,
          ),
      ]);
      const contents = await readAndCompare(images(), 'runtimes');
      expect(secretPlaces(contents)).toEqual([]);
      const tree = images().unpacked('runtimes');
      const npm = shell(
        `npm ls --all --parseable --long --prefix ${tree}/app | tail -n +2 | sed 's/.*://; s/@\\([0-9]\\)/ \\1/'`,
      );
      expect(packageList(contents, 'npm')).toEqual(npm.trim().split('\n').sort());
      const pip = shell(`pip list --format=freeze --path ${tree}/usr/lib/python3/site-packages | sed 's/==/ /'`);
      expect(packageList(contents, 'pypi')).toEqual(pip.trim().split('\n').sort());
    },
    SLOW,
  );
});

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
