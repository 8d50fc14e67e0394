import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { recodedPaths } from '../../src/build-files/checkout-encoding.js';
import { readDockerfile } from '../../src/build-files/dockerfile/dockerfile.js';
import { readRepository } from '../../src/build-files/read.js';
import { openWorkingTree } from '../../src/build-files/working-tree.js';
import { gateRun } from '../support/gate-run.js';
import { processorTime } from '../support/process/processor-time.js';
import { makeDirectory, makeRepository } from '../support/process/scratch-repository.js';
import { READING_OPTIONS } from '../support/reading-options.js';

const POLICY = 'version: 1\nallow: [{ image: "demo.example/**", signed: false, reason: built here }]\n';
const ENCODED = 'working-tree-encoding=UTF-16LE';
const RECODED = `Dockerfile ${ENCODED}\n`;

/** The characters that UTF-16LE writes as these bytes. */
const asUtf16 = (bytes: string) => Buffer.from(bytes, 'latin1').toString('utf16le');

/** In UTF-8 a build on `seen`; in UTF-16 a build on `built`, with the other in a file that nobody looks at. */
function twoFaced(seen: string, built: string): string {
  return `#${asUtf16(`\nFROM ${built} \nCOPY <<X /x \n`)}\n${seen}\n#${asUtf16(' \nX\n')}`;
}

async function recoded(attributes: Readonly<Record<string, string>>, ...paths: readonly string[]): Promise<string[]> {
  const files = Object.fromEntries(paths.map((path) => [path, 'FROM scratch\n']));
  const tree = openWorkingTree(makeDirectory({ ...files, ...attributes }), { allFiles: true });
  const entries = await tree.entries();
  if (!entries.ok) throw new Error(entries.error.message);
  const found = await recodedPaths(tree, entries.value, paths);
  return [...found].filter(([, all]) => all.some(({ change }) => change !== 'eol')).map(([path]) => path);
}

describe('a build file that is checked out in another encoding', () => {
  test('is another file there', () => {
    const directory = makeRepository({ Dockerfile: twoFaced('FROM demo.example/seen', 'evil.example/built') });
    const path = join(directory, 'Dockerfile');
    const images = () =>
      readDockerfile('Dockerfile', readFileSync(path), { buildArgs: {}, buildContexts: {}, platforms: [] }).uses.map(
        ({ expanded }) => expanded,
      );
    expect(images()).toEqual(['demo.example/seen']);
    writeFileSync(join(directory, '.gitattributes'), RECODED);
    rmSync(path);
    execFileSync('git', ['checkout', '--', 'Dockerfile'], { cwd: directory });
    expect(images()).toEqual(['evil.example/built']);
  });

  test('leaves the verdict open', async () => {
    const files = { Dockerfile: 'FROM scratch\n', '.gitattributes': RECODED };
    const report = await gateRun({ files, policy: POLICY });
    expect(report.verdict).toBe('indeterminate');
    expect(report.findings[0]?.message).toContain('.gitattributes has it checked out as UTF-16LE');
    const plain = await gateRun({
      files: { ...files, '.gitattributes': '*.ps1 working-tree-encoding=UTF-16LE\n' },
      policy: POLICY,
    });
    expect(plain.verdict).toBe('pass');
  });

  test.each([
    ['* working-tree-encoding=UTF-16LE-BOM'],
    ['  *file text working-tree-encoding=SHIFT-JIS eol=lf\r'],
    ['dockerfile working-tree-encoding=UTF-16BE'],
    ['/a/Dockerfile working-tree-encoding=UTF-16BE'],
    ['a/** working-tree-encoding=UTF-16BE'],
    ['[Dd]ockerfile working-tree-encoding=UTF-16BE'],
    ['Dockerfil? working-tree-encoding=UTF-16BE'],
    ['a/?*[d-f] working-tree-encoding=UTF-16BE'],
    ['[!a]ockerfile working-tree-encoding=UTF-16BE'],
    ['[[:alpha:]]ockerfile working-tree-encoding=UTF-16BE'],
    ['"Docker\\146ile" working-tree-encoding=UTF-16BE'],
    ['[attr]other working-tree-encoding=UTF-16BE\nDockerfile other'],
  ])('%j is about a/Dockerfile', async (text) => {
    expect(await recoded({ '.gitattributes': text }, 'a/Dockerfile')).toEqual(['a/Dockerfile']);
  });

  test.each([
    ['# * working-tree-encoding=UTF-16'],
    ['* working-tree-encoding=UTF-8'],
    ['* -working-tree-encoding'],
    ['* text=auto eol=lf'],
    ['*.txt working-tree-encoding=UTF-16'],
    ['*.[pP][sS]1 working-tree-encoding=UTF-16'],
    ['Dockerfile.?? working-tree-encoding=UTF-16'],
    ['b/* working-tree-encoding=UTF-16'],
  ])('%j is not', async (text) => {
    expect(
      await recoded({ '.gitattributes': text, 'b/.gitattributes': '* working-tree-encoding=UTF-16' }, 'a/Dockerfile'),
    ).toEqual([]);
  });

  test('is every one below attributes that are a link, or too large', async () => {
    const directory = makeDirectory({ 'a/Dockerfile': '', Dockerfile: '', attributes: '' });
    symlinkSync(`../${RECODED.trim()}`, join(directory, 'a', '.gitattributes'));
    const reasons = async (...paths: readonly string[]) => {
      const tree = openWorkingTree(directory, { allFiles: true });
      const entries = await tree.entries();
      if (!entries.ok) throw new Error(entries.error.message);
      const found = await recodedPaths(tree, entries.value, paths);
      return [...found].map(([path, [first]]) => `${path}: ${first?.reason}`);
    };
    expect(await reasons('a/Dockerfile', 'Dockerfile')).toEqual([
      'a/Dockerfile: a/.gitattributes, which controls how it is checked out, is not a file',
    ]);
    writeFileSync(join(directory, '.gitattributes'), '#'.repeat(4 * 1024 * 1024 + 1));
    expect(await reasons('Dockerfile')).toEqual([
      expect.stringMatching(/^Dockerfile: \.gitattributes.* 4,194,304 bytes \(limit attributes-bytes\)$/),
    ]);
  });

  test('is every one below attributes that say it of too many patterns', async () => {
    const lines = (count: number) => Array.from({ length: count }, (_, index) => `*.x${index} ${ENCODED}`).join('\n');
    expect(await recoded({ '.gitattributes': lines(600) }, 'a/Dockerfile')).toEqual([]);
    const both = { '.gitattributes': lines(600), 'a/.gitattributes': lines(401) };
    expect(await recoded(both, 'a/Dockerfile', 'b/Dockerfile')).toEqual(['a/Dockerfile']);
  });
});

