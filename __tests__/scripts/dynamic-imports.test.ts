import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const SOURCE = fileURLToPath(new URL('../../src', import.meta.url));
const { resolve } = createRequire(import.meta.url);

test('no CommonJS package is imported dynamically by its own name: bundled, it would have a default export alone', () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(100);
  const imported = files.flatMap((file) => {
    const matches = readFileSync(join(SOURCE, file), 'utf8').matchAll(/import\('([^'.][^']*)'\)/g);
    return [...matches].map(([, name = '']) => ({ file, name }));
  });
  // require.resolve finds what a package offers to CommonJS; one that is a module offers nothing.
  const commonJs = imported.filter(({ name }) => !name.startsWith('node:') && resolvesForRequire(name));
  expect(commonJs).toEqual([]);
});

function resolvesForRequire(name: string): boolean {
  try {
    const entry = resolve(name);
    const manifest = `${entry.slice(0, entry.lastIndexOf(`/${name}/`))}/${name}/package.json`;
    const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
    return !(typeof parsed === 'object' && parsed !== null && 'type' in parsed && parsed.type === 'module');
  } catch {
    return false;
  }
}
