import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { present } from '../../src/evidence/evidence.js';
import { noKnownVulnerabilities } from '../../src/rules/no-known-vulnerabilities.js';
import type { KnownVulnerabilities } from '../../src/vulnerabilities/vulnerabilities.js';
import { contentsOf } from '../support/image/contents-of.js';
import type { LayerFile } from '../support/image/image-maker.js';
import { ask, subjectOf } from '../support/image/image-rule-subject.js';
import { apkInstalled, dpkgInstalled, elf } from '../support/image/packaged-files.js';
import { collectKnown } from '../support/image/vulnerability-run.js';
import { goProgram } from '../support/packages/go-program.js';
import { knowing, type OsvServer, serveOsv } from '../support/registry/osv-server.js';
import { makeZip } from '../support/registry/zip-maker.js';

const PROFILES = ['baseline', 'hardened', 'strict'] as const;
const ALPINE: readonly LayerFile[] = [
  { path: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.22.1\n' },
  ...apkInstalled([{ name: 'zlib', version: '1.3.1-r2', files: [] }]),
];
const DEBIAN: readonly LayerFile[] = [
  { path: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\n' },
  ...dpkgInstalled([{ name: 'zlib1g', version: '1:1.2.13-1', files: [] }]),
];
const program = (path: string, text: string): LayerFile => ({ path, content: elf(`\0${text}\0`), mode: 0o755 });
const header = (path: string, content: string): LayerFile => ({ path, content });

let server: OsvServer;
beforeAll(async () => {
  server = await serveOsv(knowing([]));
});
afterAll(() => server.close());

/** The answers of each profile about an image of these files, as `outcome aspect@level`. */
async function answersAbout(files: readonly LayerFile[], accepted: readonly string[] = []): Promise<readonly string[]> {
  const { evidence } = await contentsOf({ layers: [files] });
  if (evidence.packages.status !== 'present') throw new Error('not read');
  const vulnerabilities = await collectKnown({ inventory: evidence.packages.value, server });
  const subject = subjectOf({ vulnerabilities });
  return PROFILES.map((profile) =>
    ask(noKnownVulnerabilities, subject, profile, { acceptUncovered: [...accepted] })
      .map(({ outcome, aspect, atMost }) => (aspect === undefined ? outcome : `${outcome} ${aspect}@${atMost}`))
      .join(', '),
  );
}

const COVERED = ['pass', 'pass', 'pass'];
/** Never clean where anything is not covered: strict has no pass, and the others name it. */
const NOT_COVERED = [
  'pass, indeterminate coverage@note',
  'pass, indeterminate coverage@warning',
  'indeterminate coverage@error',
];

describe('an image with', () => {
  test.each<[string, readonly LayerFile[], readonly string[]]>([
    ['packages of its distribution alone', [], COVERED],
    ['an npm package', [header('app/node_modules/a/package.json', '{"name":"a","version":"1.0.0"}')], COVERED],
    [
      'a Go program of a released module',
      [{ path: 'app', content: goProgram('go1.26.8', 'path\tx\nmod\tx/y\tv1.0.0\n') }],
      COVERED,
    ],
    [
      'a Go program built from a working tree',
      [{ path: 'app', content: goProgram('go1.26.8', 'path\tx\nmod\tx/y\t(devel)\n') }],
      NOT_COVERED,
    ],
    [
      'a Java archive with coordinates',
      [
        {
          path: 'app.jar',
          content: makeZip({ 'META-INF/maven/a/b/pom.properties': 'groupId=a\nartifactId=b\nversion=1\n' }),
        },
      ],
      COVERED,
    ],
    ['a Java archive without coordinates', [{ path: 'app.jar', content: makeZip({ 'x/Y.class': '' }) }], NOT_COVERED],
    ['OpenSSL by itself', [program('usr/local/bin/openssl', 'OpenSSL 3.0.7 1 Nov 2022')], NOT_COVERED],
    ['a server whose version nothing says', [program('usr/sbin/nginx', '')], NOT_COVERED],
    ['gems', [header('usr/lib/ruby/specifications/a-1.gemspec', 'x')], NOT_COVERED],
    ['Composer packages', [header('srv/vendor/composer/installed.json', '[]')], NOT_COVERED],
    ['a Rust program with its list', [program('app', '.dep-v0')], NOT_COVERED],
    ["a third party's package", dpkgInstalled([{ name: 'agent', version: '1.0-nodesource1', files: [] }]), NOT_COVERED],
  ])('%s', async (_, files, expected) => {
    const base = files.some(({ path }) => path.startsWith('var/lib/dpkg')) ? DEBIAN.slice(0, 1) : ALPINE;
    expect(await answersAbout([...base, ...files])).toEqual(expected);
  });

  test('what is not covered passes where the policy accepts its type, or that one', async () => {
    const files = [
      ...ALPINE,
      program('usr/local/bin/openssl', 'OpenSSL 3.0.7 1 Nov 2022'),
      header('a/specifications/b-1.gemspec', 'x'),
    ];
    expect(await answersAbout(files, ['gem', 'generic'])).toEqual(COVERED);
    expect(await answersAbout(files, ['gem', 'generic/openssl'])).toEqual(COVERED);
    expect(await answersAbout(files, ['gem', 'generic/nginx'])).toEqual(NOT_COVERED);
  });
});

/** What official images have beside their distribution's packages, in the files that say so. */
const RUNTIMES: readonly (readonly [image: string, files: readonly LayerFile[], expected: readonly string[]])[] = [
  [
    'node',
    [
      header(
        'usr/local/include/node/node_version.h',
        '#define NODE_MAJOR_VERSION 24\n#define NODE_MINOR_VERSION 1\n#define NODE_PATCH_VERSION 0\n',
      ),
    ],
    COVERED,
  ],
  ['python', [header('usr/local/include/python3.13/patchlevel.h', '#define PY_VERSION "3.13.1"\n')], COVERED],
  ['eclipse-temurin', [header('opt/java/openjdk/release', 'JAVA_VERSION="21.0.5"\n')], COVERED],
  ['php', [program('usr/local/bin/php', 'X-Powered-By: PHP/8.4.1')], COVERED],
  [
    'ruby',
    [
      program('usr/local/bin/ruby', 'ruby 3.4.1 (2024'),
      header('usr/local/lib/ruby/gems/3.4.0/specifications/default/json-2.9.1.gemspec', 'x'),
    ],
    NOT_COVERED,
  ],
  [
    'dotnet',
    [header('usr/share/dotnet/shared/Microsoft.NETCore.App/10.0.1/Microsoft.NETCore.App.deps.json', '{}')],
    COVERED,
  ],
  ['golang', [header('usr/local/go/VERSION', 'go1.26.8\n')], COVERED],
  ['nginx', [program('usr/sbin/nginx', 'nginx version: nginx/1.29.1')], COVERED],
  ['redis', [program('usr/local/bin/redis-server', '8.2.1buildkitsandbox-1659999999000000000')], COVERED],
  ['httpd', [program('usr/local/apache2/bin/httpd', 'Apache/2.4.66 (Unix)')], COVERED],
  ['postgres', [program('usr/local/bin/postgres', 'PostgreSQL 18.1')], COVERED],
];

describe('what makes the official image of a runtime', () => {
  test.each(RUNTIMES)('is covered by community data where a source has it: %s', async (_, files, expected) => {
    expect(await answersAbout([...DEBIAN, ...files])).toEqual(expected);
  });

  test('is said to be covered by a community alone, and is not covered where its data is too old', async () => {
    const { evidence } = await contentsOf({ layers: [[...DEBIAN, ...(RUNTIMES[0]?.[1] ?? [])]] });
    if (evidence.packages.status !== 'present') throw new Error('not read');
    const known = await collectKnown({ inventory: evidence.packages.value, server });
    if (known.status !== 'present') throw new Error('not collected');
    const about = (value: KnownVulnerabilities) =>
      ask(noKnownVulnerabilities, subjectOf({ vulnerabilities: present(value, 'x') }), 'hardened');
    expect(about(known.value)).toEqual([
      expect.objectContaining({
        outcome: 'pass',
        details: expect.arrayContaining([
          'covered by community data alone: Node.js 24.1.0 in /usr/local/include/node/node_version.h',
        ]),
      }),
    ]);
    const old = known.value.sources.map((source) => (source.isCommunity === true ? { ...source, asOf: 0 } : source));
    expect(about({ ...known.value, sources: old }).map(({ outcome, aspect }) => [outcome, aspect])).toEqual([
      ['pass', undefined],
      ['indeterminate', 'coverage'],
    ]);
  });
});