/** Whether a Dockerfile under these attributes is read. */
async function statusUnder(attributes: string, dockerfile: string | Uint8Array): Promise<string | undefined> {
  const directory = makeDirectory({ '.gitattributes': attributes });
  writeFileSync(join(directory, 'Dockerfile'), dockerfile);
  const reading = await readRepository(openWorkingTree(directory, { allFiles: true }), READING_OPTIONS);
  if (!reading.ok) throw new Error(reading.error.message);
  return reading.value.files.find(({ path }) => path === 'Dockerfile')?.status;
}

describe('a build file whose bytes a checkout changes', () => {
  const HIDDEN = "FROM clean\nRUN <<'$Id$'\n$Id: foo$\nFROM evil\nRUN <<'$Id$'\n$Id$\n";
  const POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n';

  test.each([
    ['Dockerfile ident', HIDDEN],
    ['* ident', HIDDEN],
    ['Docker* text ident', HIDDEN],
    ['[attr]keep ident\nDockerfile keep', HIDDEN],
    ['[attr]outer inner\n[attr]inner ident\nDockerfile outer', HIDDEN],
    ['Dockerfile export-subst', 'FROM clean\n# $Format:%H$\n'],
    ['Dockerfile filter=own', 'FROM clean\n'],
    ['Dockerfile filter=lfs diff=lfs -text', POINTER],
    ['', POINTER],
    ['Dockerfile -ident\n* ident', HIDDEN],
    ['* ident\nDockerfile -ident\n* ident', HIDDEN],
    ['* ident\ndockerfile -ident', HIDDEN],
    ['* ident\na/Dockerfile -ident', HIDDEN],
    ['[attr]keep ident\n* keep\nDockerfile -keep', HIDDEN],
    ['* ident filter=own\nDockerfile -ident', HIDDEN],
  ])('is unreadable under %j', async (attributes, dockerfile) => {
    expect(await statusUnder(attributes, dockerfile)).toBe('unreadable');
  });

  test.each([
    ['Dockerfile ident', 'FROM clean\nRUN echo $ID\n'],
    ['Dockerfile -ident', HIDDEN],
    ['*.c ident', HIDDEN],
    ['*.bin filter=lfs diff=lfs merge=lfs -text', 'FROM clean\n'],
    ['* filter=lfs', 'FROM clean\n'],
    ['Dockerfile export-subst', 'FROM clean\n'],
    ['* text=auto\n*.sh eol=lf\n*.png binary\nDockerfile text eol=lf', 'FROM clean\nRUN <<EOF\nx\nEOF\n'],
    ['* text=auto eol=crlf', 'FROM clean\r\nRUN x \\\r\n  y\r\n'],
    ['Dockerfile linguist-language=Dockerfile', 'FROM clean\n'],
    ['* ident\nDockerfile -ident', HIDDEN],
    ['* ident\n/Dockerfile !ident', HIDDEN],
    ['[attr]keep ident\n* keep\nDockerfile -ident', HIDDEN],
    ['* filter=own\nDockerfile -filter', 'FROM clean\n'],
  ])('and is read under %j, which does not', async (attributes, dockerfile) => {
    expect(await statusUnder(attributes, dockerfile)).toBe('read');
  });
});

test('many patterns over many build files end by a limit, not by time', async () => {
  const globs = Array.from({ length: 999 }, (_, i) => `${'*a'.repeat(250)}${i}*e filter=x`).join('\n');
  const files = Object.fromEntries(
    Array.from({ length: 50 }, (_, i) => [`${'a'.repeat(200)}${i}/Dockerfile`, 'FROM a\n']),
  );
  const tree = openWorkingTree(makeDirectory({ ...files, '.gitattributes': globs }), { allFiles: true });
  const spent = processorTime();
  const reading = await readRepository(tree, READING_OPTIONS);
  expect(spent()).toBeLessThan(10_000);
  if (!reading.ok) throw new Error(reading.error.message);
  expect(reading.value.files.map(({ status }) => status)).toEqual(Array(50).fill('unreadable'));
  expect(reading.value.files[0]?.reason).toContain('attribute-comparisons');
});
