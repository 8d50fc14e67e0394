import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { present } from '../../src/evidence/evidence.js';
import { noKnownVulnerabilities } from '../../src/rules/no-known-vulnerabilities.js';
import type { KnownVulnerabilities } from '../../src/vulnerabilities/vulnerabilities.js';
import { expectDocument } from '../support/held-table.js';
import { contentsOf } from '../support/image/contents-of.js';
import type { LayerFile } from '../support/image/image-maker.js';
import { evaluateRule, subjectOf } from '../support/image/image-rule-subject.js';
import { apkInstalled, dpkgInstalled, elf } from '../support/image/packaged-files.js';
import { collectKnown } from '../support/image/vulnerability-run.js';
import { chiselManifest } from '../support/packages/chisel-manifest.js';
import { goProgram } from '../support/packages/go-program.js';
import { rustProgram } from '../support/packages/rust-program.js';
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

const spdx = (purl: string) =>
  JSON.stringify({
    spdxVersion: 'SPDX-2.3',
    packages: [{ name: 'x', externalRefs: [{ referenceType: 'purl', referenceLocator: purl }] }],
  });
const SPDX = spdx('pkg:bitnami/redis@7.0.4-5?arch=amd64');
const SPDX_LUA = spdx('pkg:generic/lua@5.1.5');
const hasDatabase = (files: readonly LayerFile[]) => files.some(({ path }) => path.startsWith('var/lib/dpkg'));

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
    evaluateRule(noKnownVulnerabilities, subject, profile, { acceptUncovered: [...accepted] })
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

const CONTENTS: readonly (readonly [string, readonly LayerFile[], readonly string[]])[] = [
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
  ['a Go program from before build information', [{ path: 'app', content: elf('Go build ID: "x"') }], NOT_COVERED],
  ['a program that UPX packed', [{ path: 'app', content: `\x7fELF${'\0'.repeat(228)}UPX!` }], NOT_COVERED],
  ['an npm package that lost its version', [header('app/node_modules/a/package.json', '{"name":"a"}')], NOT_COVERED],
  ['a Java runtime that lost its release file', [program('opt/java/lib/server/libjvm.so', '')], NOT_COVERED],
  ['a Java archive without coordinates', [{ path: 'app.jar', content: makeZip({ 'x/Y.class': '' }) }], NOT_COVERED],
  ['OpenSSL by itself', [program('usr/local/bin/openssl', 'OpenSSL 3.0.7 1 Nov 2022')], NOT_COVERED],
  [
    'a program that OpenSSL is linked into',
    [program('app', 'AES for x86_64, CRYPTOGAMS by <appro@openssl.org>\0OpenSSL 1.1.1a  20 Nov 2018')],
    NOT_COVERED,
  ],
  ['a program that loads OpenSSL', [program('app', 'built with OpenSSL 3.0.7 1 Nov 2022')], COVERED],
  [
    'a Java archive without coordinates below a release file',
    [header('release', 'JAVA_VERSION="21.0.5"\n'), { path: 'app.jar', content: makeZip({ 'x/Y.class': '' }) }],
    NOT_COVERED,
  ],
  ['a server whose version nothing says', [program('usr/sbin/nginx', '')], NOT_COVERED],
  ['a gem', [header('usr/lib/ruby/specifications/a-1.gemspec', '# stub: a 1.0.0 ruby lib\n')], COVERED],
  ['a gem that computes its version', [header('usr/lib/ruby/specifications/a-1.gemspec', 'x')], NOT_COVERED],
  [
    'a Composer package',
    [header('srv/vendor/composer/installed.json', '[{"name":"a/b","version":"v1.0.0"}]')],
    COVERED,
  ],
  [
    'a Composer package of a branch',
    [header('srv/vendor/composer/installed.json', '[{"name":"a/b","version":"dev-main"}]')],
    NOT_COVERED,
  ],
  [
    'a Rust program with its list of crates',
    [{ path: 'app', content: rustProgram([{ name: 'a', version: '1.0.0', source: 'crates.io' }]) }],
    COVERED,
  ],
  [
    'a Rust program whose list of crates is damaged',
    [{ path: 'app', content: rustProgram(Buffer.from('x')) }],
    NOT_COVERED,
  ],
  ["a third party's package", dpkgInstalled([{ name: 'agent', version: '1.0-nodesource1', files: [] }]), NOT_COVERED],
  ['conda packages', [header('opt/conda/conda-meta/a-1-0.json', '{"name":"a","version":"1"}')], NOT_COVERED],
  [
    'an R package of CRAN',
    [header('usr/lib/R/site-library/a/DESCRIPTION', 'Package: a\nVersion: 1.0-2\nRepository: CRAN\n')],
    COVERED,
  ],
  [
    'an R package of another repository',
    [header('usr/lib/R/site-library/a/DESCRIPTION', 'Package: a\nVersion: 1.0-2\n')],
    NOT_COVERED,
  ],
  ['a .NET package', [header('app/app.deps.json', '{"libraries":{"A/1.0.0":{"type":"package"}}}')], COVERED],
  ["a component of Bitnami's", [header('opt/bitnami/redis/.spdx-redis.spdx', SPDX)], COVERED],
  [
    "a library of Bitnami's that no advisories are about",
    [header('opt/bitnami/redis/.spdx-redis.spdx', SPDX_LUA)],
    NOT_COVERED,
  ],
  ['packages of pacman', [header('var/lib/pacman/local/a-1-1/desc', '%NAME%\na\n\n%VERSION%\n1-1\n')], NOT_COVERED],
  ['packages of Portage', [header('var/db/pkg/app-misc/a-1/PF', 'a-1')], NOT_COVERED],
  ['packages of Nix', [header(`nix/store/${'0'.repeat(32)}-a-1.0/bin/a`, 'x')], NOT_COVERED],
  ['packages of opkg', [header('usr/lib/opkg/status', 'Package: a\nVersion: 1\n')], NOT_COVERED],
  [
    "chisel's slices",
    [...DEBIAN, { path: 'var/lib/chisel/manifest.wall', content: chiselManifest([{ name: 'a', version: '1' }]) }],
    NOT_COVERED,
  ],
  ['Deno', [program('usr/bin/deno', 'Deno/2.1.4')], NOT_COVERED],
  ['Bun', [program('usr/bin/bun', 'Bun v1.1.38')], NOT_COVERED],
  ['Perl by itself', [program('usr/local/bin/perl', '/usr/local/lib/perl5/5.40.0')], NOT_COVERED],
];

