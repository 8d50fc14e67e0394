import { describe, expect, test } from '@jest/globals';
import { semanticVersion } from '../../../src/packages/components.js';
import { elf } from '../../support/image/packaged-files.js';
import { catalogFile, named } from '../../support/packages/catalog-file.js';

describe('a program that UPX packed', () => {
  const packed = (at: number) => Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(at), Buffer.from('UPX!')]);

  test.each([1, 100, 100_000])('is named as not read, in chunks of %i', (chunk) => {
    expect(catalogFile('app', packed(232), chunk)).toEqual({ packages: [], unread: ['packed-program'], problems: [] });
  });

  test('is none where the mark is in its own texts', () => {
    expect(catalogFile('usr/bin/upx', packed(50_000)).unread).toEqual([]);
  });
});

describe('an AppImage', () => {
  const program = (mark: string) =>
    Buffer.from(`\x7fELF\x02\x01\x01\0${mark.padEnd(8, '\0')}${'x'.repeat(100)}`, 'latin1');

  test.each([1, 9, 100_000])('is named as not read, in chunks of %i', (chunk) => {
    for (const mark of ['AI\x01', 'AI\x02'])
      expect(catalogFile('opt/app.AppImage', program(mark), chunk).unread).toEqual(['appimage']);
  });

  test.each(['', 'AI', 'AI\x03', '\0AI\x02'])('is none by other bytes: %j', (mark) => {
    expect(catalogFile('opt/app.AppImage', program(mark)).unread).toEqual([]);
  });
});

describe('what a Python package has copied into itself', () => {
  test.each([
    [
      'usr/lib/python3/site-packages/pip/_vendor/vendor.txt',
      'CacheControl==0.14.3\nrequests==2.32.4\n    idna==3.10\n',
    ],
    ['app/pkg_resources/_vendor/vendored.txt', '# copies\n\npackaging==21.2\n'],
  ])('is named as not read, by its list: %s', (path, text) => {
    expect(catalogFile(path, Buffer.from(text)).unread).toEqual(['vendored-pypi']);
  });

  test.each([
    ['app/requirements.txt', 'requests==2.32.4\n'],
    ['app/_vendor/vendor.txt', '# nothing\n\n'],
    ['app/_vendor/notes/vendor.md', 'requests==2.32.4\n'],
  ])('is none in %s with %j', (path, text) => {
    expect(catalogFile(path, Buffer.from(text)).unread).toEqual([]);
  });
});

describe('a .NET application in a single file', () => {
  const mark = Buffer.from('8b1202b96a612038727b930214d7a03213f5b9e6efae3318ee3b2dce24b36aae', 'hex');
  const host = (offset: number, at = 9000) => {
    const before = Buffer.alloc(8);
    before.writeBigUInt64LE(BigInt(offset));
    return Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(at), before, mark, Buffer.alloc(100)]);
  };

  test.each([1, 7, 39, 4096, 100_000])('is named as not read, in chunks of %i', (chunk) => {
    expect(catalogFile('app/shop', host(123_456), chunk)).toEqual({
      packages: [],
      unread: ['dotnet-bundle'],
      problems: [],
    });
  });

  test('is none where the host bundles nothing', () => {
    for (const chunk of [1, 39, 4096]) expect(catalogFile('app/shop', host(0), chunk).unread).toEqual([]);
  });
});

describe('a program that OpenSSL is linked into', () => {
  const ASSEMBLY = 'SHA256 block transform for x86_64, CRYPTOGAMS by <https://github.com/dot-asm>';
  const linked = (version: string) => elf(`\0OpenSSL internal error\0OpenSSL ${version}\0${ASSEMBLY}\0`);

  test.each([
    ['1.1.1a  20 Nov 2018', '1.1.1a'],
    ['3.0.7 1 Nov 2022', '3.0.7'],
  ])('has the version that it says with its day: %s', (text, version) => {
    for (const chunk of [1, 13, 5000])
      expect(named(catalogFile('opt/app', linked(text), chunk))).toEqual([`generic:openssl@${version}`]);
  });

  test.each([
    ['is loaded', 'opt/app', elf('\0OpenSSL 3.0.7 1 Nov 2022\0')],
    ['is BoringSSL', 'opt/app', linked('1.1.1 (compatible; BoringSSL)')],
    ['is in a library of Python', 'site-packages/cryptography/_rust.abi3.so', linked('3.4.0 22 Oct 2024')],
    ['is in an addon of Node.js', 'node_modules/a/build/a.node', linked('3.4.0 22 Oct 2024')],
  ])('is none where it %s', (_, path, content) => {
    expect(catalogFile(path, content)).toEqual({ packages: [], unread: [], problems: [] });
  });
});

