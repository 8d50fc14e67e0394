import { describe, expect, test } from '@jest/globals';
import { optionalField } from '../../src/lib/collections.js';
import type { InstalledPackage } from '../../src/packages/inventory.js';
import type { RuleResult } from '../../src/rules/rule.js';
import { sbomMatchesImage } from '../../src/rules/sbom-matches-image.js';
import { type AttestedOptions, apkInventory, attestedSubject } from '../support/image/attested-image.js';
import { apkPackage, type MadePackage, spdxDocument } from '../support/image/make-sbom.js';

const CURL = apkPackage('curl', '8.9.1-r2');
const BASH = apkPackage('bash', '5.2-r1');

async function answers(options: AttestedOptions): Promise<readonly RuleResult[]> {
  return [sbomMatchesImage.evaluate(await attestedSubject(options), {})].flat();
}

const sbomOf = (...packages: readonly MadePackage[]) => ({
  predicateType: 'https://spdx.dev/Document',
  predicate: spdxDocument({ packages }),
});

const apkoOf = (...packages: readonly string[]) => ({
  predicateType: 'https://apko.dev/image-configuration',
  predicate: {
    contents: { repositories: ['https://packages.wolfi.dev/os'], keyring: ['wolfi.rsa.pub'], packages },
    archs: ['amd64'],
  },
});

test('passes where document and layers agree', async () => {
  const packages = apkInventory([
    ['curl', '8.9.1-r2'],
    ['bash', '5.2-r1'],
  ]);
  expect(await answers({ statements: [sbomOf(CURL, BASH)], packages })).toEqual([
    { outcome: 'pass', message: expect.stringContaining('2 packages'), details: [] },
  ]);
});

describe('packages of npm and Python', () => {
  const library = (type: 'npm' | 'pypi', name: string, partOf?: string): InstalledPackage => ({
    type,
    name,
    version: '1.2.3',
    source: { name },
    licenses: [],
    purl: `pkg:${type}/${name}@1.2.3`,
    where: 'usr/lib',
    files: [],
    ...optionalField('partOf', partOf),
  });
  const evaluated = async (document: readonly MadePackage[], ...installed: readonly InstalledPackage[]) => {
    const inventory = apkInventory([['curl', '8.9.1-r2']]);
    const packages = { ...inventory, packages: [...inventory.packages, ...installed] };
    return (await answers({ statements: [sbomOf(CURL, ...document)], packages }))[0];
  };
  const NPM = { name: '@acme/left-pad', version: '1.2.3', purl: 'pkg:npm/%40acme/left-pad@1.2.3' };
  const PYPI = { name: 'Typing_Extensions', version: '1.2.3', purl: 'pkg:pypi/Typing_Extensions@1.2.3' };
  const DOTTED = { name: 'zope.interface', version: '1.2.3', purl: 'pkg:pypi/zope.interface@1.2.3' };

  test('may not be hidden', async () => {
    expect(await evaluated([], library('npm', '@acme/left-pad'), library('pypi', 'typing-extensions'))).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining('2 installed and not in the SBOM (npm @acme/left-pad 1.2.3, pypi typing-exten'),
    });
    expect(
      await evaluated([{ ...NPM, purl: 'pkg:npm/%40acme/left-pad@1.2.2' }], library('npm', '@acme/left-pad')),
    ).toMatchObject({
      outcome: 'fail',
    });
  });

  test('that are listed, or that a package of the distribution brought, agree', async () => {
    const installed = [
      library('npm', '@acme/left-pad'),
      library('pypi', 'typing-extensions'),
      library('npm', 'npm', 'npm'),
      library('pypi', 'zope-interface'),
    ];
    expect(await evaluated([NPM, PYPI, DOTTED], ...installed)).toMatchObject({ outcome: 'pass' });
  });

  test('that only the document has are no phantoms', async () => {
    expect(await evaluated([NPM])).toMatchObject({ outcome: 'pass' });
  });
});

test('names are compared as purls write them', async () => {
  const packages = apkInventory([['R', '4.4-r0']]);
  expect((await answers({ statements: [sbomOf(apkPackage('R', '4.4-r0'))], packages }))[0]?.outcome).toBe('pass');
});

test('a package that the document lists without a purl is taken by its name and version', async () => {
  const packages = apkInventory([
    ['curl', '8.9.1-r2'],
    ['bash', '5.2-r1'],
  ]);
  const bash = { name: 'bash', version: '5.2-r1' };
  expect((await answers({ statements: [sbomOf(CURL, bash)], packages }))[0]?.outcome).toBe('pass');
});

