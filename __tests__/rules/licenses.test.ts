import { describe, expect, test } from '@jest/globals';
import { readSbom } from '../../src/attestations/sbom/read.js';
import { present } from '../../src/evidence/evidence.js';
import { optionalField } from '../../src/lib/collections.js';
import { licenses } from '../../src/rules/licenses.js';
import { contentsOf } from '../support/image/contents-of.js';
import type { LayerFile } from '../support/image/image-maker.js';
import { evaluateRule, subjectOf } from '../support/image/image-rule-subject.js';
import { jsonBytes, type MadePackage, spdxDocument } from '../support/image/make-sbom.js';
import { apkInstalled, dpkgInstalled } from '../support/image/packaged-files.js';

const npm = (name: string, license?: string): LayerFile => ({
  path: `app/node_modules/${name}/package.json`,
  content: JSON.stringify({ name, version: '1.0.0', ...optionalField('license', license) }),
});
const DENY = { allow: ['*'], deny: ['GPL-*'], unknown: 'warning' } as const;

function sbomOf(packages: readonly MadePackage[], counts = true) {
  const read = readSbom(jsonBytes(spdxDocument({ packages })));
  if (!read.ok) throw new Error(read.error.message);
  const chosen = { sbom: read.value, digest: 'sha256:0', on: 'platform', predicateType: 'x', place: 'test' } as const;
  return { sbom: present({ chosen, counts, all: [], problems: [], disagreements: [] }, 'test') };
}

async function answers(files: readonly LayerFile[], options: object, more: object = {}) {
  const { evidence } = await contentsOf({ layers: [files] });
  return evaluateRule(licenses, subjectOf({ ...evidence, ...more }), 'hardened', options).map(
    ({ outcome, aspect, message, atMost }) => ({ outcome, aspect, message, atMost }),
  );
}

describe('licenses', () => {
  test('is off until a policy switches it on', () => {
    const presets = Object.values(licenses.presets);
    expect(presets.map(({ level }) => level)).toEqual(['off', 'off', 'off', 'off']);
  });

  test('passes where each package has a license that the policy accepts', async () => {
    expect(await answers([npm('a', 'MIT'), npm('b', '(GPL-3.0-only OR MIT)')], DENY)).toMatchObject([
      { outcome: 'pass', message: expect.stringContaining('2 packages') },
    ]);
  });

  test('fails by the packages that have another, and says which license they have', async () => {
    expect(await answers([npm('a', 'MIT'), npm('b', 'GPL-3.0-only')], DENY)).toMatchObject([
      { outcome: 'fail', aspect: 'accepted', message: expect.stringContaining('b 1.0.0 (GPL-3.0-only)') },
    ]);
  });

  test('is indeterminate, up to the level of `unknown`, where a license is missing or no expression', async () => {
    expect(await answers([npm('a'), npm('b', 'SEE LICENSE IN x')], DENY)).toMatchObject([
      { outcome: 'indeterminate', aspect: 'known', atMost: 'warning', message: expect.stringContaining('2 packages') },
    ]);
  });

  test('is not satisfied by what was not read', async () => {
    const broken = { path: 'lib/a.jar', content: Buffer.from('PK\x03\x04broken', 'latin1') };
    expect(await answers([npm('a', 'MIT'), broken], DENY)).toMatchObject([
      { outcome: 'indeterminate', message: expect.stringContaining('/lib/a.jar') },
    ]);
    const database = [{ path: 'lib/apk/db/installed', content: 'P:a\n\nX' }];
    expect((await answers(database, DENY)).map(({ outcome }) => outcome)).toContain('indeterminate');
    const unavailable = { status: 'unavailable', cause: 'network', message: 'It timed out.', fix: 'Try again.' };
    expect(await answers([npm('a', 'MIT')], DENY, { sbom: unavailable })).toMatchObject([
      { outcome: 'indeterminate', aspect: 'sbom' },
    ]);
  });

  test('takes from a signed SBOM what the layers do not say, and what they do not hold', async () => {
    const files = dpkgInstalled([{ name: 'zlib1g', version: '1:1.2.13-1', files: [] }]);
    const zlib = { name: 'zlib1g', version: '1:1.2.13-1', purl: 'pkg:deb/debian/zlib1g@1:1.2.13-1?arch=amd64' };
    const debian = { path: 'etc/os-release', content: 'ID=debian\nVERSION_ID=12\n' };
    const listing = (license: string, counts = true) => sbomOf([{ ...zlib, license }], counts);
    expect(await answers([debian, ...files], DENY, listing('Zlib'))).toMatchObject([{ outcome: 'pass' }]);
    expect(await answers([debian, ...files], DENY, listing('GPL-2.0-only'))).toMatchObject([{ outcome: 'fail' }]);
    expect(await answers([debian, ...files], DENY, listing('Zlib', false))).toMatchObject([{ aspect: 'known' }]);
    const other = sbomOf([{ name: 'hidden', version: '1', purl: 'pkg:golang/hidden@1', license: 'GPL-2.0-only' }]);
    expect(await answers([npm('a', 'MIT')], DENY, other)).toMatchObject([
      { outcome: 'fail', message: expect.stringContaining('hidden 1') },
    ]);
  });

  test('leaves what a package of the distribution brought to that package', async () => {
    const path = 'usr/lib/node_modules/a/package.json';
    const content = '{"name":"a","version":"1.0.0","license":"GPL-2.0-only"}';
    const all = await answers(apkInstalled([{ name: 'a', version: '1.0-r0', files: [{ path, content }] }]), DENY);
    expect(all.map(({ outcome }) => outcome)).not.toContain('fail');
  });
});
