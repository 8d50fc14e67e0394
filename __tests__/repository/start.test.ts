import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { useBundledCli } from '../support/process/bundled-cli.js';
import { makeDirectory } from '../support/process/scratch-repository.js';

const cli = useBundledCli();

/** The files of the bundle that a run has opened, by the names that they have in it. */
function opened(args: readonly string[], directory: string): readonly string[] {
  const { stderr } = cli.run(args, directory, { NODE_DEBUG: 'esm' });
  const root = dirname(cli.entry);
  const names = [...stderr.matchAll(/file:\/\/([^\s'"]+\.js)/g)].map(([, path = '']) => decodeURIComponent(path));
  return [...new Set(names.filter((path) => path.startsWith(root)).map((path) => path.slice(root.length + 1)))];
}

describe('listing the images of one Dockerfile', () => {
  test('opens few modules, which are small', () => {
    const directory = makeDirectory({ Dockerfile: 'FROM alpine:3.20\n' });
    const modules = opened(['images', directory], directory);
    expect(modules).toContain('cli.js');
    expect(modules.length).toBeLessThan(8);
    const text = modules.map((name) => readFileSync(join(dirname(cli.entry), name), 'utf8')).join('\n');
    expect(text.length).toBeLessThan(205_000);
    expect(text).toContain('FROM');
  });
});
