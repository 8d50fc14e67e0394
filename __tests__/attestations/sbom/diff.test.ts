import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { diffPackages, type NamedPackage } from '../../../src/attestations/sbom/diff.js';

const apk = (name: string, version: string): NamedPackage => ({
  name,
  version,
  purl: `pkg:apk/wolfi/${name}@${version}?arch=x86_64`,
});

test('packages are added, removed and changed, each in the order of their names', () => {
  expect(
    diffPackages(
      [apk('zlib', '1.3-r0'), apk('bash', '5.2-r1'), apk('curl', '8.9-r0')],
      [apk('curl', '8.9-r1'), apk('apk-tools', '2.14-r0'), apk('bash', '5.2-r1')],
    ),
  ).toEqual({
    added: [{ package: 'apk/wolfi/apk-tools', version: '2.14-r0' }],
    removed: [{ package: 'apk/wolfi/zlib', version: '1.3-r0' }],
    changed: [{ package: 'apk/wolfi/curl', before: '8.9-r0', after: '8.9-r1' }],
  });
});

test('the architecture of a purl makes no other package', () => {
  const arm = { ...apk('curl', '8.9-r0'), purl: 'pkg:apk/wolfi/curl@8.9-r0?arch=aarch64' };
  expect(diffPackages([apk('curl', '8.9-r0')], [arm])).toEqual({ added: [], removed: [], changed: [] });
});

test("an rpm's epoch is part of its version, wherever a document writes it", () => {
  const rpm = (version: string, epoch: string): NamedPackage => ({
    name: 'bind',
    version,
    purl: `pkg:rpm/redhat/bind@9.16-1${epoch}`,
  });
  const none = { added: [], removed: [], changed: [] };
  expect(diffPackages([rpm('9.16-1', '?epoch=31')], [rpm('9.16-1', '?epoch=32')])).toEqual({
    ...none,
    changed: [{ package: 'rpm/redhat/bind', before: '31:9.16-1', after: '32:9.16-1' }],
  });
  expect(diffPackages([rpm('9.16-1', '?epoch=32')], [rpm('32:9.16-1', '')])).toEqual(none);
  expect(diffPackages([rpm('9.16-1', '?epoch=0')], [rpm('9.16-1', '')])).toEqual(none);
});

test('a Python project is the same by every way to write its name', () => {
  const python = (name: string): NamedPackage => ({ name, version: '5.4', purl: `pkg:pypi/${name}@5.4` });
  const none = { added: [], removed: [], changed: [] };
  expect(diffPackages([python('zope.interface')], [python('zope-interface')])).toEqual(none);
  expect(diffPackages([python('Foo__Bar')], [python('foo-bar')])).toEqual(none);
});

test('of versions side by side only the one that moved is reported', () => {
  expect(diffPackages([apk('kernel', '1'), apk('kernel', '2')], [apk('kernel', '2'), apk('kernel', '3')])).toEqual({
    added: [],
    removed: [],
    changed: [{ package: 'apk/wolfi/kernel', before: '1', after: '3' }],
  });
});

test('a package without a readable purl is known by its name', () => {
  expect(diffPackages([{ name: 'x', version: '1', purl: 'hello' }], [{ name: 'x' }])).toEqual({
    added: [],
    removed: [],
    changed: [{ package: 'x', before: '1' }],
  });
});

test('nothing is lost: what stayed, went and came adds up', () => {
  const item = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2', '3')).map(([n, v]) => apk(n, v));
  fc.assert(
    fc.property(fc.array(item), fc.array(item), (before, after) => {
      const { added, removed, changed } = diffPackages(before, after);
      expect(after.length - before.length).toBe(added.length - removed.length);
      expect(diffPackages(after, before)).toMatchObject({ added: removed, removed: added });
      expect(changed.every((change) => change.before !== change.after)).toBe(true);
    }),
  );
});