describe('fails', () => {
  test('an image without a package database, by what to build on', async () => {
    const { evidence, ...subject } = await attestedSubject({ statements: [sbomOf(CURL)] });
    const gone = { ...evidence, packages: { status: 'absent', lookedIn: [] } } as const;
    expect(sbomMatchesImage.evaluate({ ...subject, evidence: gone }, {})).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining('package inventory'),
      fix: expect.stringContaining('package database'),
    });
  });

  test.each<[string, readonly MadePackage[], readonly (readonly [string, string])[], string]>([
    [
      'a package that the document hides',
      [CURL],
      [
        ['curl', '8.9.1-r2'],
        ['bash', '5.2-r1'],
      ],
      '1 installed and not in the SBOM (apk bash 5.2-r1)',
    ],
    [
      'a package that is not there',
      [CURL, BASH],
      [['curl', '8.9.1-r2']],
      '1 in the SBOM and not installed (apk bash 5.2-r1)',
    ],
    [
      'a package that hides behind a library of its name',
      [CURL, { name: 'bash', version: '5.2-r1', purl: 'pkg:npm/bash@5.2-r1' }],
      [
        ['curl', '8.9.1-r2'],
        ['bash', '5.2-r1'],
      ],
      '1 installed and not in the SBOM (apk bash 5.2-r1)',
    ],
    [
      'another version',
      [apkPackage('curl', '9-r0')],
      [['curl', '8.9.1-r2']],
      '1 in another version (apk curl is 8.9.1-r2, not 9-r0)',
    ],
    ['an image without a package database', [CURL], [], '1 in the SBOM and not installed'],
    ['an empty document over a full image', [], [['curl', '8.9.1-r2']], '1 installed and not in the SBOM'],
    [
      'a second version that only the document has',
      [CURL, { ...apkPackage('curl', '9-r0'), id: 'second' }],
      [['curl', '8.9.1-r2']],
      'not installed (apk curl 9-r0)',
    ],
  ])('%s', async (_name, listed, installed, reason) => {
    const [result] = await answers({ statements: [sbomOf(...listed)], packages: apkInventory(installed) });
    expect(result).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining(reason),
      fix: expect.any(String),
    });
  });

  test('an unsigned document, whatever it says', async () => {
    const statements = [{ ...sbomOf(CURL), signer: null }];
    expect((await answers({ statements, packages: apkInventory([['curl', '8.9.1-r2']]) }))[0]?.outcome).toBe('fail');
  });
});

describe('what differs is reported', () => {
  const installed = ['a', 'b', 'c', 'd'].map((name) => [name, '1-r0'] as const);

  test('by three packages in the sentence, and by all of them below it', async () => {
    const listed = apkPackage('e', '1-r0');
    const all = await answers({ statements: [sbomOf(listed)], packages: apkInventory(installed) });
    expect(all[0]?.message).toContain('4 installed and not in the SBOM (apk a 1-r0, apk b 1-r0, apk c 1-r0 …)');
    expect(all[0]?.details).toHaveLength(5);
    expect(all[0]?.details).toContainEqual(expect.stringMatching(/^installed.*apk d 1-r0$/));
    expect(all[0]?.details).toContainEqual(expect.stringMatching(/not installed.*apk e 1-r0$/));
    const three = await answers({ statements: [sbomOf(listed)], packages: apkInventory(installed.slice(1)) });
    expect(three[0]?.message).toContain('(apk b 1-r0, apk c 1-r0, apk d 1-r0)');
  });

  test('with both versions, and with what could not be read', async () => {
    const unknowns = [{ path: 'var/lib/rpm/rpmdb.sqlite', reason: 'it is truncated' }];
    const packages = apkInventory([['curl', '8.9.1-r2']], unknowns);
    const [result] = await answers({ statements: [sbomOf(apkPackage('curl', '9-r0'))], packages });
    expect(result?.details).toEqual([
      expect.stringMatching(/curl.*9-r0.*8\.9\.1-r2/),
      expect.stringMatching(/rpmdb\.sqlite.*truncated/),
    ]);
  });
});

describe('is indeterminate', () => {
  test('where nothing is there to compare, unless the entry allows it', async () => {
    const options = { statements: [sbomOf()], packages: apkInventory([]) };
    expect((await answers(options))[0]).toMatchObject({
      outcome: 'indeterminate',
      fix: expect.stringContaining('no-packages'),
    });
    expect((await answers({ ...options, entry: { noPackages: 'allow' } }))[0]?.outcome).toBe('pass');
    const ungoverned = { ...(await attestedSubject(options)), entry: null };
    expect(sbomMatchesImage.evaluate(ungoverned, {})).toMatchObject({ outcome: 'indeterminate' });
  });

  test('where a database could not be read, though what can be read still fails it', async () => {
    const unknowns = [{ path: 'var/lib/rpm/rpmdb.sqlite', reason: 'it is truncated' }];
    const half = apkInventory([['curl', '8.9.1-r2']], unknowns);
    expect((await answers({ statements: [sbomOf(CURL, BASH)], packages: half }))[0]).toMatchObject({
      outcome: 'indeterminate',
      message: expect.stringContaining('it is truncated'),
    });
    expect((await answers({ statements: [sbomOf(BASH)], packages: half }))[0]?.outcome).toBe('fail');
  });

  test('where the layers were not read', async () => {
    expect((await answers({ statements: [sbomOf(CURL)] }))[0]?.outcome).toBe('indeterminate');
  });

  test('where nobody looked for an apko configuration, of the layers alone', async () => {
    const { evidence, ...subject } = await attestedSubject({ statements: [sbomOf(CURL)] });
    const { apko: _, ...unasked } = evidence;
    expect([sbomMatchesImage.evaluate({ ...subject, evidence: unasked }, {})].flat()).toHaveLength(1);
  });

  test('of a signed apko configuration where some of the packages are of apk', async () => {
    const incomplete = { cause: 'timeout', message: 'No answer in 30 s.', fix: 'Try again.' } as const;
    const deb = { name: 'bash', version: '5.2-1', purl: 'pkg:deb/debian/bash@5.2-1' };
    const results = await answers({ statements: [sbomOf(CURL, deb)], packages: apkInventory([]), incomplete });
    expect(results[1]).toMatchObject({ aspect: 'apko-configuration', outcome: 'indeterminate', fix: 'Try again.' });
  });
});

