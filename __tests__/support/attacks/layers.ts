import type { LayerFile } from '../image/image-maker.js';
import type { AttackCase, AttackGroup, AttackPair } from './pair.js';

const layered = (
  layers: readonly (readonly LayerFile[])[],
  config: Readonly<Record<string, unknown>> = {},
): AttackCase => ({
  image: { layers, config: { User: '65532', ...config } },
});
const tool: LayerFile = { path: 'usr/bin/tool', content: 'x', mode: 0o755 };
const second = (fields: Partial<LayerFile>): LayerFile => ({
  path: 'usr/bin/other',
  link: 'usr/bin/tool',
  type: 'link',
  mode: 0o755,
  ...fields,
});

export const HARD_LINKS: AttackGroup = {
  item: 2,
  name: 'the header of a hard link changes the file',
  rules: ['hardened-configuration'],
  pairs: [
    {
      what: 'set-uid in the same layer',
      attack: layered([[tool, second({ mode: 0o4755 })]]),
      twin: layered([[tool, second({})]]),
    },
    {
      what: 'set-gid in the same layer',
      attack: layered([[tool, second({ mode: 0o2755 })]]),
      twin: layered([[tool, second({ mode: 0o555 })]]),
    },
    {
      what: 'set-uid in a layer above',
      attack: layered([[tool], [second({ mode: 0o4755 })]]),
      twin: layered([[tool], [second({})]]),
    },
    {
      what: 'writable by others',
      attack: layered([[tool, second({ mode: 0o777 })]]),
      twin: layered([[tool, second({ mode: 0o750 })]]),
    },
    {
      what: 'set-uid by the last of three',
      attack: layered([[tool, second({}), second({ path: 'usr/bin/third', mode: 0o4755 })]]),
      twin: layered([[tool, second({ mode: 0o4755 }), second({ path: 'usr/bin/third' })]]),
    },
    {
      what: 'set-uid by a link to the link',
      attack: layered([[tool, second({}), second({ path: 'usr/bin/third', link: 'usr/bin/other', mode: 0o4755 })]]),
      twin: layered([[tool, second({}), second({ path: 'usr/bin/third', link: 'usr/bin/other' })]]),
    },
  ],
};

const TMP: LayerFile = { path: 'tmp/', mode: 0o1777 };
const FILES: readonly LayerFile[] = [
  TMP,
  { path: 'usr/' },
  { path: 'usr/bin/' },
  { path: 'usr/lib/' },
  { path: 'srv/', mode: 0o1777 },
  { path: 'app/' },
  { path: 'app/x.js', content: 'x' },
  { path: 'opt/link', link: '/tmp' },
];
const environment = (what: string, attack: string, twin: string): AttackPair => ({
  what,
  attack: layered([FILES], { Env: [attack] }),
  twin: layered([FILES], { Env: [twin] }),
});
const file = (what: string, path: string, attack: string, twin: string): AttackPair => ({
  what,
  attack: layered([[...FILES, { path, content: attack }]]),
  twin: layered([[...FILES, { path, content: twin }]]),
});

