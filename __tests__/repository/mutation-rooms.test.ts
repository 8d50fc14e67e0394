import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { rules } from '../../src/rules/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
let mutated: readonly string[];
beforeAll(async () => {
  process.env['MUTATION_ROOM'] = 'verdict';
  const module: unknown = await import(new URL('../../scripts/mutation/rooms.mjs', import.meta.url).href);
  const { rooms } = z.object({ rooms: z.record(z.string(), z.object({ files: z.array(z.string()) })) }).parse(module);
  mutated = Object.values(rooms).flatMap(({ files }) => files);
});

test('every rule is among the files that mutants are made of, once', () => {
  for (const { id } of rules) expect(mutated.filter((file) => file === `src/rules/${id}.ts`)).toHaveLength(1);
  expect(new Set(mutated).size).toBe(mutated.length);
});

test('so is whatever says that a signature or a statement counts', () => {
  const judging = readdirSync(`${root}/src/signatures`).filter((name) =>
    /^(?:count-|judge|identity|authority|examine|verify-|statement|signed-content|collect-)/.test(name),
  );
  expect(judging.length).toBeGreaterThan(8);
  expect(judging.filter((name) => !mutated.includes(`src/signatures/${name}`))).toEqual([]);
});

test('every file that is named is there', () => {
  expect(mutated.filter((file) => !existsSync(`${root}/${file}`))).toEqual([]);
});
