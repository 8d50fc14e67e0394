import { beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';

const place = new URL('../../scripts/bundle/builtin-modules.mjs', import.meta.url);
const aFunction = z.custom<(...values: readonly unknown[]) => unknown>((value) => typeof value === 'function');

let BANNER: string;
let withBuiltinModules: (...values: readonly unknown[]) => unknown;
beforeAll(async () => {
  const module: unknown = await import(place.href);
  ({ BANNER, withBuiltinModules } = z.object({ BANNER: z.string(), withBuiltinModules: aFunction }).parse(module));
});

const external = (...paths: readonly string[]) => ({
  imports: paths.map((path) => ({ path, kind: 'import-statement', external: true })),
});

describe("taking Node's own modules without importing them", () => {
  test.each([
    ['import{join}from"node:path";join();', 'const{join}=__builtin("node:path");', 'join();'],
    ['import{join as join2,sep}from"node:path";join2();', 'const{join:join2,sep}=__builtin("node:path");', 'join2();'],
    ['import zlib from"node:zlib";zlib();', 'const zlib=__builtin("node:zlib");', 'zlib();'],
    ['import*as fs from"node:fs";fs();', 'const fs=__builtin("node:fs");', 'fs();'],
  ])('writes %s as a constant at the top', (statement, constant, rest) => {
    const [, path = ''] = /"(node:\w+)"/.exec(statement) ?? [];
    expect(withBuiltinModules(`${BANNER}\n${statement}`, external(path))).toBe(`${BANNER}\n${constant}\n${rest}`);
  });

  test('takes a module once for all files of a chunk, before anything runs', () => {
    const text = `${BANNER}\nimport{join}from"node:path";var a=join();import{join as join2}from"node:path";var b=join2();`;
    expect(withBuiltinModules(text, external('node:path', 'node:path'))).toBe(
      `${BANNER}\nconst{join,join:join2}=__builtin("node:path");\nvar a=join();var b=join2();`,
    );
  });

  test('leaves imports of other files and on demand alone', () => {
    const text = `${BANNER}\nimport{a}from"./a.js";await import("node:http");`;
    expect(withBuiltinModules(text, external())).toBe(text);
  });

  test('refuses an output with an import that it does not find, or that is none', () => {
    expect(() => withBuiltinModules(`${BANNER}\nimport {join} from 'node:path';`, external('node:path'))).toThrow(
      '0 of 1',
    );
    expect(() => withBuiltinModules(`${BANNER}\nvar s=\`;import{join}from"node:path";\``, external())).toThrow(
      '1 of 0',
    );
  });
});