describe('a Java runtime without its release file', () => {
  const jvm = 'OpenJDK 64-Bit Server VM (25.91-b14) for linux-amd64 JRE (1.8.0_91-b14), built on';

  test('is known by its library, with its version where that says it', () => {
    expect(named(catalogFile('opt/java/lib/server/libjvm.so', elf(jvm)))).toEqual(['generic:openjdk@1.8.0_91-b14']);
    expect(named(catalogFile('opt/java/lib/server/libjvm.so', elf('')))).toEqual(['generic:openjdk@']);
  });
});

describe('an archive of Java that was unpacked', () => {
  const POM = 'groupId=a\nartifactId=b\nversion=1.0\n';

  test('has the coordinates of its pom.properties, and other files of the name have none', () => {
    const found = (path: string, text = POM) => named(catalogFile(path, text));
    expect(found('app/META-INF/maven/a/b/pom.properties')).toEqual(['maven:a:b@1.0']);
    expect(found('app/META-INF/maven/a/b/pom.properties', 'groupId=a\nartifactId=b\n')).toEqual([]);
    expect(found('app/target/maven-archiver/pom.properties')).toEqual([]);
  });
});

describe('a runtime that describes itself in a file', () => {
  test.each([
    [
      'usr/local/include/node/node_version.h',
      '#define NODE_MAJOR_VERSION 18\n#define NODE_MINOR_VERSION 12\n#define NODE_PATCH_VERSION 0\n',
      'generic:node@18.12.0',
    ],
    ['usr/local/include/python3.11/patchlevel.h', '#define PY_VERSION "3.11.1"\n', 'generic:python@3.11.1'],
    ['usr/local/include/python3.13/patchlevel.h', '#define PY_VERSION "3.13.0rc1+"\n', 'generic:python@3.13.0rc1'],
    [
      'usr/local/include/php/main/php_version.h',
      '#define PHP_MAJOR_VERSION 8\n#define PHP_MINOR_VERSION 1\n#define PHP_RELEASE_VERSION 2\n',
      'generic:php@8.1.2',
    ],
    [
      'usr/local/lib/ruby/3.1.0/x86_64-linux/rbconfig.rb',
      '  CONFIG["MAJOR"] = "3"\n  CONFIG["MINOR"] = "1"\n  CONFIG["TEENY"] = "2"\n',
      'generic:ruby@3.1.2',
    ],
    [
      'opt/java/openjdk/release',
      'IMPLEMENTOR="Eclipse Adoptium"\nJAVA_RUNTIME_VERSION="17.0.5+8"\nJAVA_VERSION="17.0.5"\n',
      'generic:openjdk@17.0.5+8',
    ],
    ['opt/jdk8/release', 'JAVA_VERSION="1.8.0_91"\n', 'generic:openjdk@1.8.0_91'],
    ['usr/local/go/VERSION', 'go1.21.5\ntime 2023\n', 'generic:go@1.21.5'],
    [
      'usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.1/Microsoft.NETCore.App.deps.json',
      '{}',
      'generic:dotnet@8.0.1',
    ],
  ])('says its version: %s', (path, content, expected) => {
    expect(named(catalogFile(path, content))).toEqual([expected]);
  });

  test.each([
    ['opt/other/release', 'none\n'],
    ['opt/other/release', 'VERSION="17.0.5"\n'],
    ['usr/local/include/python3.11/patchlevel.h', '#define PY_VERSION PY_STRING\n'],
    ['srv/go/VERSION', '1.21.5\n'],
  ])("another program's file says nothing: %s", (path, content) => {
    expect(catalogFile(path, content)).toEqual({ packages: [], unread: [], problems: [] });
  });

  test('in a file larger than is read is named', () => {
    expect(catalogFile('opt/x/release', Buffer.alloc(1024 * 1024 + 1, 0x61)).problems).toEqual([
      expect.stringContaining('metadata-bytes'),
    ]);
  });
});

