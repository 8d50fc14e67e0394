// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Dockerfiles
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { rules } from '../../../src/rules/index.js';
import { chainguardPolicy, hardenDockerfile } from '../../support/image/harden-dockerfile.js';
import { validPolicy } from '../../support/load-policy-text.js';
import { describeWithPeers } from '../../support/process/peers.js';
import { makeDirectory } from '../../support/process/scratch-repository.js';

/**
 * What stands for the programs of the images, which are not here: scripts of BusyBox that take the options which the
 * documentation lists, and refuse others.
 */
const SCRIPT = '#!/bin/busybox sh\n';
const PROGRAMS: Readonly<Record<string, string>> = {
  // https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper
  'usr/bin/apk': `${SCRIPT}[ "$(id -u)" = 0 ] || exit 99
case "$1 $2" in "add --no-cache") shift 2; for p; do printf '${'#!/bin/busybox sh\\necho %s "$@"\\n'}' "$p" > "/usr/bin/$p"; chmod 755 "/usr/bin/$p"; done ;;
*) exit 98 ;; esac\n`,
  // https://git.busybox.net/busybox/tree/loginutils/adduser.c: without -D it asks for a password.
  'usr/sbin/adduser': `${SCRIPT}[ "$(id -u)" = 0 ] || exit 99
uid=1000 home= asks=1
while getopts h:g:s:G:SDHu:k: o; do case $o in D) asks=0 ;; u) uid=$OPTARG ;; h) home=$OPTARG ;; [gsGSHk]) ;; *) exit 97 ;; esac; done
shift $((OPTIND - 1)); [ $# = 1 ] && [ $asks = 0 ] || exit 96
echo "$1:x:$uid:$uid::\${home:-/home/$1}:/bin/sh" >> /etc/passwd; mkdir -p "\${home:-/home/$1}"\n`,
  'usr/sbin/addgroup': `${SCRIPT}gid=1000
while getopts g:S o; do case $o in g) gid=$OPTARG ;; S) ;; *) exit 97 ;; esac; done
shift $((OPTIND - 1)); [ $# = 1 ] || exit 96; echo "$1:x:$gid:" >> /etc/group\n`,
};
/** As Chainguard's: the interpreter, and in the other variant the tools. */
const PYTHON = `${SCRIPT}own=$(dirname "$0")/..
case "$1 $2" in "-m venv") mkdir -p "$3/bin" && ln -s /usr/bin/python "$3/bin/python" && ln -s /usr/bin/pip "$3/bin/pip" ;;
*) [ -f "$1" ] && echo "python $(cat "$own/installed" 2>/dev/null) as $(id -u)" || exit 95 ;; esac\n`;
const PIP = `${SCRIPT}shift; echo "has $*" > "$(dirname "$0")/../installed"\n`;
const NODE = `${SCRIPT}[ -f "$1" ] && echo "node $(cat node_modules/installed) as $(id -u)"\n`;
const NPM = `${SCRIPT}mkdir -p node_modules && echo "$*" > node_modules/installed\n`;
/** BusyBox does what it is called, so that a program of the name \`echo\` is one. */
const GO = `${SCRIPT}while [ "$1" != -o ]; do shift || exit 94; done; mkdir -p "$(dirname "$2")" && cp /bin/busybox "$2"\n`;

interface MadeImage {
  readonly name: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Without a shell where it is false; there is BusyBox by its own name, for the scripts. */
  readonly shell?: boolean;
  /** As a Dockerfile says it. */
  readonly configuration?: string;
}

const START = (program: string) => `USER 65532\nENTRYPOINT ["/usr/bin/${program}"]\n`;
const IMAGES: readonly MadeImage[] = [
  { name: 'cgr.dev/chainguard/wolfi-base:latest', files: PROGRAMS },
  { name: 'cgr.dev/chainguard/static:latest', shell: false, configuration: 'USER 65532\n' },
  { name: 'cgr.dev/acme/go:1.25-dev', files: { ...PROGRAMS, 'usr/bin/go': GO } },
  {
    name: 'cgr.dev/acme/python:3.13-dev',
    files: { ...PROGRAMS, 'usr/bin/python': PYTHON, 'usr/bin/pip': PIP },
    configuration: START('python'),
  },
  {
    name: 'cgr.dev/acme/python:3.13',
    shell: false,
    files: { 'usr/bin/python': PYTHON },
    configuration: START('python'),
  },
  { name: 'cgr.dev/acme/node:22', files: { 'usr/bin/node': NODE, 'usr/bin/npm': NPM }, configuration: START('node') },
];

interface Case {
  readonly what: string;
  readonly profile: 'baseline' | 'hardened';
  readonly dockerfile: string;
  /** What the container writes when it is started as its image says. */
  readonly says: string;
  readonly user: string;
}