export const LOADER: AttackGroup = {
  item: 8,
  name: 'programs load code from where others can write',
  rules: ['hardened-configuration'],
  pairs: [
    environment('PATH', 'PATH=/usr/bin:/tmp', 'PATH=/usr/local/bin:/usr/bin'),
    environment('an empty part of PATH', 'PATH=/usr/bin::/bin', 'PATH=/usr/bin:/bin'),
    environment('a relative part of PATH', 'PATH=./bin:/usr/bin', 'PATH=/bin:/usr/bin'),
    environment('a link in PATH', 'PATH=/opt/link:/usr/bin', 'PATH=/app:/usr/bin'),
    environment(
      'a missing part of PATH below a writable one',
      'PATH=/srv/none/bin:/usr/bin',
      'PATH=/root/.local/bin:/usr/bin',
    ),
    environment('a way back in PATH', 'PATH=/usr/../tmp:/usr/bin', 'PATH=/usr/../app:/usr/bin'),
    environment('LD_PRELOAD', 'LD_PRELOAD=/tmp/x.so', 'LD_PRELOAD='),
    environment('LD_AUDIT', 'LD_AUDIT=/tmp/x.so', 'LD_AUDIT='),
    environment('LD_LIBRARY_PATH', 'LD_LIBRARY_PATH=/usr/lib:/srv', 'LD_LIBRARY_PATH=/usr/local/nvidia/lib'),
    environment('BASH_ENV', 'BASH_ENV=/tmp/x', 'BASH_ENV=/app/x.js'),
    environment('ENV', 'ENV=/srv/x', 'ENV=/app/x.js'),
    environment('NODE_OPTIONS', 'NODE_OPTIONS=--require /tmp/x.js', 'NODE_OPTIONS=--require /app/x.js'),
    environment(
      'NODE_OPTIONS with an import',
      'NODE_OPTIONS=--import=/srv/x.mjs',
      'NODE_OPTIONS=--max-old-space-size=4096',
    ),
    environment('NODE_OPTIONS in quotes', 'NODE_OPTIONS=--require "/tmp/x.js"', 'NODE_OPTIONS=--require "/app/x.js"'),
    environment('a file of options of Java', 'JDK_JAVA_OPTIONS=@/tmp/args', 'JDK_JAVA_OPTIONS=@/app/args'),
    environment('GIT_EXEC_PATH', 'GIT_EXEC_PATH=/tmp', 'GIT_EXEC_PATH=/usr/lib/git-core'),
    environment('a directory of every process in PATH', 'PATH=/usr/bin:/proc/self/cwd', 'PATH=/usr/bin:/proc/none'),
    environment('shared memory in PATH', 'PATH=/usr/bin:/dev/shm', 'PATH=/usr/bin:/dev/none'),
    environment('a variable in PATH', 'PATH=$HOME/bin:/usr/bin', 'PATH=/root/bin:/usr/bin'),
    environment('two libraries in LD_PRELOAD', 'LD_PRELOAD= /usr/lib/x.so', 'LD_PRELOAD= '),
    environment('NODE_PATH', 'NODE_PATH=/tmp', 'NODE_PATH=/app'),
    environment('PYTHONSTARTUP', 'PYTHONSTARTUP=/tmp/x.py', 'PYTHONSTARTUP=/app/x.js'),
    environment('PYTHONPATH', 'PYTHONPATH=/srv', 'PYTHONPATH=/app'),
    environment('PERL5LIB', 'PERL5LIB=/tmp', 'PERL5LIB=/app'),
    environment('RUBYLIB', 'RUBYLIB=/tmp', 'RUBYLIB=/app'),
    environment('CLASSPATH', 'CLASSPATH=/tmp/x.jar', 'CLASSPATH=/app/*'),
    environment('JAVA_TOOL_OPTIONS', 'JAVA_TOOL_OPTIONS=-javaagent:/tmp/x.jar', 'JAVA_TOOL_OPTIONS=-Xmx1g'),
    file('ld.so.preload', 'etc/ld.so.preload', '/usr/lib/x.so\n', '# none\n'),
    file('a directory of ld.so.conf', 'etc/ld.so.conf', '/tmp\n', '/usr/local/lib\n'),
    file('a directory of ld.so.conf.d', 'etc/ld.so.conf.d/x.conf', '/srv/lib\n', '/usr/lib\n'),
    file('a type in ld.so.conf', 'etc/ld.so.conf', '/srv=libc6\n', '/usr/local/lib=libc6\n'),
    file(
      'an include of ld.so.conf',
      'etc/ld.so.conf',
      'include /opt/*.conf\n',
      'include ld.so.conf.d/*.conf\ninclude /etc/ld.so.conf.d/*\n',
    ),
    file(
      'the cache of the loader',
      'etc/ld.so.cache',
      'glibc-ld.so.cache1.1\0libz.so.1\0/tmp/libz.so.1\0',
      'glibc-ld.so.cache1.1\0libz.so.1\0/usr/lib/libz.so.1\0',
    ),
    {
      what: 'ld.so.conf by a hard link',
      attack: layered([
        [
          ...FILES,
          { path: 'opt/x.conf', content: '/tmp\n' },
          { path: 'etc/ld.so.conf', link: 'opt/x.conf', type: 'link' },
        ],
      ]),
      twin: layered([
        [
          ...FILES,
          { path: 'etc/ld.so.conf', content: '/usr/lib\n' },
          { path: 'opt/x.conf', link: 'etc/ld.so.conf', type: 'link' },
        ],
      ]),
    },
    file('the path of musl', 'etc/ld-musl-x86_64.path', '/lib:/tmp\n', '/lib:/usr/lib\n'),
  ],
};

