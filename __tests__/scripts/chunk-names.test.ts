import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { builtBundle } from '../support/process/bundle.js';
import { makeDirectory } from '../support/process/scratch-repository.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const script = (name: string) => new URL(`../../scripts/${name}`, import.meta.url);
const aFunction = z.custom<(...values: readonly unknown[]) => unknown>((value) => typeof value === 'function');

let chunkNames: (outputs: unknown) => ReadonlyMap<string, string>;
let withChunkNames: (...values: readonly unknown[]) => unknown;
beforeAll(async () => {
  const module: unknown = await import(script('bundle/chunk-names.mjs').href);
  const exported = z.object({ chunkNames: aFunction, withChunkNames: aFunction }).parse(module);
  chunkNames = (outputs) => z.map(z.string(), z.string()).parse(exported.chunkNames(outputs));
  withChunkNames = exported.withChunkNames;
});

/** An output of esbuild's metafile: the bytes of each file in it, and what it loads. */
function output(bytes: Readonly<Record<string, number>>, more: object = {}) {
  const inputs = Object.fromEntries(Object.entries(bytes).map(([file, bytesInOutput]) => [file, { bytesInOutput }]));
  return { inputs, imports: [], exports: ['x'], ...more };
}

describe('the name of a chunk', () => {
  test.each([
    ['check.js', output({}, { entryPoint: 'src/cli/check.ts' })],
    ['rules.js', output({}, { entryPoint: 'src/rules/index.ts' })],
    [
      'yaml.shared.js',
      output({ 'src/policy/load.ts': 30, 'node_modules/yaml/a.js': 20, 'node_modules/yaml/b.js': 20 }),
    ],
    ['load.shared.js', output({ 'src/policy/load.ts': 30, 'node_modules/yaml/a.js': 20 })],
    ['sigstore-core.shared.js', output({ 'node_modules/@sigstore/core/dist/index.js': 1 })],
    ['a-b-undici.shared.js', output({ 'node_modules/@a/b/node_modules/undici/index.js': 1 })],
    ['alike.shared.js', output({ 'src/b.ts': 5, 'src/alike.ts': 5 })],
    ['runtime.shared.js', output({}, { exports: ['__commonJS', '__toESM'] })],
  ])('is %s by its source', (name, of) => {
    expect([...chunkNames({ 'dist/chunks/chunk-ABCDEFGH.js': of }).values()]).toEqual([name]);
  });

  test('does not change with its content', () => {
    const before = chunkNames({ 'dist/chunks/chunk-AAAAAAAA.js': output({ 'src/a.ts': 10, 'src/b.ts': 5 }) });
    const after = chunkNames({ 'out/chunks/chunk-BBBBBBBB.js': output({ 'src/a.ts': 900, 'src/b.ts': 7 }) });
    expect([...before.values()]).toEqual([...after.values()]);
  });

  test('has its directories before it where two would be the same, whatever their case', () => {
    const names = chunkNames({
      'dist/chunks/json-AAAAAAAA.js': output({}, { entryPoint: 'src/reports/json.ts' }),
      'dist/chunks/json-BBBBBBBB.js': output({}, { entryPoint: 'src/lib/JSON.ts' }),
      'dist/chunks/chunk-CCCCCCCC.js': output({ 'src/lib/JSON.ts': 1 }),
      'dist/chunks/chunk-DDDDDDDD.js': output({ 'node_modules/zod/v4/core/parse.js': 1 }),
      'dist/chunks/chunk-EEEEEEEE.js': output({ 'node_modules/zod/v4/classic/parse.js': 1 }),
    });
    expect([...names.values()]).toEqual([
      'reports-json.js',
      'lib-JSON.js',
      'JSON.shared.js',
      'zod-core-parse.shared.js',
      'zod-classic-parse.shared.js',
    ]);
  });

  test('is an error where nothing distinguishes two', () => {
    const twice = {
      'dist/chunks/chunk-AAAAAAAA.js': output({ 'src/a/b.ts': 1 }),
      'dist/chunks/chunk-BBBBBBBB.js': output({ 'src/a-b.ts': 1, 'src/c.ts': 1 }),
      'dist/chunks/chunk-CCCCCCCC.js': output({ 'src/c/b.ts': 1 }),
    };
    expect(() => chunkNames(twice)).toThrow('would both be called a-b.shared.js');
    expect(() => chunkNames({ 'dist/chunks/chunk-AAAAAAAA.js': output({}) })).toThrow('comes from no source file');
  });
});

describe('the imports of a chunk', () => {
  const path = 'dist/chunks/chunk-AAAAAAAA.js';
  const other = 'dist/chunks/check-BBBBBBBB.js';
  const empty = 'dist/chunks/chunk-CCCCCCCC.js';
  const outputs = {
    [path]: output({ 'src/a.ts': 1 }, { imports: [{ path: other }, { path: empty }, { path: 'fs', external: true }] }),
    [other]: output({}, { entryPoint: 'src/check.ts' }),
    [empty]: output({}, { exports: [] }),
  };

  test('are those of the new names, without what is empty', () => {
    const text =
      'import"./chunk-CCCCCCCC.js";import fs from"fs";await import("./check-BBBBBBBB.js");const a="./other.js"';
    expect(withChunkNames(text, outputs[path], outputs, chunkNames(outputs))).toBe(
      'import fs from"fs";await import("./check.js");const a="./other.js"',
    );
  });

  test('are an error where they are not those that esbuild names', () => {
    const names = chunkNames(outputs);
    expect(() => withChunkNames('import"./chunk-CCCCCCCC.js";', outputs[path], outputs, names)).toThrow(
      'check-BBBBBBBB',
    );
    expect(() => withChunkNames('"./chunk-AAAAAAAA.js"', outputs[other], outputs, names)).toThrow('chunk-AAAAAAAA');
  });
});

describe('a bundle', () => {
  const filesOf = (directory: string) =>
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
      .sort();

  test('has no hash in a name, and names every chunk of src/ that is loaded on demand', () => {
    const names = filesOf(builtBundle());
    expect(names.filter((name) => /-[A-Z0-9]{8}\.js$/.test(name))).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['chunks/check.js', 'chunks/main.js', 'chunks/runtime.shared.js']));
  });

  test('is the same, byte for byte, when it is built from and to another place', () => {
    const elsewhere = join(makeDirectory({}), 'deep/below/out');
    execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), '--out', elsewhere], { cwd: tmpdir() });
    const built = builtBundle();
    expect(filesOf(elsewhere)).toEqual(filesOf(built));
    const different = filesOf(built).filter(
      (name) => !readFileSync(join(built, name)).equals(readFileSync(join(elsewhere, name))),
    );
    expect(different).toEqual([]);
  }, 60_000);
});