const CASES: readonly Case[] = [
  {
    what: 'packages of Debian, an account and a comment between',
    profile: 'baseline',
    dockerfile:
      'FROM debian:12\nRUN apt-get update && apt-get install -y \\\n    # fetches\n    curl xz-utils \\\n && rm -rf /var/lib/apt/lists/*\nRUN groupadd -g 900 app && useradd -m -u 900 -g app app\nUSER app\nENTRYPOINT ["curl", "x"]\n',
    says: 'curl x',
    user: 'app',
  },
  {
    what: 'packages of Fedora, DOS line ends and an ARG',
    profile: 'baseline',
    dockerfile:
      'ARG BASE=fedora:42\r\nFROM ${BASE}\r\nRUN dnf -y install git-core && dnf clean all\r\nUSER 1000\r\nCMD ["git", "log"]\r\n',
    says: 'git log',
    user: '1000',
  },
  {
    what: 'a system user of Debian with a home',
    profile: 'baseline',
    dockerfile:
      'FROM debian:12\nRUN useradd -rm -u 901 -d /srv app && chown app /srv\nUSER app\nWORKDIR /srv\nCMD ["sh", "-c", "touch x && id -u"]\n',
    says: '901',
    user: 'app',
  },
  {
    what: 'root around what runs, and the own user of the image at the start',
    profile: 'baseline',
    dockerfile:
      'FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["python", "main.py"]\n',
    says: 'python has -r requirements.txt as 65532',
    user: '65532',
  },
  {
    what: 'one stage of Python in two',
    profile: 'hardened',
    dockerfile:
      'FROM python:3.13-slim\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt\nCOPY . .\nCMD ["python", "main.py"]\n',
    says: 'python has --no-cache-dir -r requirements.txt as 65532',
    user: '65532',
  },
  {
    what: 'one stage of Node.js',
    profile: 'hardened',
    dockerfile: 'FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "main.py"]\n',
    says: 'node ci as 65532',
    user: '65532',
  },
  {
    what: 'one stage of Go in two, without a shell in the last',
    profile: 'hardened',
    dockerfile:
      'FROM golang:1.25\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /srv/echo ./cmd/x\nENTRYPOINT ["/srv/echo", "started"]\n',
    says: 'started',
    user: '65532',
  },
];

describeWithPeers(['buildah', 'busybox'], 'buildah', () => {
  const store = makeDirectory({});
  const home = ['--root', join(store, 'root'), '--runroot', join(store, 'run'), '--storage-driver', 'vfs'];
  const buildah = (...args: readonly string[]) => execFileSync('buildah', [...home, ...args], { encoding: 'utf8' });
  const build = (directory: string, name: string) => {
    const flags = ['--isolation', 'chroot', '--pull-never', '--quiet', '--tag', name];
    const { status, stdout, stderr } = spawnSync('buildah', [...home, 'bud', ...flags, directory], {
      encoding: 'utf8',
    });
    return status === 0 ? '' : `${stdout}${stderr}`;
  };
  beforeAll(() => {
    for (const image of IMAGES) expect(build(contextOf(image), image.name)).toBe('');
  }, 120_000);

  test.each(CASES)(
    'builds and starts $what',
    async ({ profile, dockerfile, says, user }) => {
      const policy = await validPolicy(chainguardPolicy(profile), { rules });
      const { after, left } = await hardenDockerfile(dockerfile, policy);
      expect(left).toEqual([]);
      const context = makeDirectory({ Dockerfile: after, 'main.py': '', 'requirements.txt': '' });
      expect(build(context, 'made')).toBe('');
      const configuration: unknown = JSON.parse(buildah('inspect', '--type', 'image', 'made'));
      expect(configuration).toMatchObject({ OCIv1: { config: { User: user } } });
      const container = buildah('from', '--pull-never', 'made').trim();
      const { Entrypoint = [], Cmd = [] } = startOf(configuration);
      expect(buildah('run', '--isolation', 'chroot', container, '--', ...Entrypoint, ...Cmd).trim()).toBe(says);
    },
    60_000,
  );
});

/** The context that makes an image: its files, and BusyBox by the names of its programs. */
function contextOf({ files = {}, shell = true, configuration = '' }: MadeImage): string {
  const directory = makeDirectory({
    Dockerfile: `FROM scratch\nCOPY root /\nENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n${configuration}`,
    'root/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
    'root/etc/group': 'root:x:0:\n',
  });
  const place = (path: string) => {
    mkdirSync(dirname(join(directory, 'root', path)), { recursive: true });
    return join(directory, 'root', path);
  };
  const program = execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim();
  copyFileSync(program, place('bin/busybox'));
  chmodSync(place('bin/busybox'), 0o755);
  chmodSync(dirname(place('tmp/x')), 0o1777);
  const names = execFileSync('busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n');
  for (const name of shell ? names.filter((one) => one !== 'busybox') : [])
    symlinkSync('busybox', place(`bin/${name}`));
  for (const [path, text] of Object.entries(files)) {
    writeFileSync(place(path), text);
    chmodSync(place(path), 0o755);
  }
  return directory;
}

function startOf(configuration: unknown): {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
} {
  return Object(Object(Object(configuration).OCIv1).config);
}