describe('an image with', () => {
  test.each(CONTENTS)('%s gets the expected answers', async (_, files, expected) => {
    expect(await answersAbout([...(hasDatabase(files) ? DEBIAN.slice(0, 1) : ALPINE), ...files])).toEqual(expected);
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

/** A Go program that images of servers start them with. */
const GOSU: LayerFile = {
  path: 'usr/local/bin/gosu',
  content: goProgram('go1.24.6', 'path\tgithub.com/tianon/gosu\nmod\tgithub.com/tianon/gosu\tv1.19.0\n'),
  mode: 0o755,
};

/** What official images have beside their distribution's packages, in the files that say so. */
const RUNTIMES: readonly (readonly [image: string, files: readonly LayerFile[], expected: readonly string[]])[] = [
  [
    'node',
    [
      header(
        'usr/local/include/node/node_version.h',
        '#define NODE_MAJOR_VERSION 24\n#define NODE_MINOR_VERSION 1\n#define NODE_PATCH_VERSION 0\n',
      ),
      program(
        'usr/local/bin/node',
        'https://nodejs.org/download/release/v24.1.0/node-v24.1.0.tar.gz\0CRYPTOGAMS by <appro@openssl.org>\0OpenSSL 3.0.16 11 Feb 2025',
      ),
      header('usr/local/lib/node_modules/npm/package.json', '{"name":"npm","version":"11.3.0"}'),
      header('opt/yarn-v1.22.22/package.json', '{"name":"yarn","version":"1.22.22"}'),
    ],
    COVERED,
  ],
  [
    'python',
    [
      header('usr/local/include/python3.13/patchlevel.h', '#define PY_VERSION "3.13.1"\n'),
      program('usr/local/bin/python3.13', '3.13.1'),
      header('usr/local/lib/python3.13/site-packages/pip-24.3.dist-info/METADATA', 'Name: pip\nVersion: 24.3\n'),
      header('usr/local/lib/python3.13/site-packages/pip/_vendor/vendor.txt', 'requests==2.32.4\n'),
      {
        path: 'usr/local/lib/python3.13/ensurepip/_bundled/pip-24.3-py3-none-any.whl',
        content: makeZip({ 'pip-24.3.dist-info/METADATA': 'Metadata-Version: 2.1\nName: pip\nVersion: 24.3\n' }),
      },
    ],
    NOT_COVERED,
  ],
  ['eclipse-temurin', [header('opt/java/openjdk/release', 'JAVA_VERSION="21.0.5"\n')], COVERED],
  ['php', [program('usr/local/bin/php', 'X-Powered-By: PHP/8.4.1')], COVERED],
  [
    'ruby',
    [
      program('usr/local/bin/ruby', 'ruby 3.4.1 (2024'),
      header(
        'usr/local/lib/ruby/gems/3.4.0/specifications/default/json-2.9.1.gemspec',
        '# stub: json 2.9.1 ruby lib\n',
      ),
    ],
    COVERED,
  ],
  [
    'dotnet',
    [header('usr/share/dotnet/shared/Microsoft.NETCore.App/10.0.1/Microsoft.NETCore.App.deps.json', '{}')],
    COVERED,
  ],
  ['golang', [header('usr/local/go/VERSION', 'go1.26.8\n')], COVERED],
  [
    'nginx',
    dpkgInstalled([
      { name: 'zlib1g', version: '1:1.2.13-1', files: [] },
      {
        name: 'nginx',
        version: '1.29.1-1~bookworm',
        files: [{ path: 'usr/sbin/nginx', content: elf('\0nginx version: nginx/1.29.1\0'), mode: 0o755 }],
      },
    ]),
    NOT_COVERED,
  ],
  ['redis', [program('usr/local/bin/redis-server', '8.2.1buildkitsandbox-1659999999000000000'), GOSU], COVERED],
  ['httpd', [program('usr/local/apache2/bin/httpd', 'Apache/2.4.66 (Unix)')], COVERED],
  ['postgres', [program('usr/local/bin/postgres', 'PostgreSQL 18.1'), GOSU], COVERED],
];

describe('what makes the official image of a runtime', () => {
  test.each(RUNTIMES)('is covered by community data where a source has it: %s', async (_, files, expected) => {
    expect(await answersAbout([...(hasDatabase(files) ? DEBIAN.slice(0, 1) : DEBIAN), ...files])).toEqual(expected);
  });

  test('is said to be covered by a community alone, and is not covered where its data is too old', async () => {
    const { evidence } = await contentsOf({ layers: [[...DEBIAN, ...(RUNTIMES[0]?.[1] ?? [])]] });
    if (evidence.packages.status !== 'present') throw new Error('not read');
    const known = await collectKnown({ inventory: evidence.packages.value, server });
    if (known.status !== 'present') throw new Error('not collected');
    const about = (value: KnownVulnerabilities) =>
      evaluateRule(noKnownVulnerabilities, subjectOf({ vulnerabilities: present(value, 'x') }), 'hardened');
    expect(about(known.value)).toEqual([
      expect.objectContaining({
        outcome: 'pass',
        details: expect.arrayContaining(['covered by community data alone: Node.js 24.1.0 in /usr/local/bin/node']),
      }),
    ]);
    const old = known.value.sources.map((source) => (source.isCommunity === true ? { ...source, asOf: 0 } : source));
    expect(about({ ...known.value, sources: old }).map(({ outcome, aspect }) => [outcome, aspect])).toEqual([
      ['pass', undefined],
      ['indeterminate', 'coverage'],
    ]);
  });
});

const WORDS: Readonly<Record<string, string>> = {
  pass: 'pass',
  'pass, indeterminate coverage@note': 'pass, with a note',
  'pass, indeterminate coverage@warning': 'pass, with a warning',
  'indeterminate coverage@error': 'indeterminate',
};
const INTRODUCTION = `# What an image holds, and what the gate answers

What \`no-known-vulnerabilities\` answers about an image without a known vulnerability, by what is in it beside its distribution's packages. Whatever no advisories cover is named in a note, in a warning or as an error: \`strict\` passes nothing that is not covered, and \`hardened\` is not left undecided by it. The rows are made by \`__tests__/rules/coverage.test.ts\`, with community data that is current; the second part has what official images hold. Without that data, or where it is too old, a runtime or server is not covered.
`;

test('docs/dev/image-contents.md has what is answered', async () => {
  const rows = [
    ...CONTENTS.map(([name, , expected]) => [name, ...expected]),
    ...RUNTIMES.map(([name, , expected]) => [`the official image \`${name}\``, ...expected]),
  ];
  const cells = rows.map(([name = '', ...answers]) => [name, ...answers.map((answer) => WORDS[answer] ?? answer)]);
  await expectDocument('dev/image-contents.md', INTRODUCTION, ['content', ...PROFILES], cells);
});