describe("a program's own strings", () => {
  test.each([
    ['usr/sbin/nginx', '\0nginx version: nginx/1.21.6\0', 'generic:nginx@1.21.6'],
    ['usr/local/apache2/bin/httpd', '\0Apache/2.4.54 (Unix)\0', 'generic:httpd@2.4.54'],
    ['usr/local/bin/redis-server', '\x007.0.4buildkitsandbox-1659999999000000000\0', 'generic:redis@7.0.4'],
    ['usr/local/bin/redis-server', '\x006.2.141f3c9a7b2d4e-1659999999\0', 'generic:redis@6.2.14'],
    ['usr/local/bin/postgres', '\0PostgreSQL 14.5\0', 'generic:postgresql@14.5'],
    ['usr/local/bin/openssl', '\0OpenSSL 1.1.1q  5 Jul 2022\0', 'generic:openssl@1.1.1q'],
    ['usr/local/lib/libcrypto.so.3', '\0OpenSSL 3.0.7 1 Nov 2022\0', 'generic:openssl@3.0.7'],
    ['usr/local/lib/libpython3.11.so.1.0', '\x003.11.1\0', 'generic:python@3.11.1'],
    ['usr/local/bin/php-fpm', '\0X-Powered-By: PHP/8.1.2\0', 'generic:php@8.1.2'],
    ['usr/local/lib/libruby.so.3.1', '\0ruby 3.1.2p20 (2022-04-12)\0', 'generic:ruby@3.1.2'],
    ['nodejs/bin/node', '\0node.js/v18.12.0\0', 'generic:node@18.12.0'],
    ['usr/bin/deno', '\0Deno/1.36.0\0', 'generic:deno@1.36.0'],
  ])('say its version: %s', (path, text, expected) => {
    for (const chunk of [64 * 1024, 97, 1]) {
      expect(named(catalogFile(path, elf(text, 3000), chunk))).toEqual([expected]);
    }
  });

  test('say that a program has Node.js inside, whatever it is called', () => {
    const program = elf(
      `${'x'.repeat(70_000)}https://nodejs.org/download/release/vX https://nodejs.org/download/release/v22.1.0/`,
    );
    expect(named(catalogFile('opt/renamed', program, 1000))).toEqual(['generic:node@22.1.0']);
  });

  test('that name no version leave a known program without one', () => {
    expect(named(catalogFile('usr/sbin/nginx', elf()))).toEqual(['generic:nginx@']);
    expect(named(catalogFile('usr/local/bin/python3.11', elf()))).toEqual(['generic:python@3.11']);
  });

  test.each(['usr/share/nginx/index.html', 'usr/bin/nginx.sh', 'usr/bin/other'])('say nothing of %s', (path) => {
    const text = 'nginx version: nginx/1.21.6';
    expect(catalogFile(path, path.endsWith('other') ? elf(text) : text).packages).toEqual([]);
  });
});

describe('packages of a type that is not read', () => {
  test.each(['lib/modules/6.1.0/kernel/fs/ext4.ko.xz', 'lib/modules/6.1.0/kernel/fs/ext4.ko.zst'])(
    'are recognized: %s',
    (path) => {
      expect(catalogFile(path, 'x').unread).toEqual(['kernel-module']);
      expect(catalogFile(`${path}.bak`, 'x').unread).toEqual([]);
    },
  );

  test('are recognized in a Rust program by its section', () => {
    expect(catalogFile('usr/bin/tool', elf('\0.dep-v0\0', 100_000), 999).unread).toEqual(['cargo']);
    expect(catalogFile('usr/bin/tool', elf('\0.dep-v1\0', 100_000)).unread).toEqual([]);
  });
});

describe("a component's version in Semantic Versioning", () => {
  test.each([
    ['18.12.0', 3, '18.12.0'],
    ['17.0.5+8', 3, '17.0.5'],
    ['21+35', 3, '21.0.0'],
    ['1.8.0_91-b14', 3, '8.0.91'],
    ['11.0.16.1', 3, '11.0.16'],
    ['14.5', 2, '14.5.0'],
    ['3.13.0rc1', 3, '3.13.0-rc1'],
    ['3.11', 3, undefined],
    ['', 3, undefined],
  ] as const)('%s, of which %i numbers make a whole, is %s', (version, numbers, expected) => {
    expect(semanticVersion(version, numbers)).toBe(expected);
  });
});
