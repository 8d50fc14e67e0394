import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import { distroless } from '../../src/rules/distroless.js';
import { hardenedConfiguration } from '../../src/rules/hardened-configuration.js';
import { intact } from '../../src/rules/intact.js';
import { noSecrets } from '../../src/rules/no-secrets.js';
import { contentsOf } from '../support/image/contents-of.js';
import type { ImageOptions, LayerFile } from '../support/image/image-maker.js';
import { evaluateRule, subjectOf } from '../support/image/image-rule-subject.js';
import { apkInstalled, dpkgInstalled, elf } from '../support/image/packaged-files.js';
import { fakeKey, fakeToken } from '../support/image/planted-secrets.js';
import { javaKeyStore, pkcs12 } from '../support/signing/key-stores.js';

/** Every finding of the rules about contents, as `rule/aspect: details`, with strict options. */
async function findings(image: ImageOptions): Promise<readonly string[]> {
  const { evidence } = await contentsOf(image);
  const subject = subjectOf(evidence);
  const answers = [
    ...evaluateRule(distroless, subject).map((answer) => ({ rule: 'distroless', ...answer })),
    ...evaluateRule(hardenedConfiguration, subject).map((answer) => ({ rule: 'hardened-configuration', ...answer })),
    ...evaluateRule(intact, subject).map((answer) => ({ rule: 'intact', ...answer })),
    ...evaluateRule(noSecrets, subject).map((answer) => ({ rule: 'no-secrets', ...answer })),
  ];
  return answers
    .filter(({ outcome }) => outcome !== 'pass' && outcome !== 'not-applicable')
    .map(
      ({ rule, aspect, message: reason, details }) => `${rule}/${aspect ?? ''}: ${reason} ${details?.join('; ') ?? ''}`,
    );
}

const TOOL = { path: 'usr/bin/app', content: elf('the application'), mode: 0o755 };
const LIBRARY = { path: 'usr/lib/libc.so', content: elf('a library') };
const WOLFI: readonly LayerFile[] = [
  { path: 'etc/os-release', content: 'ID=wolfi\nVERSION_ID="20230201"\n' },
  { path: 'etc/passwd', content: 'root:x:0:0::/root:/bin/sh\nnonroot:x:65532:65532::/home/nonroot:/sbin/nologin\n' },
  { path: 'tmp/', mode: 0o1777 },
  { path: 'bin', link: 'usr/bin' },
  { path: 'lib', link: 'usr/lib' },
  ...apkInstalled([{ name: 'app', version: '1.0-r0', files: [TOOL, LIBRARY] }]),
];
const DEBIAN: readonly LayerFile[] = [
  { path: 'etc/debian_version', content: '13.1\n' },
  { path: 'usr/lib/os-release', content: 'ID=debian\nVERSION_ID="13"\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n' },
  { path: 'etc/os-release', link: '../usr/lib/os-release' },
  ...dpkgInstalled([{ name: 'app', version: '1.0-1', files: [TOOL, LIBRARY] }]),
];

const over = (...files: LayerFile[]): ImageOptions => ({ layers: [WOLFI, files] });
const program = (path: string, content: Uint8Array = elf()): LayerFile => ({ path, content, mode: 0o755 });
const BUSYBOX = elf('BusyBox v1.36.1 (2024-06-10 07:11:47 UTC) multi-call binary.');

const KEYS = generateKeyPairSync('ed25519');
const DER_KEY = KEYS.privateKey.export({ type: 'pkcs8', format: 'der' });
/** @see https://github.com/golang/go/blob/master/src/crypto/x509/platform_root_key.pem */
const GO_SAMPLE = `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIHhv8LVzb9gqJzAY0P442+FW0oqbfBrLnfqxyyAujOFSoAoGCCqGSM49
AwEHoUQDQgAE5dNQY4FY29i2g3xx7FyH4XiZz0C0AM4uyPUsXCZNb7CsctHDLhLt
zABWSfFz76j+oVhq+qKrwIHsLX+7f6YTQg==
-----END EC PRIVATE KEY-----
`;

