import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = z.object({ scripts: z.record(z.string(), z.string()) });

/** The files of the repository that Git lists for some patterns. */
function files(...patterns: readonly string[]): readonly string[] {
  const listed = execFileSync('git', ['-C', root, 'ls-files', '-z', '--', ...patterns], { encoding: 'utf8' });
  return listed.split('\0').filter((path) => path !== '');
}

/** Files and directories of this repository that a text names between backticks, without what stands for any. */
function named(text: string): readonly string[] {
  const all = [...text.matchAll(/`((?:src|__tests__|scripts|bench|schemas|\.ci)\/[^`\s]*)`/g)].map(
    ([, path = '']) => path,
  );
  return all.filter((path) => !/[*<>{}]|[A-Z]{2,}/.test(path));
}

describe('what documentation says of the repository', () => {
  test('every file and directory that it names is there', () => {
    const missing = files('*.md', '.ci', '.github').flatMap((page) =>
      named(readFileSync(join(root, page), 'utf8'))
        .filter((path) => !existsSync(join(root, path)))
        .map((path) => `${page}: ${path}`),
    );
    expect(missing).toEqual([]);
    expect(named(readFileSync(join(root, 'docs/architecture.md'), 'utf8')).length).toBeGreaterThan(50);
  });

  test('every file that a comment of src/ names is there', () => {
    const missing = files('src/*.ts').flatMap((file) => {
      const comments = [...readFileSync(join(root, file), 'utf8').matchAll(/(?:\/\/|\*) (.*)/g)].map(
        ([, text = '']) => text,
      );
      const said = comments.map((text) => text.replace(/https?:\S+/g, '')).join('\n');
      return [...said.matchAll(/(?<![\w/.])(?:src|scripts|bench|docs)\/[\w./-]+\.\w+/g)]
        .map(([path]) => path)
        .filter((path) => !existsSync(join(root, path)))
        .map((path) => `${file}: ${path}`);
    });
    expect(missing).toEqual([]);
  });

  test('every npm script and every script of .ci that CONTRIBUTING.md names is there', () => {
    const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
    const { scripts } = manifest.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    const commands = [...text.matchAll(/npm run ([\w:]+)|(\.ci\/\w+)/g)];
    expect(commands.length).toBeGreaterThan(8);
    for (const [, script, file] of commands) {
      if (script !== undefined) expect(Object.keys(scripts)).toContain(script);
      if (file !== undefined) expect(existsSync(join(root, file))).toBe(true);
    }
  });
});
