import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { z } from 'zod';

/** @see https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json */
const LockFile = z.object({
  packages: z.record(z.string(), z.object({ integrity: z.string().optional(), resolved: z.string().optional() })),
});

test("every package comes from npm's registry, with a hash", () => {
  const text = readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8');
  const packages = Object.entries(LockFile.parse(JSON.parse(text)).packages).filter(([path]) => path !== '');
  expect(packages.length).toBeGreaterThan(100);
  const doubtful = packages.filter(
    ([, { integrity = '', resolved }]) =>
      !/^sha512-[\w+/]{86}==$/.test(integrity) || resolved?.startsWith('https://registry.npmjs.org/') === false,
  );
  expect(doubtful).toEqual([]);
});