const PLANTED: readonly (readonly [name: string, found: RegExp, image: ImageOptions])[] = [
  // Shells, by name, by link, by content.
  ['sh in /bin', /distroless\/shell.*\/usr\/bin\/sh/, over(program('bin/sh'))],
  ['bash in /usr/bin', /distroless\/shell.*\/usr\/bin\/bash/, over(program('usr/bin/bash'))],
  ['dash in /usr/local/bin', /distroless\/shell.*\/usr\/local\/bin\/dash/, over(program('usr/local/bin/dash'))],
  ['zsh in /opt/tools/bin', /distroless\/shell.*\/opt\/tools\/bin\/zsh/, over(program('opt/tools/bin/zsh'))],
  ['ash in /sbin', /distroless\/shell.*\/sbin\/ash/, over(program('sbin/ash'))],
  [
    'pwsh in a directory of PATH',
    /distroless\/shell.*\/opt\/ms\/pwsh/,
    { ...over(program('opt/ms/pwsh')), config: { Env: ['PATH=/usr/bin:/opt/ms'] } },
  ],
  ['a program called yash far from any bin', /distroless\/shell.*\/opt\/x\/yash/, over(program('opt/x/yash'))],
  [
    'a shell behind a whiteout whose directory its own layer replaces',
    /distroless\/shell.*\/usr\/bin\/sh/,
    {
      layers: [
        [...WOLFI, program('usr/bin/sh'), { path: 'l', link: 'usr/bin' }],
        [{ path: 'l/' }, { path: 'l/.wh.sh' }],
      ],
    },
  ],
  ['a shell at the root', /distroless\/shell.*\/sh/, over(program('sh'))],
  [
    'distroless debug busybox',
    /distroless\/shell.*\/busybox\/sh/,
    over(program('busybox/busybox', BUSYBOX), { path: 'busybox/sh', link: 'busybox' }),
  ],
  [
    'a renamed busybox',
    /distroless\/shell.*\/usr\/bin\/healthcheck \(its content is busybox\)/,
    over(program('usr/bin/healthcheck', BUSYBOX)),
  ],
  [
    'a renamed busybox far from any bin',
    /distroless\/shell.*\/var\/lib\/data\.bin/,
    over(program('var/lib/data.bin', BUSYBOX)),
  ],
  [
    'a busybox of 3 MB with its mark across chunks',
    /distroless\/shell.*\/usr\/lib\/libx\.so/,
    over(program('usr/lib/libx.so', elf('BusyBox v1.37.0', 524_288 - 520))),
  ],
  ['a renamed toybox', /its content is toybox/, over(program('usr/bin/t', elf('Toybox 0.8.9 multicall binary')))],
  ['a renamed bash', /its content is bash/, over(program('usr/bin/logrotate', elf('GNU bash, version %s (%s)\n')))],
  [
    'a renamed dash',
    /its content is dash/,
    over(program('usr/bin/init', elf('Usage: getopts optstring var [arg...]'))),
  ],
  ...[
    ['mksh', '@(#)LEGACY KSH R59 2023/04/29 +Debian'],
    ['ksh', '@(#)$Id: type (ksh 93u+m) 2021-12-17 $'],
    ['posh', "can't open function definition file %s - %s\0function not defined by %s"],
    ['csh', 'Ambiguous output redirect'],
    ['yash', "file `%s' was not found in $YASH_LOADPATH"],
    ['sash', 'Stand-alone shell (version %s)'],
    ['elvish', 'src.elv.sh/pkg/shell.Interact'],
    ['zypper', '17ZypperBaseCommand'],
    ['pacman', '/etc/pacman.d/gnupg/'],
  ].map(([name, text]): (typeof PLANTED)[number] => [
    `a renamed ${name} by what it says of itself`,
    new RegExp(`its content is ${name}`),
    over(program('opt/x/helper', elf(text ?? ''))),
  ]),
  ['a renamed mksh', /its content is mksh/, over(program('usr/bin/m', elf('@(#)MIRBSD KSH R59')))],
  ['a renamed zsh', /its content is zsh/, over(program('usr/bin/z', elf('zsh/parameter')))],
  [
    'a link to a renamed shell',
    /distroless\/shell.*\/usr\/bin\/sh -> \/opt\/x/,
    over(program('opt/x'), { path: 'bin/sh', link: '/opt/x' }),
  ],
  [
    'a chain of links',
    /distroless\/shell.*\/usr\/bin\/sh -> \/opt\/x/,
    over(
      program('opt/x'),
      { path: 'opt/a', link: 'x' },
      { path: 'opt/b', link: '../opt/a' },
      { path: 'usr/bin/sh', link: '../../opt/b' },
    ),
  ],
  [
    'a hard link called sh',
    /distroless\/shell.*\/usr\/bin\/sh/,
    over(program('opt/x'), { path: 'usr/bin/sh', link: 'opt/x', type: 'link' }),
  ],
  [
    'a hard link to a file of the layer below',
    /distroless\/shell.*\/usr\/bin\/bash/,
    over({ path: 'usr/bin/bash', link: 'usr/bin/app', type: 'link', mode: 0o755 }),
  ],
  ['a shell behind usrmerge of the layer below', /distroless\/shell.*\/usr\/bin\/rbash/, over(program('bin/rbash'))],
  ['a shell under an absolute name', /distroless\/shell.*\/usr\/bin\/ksh/, over(program('/usr/bin/ksh'))],
  [
    'a shell that comes back after a whiteout',
    /distroless\/shell.*\/usr\/bin\/sh/,
    { layers: [[...WOLFI, program('usr/bin/sh')], [{ path: 'usr/bin/.wh.sh' }], [program('usr/bin/sh')]] },
  ],
  [
    'a shell in the layer that hides its directory',
    /distroless\/shell.*\/usr\/sbin\/sh/,
    over({ path: 'usr/sbin/.wh..wh..opq' }, program('usr/sbin/sh')),
  ],
  [
    'the second of two members of one name',
    /its content is busybox/,
    over(program('usr/bin/tool', elf('plain')), program('usr/bin/tool', BUSYBOX)),
  ],
  // Package managers.
  ['a tdnf far from any bin', /distroless\/package-manager.*\/opt\/x\/tdnf/, over(program('opt/x/tdnf'))],
  ['apk', /distroless\/package-manager.*\/sbin\/apk/, over(program('sbin/apk'))],
  ['apt-get', /distroless\/package-manager.*\/usr\/bin\/apt-get/, over(program('usr/bin/apt-get'))],
  ['dpkg', /distroless\/package-manager.*\/usr\/bin\/dpkg/, over(program('usr/bin/dpkg'))],
  ['microdnf', /distroless\/package-manager.*microdnf/, over(program('usr/bin/microdnf'))],
  [
    'a renamed apk',
    /distroless\/package-manager.*its content is apk/,
    over(program('usr/bin/keeper', elf('apk-tools 2.14.4, compiled for x86_64.'))),
  ],
  [
    'a renamed dpkg',
    /distroless\/package-manager.*its content is dpkg/,
    over(program('usr/bin/k', elf("Debian '%s' package management program version %s."))),
  ],
  [
    'pip with a version in its name',
    /distroless\/language-package-manager.*pip3\.12/,
    over(program('usr/bin/pip3.12', Buffer.from('#!/usr/bin/python3\n'))),
  ],
  [
    'npm as a link to its script',
    /distroless\/language-package-manager.*\/usr\/local\/bin\/npm/,
    over(program('usr/local/lib/node_modules/npm/bin/npm-cli.js', Buffer.from('#!/usr/bin/env node\n')), {
      path: 'usr/local/bin/npm',
      link: '../lib/node_modules/npm/bin/npm-cli.js',
    }),
  ],
  // Rights.
  [
    'a set-uid file',
    /hardened-configuration\/set-uid.*\/usr\/bin\/su \(mode 4755/,
    over({ path: 'usr/bin/su', content: elf(), mode: 0o4755 }),
  ],
  [
    'a set-gid file',
    /hardened-configuration\/set-uid.*\/usr\/bin\/wall/,
    over({ path: 'usr/bin/wall', content: elf(), mode: 0o2755 }),
  ],
  [
    'a hard link to a set-uid file whose first name the same layer hides',
    /hardened-configuration\/set-uid.*\/opt\/x\/y/,
    {
      layers: [
        [...WOLFI, { path: 'a', content: elf(), mode: 0o4711 }],
        [{ path: 'opt/x/y', type: 'link', link: 'a', mode: 0o4711 }, { path: '.wh.a' }],
      ],
    },
  ],
  [
    'a hard link to a set-uid file of a directory that the same layer empties',
    /hardened-configuration\/set-uid.*\/opt\/x\/y/,
    {
      layers: [
        [...WOLFI, { path: 'b/a', content: elf(), mode: 0o4711 }],
        [{ path: 'opt/x/y', type: 'link', link: 'b/a', mode: 0o4711 }, { path: 'b/.wh..wh..opq' }],
      ],
    },
  ],
  [
    'a hard link to a set-uid file',
    /hardened-configuration\/set-uid.*\/opt\/x\/y/,
    over({ path: 'a', content: elf(), mode: 0o4711 }, { path: 'opt/x/y', type: 'link', link: 'a', mode: 0o4711 }),
  ],
  [
    'a file anybody may write to',
    /world-writable.*\/usr\/lib\/plugin\.so/,
    over({ path: 'usr/lib/plugin.so', mode: 0o666 }),
  ],
  ['a directory anybody may write to', /world-writable.*\/srv\/drop/, over({ path: 'srv/drop/', mode: 0o777 })],
  ['a device node', /hardened-configuration\/devices.*\/dev\/sda/, over({ path: 'dev/sda', type: 'block-device' })],
  ['LD_PRELOAD', /environment.*LD_PRELOAD/, { ...over(), config: { Env: ['LD_PRELOAD=/tmp/x.so'] } }],
  [
    'a relative directory in PATH',
    /environment.*PATH has the relative directory/,
    { ...over(), config: { Env: ['PATH=/usr/bin:bin'] } },
  ],
  [
    'a directory in PATH that anybody may write to',
    /environment.*PATH has the directory \/tmp/,
    { ...over(), config: { Env: ['PATH=/tmp:/usr/bin'] } },
  ],
  ['ssh exposed', /hardened-configuration\/ports.*22\/tcp/, { ...over(), config: { ExposedPorts: { '22/tcp': {} } } }],
  // Altered files.
  [
    'an altered program of an apk package',
    /intact\/.*\/usr\/bin\/app \(app\)/,
    over({ ...TOOL, content: elf('another') }),
  ],
  [
    'a link to something else in the place of a program of an apk package',
    /intact.*\/usr\/bin\/app/,
    over({ path: 'opt/other', content: elf('other'), mode: 0o755 }, { path: 'usr/bin/app', link: '/opt/other' }),
  ],
  [
    'a link to something else in the place of a program of a Debian package',
    /intact.*\/usr\/bin\/app/,
    {
      layers: [
        DEBIAN,
        [
          { path: 'opt/other', content: elf('other'), mode: 0o755 },
          { path: 'usr/bin/app', link: '/opt/other' },
        ],
      ],
    },
  ],
  [
    'an altered library behind usrmerge',
    /intact\/.*\/usr\/lib\/libc\.so \(app\)/,
    over({ path: 'lib/libc.so', content: 'x' }),
  ],
  [
    'an altered program of a Debian package',
    /intact\/.*\/usr\/bin\/app \(app\)/,
    { layers: [DEBIAN, [{ ...TOOL, content: elf('another') }]] },
  ],
  // Secrets.
  [
    'an RSA key',
    /no-secrets\/layers.*\/etc\/ssl\/server\.key:1: RSA private key/,
    over({ path: 'etc/ssl/server.key', content: fakeKey('RSA ') }),
  ],
  [
    'an OpenSSH key',
    /\/root\/\.ssh\/id_ed25519:1: OPENSSH private key/,
    over({ path: 'root/.ssh/id_ed25519', content: fakeKey('OPENSSH ') }),
  ],
  [
    'a key behind a certificate',
    /\/app\/bundle\.pem:4: private key/,
    over({
      path: 'app/bundle.pem',
      content: `-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n${fakeKey('')}`,
    }),
  ],
  [
    'a key within JSON',
    /\/app\/service-account\.json:1: private key/,
    over({ path: 'app/service-account.json', content: JSON.stringify({ private_key: fakeKey('') }) }),
  ],
  [
    'a key in a script',
    /\/entrypoint\.sh:3: EC private key/,
    over({ path: 'entrypoint.sh', content: `#!/bin/x\necho "\n${fakeKey('EC ')}"\n` }),
  ],
  [
    'a key far down in a log',
    /\/var\/log\/install\.log:30001: RSA private key/,
    over({
      path: 'var/log/install.log',
      content: `${'a line of some length, as logs have them\n'.repeat(30_000)}${fakeKey('RSA ')}`,
    }),
  ],
  [
    'a key that a whiteout hides',
    /\/build\/deploy\.key:1: private key, in layer 2, which a later layer hides/,
    { layers: [WOLFI, [{ path: 'build/deploy.key', content: fakeKey('') }], [{ path: 'build/.wh.deploy.key' }]] },
  ],
  [
    'a key whose directory is hidden',
    /\/build\/deploy\.key.*hides/,
    { layers: [WOLFI, [{ path: 'build/deploy.key', content: fakeKey('') }], [{ path: 'build/.wh..wh..opq' }]] },
  ],
  [
    'a GitHub token in a script',
    /\/app\/run\.sh:2: GitHub token/,
    over({ path: 'app/run.sh', content: `#!/x\ncurl -H "${fakeToken('ghp_', 36)}"` }),
  ],
  [
    'npm credentials',
    /\/root\/\.npmrc:1: npm credentials/,
    over({ path: 'root/.npmrc', content: '//registry.npmjs.org/:_authToken=0d5c7f3e-1111-4222-8333-abcdefabcdef\n' }),
  ],
  [
    'npm credentials behind more comment than anybody writes',
    /\/root\/\.npmrc:5001: npm credentials/,
    over({
      path: 'root/.npmrc',
      content: `${`# ${'x'.repeat(60)}\n`.repeat(5000)}//r.test/:_authToken=0d5c7f3e-1111-4222-8333-abcdef\n`,
    }),
  ],
  [
    'a key in a directory of tests',
    /no-secrets\/layers.*\/app\/tests\/fixtures\/deploy\.pem:1: private key/,
    over({ path: 'app/tests/fixtures/deploy.pem', content: fakeKey('') }),
  ],
  [
    'a key in a directory of documentation',
    /no-secrets\/layers.*\/usr\/share\/doc\/x\/key\.pem:1: RSA private key/,
    over({ path: 'usr/share/doc/x/key.pem', content: fakeKey('RSA ') }),
  ],
  [
    'a key that a package database vouches for',
    /no-secrets\/packaged.*\/usr\/share\/ssl\/snakeoil\.key:1: private key/,
    {
      layers: [
        apkInstalled([
          { name: 'sample', version: '1', files: [{ path: 'usr/share/ssl/snakeoil.key', content: fakeKey('') }] },
        ]),
      ],
    },
  ],
  [
    'a packaged key that a later layer hides',
    /no-secrets\/layers.*\/usr\/share\/ssl\/a\.key:1: private key, in layer 1, which a later layer hides/,
    {
      layers: [
        apkInstalled([
          { name: 'sample', version: '1', files: [{ path: 'usr/share/ssl/a.key', content: fakeKey('') }] },
        ]),
        [{ path: 'usr/share/ssl/a.key', content: 'public' }],
      ],
    },
  ],
  [
    'a private key in DER under a harmless name',
    /\/usr\/share\/icons\/logo\.png: private key \(DER, PKCS #8\), in layer 2/,
    over({ path: 'usr/share/icons/logo.png', content: DER_KEY }),
  ],
  [
    'a PKCS #12 store',
    /\/app\/server\.p12: PKCS #12 store with a private key/,
    over({ path: 'app/server.p12', content: pkcs12([[3], [2]]) }),
  ],
  [
    'a Java key store behind a whiteout',
    /\/app\/keystore: Java key store with a private key, in layer 2, which a later layer hides/,
    { layers: [WOLFI, [{ path: 'app/keystore', content: javaKeyStore([2, 1]) }], [{ path: 'app/.wh.keystore' }]] },
  ],
  [
    'a PKCS #12 store that nobody can look into',
    /no-secrets\/encrypted.*\/app\/store/,
    over({ path: 'app/store', content: pkcs12(['encrypted']) }),
  ],
  [
    'a key store too large to be looked into',
    /no-secrets\/layers.*\/app\/large: it looks like a key store/,
    over({ path: 'app/large', content: Buffer.concat([javaKeyStore([]), Buffer.alloc(5_000_000)]) }),
  ],
  [
    'an age identity',
    /\/root\/age\.txt:1: age identity/,
    over({ path: 'root/age.txt', content: `AGE-SECRET-KEY-1${fakeToken('age', 90).toUpperCase().slice(3, 61)}\n` }),
  ],
  [
    "gpg-agent's keys",
    /\/root\/\.gnupg\/private-keys-v1\.d\/A\.key:1: OpenPGP private key/,
    over({ path: 'root/.gnupg/private-keys-v1.d/A.key', content: '(11:private-key(3:rsa(1:n257:\0abc' }),
  ],
  [
    "PuTTY's keys",
    /\/root\/id\.ppk:1: PuTTY private key/,
    over({
      path: 'root/id.ppk',
      content: 'PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: none\r\nComment: me@here\r\nPublic-Lines: 2\r\n',
    }),
  ],
  ['a key behind a NUL', /\/opt\/k:1: RSA private key/, over({ path: 'opt/k', content: `\0${fakeKey('RSA ')}` })],
  [
    'registry credentials at the end of a long line',
    /\/root\/\.docker\/config\.json:1: registry credentials/,
    over({
      path: 'root/.docker/config.json',
      content: `{"a":"${'-'.repeat(9000)}","auths":{"x.test":{"auth":"dXNlcjpodW50ZXIy"}}}`,
    }),
  ],
  [
    'registry credentials',
    /\/root\/\.docker\/config\.json:1: registry credentials/,
    over({ path: 'root/.docker/config.json', content: '{"auths":{"x.test":{"auth":"dXNlcjpodW50ZXIy"}}}' }),
  ],
  [
    'AWS credentials',
    /AWS credentials/,
    over({
      path: 'home/app/.aws/credentials',
      content: `[default]\naws_access_key_id = AKIAQ\naws_secret_access_key = ${fakeToken('', 40)}\n`,
    }),
  ],
  [
    'a git credential store',
    /git credentials/,
    over({ path: 'root/.git-credentials', content: 'https://me:s3cr3tpw@git.test\n' }),
  ],
  ['a netrc', /netrc credentials/, over({ path: 'root/.netrc', content: 'machine a.test login me password s3cr3t\n' })],
  [
    'a password hash',
    /\/etc\/shadow:2: password hash/,
    over({ path: 'etc/shadow', content: 'bin:*:1::::::\nroot:$6$saltsalt$abcdefghijklmnopqrst:1::::::\n' }),
  ],
  [
    'an environment file',
    /environment file with a secret/,
    over({ path: 'app/.env', content: 'PORT=80\nDB_PASSWORD=hunter2hunter2\n' }),
  ],
  [
    'a password in the environment',
    /no-secrets\/environment.*DB_PASSWORD/,
    { ...over(), config: { Env: ['DB_PASSWORD=hunter2'] } },
  ],
  ...['PGPASSWORD', 'MYSQL_PWD', 'DBPASSWORD', 'APPSECRET', 'NPMTOKEN'].map((variable): (typeof PLANTED)[number] => [
    `a password in ${variable}`,
    new RegExp(`no-secrets/environment.*${variable}`),
    { ...over(), config: { Env: [`${variable}=hunter2`] } },
  ]),
  [
    'an npm token of a registry whose name has the word example in it',
    /\/root\/\.npmrc:1: npm credentials/,
    over({ path: 'root/.npmrc', content: '//npm.example.com/:_authToken=0d5c7f3e-1111-4222-8333-abcdefabcdef\n' }),
  ],
  [
    'a password of a database whose name has the word example in it',
    /\/root\/\.pgpass:1: PostgreSQL passwords/,
    over({ path: 'root/.pgpass', content: 'db.example.com:5432:app:app:hunter2hunter2\n' }),
  ],
  [
    'a token in a variable with a harmless name',
    /no-secrets\/environment.*GREETING contains a GitHub token/,
    { ...over(), config: { Env: [`GREETING=${fakeToken('ghp_', 36)}`] } },
  ],
  [
    'a URL with a password',
    /no-secrets\/environment.*PROXY contains a password in a URL/,
    { ...over(), config: { Env: ['PROXY=http://u:pw123@proxy.test'] } },
  ],
];

const CLEAN: readonly (readonly [name: string, image: ImageOptions])[] = [
  ['a static program alone', { layers: [[program('app')]] }],
  ['nothing at all', { layers: [] }],
  ['a Wolfi image', over()],
  ['a Debian image', { layers: [DEBIAN] }],
  ['a shell that a later layer removes', { layers: [[...WOLFI, program('usr/bin/sh')], [{ path: 'usr/bin/.wh.sh' }]] }],
  [
    'a link called sh that leads nowhere',
    over({ path: 'usr/bin/sh', link: '/bin/none' }, { path: 'usr/bin/bash', link: 'bash' }),
  ],
  [
    'a directory and a document called sh and bash',
    over(
      { path: 'usr/share/sh/', mode: 0o755 },
      { path: 'usr/bin/bash', content: 'about bash' },
      { path: 'usr/share/doc/apk', content: elf() },
    ),
  ],
  ['a scanner that knows the words', over(program('usr/bin/scanner', elf('BusyBox v%s and apk-tools %s, multicall')))],
  [
    'documents that speak of busybox',
    over({ path: 'usr/share/doc/busybox.txt', content: 'BusyBox v1.36.1', mode: 0o755 }),
  ],
  [
    'directories with a sticky bit, and one that hands down its group',
    over({ path: 'var/tmp/', mode: 0o1777 }, { path: 'srv/shared/', mode: 0o2775 }),
  ],
  [
    'certificates and public keys',
    over(
      { path: 'etc/ssl/certs/ca.pem', content: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n' },
      {
        path: 'etc/apk/keys/wolfi-signing.rsa.pub',
        content: '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n',
      },
    ),
  ],
  [
    'code that writes keys',
    over({
      path: 'usr/lib/pem.js',
      content: 'const begin = "-----BEGIN RSA PRIVATE KEY-----\\n"; const end = "-----END RSA PRIVATE KEY-----";',
    }),
  ],
  [
    'a sample key that a well-known project publishes',
    over({ path: 'usr/local/go/src/crypto/x509/platform_root_key.pem', content: GO_SAMPLE }),
  ],
  ['the same sample within JSON', over({ path: 'app/sample.json', content: JSON.stringify({ key: GO_SAMPLE }) })],
  [
    'certificates and public keys in DER, and stores of certificates',
    over(
      { path: 'etc/ssl/ca.der', content: new X509Certificate(rootCertificates[0] ?? '').raw },
      { path: 'etc/ssl/public.der', content: KEYS.publicKey.export({ type: 'spki', format: 'der' }) },
      { path: 'usr/lib/jvm/jre/lib/security/cacerts', content: javaKeyStore([2, 2, 2]) },
      { path: 'etc/ssl/trust.p12', content: pkcs12([[3, 3]]) },
    ),
  ],
  [
    'programs that read keys of other forms',
    over({
      path: 'usr/lib/node_modules/ssh/parser.js',
      content:
        'const PPK = /^PuTTY-User-Key-File-[23]: (ssh-(?:rsa|dss))/; const s = "(private-key (rsa"; // AGE-SECRET-KEY-1',
    }),
  ],
  [
    'settings without credentials',
    over(
      {
        path: 'root/.npmrc',
        content: ['registry=https://registry.test', `//registry.test/:_authToken=${'$'}{NPM_TOKEN}`, ''].join('\n'),
      },
      { path: 'root/.docker/config.json', content: '{"credsStore":"pass"}' },
      { path: 'app/.env.example', content: 'API_TOKEN=your-token-here\n' },
    ),
  ],
  ['locked accounts', over({ path: 'etc/shadow', content: 'root:*:1::::::\nnobody:!:1::::::\n' })],
  [
    'examples of tokens',
    over({
      path: 'app/readme',
      content: `ghp_${'x'.repeat(36)} and aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`,
    }),
  ],
  [
    'an environment as official images have it',
    {
      ...over(),
      config: {
        Env: [
          'PATH=/usr/local/bin:/usr/bin',
          'GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305',
          'GPG_KEYS=ABC',
          'PYTHON_SHA256=00',
          'ACCESS_LOG=/dev/stdout',
          'DB_PASSWORD_FILE=/run/secrets/db',
          'TOKEN=',
        ],
      },
    },
  ],
  [
    'configuration that was changed',
    {
      layers: [
        [
          { path: 'etc/tool.conf', content: 'a' },
          ...apkInstalled([{ name: 't', version: '1', files: [{ path: 'etc/tool.conf', content: 'b' }] }]),
        ].reverse(),
      ],
    },
  ],
  [
    'a program that may only bind low ports, and usual ports',
    { ...over(), config: { ExposedPorts: { '80/tcp': {}, '8443/tcp': {} }, Entrypoint: ['/usr/bin/app'] } },
  ],
  [
    'a packaged file that was moved, with a link in its place',
    {
      layers: [
        DEBIAN,
        [
          { ...TOOL, path: 'opt/app' },
          { path: 'usr/bin/app', link: '/opt/app' },
        ],
      ],
    },
  ],
  [
    'a link that an apk package brought, to a file that is not there',
    {
      layers: [
        [
          ...WOLFI.filter(({ path }) => path !== 'usr/lib/apk/db/installed'),
          ...apkInstalled([
            { name: 'links', version: '1', files: [{ path: 'usr/lib/liba.so', content: 'liba.so.1' }] },
          ]),
        ],
        [{ path: 'usr/lib/liba.so', link: 'liba.so.1' }],
      ],
    },
  ],
  [
    'a file that dpkg diverted',
    {
      layers: [
        [...DEBIAN, { path: 'var/lib/dpkg/diversions', content: '/usr/bin/app\n/usr/bin/app.real\nother\n' }],
        [{ ...TOOL, content: 'other' }],
      ],
    },
  ],
];

describe('planted evidence', () => {
  test.each(PLANTED)('%s is found', async (_, found, image) => {
    expect((await findings(image)).join('\n')).toMatch(found);
  });

  test('comes to at least sixty images', () => {
    expect(PLANTED.length).toBeGreaterThanOrEqual(60);
    expect(CLEAN.length).toBeGreaterThanOrEqual(20);
  });
});

describe('clean images', () => {
  test.each(CLEAN)('have no finding: %s', async (_, image) => {
    expect(await findings(image)).toEqual([]);
  });
});
