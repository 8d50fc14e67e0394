import { describe, expect, test } from '@jest/globals';
import { guessCoordinates, readManifest, readPomProperties } from '../../../src/packages/catalogers/java.js';
import { CATALOG_LIMITS } from '../../../src/packages/catalogers/limits.js';
import { catalogFile, named } from '../../support/packages/catalog-file.js';
import { makeZip } from '../../support/registry/zip-maker.js';

const pom = (group: string, artifact: string, version: string) => ({
  [`META-INF/maven/${group}/${artifact}/pom.properties`]: `#Created by Maven\nversion=${version}\ngroupId=${group}\nartifactId=${artifact}\n`,
});
const LOG4J = pom('org.apache.logging.log4j', 'log4j-core', '2.14.1');
const LOG4J_FOUND = 'maven:org.apache.logging.log4j:log4j-core@2.14.1';
const CLASSES = { 'META-INF/MANIFEST.MF': 'Manifest-Version: 1.0\n', 'x/Y.class': 'x' };

describe('a Java archive', () => {
  test.each([
    ['deflated', makeZip(LOG4J)],
    ['stored', makeZip(LOG4J, { stored: true })],
    ['Zip64', makeZip(LOG4J, { zip64: true })],
    ['behind a script', Buffer.concat([Buffer.from('#!/bin/sh\nexec java -jar "$0"\n'), makeZip(LOG4J)])],
    ['Zip64 behind a script', Buffer.concat([Buffer.from('#!/bin/sh\n'), makeZip(LOG4J, { zip64: true })])],
    [
      'behind a script longer than the first bytes',
      Buffer.concat([Buffer.from(`#!/bin/sh\n${'# x\n'.repeat(5000)}`), makeZip(LOG4J)]),
    ],
  ])('that is %s says its coordinates, whatever its name', (_, archive) => {
    expect(named(catalogFile('usr/bin/tool', archive))).toEqual([LOG4J_FOUND]);
    expect(named(catalogFile('usr/bin/tool', archive, 11))).toEqual([LOG4J_FOUND]);
  });

  test('that shades others says the coordinates of all', () => {
    const archive = makeZip({ ...CLASSES, ...LOG4J, ...pom('a.b', 'c', '1'), ...pom('d', 'e', '2.0-RC1') });
    expect(named(catalogFile('app.jar', archive))).toEqual(['maven:a.b:c@1', 'maven:d:e@2.0-RC1', LOG4J_FOUND]);
  });

  test('that holds an empty file named like one names no problem, and does where that is damaged', () => {
    expect(catalogFile('app.jar', makeZip({ ...LOG4J, 'x/wrapper.jar': '' })).problems).toEqual([]);
    expect(catalogFile('app.jar', makeZip({ ...LOG4J, 'x/wrapper.jar': 'x' })).problems).toHaveLength(1);
  });

  test('that holds others, stored or packed and several deep, says theirs and where they are', () => {
    const inner = makeZip({ 'WEB-INF/lib/log4j.jar': makeZip(LOG4J) });
    const archive = makeZip({ 'BOOT-INF/lib/x.war': inner, ...pom('a', 'app', '1') }, { stored: true });
    const { packages, problems } = catalogFile('app.jar', archive);
    expect(problems).toEqual([]);
    expect(packages).toEqual([
      {
        type: 'maven',
        name: 'org.apache.logging.log4j:log4j-core',
        version: '2.14.1',
        inside: 'BOOT-INF/lib/x.war!WEB-INF/lib/log4j.jar',
      },
      { type: 'maven', name: 'a:app', version: '1' },
    ]);
  });

  test.each([
    [
      'spring-beans-5.3.17.jar',
      { 'META-INF/MANIFEST.MF': 'Implementation-Title: spring-beans\n', 'x/Y.class': '' },
      'maven:org.springframework:spring-beans@5.3.17',
    ],
    [
      'lib/catalina.jar',
      {
        'META-INF/MANIFEST.MF': 'Implementation-Title: Apache Tomcat\nImplementation-Version: 9.0.65\n',
        'x/Y.class': '',
      },
      'maven:org.apache.tomcat:tomcat-catalina@9.0.65',
    ],
    [
      'plugin.jpi',
      { 'META-INF/MANIFEST.MF': 'Group-Id: org.jenkins\nShort-Name: git\nPlugin-Version: 4.1\n', 'x/Y.class': '' },
      'maven:org.jenkins:git@4.1',
    ],
    ['thing-1.2.jar', CLASSES, 'maven:thing@1.2'],
    ['thing.jar', CLASSES, 'maven:thing@'],
  ])('without coordinates is named by its manifest and file name: %s', (path, files, expected) => {
    expect(named(catalogFile(path, makeZip(files)))).toEqual([expected]);
  });

  test.each([
    ['of data alone', makeZip({ 'META-INF/MANIFEST.MF': 'Manifest-Version: 1.0\n', 'messages.properties': 'a=b' })],
    ['that is empty', makeZip({})],
  ])('%s holds no package', (_, archive) => {
    expect(catalogFile('data.jar', archive)).toEqual({ packages: [], unread: [], problems: [] });
  });
});

