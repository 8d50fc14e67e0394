import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { rules } from '../../src/rules/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
let mutated: readonly string[];
beforeAll(async () => {
  process.env['MUTATION_GROUP'] = 'verdict';
  const module: unknown = await import(new URL('../../scripts/mutation/groups.mjs', import.meta.url).href);
  const { groups } = z.object({ groups: z.record(z.string(), z.object({ files: z.array(z.string()) })) }).parse(module);
  mutated = Object.values(groups).flatMap(({ files }) => files);
});

test.each(rules)('$id is one of the files that mutants are made of', ({ id }) => {
  expect(mutated).toContain(`src/rules/${id}.ts`);
});

test('no file is in two groups of mutants', () => {
  expect(new Set(mutated).size).toBe(mutated.length);
});

test('so is whatever says that a signature or a statement counts', () => {
  const deciding = ['src/signatures', 'src/signatures/sigstore', 'src/signatures/notation'].flatMap((directory) =>
    readdirSync(`${root}/${directory}`)
      .filter((name) =>
        /^(?:count-|evaluate-|identity|authority|chain|envelope|examine|revocation|timestamp|trust-|verify|statement|signed-content|collect-)/.test(
          name,
        ),
      )
      .map((name) => `${directory}/${name}`),
  );
  expect(deciding.length).toBeGreaterThan(8);
  expect(deciding.filter((file) => !mutated.includes(file))).toEqual([]);
});

test('every file that is named is there', () => {
  expect(mutated.filter((file) => !existsSync(`${root}/${file}`))).toEqual([]);
});