describe('epochs and architectures are no differences', () => {
  test.each([
    ['pkg:rpm/redhat/bind@9.16-1.el9?arch=x86_64&epoch=32', '32:9.16-1.el9'],
    ['pkg:rpm/redhat/bash@5.1-1.el9?arch=x86_64&epoch=0', '5.1-1.el9'],
    ['pkg:rpm/redhat/bash@5.1-1.el9?arch=x86_64', '0:5.1-1.el9'],
    ['pkg:rpm/redhat/bind@32:9.16-1.el9?arch=x86_64', '32:9.16-1.el9'],
  ])('%s is %s', async (purl, version) => {
    const name = purl.includes('bind') ? 'bind' : 'bash';
    const [first] = apkInventory([[name, version]]).packages;
    if (first === undefined) throw new Error('no package was made');
    const packages = { ...apkInventory([]), packages: [{ ...first, type: 'rpm' as const }] };
    expect((await answers({ statements: [sbomOf({ name, purl })], packages }))[0]?.outcome).toBe('pass');
  });

  test('a source package in the document is not taken for an installed one', async () => {
    const source = { name: 'glibc', version: '2.36', purl: 'pkg:deb/debian/glibc@2.36?arch=source' };
    const [result] = await answers({
      statements: [sbomOf(CURL, source)],
      packages: apkInventory([['curl', '8.9.1-r2']]),
    });
    expect(result?.outcome).toBe('pass');
  });
});

describe('the signed apko configuration', () => {
  const packages = apkInventory([
    ['curl', '8.9.1-r2'],
    ['bash', '5.2-r1'],
  ]);

  test.each<[string, readonly string[], string, string]>([
    ['agrees', ['curl=8.9.1-r2', 'bash=5.2-r1'], 'pass', 'agrees with the apko configuration'],
    ['agrees where versions are left to apk', ['curl', 'cmd:bash', 'so:libc'], 'pass', 'agrees'],
    [
      'asks for another version',
      ['curl=9-r0', 'bash=5.2-r1'],
      'fail',
      'installs curl 9-r0, but the SBOM lists 8.9.1-r2',
    ],
    ['asks for a package that the SBOM hides', ['curl=8.9.1-r2', 'bash=5.2-r1', 'nc=1-r0'], 'fail', 'installs nc 1-r0'],
    ['knows nothing of a package in the SBOM', ['curl=8.9.1-r2'], 'fail', 'the SBOM lists bash, which the apko'],
  ])('%s', async (_name, wanted, outcome, reason) => {
    const results = await answers({ statements: [sbomOf(CURL, BASH), apkoOf(...wanted)], packages });
    expect(results[1]).toMatchObject({
      aspect: 'apko-configuration',
      outcome,
      message: expect.stringContaining(reason),
    });
  });

  test('that could not be had or read is no reason to pass', async () => {
    const malformed = { predicateType: 'https://apko.dev/image-configuration', predicate: [] };
    const unread = await answers({ statements: [sbomOf(CURL, BASH), malformed], packages });
    expect(unread.map(({ outcome }) => outcome)).toEqual(['pass', 'indeterminate']);
    expect(unread[1]).toMatchObject({
      aspect: 'apko-configuration',
      message: expect.stringContaining('an unreadable apko configuration: it is not an object'),
      fix: expect.any(String),
    });
    const incomplete = { cause: 'timeout', message: 'No answer in 30 s.', fix: 'Try again.' } as const;
    const unsearched = await answers({ statements: [sbomOf(CURL, BASH)], packages, incomplete });
    expect(unsearched[1]).toMatchObject({ outcome: 'indeterminate', message: expect.stringContaining('No answer') });
  });

  test('is not waited for where the image has no packages of apk', async () => {
    const incomplete = { cause: 'timeout', message: 'No answer in 30 s.', fix: 'Try again.' } as const;
    const bash = { name: 'bash', version: '5.2-1', purl: 'pkg:deb/debian/bash@5.2-1' };
    expect(await answers({ statements: [sbomOf(bash)], packages: apkInventory([]), incomplete })).toHaveLength(1);
  });

  test('is not asked where nobody signed it', async () => {
    const results = await answers({ statements: [sbomOf(CURL, BASH), { ...apkoOf('x=1'), signer: null }], packages });
    expect(results).toHaveLength(1);
  });
});