describe('an archive of Python or npm packages', () => {
  test.each([
    [
      'ensurepip/_bundled/pip-22.3.1-py3-none-any.whl',
      { 'pip-22.3.1.dist-info/METADATA': 'Name: pip\nVersion: 22.3.1\n' },
      'pypi:pip@22.3.1',
    ],
    ['Jinja2-2.10-py3.11.egg', { 'EGG-INFO/PKG-INFO': 'Name: Jinja2\nVersion: 2.10\n' }, 'pypi:jinja2@2.10'],
    ['app.pex', { '.deps/x.whl/x-1.dist-info/METADATA': 'Name: x\nVersion: 1\n' }, 'pypi:x@1'],
    [
      '.yarn/cache/lodash.zip',
      { 'node_modules/lodash/package.json': '{"name":"lodash","version":"4.17.20"}' },
      'npm:lodash@4.17.20',
    ],
  ])('says what is in it: %s', (path, files, expected) => {
    expect(named(catalogFile(path, makeZip(files)))).toEqual([expected]);
  });
});

test('coordinates that were written on Windows are read', () => {
  const text =
    '#Created by Apache Maven 3.5.0\r\nversion=1.11\r\ngroupId=commons-codec\r\nartifactId=commons-codec\r\n';
  const archive = makeZip({ 'META-INF/maven/commons-codec/commons-codec/pom.properties': text });
  expect(named(catalogFile('app.jar', archive))).toEqual(['maven:commons-codec:commons-codec@1.11']);
});

describe('an archive that could not be read', () => {
  test.each([
    ['that is called one and is none', 'lib/a.jar', Buffer.from('not a zip'), 'no end record'],
    ['that breaks off', 'lib/a.jar', makeZip(LOG4J).subarray(0, 150), 'no end record'],
    [
      'whose coordinates are not whole',
      'lib/a.jar',
      makeZip({ 'META-INF/maven/a/b/pom.properties': 'version=$v\n' }),
      'groupId',
    ],
    ['in an archive', 'lib/a.jar', makeZip({ 'BOOT-INF/lib/b.jar': 'broken' }), 'in BOOT-INF/lib/b.jar, '],
    [
      'whose metadata is larger than is read',
      'lib/a.jar',
      makeZip({ 'META-INF/maven/a/b/pom.properties': '#'.repeat(CATALOG_LIMITS['metadata-bytes'] + 1) }),
      'metadata-bytes',
    ],
  ])('%s is named', (_, path, content, expected) => {
    const { packages, problems } = catalogFile(path, content);
    expect(packages).toEqual([]);
    expect(problems).toEqual([expect.stringContaining(expected)]);
  });

  test('that is too deep is named', () => {
    let archive = makeZip(LOG4J);
    for (let depth = 0; depth < CATALOG_LIMITS['archive-depth']; depth += 1) archive = makeZip({ 'a.jar': archive });
    expect(catalogFile('a.jar', archive).problems).toEqual([expect.stringContaining('archive-depth')]);
    expect(named(catalogFile('a.jar', makeZip({ 'a.jar': makeZip(LOG4J) })))).toEqual([LOG4J_FOUND]);
  });

  test.each([
    ['text', 'a header\n'],
    ['a program', '\x7fELF\x02\x01\x01\0 and more of it'],
  ])('behind %s is read all the same, since it is found by its end', (_, before) => {
    const prefixed = Buffer.concat([Buffer.from(before, 'latin1'), makeZip(LOG4J)]);
    expect(named(catalogFile('lib/a.jar', prefixed))).toEqual([LOG4J_FOUND]);
  });

  test('and that no one would load packages from is passed over', () => {
    expect(catalogFile('test/broken.zip', makeZip({ a: 'b' }).subarray(0, 30)).problems).toEqual([]);
    expect(catalogFile('usr/bin/script', `#!/bin/sh\n${'echo\n'.repeat(30_000)}`).problems).toEqual([]);
  });
});

test('an archive larger than memory is meant to hold is read from a temporary file', () => {
  const filler = Buffer.alloc(CATALOG_LIMITS['archive-memory-bytes'] + 1000, 0x61);
  const archive = makeZip({ 'a.bin': filler, ...LOG4J, 'lib/b.jar': makeZip(pom('a', 'b', '1')) }, { stored: true });
  expect(named(catalogFile('big.jar', archive, 1024 * 1024))).toEqual(['maven:a:b@1', LOG4J_FOUND]);
});

describe('what Java archives say of themselves', () => {
  test('a manifest has lines that go on, and its main section ends at an empty line', () => {
    const text =
      'Manifest-Version: 1.0\r\nImplementation-Title: a\r\n bc\r\n\r\nName: x\r\nImplementation-Version: 2\r\n';
    expect([...readManifest(text)]).toEqual([
      ['manifest-version', '1.0'],
      ['implementation-title', 'abc'],
    ]);
  });

  test.each(['', 'groupId=a\nartifactId=b\n', 'groupId=a b\nartifactId=c\nversion=1\n'])(
    '%j are no coordinates',
    (text) => {
      expect(readPomProperties(text)).toBeNull();
    },
  );

  test('a vendor that is a group is taken for one, and words are not', () => {
    const of = (vendor: string) => guessCoordinates('x-1.jar', new Map([['implementation-vendor-id', vendor]]))?.name;
    expect(of('org.acme.tools')).toBe('org.acme.tools:x');
    expect(of('The Acme Company')).toBe('x');
  });
});
