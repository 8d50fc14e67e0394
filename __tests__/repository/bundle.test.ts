import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readSbom } from '../../src/attestations/sbom/read.js';
import { useBundledCli } from '../support/process/bundled-cli.js';
import { makeDirectory } from '../support/process/scratch-repository.js';

const bundle = useBundledCli();
let files: ReadonlyMap<string, string>;
beforeAll(() => {
  const root = dirname(bundle.entry);
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  files = new Map(
    names.filter((name) => /\.\w+$/.test(name)).map((name) => [name, readFileSync(join(root, name), 'utf8')]),
  );
}, 60_000);

const scripts = () => [...files].filter(([name]) => name.endsWith('.js'));
const IMPORTS = [
  /(?<![\w$."'`#])import(?:[\w$*{},\s]*?from)?\s*(["'])([^"']+)\1/g,
  /(?<![\w$.])import\(\s*(["'])([^"']+)\1\s*\)/g,
  /(?<![\w$."'`])export(?:[\w$*{},\s]*?from)\s*(["'])([^"']+)\1/g,
  /\b__require\w*\((["'])([^"']+)\1\)/g,
  /\b__builtin\((["'])([^"']+)\1\)/g,
];

describe('the bundle', () => {
  test("imports Node's own modules and its own files alone", () => {
    const foreign: string[] = [];
    let seen = 0;
    for (const [name, text] of scripts()) {
      for (const [, , module = ''] of IMPORTS.flatMap((pattern) => [...text.matchAll(pattern)])) {
        seen += 1;
        const own = module.startsWith('.') && files.has(join(dirname(name), module));
        if (!own && !isBuiltin(module)) foreign.push(`${name}: ${module}`);
      }
    }
    expect(foreign).toEqual([]);
    expect(seen).toBeGreaterThan(scripts().length);
  });

  test('imports nothing whose name is only known when it runs', () => {
    const computed = scripts().filter(([, text]) => /(?<![\w$."'`#])import\(\s*(?!["'])/.test(text));
    expect(computed.map(([name]) => name)).toEqual([]);
  });

  test('is a program by itself, under the name that it is installed by', () => {
    const directory = makeDirectory({});
    const installed = join(directory, 'base-image-gate');
    symlinkSync(bundle.entry, installed);
    const { status, stdout } = spawnSync(installed, ['rules'], { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toContain('One rule in full: base-image-gate rules ID\n');
  });

  test('lists every package that it holds', () => {
    const document = readSbom(Buffer.from(files.get('sbom.cdx.json') ?? ''));
    if (!document.ok) throw new Error(document.error.message);
    const [product, ...listed] = document.value.packages.map(({ purl }) => purl);
    expect(product).toMatch(/^pkg:npm\/base-image-gate@\d+\.\d+\.\d+$/);
    const licensed = [...(files.get('licenses.txt') ?? '').matchAll(/^(@?[\w./-]+)@(\d[\w.+-]*) \(.+\)$/gm)];
    expect(listed).toEqual(licensed.map(([, name = '', version]) => `pkg:npm/${name.replace('@', '%40')}@${version}`));
    expect(listed.length).toBeGreaterThan(10);
  });
});
