import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { environmentHooks, loaderFileHooks, openPlaces } from '../../src/image-content/loader-hooks.js';
import { contentsOf } from '../support/image/contents-of.js';
import type { LayerFile } from '../support/image/image-maker.js';

const PLACES: readonly LayerFile[] = [
  { path: 'tmp/', mode: 0o1777 },
  { path: 'usr/' },
  { path: 'usr/bin/' },
  { path: 'srv/', mode: 0o777 },
  { path: 'srv/own.js', content: 'x' },
  { path: 'opt/link', link: '/tmp' },
  { path: 'app/' },
  { path: 'app/x.js', content: 'x' },
  { path: 'app/open.js', content: 'x', mode: 0o666 },
];

async function treeOf(files: readonly LayerFile[] = []) {
  const { evidence } = await contentsOf({ layers: [[...PLACES, ...files]] });
  if (evidence.filesystem?.status !== 'present') throw new Error('no files');
  return evidence.filesystem.value.tree;
}

describe('the environment loads code from a place that others can write to', () => {
  test.each([
    'LD_PRELOAD=/usr/lib/x.so',
    'PATH=/tmp:/usr/bin',
    'PATH=/usr/bin:',
    'PATH=bin:/usr/bin',
    'PATH=/opt/link:/usr/bin',
    'PATH=/tmp/bin:/usr/bin',
    'PATH=/srv/deep/bin',
    'LD_LIBRARY_PATH=/tmp',
    'LD_LIBRARY_PATH=.',
    'LD_LIBRARY_PATH=/usr/lib;/tmp',
    'GCONV_PATH=/tmp',
    'PYTHONPATH=/app:/tmp',
    'NODE_PATH=/srv',
    'BASH_ENV=/tmp/x',
    'ENV=/srv/own.js',
    'NODE_OPTIONS=--require /tmp/x.js',
    'NODE_OPTIONS=--require=/app/open.js',
    'NODE_OPTIONS=--max-old-space-size=100 -r ./x.js',
    'PYTHONSTARTUP=/tmp/x',
    'PERL5OPT=-M/tmp/x',
    'RUBYOPT=-r/tmp/x',
    'JAVA_TOOL_OPTIONS=-javaagent:/tmp/x.jar',
    'DOTNET_STARTUP_HOOKS=/tmp/x.dll',
    'NODE_OPTIONS=--import "/tmp/x.mjs"',
    "NODE_OPTIONS=-r './x.js'",
    'JDK_JAVA_OPTIONS=@/tmp/args',
    'GIT_EXEC_PATH=/srv',
    'PATH=/dev/shm:/usr/bin',
    'PATH=/proc/self/cwd/bin:/usr/bin',
    'PATH=$HOME/bin:/usr/bin',
  ])('%s is reported', async (line) => {
    expect(environmentHooks([line], openPlaces(await treeOf()))).toHaveLength(1);
  });

  test.each([
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'PATH=/root/.local/bin:/home/app/.cargo/bin:/usr/bin',
    'LD_LIBRARY_PATH=/usr/local/nvidia/lib:/usr/local/nvidia/lib64',
    'LD_LIBRARY_PATH=',
    'PYTHONPATH=.',
    'PYTHONPATH=/app',
    'CLASSPATH=/app/lib/*:.',
    'NODE_OPTIONS=--max-old-space-size=4096 --require /app/x.js',
    'JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=75 -Djava.io.tmpdir=/var/cache/x',
    'BASH_ENV=/etc/profile.d/env.sh',
    'LANG=C.UTF-8',
    'TMPDIR=/tmp',
    'LD_PRELOAD= ',
    'LD_LIBRARY_PATH=$ORIGIN/../lib',
    'GIT_EXEC_PATH=/usr/lib/git-core',
    'PATH=/dev/bin:/proc/bin:/usr/bin',
  ])('and %s does not', async (line) => {
    expect(environmentHooks([line], openPlaces(await treeOf()))).toEqual([]);
  });
});

describe("the loader's own files", () => {
  test.each<readonly [string, string, number]>([
    ['etc/ld.so.preload', '/tmp/x.so\n', 1],
    ['etc/ld.so.preload', '/usr/lib/libx.so\n', 1],
    ['etc/ld.so.preload', '# none\n\n', 0],
    ['etc/ld.so.conf', 'include /etc/ld.so.conf.d/*.conf\n', 0],
    ['etc/ld.so.conf.d/x.conf', '/tmp\n', 1],
    ['etc/ld.so.conf.d/x.conf', '# libc\n/usr/local/lib\n/usr/lib/x86_64-linux-gnu\n/missing/lib\n', 0],
    ['etc/ld.so.conf.d/x.conf', 'lib\n', 1],
    ['etc/ld.so.conf.d/x.conf', '/srv=libc6\n', 1],
    ['etc/ld.so.conf.d/x.conf', '/usr/lib=libc6\nhwcap 0 nosegneg\n', 0],
    ['etc/ld.so.conf', 'include /opt/*.conf /srv/x.conf\n', 2],
    ['etc/ld.so.conf', 'include\tld.so.conf.d/*.conf\n', 0],
    ['etc/ld.so.cache', 'glibc-ld.so.cache1.1\0\x01\x02\0a.so\0/srv/a.so\0b.so\0/tmp/b.so\0', 1],
    ['etc/ld.so.cache', 'ld.so-1.7.0\0a.so\0./a.so\0', 1],
    ['etc/ld.so.cache', 'glibc-ld.so.cache1.1\0/usr/lib/a.so\0/missing/b.so\0', 0],
    ['etc/ld-musl-x86_64.path', '/lib:/srv:/usr/lib\n', 1],
    ['etc/ld-musl-x86_64.path', '/lib\n/usr/local/lib\n/usr/lib\n', 0],
  ])('are evaluated: %s with %j', async (path, content, count) => {
    const tree = await treeOf([{ path, content }]);
    expect(loaderFileHooks(tree, openPlaces(tree))).toHaveLength(count);
  });
});

test('no value makes it throw', async () => {
  const whyOpen = openPlaces(await treeOf());
  const name = fc.constantFrom('PATH', 'NODE_OPTIONS', 'LUA_PATH', 'LD_LIBRARY_PATH');
  fc.assert(
    fc.property(name, fc.string(), (variable, value) => void environmentHooks([`${variable}=${value}`], whyOpen)),
  );
});