const MUSL = 'm:Natanael Copa <ncopa@alpinelinux.org>';
const text = (path: string, content: string): LayerFile => ({ path, content });
const release = (id: string, version: string) => text('etc/os-release', `ID=${id}\nVERSION_ID="${version}"\n`);
const apk = (content: string) => text('lib/apk/db/installed', content);
const dpkg = (content: string) => text('var/lib/dpkg/status', content);
const image = (...files: readonly LayerFile[]): AttackCase => layered([files]);
const ALPINE = [release('alpine', '3.99.0'), text('etc/alpine-release', '3.99.0\n')];

export const OS_RELEASE: AttackGroup = {
  item: 6,
  name: 'an os-release that the rest of the image contradicts',
  rules: ['supported'],
  pairs: [
    {
      what: 'Alpine as Wolfi, by its release file',
      attack: image(release('wolfi', '20230201'), text('etc/alpine-release', '3.12.0\n')),
      twin: image(release('wolfi', '20230201'), text('etc/motd', 'alpine 3.12.0\n')),
    },
    {
      what: 'Alpine as Wolfi, by its maintainers',
      attack: image(release('wolfi', '20230201'), apk(`P:musl\nV:1.2.5-r1\n${MUSL}\n\n`)),
      twin: image(release('wolfi', '20230201'), apk('P:glibc\nV:2.40-r1\n\n')),
    },
    {
      what: 'Alpine as Chainguard, by its packages',
      attack: image(release('chainguard', '20230214'), apk('P:alpine-keys\nV:2.4-r1\n\n')),
      twin: image(release('chainguard', '20230214'), apk('P:wolfi-keys\nV:1-r1\n\n')),
    },
    {
      what: 'Debian as Wolfi',
      attack: image(
        release('wolfi', '20230201'),
        dpkg('Package: zlib1g\nStatus: install ok installed\nVersion: 1:1.3\n\n'),
      ),
      twin: image(release('wolfi', '20230201'), text('usr/share/doc/status', 'Package: zlib1g\n')),
    },
    {
      what: 'Debian without os-release',
      attack: image(dpkg('Package: base-files\nStatus: install ok installed\nVersion: 10.3\n\n')),
      twin: image(text('app/status', 'Package: base-files\n')),
    },
    {
      what: 'two os-releases',
      attack: image(release('wolfi', '20230201'), text('usr/lib/os-release', 'ID=debian\nVERSION_ID="10"\n')),
      twin: image(release('wolfi', '20230201'), text('usr/lib/os-release', 'ID=wolfi\nVERSION_ID="20230201"\n')),
    },
    {
      what: 'an os-release with two IDs',
      attack: image(text('etc/os-release', 'ID=debian\nID=wolfi\nVERSION_ID=10\n')),
      twin: image(text('etc/os-release', 'ID=wolfi\nNAME="ID=debian"\nVERSION_ID=20230201\n')),
    },
    {
      what: 'Wolfi as Alpine',
      attack: image(release('alpine', '3.99.0'), apk('P:wolfi-baselayout\nV:20230201-r1\n\n')),
      twin: image(release('wolfi', '20230201'), apk('P:wolfi-baselayout\nV:20230201-r1\n\n')),
    },
    {
      what: 'CentOS as Wolfi, by its release file',
      attack: image(release('wolfi', '20230201'), text('etc/redhat-release', 'CentOS Linux release 7.9.2009\n')),
      twin: image(release('wolfi', '20230201'), text('usr/share/doc/redhat-release', 'CentOS\n')),
    },
    {
      what: 'Ubuntu as Wolfi, by its lsb-release',
      attack: image(
        release('wolfi', '20230201'),
        text('etc/lsb-release', 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\n'),
      ),
      twin: image(
        release('wolfi', '20230201'),
        text('etc/lsb-release', 'DISTRIB_ID="Wolfi"\nDISTRIB_RELEASE=20230201\n'),
      ),
    },
    {
      what: 'Arch as Chainguard',
      attack: image(release('chainguard', '20230214'), text('etc/arch-release', '')),
      twin: image(release('chainguard', '20230214'), text('etc/motd', 'arch-release')),
    },
    {
      what: 'an os-release in the layer above',
      attack: layered([
        [
          release('wolfi', '20230201'),
          text('etc/debian_version', '10.13\n'),
          dpkg('Package: base-files\nStatus: install ok installed\nVersion: 10.3+deb10u13\n\n'),
        ],
        [release('wolfi', '20230202')],
      ]),
      twin: layered([[release('debian', '10')], [release('wolfi', '20230201')]]),
    },
  ],
};

export const DATABASES: AttackGroup = {
  item: 7,
  name: 'a package database that is not true',
  rules: ['minimal'],
  pairs: [
    {
      what: 'two packages in one entry of apk',
      attack: image(...ALPINE, apk('P:musl\nV:1.2.5-r1\nP:openssl\nV:3.3.2-r0\n\n')),
      twin: image(...ALPINE, apk('P:musl\nV:1.2.5-r1\n\nP:openssl\nV:3.3.2-r0\n\n')),
    },
    {
      what: 'lines of apk that end with CR LF',
      attack: image(...ALPINE, apk('P:musl\r\nV:1.2.5-r1\r\n\r\nP:curl\r\nV:8-r0\r\n\r\n')),
      twin: image(...ALPINE, apk('P:musl\nV:1.2.5-r1\n\nP:curl\nV:8.9.1-r0\n\n')),
    },
    {
      what: 'a version that is none of apk',
      attack: image(...ALPINE, apk('P:openssl\nV:99:3.3.2-r0\n\n')),
      twin: image(...ALPINE, apk('P:openssl\nV:3.3.2_rc1-r0\n\n')),
    },
    {
      what: 'an entry without a version',
      attack: image(...ALPINE, apk('P:openssl\n\n')),
      twin: image(...ALPINE, apk('P:openssl\nV:3.3.2-r0\n\n\n\n')),
    },
    {
      what: 'an entry without a name',
      attack: image(...ALPINE, apk('V:3.3.2-r0\n\n')),
      twin: image(...ALPINE, apk('C:Q1x\nP:a\nV:3.3.2-r0\n\n')),
    },
    {
      what: 'an origin of another package',
      attack: image(...ALPINE, apk('P:openssl\nV:3.3.2-r0\no:musl\n\nP:musl\nV:1.2.5-r1\no:musl\n\n')),
      twin: image(...ALPINE, apk('P:libssl3\nV:3.3.2-r0\no:openssl\n\nP:openssl\nV:3.3.2-r0\no:openssl\n\n')),
    },
    {
      what: 'two packages in one paragraph of dpkg',
      attack: image(
        release('debian', '99'),
        dpkg('Package: a\nStatus: install ok installed\nVersion: 1\nPackage: b\nVersion: 2\n\n'),
      ),
      twin: image(
        release('debian', '99'),
        dpkg(
          'Package: a\nStatus: install ok installed\nVersion: 1\n\nPackage: b\nStatus: install ok installed\nVersion: 2\n\n',
        ),
      ),
    },
    {
      what: 'two states of one package',
      attack: image(
        release('debian', '99'),
        dpkg('Package: a\nStatus: install ok installed\nStatus: deinstall ok not-installed\nVersion: 1\n\n'),
      ),
      twin: image(release('debian', '99'), dpkg('Package: a\nStatus: deinstall ok config-files\nVersion: 1\n\n')),
    },
    {
      what: 'a version that is none of dpkg',
      attack: image(release('debian', '99'), dpkg('Package: a\nStatus: install ok installed\nVersion: !1\n\n')),
      twin: image(
        release('debian', '99'),
        dpkg('Package: a\nStatus: install ok installed\nVersion: 1:2.0~rc1-1+b2\n\n'),
      ),
    },
    {
      what: 'an entry that is gone while its files are there',
      attack: image(
        release('debian', '99'),
        dpkg('Package: a\nStatus: install ok installed\nVersion: 1\n\n'),
        text('var/lib/dpkg/info/openssl.list', '/.\n/usr/bin/openssl\n'),
        text('usr/bin/openssl', 'x'),
      ),
      twin: image(
        release('debian', '99'),
        dpkg('Package: openssl\nStatus: install ok installed\nVersion: 1\n\n'),
        text('var/lib/dpkg/info/openssl.list', '/.\n/usr/bin/openssl\n'),
        text('usr/bin/openssl', 'x'),
      ),
    },
    { what: 'a binary database', attack: image(...ALPINE, apk('\0\0\0')), twin: image(...ALPINE, apk('')) },
  ],
};
